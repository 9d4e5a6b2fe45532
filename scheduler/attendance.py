"""What is noted of somebody at one meeting: whether she was there, or why not, who noted it and when.

Nothing that plans a week reads it: absence is missing data, and a meeting that the centre cancels is the centre's debt.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from catalog.tables import Meeting
from scheduler.group_times import begins_at
from scheduler.idempotency import replace_row
from scheduler.request_effects import Asker
from scheduler.tables import Attendance, Coming

STATES = ("attended", "excused", "sick", "absent", "cancelled_by_us")
NOT_COMING = ("sick", "excused")  # These alone can be noted of what is to come.
AWAY = (*NOT_COMING, "cancelled_by_us")


class AttendanceError(ValueError):
    """This cannot be noted; the message names the person, the meeting and what was expected."""


class Mark(NamedTuple):
    """What is noted of one person at one meeting, which begins on a day at so many minutes after midnight."""

    citizen_id: int
    date: dt.date
    start_min: int
    state: str
    reason: str = ""


def write_marks(session: Session, group_id: int, marks: Iterable[Mark], asker: Asker) -> None:
    """Write marks that were checked, in the order in which everybody writes them; who is away no longer comes."""
    for mark in sorted(marks):
        row = mark._asdict() | {"group_id": group_id, "account_id": asker.account_id, "at": asker.at}
        replace_row(session, Attendance, row)
        if mark.state in AWAY:
            then = (Coming.group_id == group_id, Coming.date == mark.date, Coming.start_min == mark.start_min)
            session.execute(delete(Coming).where(Coming.citizen_id == mark.citizen_id, *then))


def note_cancelled(
    session: Session, citizens: Iterable[int], meetings: Sequence[Meeting], reason: str, asker: Asker
) -> None:
    """Note that the centre cancels the meetings of a group that have not begun, for everybody who was in it."""
    people = list(citizens)
    for meeting in meetings:
        if begins_at(meeting.date, meeting.start_min) > asker.at:
            when = (meeting.date, meeting.start_min, "cancelled_by_us", reason)
            write_marks(session, meeting.group_id, [Mark(who, *when) for who in people], asker)


def attendance_of(session: Session, citizen_id: int) -> list[Attendance]:
    """Everything that was noted of a citizen, the newest first."""
    hers = select(Attendance).where(Attendance.citizen_id == citizen_id)
    return list(session.scalars(hers.order_by(Attendance.date.desc(), Attendance.start_min.desc())))
