"""Who holds a group in whose place: a week's groups are held by those of their series, or by substitutes."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import Exists, exists, select
from sqlalchemy.orm import Session, aliased

from catalog.tables import Group, GroupStaff, SeriesStaff, StaffMember

_held, _own = aliased(GroupStaff), aliased(SeriesStaff)


class Substitutes(NamedTuple):
    """Of one worker's week: whom she stands in for, by group, and her own groups that only others hold."""

    instead_of: dict[int, list[str]]
    given_away: list[int]


def substitutes_of(session: Session, week: str, staff_id: str) -> Substitutes:
    """Whom a worker stands in for in a week, and which of her series' groups others hold."""
    held = session.scalars(
        select(Group.id)
        .join(_held, _held.group_id == Group.id)
        .where(Group.week == week, _held.staff_id == staff_id, ~_holds_series(staff_id))
    ).all()
    hers = exists().where(_held.group_id == Group.id, _held.staff_id == staff_id).correlate(Group)
    others = exists().where(_held.group_id == Group.id).correlate(Group)
    away = select(Group.id).where(Group.week == week, _holds_series(staff_id), ~hers, others)
    return Substitutes(_absent(session, held), list(session.scalars(away.order_by(Group.id))))


def _holds_series(staff_id: str) -> Exists:
    return exists().where(_own.series_id == Group.series_id, _own.staff_id == staff_id).correlate(Group)


def _absent(session: Session, groups: Collection[int]) -> dict[int, list[str]]:
    """The names of those who hold the series but not the group."""
    there = exists().where(_held.group_id == Group.id, _held.staff_id == _own.staff_id).correlate(Group, _own)
    rows = session.execute(
        select(Group.id, StaffMember.name)
        .join(_own, _own.series_id == Group.series_id)
        .join(StaffMember, StaffMember.id == _own.staff_id)
        .where(Group.id.in_(groups), ~there)
        .order_by(StaffMember.name)
    )
    found: dict[int, list[str]] = {}
    for group, name in rows:
        found.setdefault(group, []).append(name)
    return found
