"""Somebody says that she comes to a meeting: a comfort to her and to who expects her, and nothing plans by it.

It never takes the place of the register. That she will not come, whoever notes it, takes it away.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from catalog.tables import Meeting
from catalog.weeks import week_of
from scheduler.attendance import AWAY, AttendanceError
from scheduler.group_times import begins_at
from scheduler.idempotency import replace_row
from scheduler.places import hold_plan
from scheduler.request_effects import Asker
from scheduler.tables import Attendance, Coming, Place


def say_coming(session: Session, citizen_id: int, group_id: int, day: dt.date, asker: Asker, *, yes: bool) -> None:
    """Keep that she comes to what she has with a group on a day, or take it back; twice the same is once.

    Raises
    ------
    AttendanceError
        She has nothing to come with this group on that day, or has said that she will not come.
    NotPublishedError
        The week has no published plan.
    """
    hold_plan(session, citizen_id, week_of(day))
    meetings = _to_come(session, citizen_id, group_id, day, asker)
    if not meetings:
        raise AttendanceError(f"{day}: she has no meeting of group {group_id} to come on that day")
    for meeting in meetings:
        row = {"citizen_id": citizen_id, "group_id": group_id, "date": day, "start_min": meeting.start_min}
        if yes:
            replace_row(session, Coming, row | {"account_id": asker.account_id, "at": asker.at})
        else:
            then = (Coming.group_id == group_id, Coming.date == day, Coming.start_min == meeting.start_min)
            session.execute(delete(Coming).where(Coming.citizen_id == citizen_id, *then))


def coming_of(session: Session, citizen_id: int) -> Sequence[Coming]:
    """The meetings to which a citizen says that she comes, the newest first."""
    hers = select(Coming).where(Coming.citizen_id == citizen_id)
    return session.scalars(hers.order_by(Coming.date.desc(), Coming.start_min.desc(), Coming.group_id)).all()


def coming_to(session: Session, group_id: int) -> Sequence[Coming]:
    """Who says that she comes to a group's meetings."""
    said = select(Coming).where(Coming.group_id == group_id)
    return session.scalars(said.order_by(Coming.date, Coming.start_min, Coming.citizen_id)).all()


def _to_come(session: Session, citizen_id: int, group_id: int, day: dt.date, asker: Asker) -> list[Meeting]:
    """What she has with a group on a day that has not begun, and of which nothing else is noted."""
    hers = select(Meeting).join(Place, Place.group_id == Meeting.group_id)
    hers = hers.where(Place.citizen_id == citizen_id, Meeting.group_id == group_id, Meeting.date == day)
    off = (Attendance.citizen_id == citizen_id, Attendance.group_id == group_id, Attendance.date == day)
    noted = set(session.scalars(select(Attendance.start_min).where(*off, Attendance.state.in_(AWAY))))
    return [
        meeting
        for meeting in session.scalars(hers.order_by(Meeting.start_min))
        if begins_at(day, meeting.start_min) > asker.at and meeting.start_min not in noted
    ]
