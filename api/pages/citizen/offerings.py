"""`/tilbud`: everything that the centre offers, what a citizen thinks of each, and why it is not in her week."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Literal, NamedTuple

from fastapi import APIRouter, Path
from fastapi.responses import Response
from pydantic import BaseModel
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from api.http.callers import Answer
from api.http.problems import RequestError
from api.http.whys import WhyNotOut, read_why_not
from api.pages.callers import Page, may_page
from api.pages.citizen.activities import read_activities
from api.pages.citizen.whose import Whose, change, find_whose, looking, show
from api.pages.rendering import language_of
from catalog.tables import Leg, Offering
from catalog.weeks import CENTRE_TIME, week_of
from scheduler import citizen_writing, waiting
from scheduler.citizen_writing import WishFact
from scheduler.life import NotPublishedError
from scheduler.request_effects import Asker
from scheduler.stored import NotFoundError

routes = APIRouter(prefix="/tilbud")
OfferingId = Annotated[str, Path(max_length=100)]
Opinion = Literal["much", "some", "none", "rather_not", "refused"]
# What each answer means to the plan, strongest first; without a wish nothing is kept.
STRENGTH: Mapping[Opinion, int] = {"much": 5, "some": 3, "none": 0, "rather_not": -3, "refused": -5}


class OpinionIn(BaseModel):
    """What she thinks of an offering."""

    opinion: Opinion


class Part(NamedTuple):
    """A part of life with its offerings."""

    title: str
    offerings: list[Offering]


@routes.get("")
def show_offerings(page: Annotated[Page, may_page("citizen.read")]) -> Response:
    """Show all offerings by the part of life that they are for."""
    her, language = find_whose(page), language_of(page.request)
    with looking(page, her) as session:
        offered = _offered(session, page.now.astimezone(CENTRE_TIME).date())
        legs = [
            Part(getattr(leg, language), found)
            for leg in session.scalars(select(Leg).order_by(Leg.id))
            if (found := [each for each in offered if each.leg_id == leg.id])
        ]
        opinions = opinions_of(session, her.id)
    return show(page, her, "offerings.html", legs=legs, opinions=opinions, number=len(offered))


@routes.get("/{offering_id}")
def show_offering(offering_id: OfferingId, page: Annotated[Page, may_page("citizen.read")]) -> Response:
    """Show one offering: what she thinks of it, why it is not in her week, and what would let her have it."""
    her, language = find_whose(page), language_of(page.request)
    week = week_of(page.now.astimezone(CENTRE_TIME).date())
    with looking(page, her) as session:
        offering = session.get(Offering, offering_id)
        if offering is None:
            raise RequestError("not_found")
        opinion = opinions_of(session, her.id).get(offering_id, "none")
        group = _group_of(page, session, her, week, offering_id)
        why_not = None if group else _why_not(page, session, her, week, offering_id)
        waits = any(row.offering_id == offering_id for row in waiting.waits_of(session, her.id))
        leg = getattr(session.get_one(Leg, offering.leg_id), language)
    return show(
        page, her, "offering.html", form=page.form.starting("/oenske", opinion=opinion), offering=offering, leg=leg,
        group=group, why_not=why_not, waits=waits, week=week, opinions=list(STRENGTH),
    )  # fmt: skip


@routes.post("/{offering_id}/oenske")
def wish(offering_id: OfferingId, page: Annotated[Page, may_page("wishes.write")]) -> Response:
    """Keep what she thinks of an offering."""
    her = find_whose(page)

    def keep(session: Session, _asker: Asker) -> Answer:
        opinion = page.form.read(OpinionIn).opinion
        others = [each for each in citizen_writing.wishes_of(session, her.id) if each.offering_id != offering_id]
        new = [WishFact(offering_id, STRENGTH[opinion], opinion == "refused")] if opinion != "none" else []
        citizen_writing.set_wishes(session, her.id, [*others, *new])
        return page.go_to(her.at("/oensker"), done="saved")

    return change(page, her, keep, lambda: show_offering(offering_id, page))


@routes.post("/{offering_id}/vent")
def wait(offering_id: OfferingId, page: Annotated[Page, may_page("request.write")]) -> Response:
    """Let her wait for a place."""
    her = find_whose(page)

    def join(session: Session, asker: Asker) -> Answer:
        waiting.join(session, her.id, offering_id, asker)
        return page.go_to(her.at("/venteliste"), done="waits")

    return change(page, her, join, lambda: show_offering(offering_id, page))


def titles(session: Session, language: str) -> list[tuple[str, str]]:
    """The offerings of today by title, to choose from."""
    offered = _offered(session, dt.datetime.now(CENTRE_TIME).date())
    return sorted(((each.id, getattr(each, language)) for each in offered), key=lambda row: row[1].casefold())


def opinions_of(session: Session, citizen_id: int) -> dict[str, Opinion]:
    """What she thinks of each offering of which she has said something."""
    return {each.offering_id: _opinion(each) for each in citizen_writing.wishes_of(session, citizen_id)}


def _opinion(wish: WishFact) -> Opinion:
    if wish.refused:
        return "refused"
    if wish.strength > STRENGTH["some"]:
        return "much"
    return "some" if wish.strength > 0 else "rather_not" if wish.strength < 0 else "none"


def _offered(session: Session, today: dt.date) -> list[Offering]:
    runs = (Offering.valid_from <= today, or_(Offering.valid_to.is_(None), Offering.valid_to >= today))
    return list(session.scalars(select(Offering).where(*runs).order_by(Offering.nr)))


def _group_of(page: Page, session: Session, her: Whose, week: str, offering_id: str) -> int:
    """The group of the offering in her week, or 0."""
    try:
        hers = read_activities(page, session, her, week)
    except NotPublishedError:
        return 0
    return next((each.group_id for each in hers if each.offering_id == offering_id), 0)


def _why_not(page: Page, session: Session, her: Whose, week: str, offering_id: str) -> WhyNotOut | None:
    try:
        return read_why_not(page, session, her.id, week, offering_id, language_of(page.request))
    except NotFoundError:  # She is not planned for this week, or it is not published.
        return None
