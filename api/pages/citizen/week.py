"""`/min-uge`: a citizen's week, today first, with the next week's proposal and what she may say of what is over."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, NamedTuple

from fastapi import APIRouter, Query
from fastapi.responses import Response
from sqlalchemy.orm import Session

from api.http.waiting import waiting_out
from api.pages.callers import Page, may_page
from api.pages.citizen.activities import Activity, helpful, read_activities, states_of
from api.pages.citizen.whose import Whose, find_whose, looking, show
from api.pages.rendering import language_of
from api.pages.weeks import Day, Event, days_of
from catalog.weeks import CENTRE_TIME, closed_days, parse_week, shift_week, week_of
from scheduler import answers, keeping, waiting
from scheduler.life import NotPublishedError, published_run
from scheduler.rating_words import help_words

routes = APIRouter()
WeekQuery = Annotated[str | None, Query(max_length=10)]


class Proposal(NamedTuple):
    """A week that is proposed to her, and what she has said of it."""

    week: str
    answer: str


class Keep(NamedTuple):
    """Next week, and whether she wants it to be as this one."""

    week: str
    asked: bool


class Helped(NamedTuple):
    """An activity of which she may say whether it helped, and what she has said."""

    activity: Activity
    value: int | None


@routes.get("/min-uge")
def show_week(page: Annotated[Page, may_page("plan.read")], uge: WeekQuery = None) -> Response:
    """Show the citizen's week."""
    her = find_whose(page)
    now = page.now.astimezone(CENTRE_TIME)
    this_week = week_of(now.date())
    week = this_week if uge is None else parse_week(uge)
    with looking(page, her) as session:
        days = _days(page, session, her, week, now.date())
        proposals = _proposals(session, her, [this_week, shift_week(this_week, 1)])
        keep = _keep(session, her, this_week) if week == this_week and days is not None and not proposals else None
        helped = _helped(page, session, her, week, also_before=week == this_week)
        offered = [
            found
            for row in waiting.waits_of(session, her.id)
            if (found := waiting_out(session, row, page.now, language_of(page.request))).group_id is not None
        ]
    return show(
        page, her, "week.html", week=week, this_week=this_week, earlier=shift_week(week, -1), days=days,
        later=shift_week(week, 1), minute=now.hour * 60 + now.minute, now=now, keep=keep, proposals=proposals,
        helped=helped, help_steps=help_words(language_of(page.request))[1],
        offered=offered, today=_today(days, now.date()) if week == this_week else None,
    )  # fmt: skip


def _days(page: Page, session: Session, her: Whose, week: str, today: dt.date) -> list[Day] | None:
    try:
        activities = read_activities(page, session, her, week)
    except NotPublishedError:
        return None
    states = states_of(session, her.id)
    events = [
        Event(
            meeting.date, meeting.start, meeting.end, each.title, each.site, meeting.room, each.staff, each.group_id,
            each.offering_id, states.get((each.group_id, meeting.date, meeting.start), ""),
            her.at(f"/min-uge/{each.group_id}"),
        )
        for each in activities
        for meeting in each.meetings
    ]  # fmt: skip
    return days_of(week, events, today, closed_days(session, week))


def _today(days: list[Day] | None, today: dt.date) -> Day:
    return next((day for day in days or () if day.is_today), Day(today, True))


def _proposals(session: Session, her: Whose, weeks: list[str]) -> list[Proposal]:
    found = []
    for week in weeks:
        run = answers.open_run(session, week)
        if run is not None:
            said = answers.find_answer(session, run, her.id)
            found.append(Proposal(week, said.answer if said is not None else ""))
    return found


def _keep(session: Session, her: Whose, this_week: str) -> Keep | None:
    """Whether next week is to be as this one; None where that can be said no more."""
    following = shift_week(this_week, 1)
    if published_run(session, following) is not None:
        return None
    return Keep(following, keeping.is_kept(session, her.id, following))


def _helped(page: Page, session: Session, her: Whose, week: str, *, also_before: bool) -> list[Helped]:
    """What she may say of this week's activities, and of last week's that she has said nothing of; newest first."""
    found = [Helped(*each) for each in helpful(page, session, her, week)]
    if also_before:
        before = helpful(page, session, her, shift_week(week, -1))
        found += [Helped(*each) for each in before if each[1] is None]
    return sorted(found, key=lambda one: one.activity.meetings[-1].date, reverse=True)
