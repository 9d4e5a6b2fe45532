"""`/oensker`: what a citizen wishes and refuses, what presses most, what she says yes to trying and to swapping."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.http.callers import Answer
from api.pages.callers import Page, may_page
from api.pages.citizen.offerings import Opinion, opinions_of
from api.pages.citizen.whose import change, find_whose, looking, show
from api.pages.rendering import language_of
from catalog.tables import Leg, Offering
from scheduler import citizen_writing, standing_yes
from scheduler.request_effects import Asker
from scheduler.tables import SwapYes, TrialYes

routes = APIRouter(prefix="/oensker")


class LegIn(BaseModel):
    """The part of life that presses most."""

    leg: str = Field(max_length=100)


class YesIn(BaseModel):
    """What she says yes to, one of them in each form."""

    tries: bool = False
    swaps: bool = False


@routes.get("")
def show_wishes(page: Annotated[Page, may_page("citizen.read")]) -> Response:
    """Show what she has said, and what she can say."""
    her, language = find_whose(page), language_of(page.request)
    with looking(page, her) as session:
        wishes = _wishes(session, her.id, language)
        legs = [(leg.id, getattr(leg, language)) for leg in session.scalars(select(Leg).order_by(Leg.id))]
        pressing = citizen_writing.pressing_leg(session, her.id)
        tries, swaps = (standing_yes.says_yes(session, kind, her.id) for kind in (TrialYes, SwapYes))
    form = page.form.starting("/vigtigst", leg=pressing).starting("/nyt", tries="true" if tries else None)
    form = form.starting("/bytte", swaps="true" if swaps else None)
    return show(page, her, "wishes.html", form=form, wishes=wishes, legs=legs)


@routes.post("/vigtigst")
def say_pressing(page: Annotated[Page, may_page("wishes.write")]) -> Response:
    """Keep what presses most; it weighs most in the weeks that are planned from now on."""
    her = find_whose(page)

    def say(session: Session, _asker: Asker) -> Answer:
        citizen_writing.set_pressing_leg(session, her.id, page.form.read(LegIn).leg)
        return page.go_to(her.at("/oensker"), done="saved")

    return change(page, her, say, lambda: show_wishes(page))


@routes.post("/nyt")
def say_trial(page: Annotated[Page, may_page("rating.write")]) -> Response:
    """Keep whether she wants to try one new activity a week."""
    return _say_yes(page, TrialYes, "tries")


@routes.post("/bytte")
def say_swap(page: Annotated[Page, may_page("rating.write")]) -> Response:
    """Keep whether she wants to swap what is agreed where something fits her better."""
    return _say_yes(page, SwapYes, "swaps")


def _say_yes(page: Page, kind: standing_yes.Kind, field: Literal["tries", "swaps"]) -> Response:
    her = find_whose(page)

    def say(session: Session, asker: Asker) -> Answer:
        yes = getattr(page.form.read(YesIn), field)
        standing_yes.say(session, kind, her.id, asker.account_id, asker.at, yes=yes)
        return page.go_to(her.at("/oensker"), done="saved")

    return change(page, her, say, lambda: show_wishes(page))


def _wishes(session: Session, citizen_id: int, language: str) -> list[tuple[str, str, Opinion]]:
    """Offerings by id and title of which she has said something, and what."""
    opinions = {key: said for key, said in opinions_of(session, citizen_id).items() if said != "none"}
    title = Offering.en if language == "en" else Offering.da
    rows = session.execute(select(Offering.id, title).where(Offering.id.in_(opinions)).order_by(title)).all()
    return [(key, name, opinions[key]) for key, name in rows]
