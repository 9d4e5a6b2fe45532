"""Somebody says that she will not come: her seat is free at once for who waits, and nothing of it counts against her.

Seats are held for a week, so one is free where she comes to none of the group's meetings and none has begun.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Set

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.tables import Meeting
from catalog.weeks import week_of
from scheduler import messages
from scheduler.attendance import NOT_COMING, AttendanceError, Mark, write_marks
from scheduler.group_times import begins_at, meetings_of
from scheduler.places import Why, change_plan, hold_plan
from scheduler.request_effects import CHANNEL, Asker
from scheduler.supplies import move
from scheduler.tables import Attendance, Place

GRANTED = "called_off"


def call_off(
    session: Session, citizen_id: int, day: dt.date, state: str, reason: str, asker: Asker, group_id: int | None = None
) -> list[Meeting]:
    """Note that she will not come to what she has on a day, or to one group of it; returns the meetings.

    Raises
    ------
    AttendanceError
        The state is neither sick nor excused, or she has nothing to come then.
    NotPublishedError
        The week has no published plan.
    """
    if state not in NOT_COMING:
        raise AttendanceError(f"state {state}: expected {' or '.join(NOT_COMING)}")
    week = week_of(day)
    hold_plan(session, citizen_id, week)
    hers = select(Meeting).join(Place, Place.group_id == Meeting.group_id)
    hers = hers.where(Place.citizen_id == citizen_id, Place.week == week, Meeting.date == day)
    found = session.scalars(hers.order_by(Meeting.start_min, Meeting.group_id)).all()
    missed = [
        meeting
        for meeting in found
        if begins_at(day, meeting.start_min) > asker.at and group_id in (None, meeting.group_id)
    ]
    if not missed:
        which = "nothing" if group_id is None else f"no meeting of group {group_id}"
        raise AttendanceError(f"{day}: she has {which} to come on that day")
    for meeting in missed:
        write_marks(session, meeting.group_id, [Mark(citizen_id, day, meeting.start_min, state, reason)], asker)
    left = left_groups(session, citizen_id, {meeting.group_id for meeting in missed}, asker)
    free_seats(session, week, {citizen_id: left}, asker)
    return missed


def left_groups(session: Session, citizen_id: int, groups: Iterable[int], asker: Asker) -> set[int]:
    """Those of her groups that have not begun and to none of whose meetings she comes, as the register says."""
    left = set()
    for group_id in groups:
        hers = (Attendance.citizen_id == citizen_id, Attendance.group_id == group_id)
        noted = select(Attendance.date, Attendance.start_min).where(*hers, Attendance.state.in_(NOT_COMING))
        away = {(date, start) for date, start in session.execute(noted)}
        meetings = meetings_of(session, group_id)
        begun = any(begins_at(meeting.date, meeting.start_min) <= asker.at for meeting in meetings)
        if meetings and not begun and all((meeting.date, meeting.start_min) in away for meeting in meetings):
            left.add(group_id)
    return left


def free_seats(session: Session, week: str, left: Mapping[int, Set[int]], asker: Asker) -> None:
    """Give back the seats of the groups that citizens leave, and tell those who did not say it themselves."""
    plans = {who: hold_plan(session, who, week) for who in sorted(left) if left[who]}
    gone = {who: left[who] & set(plan.groups) for who, plan in plans.items()}
    move(session, (), [group for groups in gone.values() for group in groups])
    why = Why("request", asker.account_id, asker.at, granted=GRANTED)
    for who, plan in plans.items():
        if gone[who]:
            change_plan(session, who, week, plan, set(plan.groups) - gone[who], why)
            if asker.on_behalf or asker.is_staff:
                messages.queue(session, who, CHANNEL, "change_granted", {"week": week}, asker.at)
