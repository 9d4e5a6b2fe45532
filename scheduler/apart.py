"""Whom a citizen never shares a group with, in a published week: where they are, or where a seat is kept for them."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select, union
from sqlalchemy.orm import Session

from scheduler.one_facts import people_apart
from scheduler.supplies import FullError
from scheduler.tables import Hold, Place


def groups_of_people_apart(session: Session, citizen_id: int, week: str) -> list[int]:
    """The groups that are closed to a citizen, rising; no answer says why."""
    others = people_apart(session, citizen_id)
    if not others:
        return []
    theirs = (select(table.group_id).where(table.week == week, table.citizen_id.in_(others)) for table in (Place, Hold))
    return sorted(session.scalars(union(*theirs)))


def refuse_people_apart(session: Session, citizen_id: int, week: str, groups: Collection[int]) -> None:
    """Call this when `supplies.move` has taken the seats, where two such people wait for each other.

    Raises
    ------
    FullError
        One of them has, or is kept, a place in one of the groups.
    """
    met = set(groups).intersection(groups_of_people_apart(session, citizen_id, week)) if groups else set[int]()
    if met:
        raise FullError(min(met))
