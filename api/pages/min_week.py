"""`/min-uge`: a citizen's own week, today first."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from api.http.problems import RequestError
from api.pages.callers import Page, may_page
from api.pages.rendering import language_of
from api.pages.weeks import Day, days_of, events_of
from catalog.weeks import CENTRE_TIME, closed_days, parse_week, shift_week, week_of
from scheduler.life import NotPublishedError

routes = APIRouter(prefix="/min-uge", include_in_schema=False)


@routes.get("")
def show(
    page: Annotated[Page, may_page("plan.read")], uge: Annotated[str | None, Query(max_length=10)] = None
) -> Response:
    """Show the citizen's own week."""
    citizen_id = page.actor.citizen_id
    if citizen_id is None:
        raise RequestError("not_found")
    now = page.now.astimezone(CENTRE_TIME)
    this_week = week_of(now.date())
    week = this_week if uge is None else parse_week(uge)
    days = _read(page, week, citizen_id, now.date())
    page.look_at([citizen_id])
    return page.show(
        "min_week.html",
        week=week,
        this_week=this_week,
        earlier=shift_week(week, -1),
        later=shift_week(week, 1),
        days=days,
        today=next((day for day in days or () if day.is_today), Day(now.date(), True)) if week == this_week else None,
        minute=now.hour * 60 + now.minute,
    )


def _read(page: Page, week: str, citizen_id: int, today: dt.date) -> list[Day] | None:
    with page.reading() as session:
        page.permit(session, citizen_id)
        closed = closed_days(session, week)
        try:
            own = page.service.weeks.of(session, week, citizen_id)
        except NotPublishedError:
            return None
    return days_of(week, events_of(own.body, language_of(page.request)), today, closed)
