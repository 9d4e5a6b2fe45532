"""`/borger/17/tider`: when a citizen can come, as a table of quarter hours and as text; what she wishes and refuses."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from api.http.callers import Answer
from api.http.requests import Number
from api.pages.callers import Page, may_page
from api.pages.citizen.clock import day_options
from api.pages.citizen.offerings import STRENGTH, Opinion, opinions_of, titles
from api.pages.forms import FormError, Wrong
from api.pages.rendering import language_of
from api.pages.staff import grid
from api.pages.staff.choices import by_title, names_for, week_now
from api.pages.staff.person import about, change
from api.pages.staff.times_text import LineError, read_times, write_times
from scheduler import citizen_writing
from scheduler.citizen_writing import BlockFact, Span, WishFact, version_of, weekly_times
from scheduler.request_effects import Asker

routes = APIRouter(prefix="/borger/{citizen_id}/tider")
WORKDAYS = range(5)
Weekly = Mapping[int, Sequence[Span]]


class TextIn(BaseModel):
    """Her times as somebody writes them."""

    times_text: str = Field(max_length=2000)


class WishIn(BaseModel):
    """What she thinks of an offering."""

    offering_id: str = Field(max_length=100)
    opinion: Opinion


class LegIn(BaseModel):
    """The part of life that presses most."""

    leg: str = Field(max_length=100)


@routes.get("")
def show_times(citizen_id: Number, page: Annotated[Page, may_page("citizen.read")]) -> Response:
    """Show her times and wishes."""
    return _show(page, citizen_id)


@routes.post("/tekst")
def write(citizen_id: Number, page: Annotated[Page, may_page("availability.write")]) -> Response:
    """Keep the times that were written; on a day that is not named she does not come."""

    def wanted(current: Weekly) -> Weekly:
        try:
            entered = read_times(page.form.read(TextIn).times_text)
        except LineError as error:
            raise FormError({"times_text": Wrong(error.slug, {"line": error.line, "said": error.said})}) from error
        days = {day: entered.get(day, []) for day in {*entered, *current}}
        return {day: parts for day, parts in days.items() if parts != current.get(day, [])}

    return _keep(page, citizen_id, "times_text", wanted)


@routes.post("/skema")
def tick(citizen_id: Number, page: Annotated[Page, may_page("availability.write")]) -> Response:
    """Keep the quarter hours that are ticked; days that were not touched keep all their parts."""

    def wanted(current: Weekly) -> Weekly:
        entered, shown = grid.read_ticked(page.form.values.get("quarter", ())), grid.quarters_of(current)
        days = {day: entered.get(day, set()) for day in {*WORKDAYS, *current}}
        return {day: grid.spans_of(each) for day, each in days.items() if each != shown.get(day, set())}

    return _keep(page, citizen_id, "quarter", wanted)


@routes.post("/oenske")
def wish(citizen_id: Number, page: Annotated[Page, may_page("wishes.write")]) -> Response:
    """Keep what she thinks of an offering."""

    def keep(session: Session, _: Asker) -> Answer:
        given = page.form.read(WishIn)
        kept = [one for one in citizen_writing.wishes_of(session, citizen_id) if one.offering_id != given.offering_id]
        if given.opinion != "none":
            kept.append(WishFact(given.offering_id, STRENGTH[given.opinion], given.opinion == "refused"))
        citizen_writing.set_wishes(session, citizen_id, kept)
        return page.go_to(f"/borger/{citizen_id}/tider", done="saved")

    return change(page, citizen_id, keep, lambda: _show(page, citizen_id, "opinion"))


@routes.post("/vigtigst")
def say_pressing(citizen_id: Number, page: Annotated[Page, may_page("wishes.write")]) -> Response:
    """Keep what presses her most."""

    def keep(session: Session, _: Asker) -> Answer:
        citizen_writing.set_pressing_leg(session, citizen_id, page.form.read(LegIn).leg)
        return page.go_to(f"/borger/{citizen_id}/tider", done="saved")

    return change(page, citizen_id, keep, lambda: _show(page, citizen_id, "leg"))


def _keep(page: Page, citizen_id: int, name: str, wanted: Callable[[Weekly], Weekly]) -> Response:
    """Change the days that somebody wants otherwise than they are; `name` is the field of her form."""

    def keep(session: Session, _: Asker) -> Answer:
        changed = wanted(weekly_times(citizen_writing.availability_of(session, citizen_id)))
        citizen_writing.change_weekly_times(session, citizen_id, changed, page.form.value("version"))
        return page.go_to(f"/borger/{citizen_id}/tider", done="saved")

    return change(page, citizen_id, keep, lambda: _show(page, citizen_id, name))


def _show(page: Page, citizen_id: int, sent: str = "") -> Response:
    """Show the page; what was `sent` stands there as it was entered, everything else as it is."""
    language = language_of(page.request)
    with about(page, citizen_id) as (session, her):
        blocks = citizen_writing.availability_of(session, citizen_id)
        names = names_for(page, session)
        opinions = sorted(opinions_of(session, citizen_id).items(), key=lambda item: list(STRENGTH).index(item[1]))
        pressing = citizen_writing.pressing_leg(session, citizen_id)
        offerings = titles(session, language)
    weekly = weekly_times(blocks)
    stored: dict[str, Sequence[str]] = {
        "times_text": [write_times(weekly, language)], "quarter": _names(grid.quarters_of(weekly)),
        "leg": [pressing or ""],
    }  # fmt: skip
    values = {name: given for name, given in stored.items() if name != sent} | dict(page.form.values)
    return page.show(
        "staff/times.html", form=replace(page.form, values=values), her=her, version=version_of(blocks),
        lines=_lines(weekly, language), ticked=set(values.get("quarter", ())), rows=grid.rows_of(weekly),
        days=day_options(language, sorted({*WORKDAYS, *weekly})), all_days=dict(day_options(language)), names=names,
        special=_special(blocks, week_now(page)), opinions=opinions, pressing=pressing, legs=by_title(dict(names.leg)),
        offerings=offerings, choices=list(STRENGTH), sent=sent,
    )  # fmt: skip


def _lines(weekly: Weekly, language: str) -> list[tuple[str, Sequence[Span]]]:
    """Her times, with days in a row that are alike as one line."""
    names, found = dict(day_options(language)), list[tuple[int, int, Sequence[Span]]]()
    for day in sorted(weekly):
        if found and found[-1][1] == day - 1 and found[-1][2] == weekly[day]:
            found[-1] = (found[-1][0], day, weekly[day])
        else:
            found.append((day, day, weekly[day]))
    return [
        (names[str(first)] if first == last else f"{names[str(first)]}-{names[str(last)].lower()}", parts)
        for first, last, parts in found
    ]


def _names(quarters: Mapping[int, set[int]]) -> list[str]:
    """The quarter hours as the boxes of the table are named."""
    return [f"{day}-{minute}" for day, minutes in quarters.items() for minute in sorted(minutes)]


def _special(blocks: Sequence[BlockFact], this_week: str) -> list[BlockFact]:
    """What is otherwise than the weekly times: taken by herself or elsewhere, or free in one week only."""
    return [one for one in blocks if (one.kind, one.week) != ("free", None) and (one.week or this_week) >= this_week]
