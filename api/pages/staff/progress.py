"""`/borger/17/fremgang`: how far she is, as she sees it and as staff do, and whether she came."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from typing import Annotated, NamedTuple

from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.http.callers import Answer
from api.http.requests import Number
from api.pages.callers import Page, may_page
from api.pages.forms import FormError, Wrong
from api.pages.rendering import language_of
from api.pages.staff.chart import Chart, draw
from api.pages.staff.choices import names_for
from api.pages.staff.person import about, change
from catalog.tables import Group
from catalog.weeks import week_of
from scheduler import attendance, ratings
from scheduler.rating_words import Question, questions, step_words
from scheduler.request_effects import Asker
from scheduler.tables import Attendance

routes = APIRouter(prefix="/borger/{citizen_id}/fremgang")
MOST_MARKS, MOST_WEEKS = 60, 6
FIELD = "rate_"  # before an indicator's id, in the names of the fields


class Noted(NamedTuple):
    """What was noted of her at one meeting."""

    mark: Attendance
    title: str


class Came(NamedTuple):
    """How often each thing was noted of one activity, by week and state."""

    title: str
    weeks: list[list[tuple[str, int]]]


@routes.get("")
def show_progress(citizen_id: Number, page: Annotated[Page, may_page("rating.read")]) -> Response:
    """Show both views side by side, and the register's marks."""
    return _show(page, citizen_id)


@routes.post("")
def rate(citizen_id: Number, page: Annotated[Page, may_page("rating.staff")]) -> Response:
    """Keep how staff see her this quarter."""

    def keep(session: Session, asker: Asker) -> Answer:
        ratings.rate(session, citizen_id, "staff", _read(page, session), asker)
        return page.go_to(f"/borger/{citizen_id}/fremgang", done="saved")

    return change(page, citizen_id, keep, lambda: _show(page, citizen_id))


def _read(page: Page, session: Session) -> dict[str, int]:
    """The steps that were chosen, by indicator."""
    names = {f"{FIELD}{one.id}": one.id for one in ratings.asked_of(session, "staff")}
    given = {name: page.form.value(name) for name in names if page.form.value(name)}
    steps = [str(step) for step in ratings.STEPS]
    wrong = {name: Wrong("field_choose") for name, value in given.items() if value not in steps}
    if wrong or not given:
        raise FormError(wrong or {next(iter(names)): Wrong("field_choose")})
    return {names[name]: int(value) for name, value in given.items()}


def _show(page: Page, citizen_id: int) -> Response:
    language = language_of(page.request)
    with about(page, citizen_id) as (session, her):
        names = names_for(page, session)
        compared = ratings.compare(session, citizen_id)
        asked: list[Question] = questions(ratings.asked_of(session, "staff"), "staff", language)
        noted = _noted(session, citizen_id, names.offering)
    weeks, came = _by_activity(noted)
    by_indicator: dict[str, list[ratings.Compared]] = {}
    for row in reversed(compared):
        by_indicator.setdefault(row.indicator_id, []).append(row)
    charts: list[tuple[str, Chart]] = [(names.goal[key], draw(rows)) for key, rows in by_indicator.items()]
    return page.show(
        "staff/progress.html", her=her, charts=charts, compared=compared, names=names, asked=asked, field=FIELD,
        levels=step_words(language), noted=noted, weeks=weeks, came=came, quarter=_quarter,
    )  # fmt: skip


def _noted(session: Session, citizen_id: int, titles: Mapping[str, str]) -> list[Noted]:
    marks = attendance.attendance_of(session, citizen_id)[:MOST_MARKS]
    wanted = {mark.group_id for mark in marks}
    offering = dict(session.execute(select(Group.id, Group.offering_id).where(Group.id.in_(wanted))).all())
    return [Noted(mark, titles[offering[mark.group_id]]) for mark in marks]


def _by_activity(noted: list[Noted]) -> tuple[list[str], list[Came]]:
    """The last weeks in which anything was noted, the newest first, and what it was of each activity."""
    weeks = sorted({week_of(one.mark.date) for one in noted}, reverse=True)[:MOST_WEEKS]
    count = Counter((one.title, week_of(one.mark.date), one.mark.state) for one in noted)
    titles = sorted({title for title, week, _ in count if week in weeks}, key=str.casefold)
    rows = [
        [[(state, number) for state in attendance.STATES if (number := count[title, week, state])] for week in weeks]
        for title in titles
    ]
    return weeks, [Came(title, row) for title, row in zip(titles, rows, strict=True)]


def _quarter(day: dt.date) -> int:
    return (day.month + 2) // 3
