"""Somebody who is absent again and again may need help: a person is asked, once, to find out how she is.

It is the only use of absence, it sanctions nobody, and nothing that plans a week reads it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from itertools import groupby

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from catalog.weeks import CENTRE_TIME, week_of
from scheduler.progress_rules import read_progress_rules
from scheduler.request_effects import set_task
from scheduler.tables import Attendance, StaffTask

SLUG = "absent_in_a_row"


def set_absence_tasks(session: Session, citizens: Iterable[int], now: dt.datetime) -> None:
    """Let each row of meetings that these citizens were absent from, where it is long enough, have one task.

    A task is about the day of the row's first absence. One that is open, and whose row a correction of the register has
    broken, is taken back.
    """
    least = read_progress_rules(session, now.astimezone(CENTRE_TIME).date()).absent_in_a_row
    for citizen_id in sorted(citizens):
        first = _first_days(session, citizen_id, least)
        obsolete = (StaffTask.slug == SLUG, StaffTask.citizen_id == citizen_id, StaffTask.done_at.is_(None))
        days = [day.isoformat() for day in first]
        session.execute(delete(StaffTask).where(*obsolete, StaffTask.subject.not_in(days)))
        for day in first:
            set_task(session, citizen_id, week_of(day), SLUG, day.isoformat(), now)


def _first_days(session: Session, citizen_id: int, least: int) -> list[dt.date]:
    """The first day of each row of at least so many absences, whatever the groups were."""
    hers = select(Attendance.date, Attendance.state).where(Attendance.citizen_id == citizen_id)
    noted = session.execute(hers.order_by(Attendance.date, Attendance.start_min, Attendance.group_id)).all()
    rows = [(state, list(days)) for state, days in groupby(noted, key=lambda row: row[1])]
    return [days[0][0] for state, days in rows if state == "absent" and len(days) >= least]
