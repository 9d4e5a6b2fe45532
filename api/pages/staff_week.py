"""`/arbejdsuge`: the week of a member of staff, with who comes to her groups and who stands in for whom."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response
from sqlalchemy.orm import Session

from api.pages.callers import Page, may_page
from api.pages.rendering import language_of
from api.pages.weeks import Event, days_of
from catalog.tables import StaffMember
from catalog.weeks import CENTRE_TIME, closed_days, parse_week, shift_week, week_of
from scheduler import policy, weeks_of
from scheduler.life import NotPublishedError
from scheduler.substitutes import Substitutes, substitutes_of
from scheduler.week_document import describe_groups
from scheduler.weeks_of import HeldGroup

routes = APIRouter(prefix="/arbejdsuge", include_in_schema=False)


@routes.get("")
def show(
    page: Annotated[Page, may_page("staff.week")],
    uge: Annotated[str | None, Query(max_length=10)] = None,
    hvem: Annotated[str | None, Query(max_length=100)] = None,
) -> Response:
    """Show one's own week at work, or a colleague's."""
    now = page.now.astimezone(CENTRE_TIME)
    this_week = week_of(now.date())
    week = this_week if uge is None else parse_week(uge)
    staff_id = hvem or page.actor.staff_id
    if staff_id is None:
        return page.show("house/staff_week.html", name="", week=week, this_week=this_week, days=None, held={})
    with page.reading() as session:
        policy.permit_staff(session, page.actor, page.action, staff_id)
        name = session.get_one(StaffMember, staff_id).name
        try:
            groups = weeks_of.staff_week(session, week, staff_id).groups
        except NotPublishedError:
            days, instead = None, Substitutes({}, [])
        else:
            instead = substitutes_of(session, week, staff_id)
            events = [*_held(groups, language_of(page.request)), *_given_away(session, page, instead.given_away)]
            days = days_of(week, events, now.date(), closed_days(session, week))
    return page.show(
        "house/staff_week.html",
        name=name,
        is_own=staff_id == page.actor.staff_id,
        staff_id=staff_id,
        week=week,
        this_week=this_week,
        earlier=shift_week(week, -1),
        later=shift_week(week, 1),
        days=days,
        today=next((day for day in days or () if day.is_today), None) if week == this_week else None,
        minute=now.hour * 60 + now.minute,
        held={group.group_id: group for group in groups} if days is not None else {},
        instead_of=instead.instead_of,
        count_empty=sum(not group.participants for group in groups) if days is not None else 0,
    )


def _held(groups: Iterable[HeldGroup], language: str) -> list[Event]:
    return [
        Event(
            meeting.date, meeting.start, meeting.end, (group.en if language == "en" else group.da) or group.da,
            group.site, meeting.room, group.staff if len(group.staff) > 1 else (), group.group_id, group.offering_id,
        )
        for group in groups
        if group.participants
        for meeting in group.meetings
    ]  # fmt: skip


def _given_away(session: Session, page: Page, groups: list[int]) -> list[Event]:
    """What she would hold, had nobody taken it for her."""
    language = language_of(page.request)
    return [
        Event(
            dt.date.fromisoformat(meeting["date"]), meeting["start"], meeting["end"], group[language] or group["da"],
            group["site"], meeting["room"], tuple(group["staff"]), group["group_id"], group["offering_id"],
            "given_away",
        )
        for group in describe_groups(session, groups)
        for meeting in group["meetings"]
    ]  # fmt: skip
