"""`/kapacitet/priser`: what one more seat is worth, by what it is a seat of, and what stands in the way of wishes."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.pages.callers import Page, may_page
from api.pages.capacity import WEEKS
from api.pages.citizen.clock import day_options
from api.pages.plan_review import page_of
from api.pages.plan_runs import PageNumber
from api.pages.rendering import language_of
from api.pages.texts import words_of
from catalog.tables import Offering, Site
from catalog.weeks import parse_week
from scheduler.capacity import runs_with_plans
from scheduler.prices import read_prices

routes = APIRouter(prefix="/kapacitet/priser", include_in_schema=False)
# What the prices are shown by: the part of the address, and the field of `Prices`.
BY = {
    "tilbud": "offerings", "time": "hours", "sted": "sites", "rolle": "roles", "lokale": "rooms", "oensker": "unmet",
}  # fmt: skip


@routes.get("")
def show(
    page: Annotated[Page, may_page("figures.read")],
    uge: Annotated[str, Query(max_length=10)] = "",
    efter: Annotated[str, Query(max_length=10)] = "tilbud",
    number: PageNumber = 1,
) -> Response:
    """Show the prices of the newest plan of a week."""
    wanted, by = parse_week(uge) if uge else None, efter if efter in BY else "tilbud"
    language = language_of(page.request)
    with page.reading() as session:
        runs = runs_with_plans(session, WEEKS)
        run_id, week = next(((key, week) for key, week in runs if week == (wanted or week)), (None, wanted))
        lines = [] if run_id is None else list(getattr(read_prices(session, run_id), BY[by]))
        names = _names(session, language)
    number = min(number, page_of(lines, 1)[1])
    shown, last = page_of(lines, number)
    return page.show(
        "plan/prices.html", week=week, weeks=[each for _, each in runs], is_planned=run_id is not None, by=by,
        ways=list(BY), lines=shown, name=lambda key: name_of(key, by, names, language), number=number, last=last,
    )  # fmt: skip


def name_of(key: str, by: str, names: dict[str, str], language: str) -> str:
    """What a line is about, in words."""
    say = words_of(language)
    if by == "time":
        day, _, hour = key.partition("-")
        return say("price_hour", day=dict(day_options(language))[day], start=int(hour), end=int(hour) + 1)
    if by == "lokale":
        kind, _, site = key.rpartition(" ")
        return f"{kind.replace('_', ' ')}, {names.get(site, site)}"
    return names.get(key, key).replace("_", " ") or say("price_nobody")


def _names(session: Session, language: str) -> dict[str, str]:
    title = Offering.en if language == "en" else Offering.da
    found = dict(session.execute(select(Offering.id, title)).all())
    return found | dict(session.execute(select(Site.id, Site.name)).all())
