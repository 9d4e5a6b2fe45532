"""What follows where the published week holds something better than what was agreed with somebody who may swap."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session

from catalog.database import insert_rows
from catalog.tables import Group
from scheduler.promises import read_loosened
from scheduler.revision_tasks import contacts_of_all
from scheduler.tables import Agreement, Place, StaffTask

SLUG = "agreement_swapped"


def set_swaps(session: Session, week: str, now: dt.datetime) -> None:
    """End the agreements that whoever may swap does not have in a published week; her contact gets a task.

    What ended so with an earlier version of the week stands again first, unless the task is done. Nothing ends for
    whoever has no place in the week at all, or where the week has no group of the series.
    """
    _take_back(session, week)
    held = select(Place.citizen_id, Group.series_id).join(Group, Group.id == Place.group_id).where(Place.week == week)
    has = {(citizen, series) for citizen, series in session.execute(held)}
    placed = {citizen for citizen, _ in has}
    there = set(session.scalars(select(Group.series_id).where(Group.week == week)))
    over = [
        agreement
        for agreement in read_loosened(session, week)
        if agreement.citizen_id in placed
        and agreement.series_id in there
        and (agreement.citizen_id, agreement.series_id) not in has
    ]
    contact = contacts_of_all(session) if over else {}
    for agreement in over:
        agreement.left_week = week
    session.flush()
    rows = [
        {
            "slug": SLUG,
            "citizen_id": agreement.citizen_id,
            "week": week,
            "subject": agreement.offering_id,
            "staff_id": contact.get(agreement.citizen_id),
            "created_at": now,
        }
        for agreement in over
    ]
    insert_rows(session, StaffTask, rows)


def swapped(session: Session, week: str) -> set[tuple[int, str]]:
    """Citizens and offerings whose agreement may give way in a week, or has ended with its publishing."""
    ended = session.execute(select(StaffTask.citizen_id, StaffTask.subject).where(*_tasks(week)))
    may = {(agreement.citizen_id, agreement.offering_id) for agreement in read_loosened(session, week)}
    return may | {(citizen, offering) for citizen, offering in ended}


def _take_back(session: Session, week: str) -> None:
    open_tasks = (*_tasks(week), StaffTask.done_at.is_(None))
    same = (StaffTask.citizen_id == Agreement.citizen_id) & (StaffTask.subject == Agreement.offering_id)
    ended = select(Agreement).join(StaffTask, same).where(Agreement.left_week == week, *open_tasks)
    for agreement in session.scalars(ended).all():
        agreement.left_week = None
    session.flush()
    session.execute(delete(StaffTask).where(*open_tasks))


def _tasks(week: str) -> tuple[ColumnElement[bool], ...]:
    return StaffTask.slug == SLUG, StaffTask.week == week
