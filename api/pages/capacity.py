"""`/kapacitet`: where a week is full, what a seat more is worth, which wishes are not met and who waits."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from api.pages.callers import Page, may_page
from api.pages.rendering import language_of
from catalog.weeks import CENTRE_TIME, monday_of, parse_week, shift_week, week_of
from scheduler.capacity import capacity, runs_with_plans, use_by_week
from scheduler.figures import HourUse

routes = APIRouter(prefix="/kapacitet", include_in_schema=False)
WEEKS = 8  # that one can choose from
BACK = 5  # weeks of the table of offerings
STEPS = (50, 75, 90, 100)  # percent of the seats from which a cell is one shade darker


@routes.get("")
def show(page: Annotated[Page, may_page("figures.read")], uge: Annotated[str, Query(max_length=10)] = "") -> Response:
    """Show one planned week."""
    wanted = parse_week(uge) if uge else None
    this_week = week_of(page.now.astimezone(CENTRE_TIME).date())
    with page.reading() as session:
        runs = runs_with_plans(session, WEEKS)
        run_id = next((key for key, week in runs if week == (wanted or week)), None)
        found = None if run_id is None else capacity(session, run_id)
        weeks = [shift_week(this_week, number) for number in range(-BACK, 2)]
        by_week = use_by_week(session, weeks)
    week = next((week for key, week in runs if key == run_id), wanted)
    english = language_of(page.request) == "en"
    return page.show(
        "plan/capacity.html", week=week, weeks=[each for _, each in runs], capacity=found,
        rows=[] if found is None else hour_rows(found.hours), monday=None if week is None else monday_of(week),
        by_week=by_week, shade=shade,
        names={} if found is None else {each.offering_id: each.en if english else each.da for each in found.demands},
    )  # fmt: skip


def hour_rows(use: HourUse) -> list[tuple[int, list[tuple[int, int]]]]:
    """(hour, (taken, seats) of each working day) of the hours in which anything meets."""
    return [
        (hour, [(int(use.used[day, hour]), int(use.seats[day, hour])) for day in range(5)])
        for hour in range(24)
        if use.seats[:5, hour].any()
    ]


def shade(used: int, seats: int) -> int:
    """How full a cell is: 0 nothing meets, then 1 to 5."""
    if not seats:
        return 0
    return 1 + sum(100 * used >= step * seats for step in STEPS)
