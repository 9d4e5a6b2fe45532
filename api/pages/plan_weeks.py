"""`/planlaeg`: choose a week, see what it holds and what cannot be met, and ask for a proposal."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import BaseModel

from api.http.callers import Answer
from api.http.catalog import Week
from api.pages.callers import Page, may_page
from catalog.weeks import CENTRE_TIME, monday_of, parse_week, shift_week, week_of
from scheduler import queue
from scheduler.actions import may
from scheduler.life import published_run
from scheduler.next_week import Carried, carried_into, make_ready
from scheduler.outlook import outlook
from scheduler.run_list import runs_of, standings
from solver import Options

routes = APIRouter(prefix="/planlaeg", include_in_schema=False)
BACK, AHEAD = 1, 5  # weeks around this one
SECONDS = {"quick": 20.0, "usual": 60.0, "thorough": 300.0}
FRIDAY = dt.timedelta(days=4)


class ProposalIn(BaseModel):
    """How long a proposal may be worked on."""

    effort: Literal["quick", "usual", "thorough"]


@routes.get("")
def weeks(page: Annotated[Page, may_page("run.read")]) -> Response:
    """List the weeks around this one with how far each has come."""
    this_week = week_of(page.now.astimezone(CENTRE_TIME).date())
    names = [shift_week(this_week, number) for number in range(-BACK, AHEAD + 1)]
    with page.reading() as session:
        found = standings(session, names)
    rows = [(week, monday_of(week), monday_of(week) + FRIDAY, found.get(week)) for week in names]
    return page.show("plan/weeks.html", rows=rows, this_week=this_week, next_week=shift_week(this_week, 1))


@routes.get("/{week}")
def week(week: Week, page: Annotated[Page, may_page("run.read")]) -> Response:
    """Show what a week holds before it is planned."""
    return _show(page, parse_week(week))


def _show(page: Page, week: str) -> Response:
    with page.reading() as session:
        runs = runs_of(session, week)
        return page.show(
            "plan/week.html",
            form=page.form.starting("/forslag", effort="usual"),
            week=week,
            monday=monday_of(week),
            friday=monday_of(week) + FRIDAY,
            outlook=outlook(session, week),
            runs=runs,
            under_way=next((run for run in runs if run.state in queue.OPEN), None),
            is_published=published_run(session, week) is not None,
            follows=published_run(session, shift_week(week, -1)) is not None,
            may_make=may(page.actor, "week.write"),
            may_stand_in=may(page.actor, "group.change"),
        )


@routes.post("/{week}/hold")
def make_groups(week: Week, page: Annotated[Page, may_page("week.write")]) -> Response:
    """Make the week's groups from the series that recur, with what everybody brings from the week before."""
    name = parse_week(week)
    carried = _Carried(page, name)

    def make() -> Answer:
        make_ready(page.session, name, carried.found, Options())
        return page.go_to(f"/planlaeg/{name}", done="groups_made")

    return page.submit(make, again=lambda: _show(page, name), first=carried.look)


@routes.post("/{week}/forslag")
def propose(week: Week, page: Annotated[Page, may_page("run.ask")]) -> Response:
    """Ask for a proposal of the week; a worker takes it up."""
    name = parse_week(week)
    carried = _Carried(page, name)

    def ask() -> Answer:
        given = page.form.read(ProposalIn)
        task = make_ready(page.session, name, carried.found, Options(time_limit=SECONDS[given.effort]))
        run = queue.ask(page.session, task, requested_by=page.actor.account_id)
        page.session.flush()
        return page.go_to(f"/koersler/{run.id}")

    return page.submit(ask, again=lambda: _show(page, name), first=carried.look)


class _Carried:
    """What everybody brings into a week, computed before the write that stores it."""

    def __init__(self, page: Page, week: str) -> None:
        self._page, self._week = page, week
        self.found: Carried | None = None

    def look(self) -> None:
        with self._page.reading() as session:
            self.found = carried_into(session, self._week)
