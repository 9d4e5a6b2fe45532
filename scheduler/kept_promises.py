"""How the centre keeps its promises, week by week: of what agreements promised, the share that people got.

An agreement is kept in a published week where she has a place in the offering as the week stands, and broken where she
has none, where the centre cancelled all that she had of it, or from the week on in which it was broken by a decision.
It counts neither way where she left, swapped or asked for something else, where she is away, or where the offering does
not meet because of a holiday.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import Session

from catalog.tables import Group, Meeting
from catalog.weeks import closed_days, monday_of, shift_week
from scheduler.citizen_reading import away, turns
from scheduler.life import published_run
from scheduler.tables import Agreement, Attendance, BrokenAgreement, Place, PlanChange

MOST_WEEKS = 53
HER_OWN = ("request", "undo")  # Why a plan changes where she asks for it.
Promised = tuple[int, str]  # citizen, offering


class WeekRangeError(ValueError):
    """The first and the last week do not fit; the message says what was expected."""


class Kept(NamedTuple):
    """The promises of one published week."""

    week: str
    kept: int
    broken: int


def promises_kept(session: Session, first: str, last: str) -> list[Kept]:
    """Count the promises of each published week from the first to the last; names nobody.

    Raises
    ------
    WeekRangeError
        The last week is before the first, or more than a year after it.
    """
    return [_count(session, week) for week in weeks_from(first, last) if published_run(session, week) is not None]


def weeks_from(first: str, last: str) -> list[str]:
    """The weeks from the first to the last, or WeekRangeError."""
    if not first <= last < shift_week(first, MOST_WEEKS):
        raise WeekRangeError(f"weeks {first} to {last}: expected the first one first, and at most {MOST_WEEKS}")
    weeks = [first]
    while weeks[-1] != last:
        weeks.append(shift_week(weeks[-1], 1))
    return weeks


def _count(session: Session, week: str) -> Kept:
    promised = _promised(session, week)
    places = session.execute(select(Place.citizen_id, Place.offering_id).where(Place.week == week))
    got = {(who, offering) for who, offering in places} - _cancelled(session, week)
    missing = promised - got
    if missing:
        missing -= _own_wish(session, week, missing)
        gone = set(away(session.execute(turns(monday_of(week))).all(), monday_of(week)))
        closed = _closed(session, week)
        missing = {(who, offering) for who, offering in missing if who not in gone and offering not in closed}
    return Kept(week, len(promised & got), len(missing))


def _promised(session: Session, week: str) -> set[Promised]:
    """What stands in a week, and what would if the centre had not broken it."""
    broken = exists().where(
        BrokenAgreement.citizen_id == Agreement.citizen_id,
        BrokenAgreement.offering_id == Agreement.offering_id,
        BrokenAgreement.from_week == Agreement.from_week,
    )
    stands = or_(Agreement.left_week.is_(None), Agreement.left_week > week, broken)
    rows = select(Agreement.citizen_id, Agreement.offering_id)
    found = session.execute(rows.where(Agreement.from_week <= week, Agreement.until_week >= week, stands))
    return {(who, offering) for who, offering in found}


def _cancelled(session: Session, week: str) -> set[Promised]:
    """Places of a week of which the centre cancelled every meeting that was noted."""
    hers = and_(Attendance.citizen_id == Place.citizen_id, Attendance.group_id == Place.group_id)
    by_us = func.min(Attendance.state) == "cancelled_by_us"
    rows = select(Place.citizen_id, Place.offering_id).join(Attendance, hers).where(Place.week == week)
    rows = rows.group_by(Place.citizen_id, Place.offering_id)
    found = session.execute(rows.having(by_us, func.max(Attendance.state) == "cancelled_by_us"))
    return {(who, offering) for who, offering in found}


def _own_wish(session: Session, week: str, missing: set[Promised]) -> set[Promised]:
    """Those of the missing that she has given up for this week herself."""
    offering: dict[int, str] = dict(
        session.execute(select(Group.id, Group.offering_id).where(Group.week == week)).all()
    )
    changes = select(PlanChange.citizen_id, PlanChange.before, PlanChange.after)
    changes = changes.where(PlanChange.week == week, PlanChange.reason.in_(HER_OWN))
    found = set[Promised]()
    for who, before, after in session.execute(changes):
        found |= {(who, offering[group]) for group in set(before) - set(after) if group in offering}
    return found & missing


def _closed(session: Session, week: str) -> set[Any]:
    """The offerings without a meeting in a week with holidays."""
    if not closed_days(session, week):
        return set()
    meet = select(Group.offering_id).join(Meeting, Meeting.group_id == Group.id).where(Group.week == week)
    promised = select(Agreement.offering_id).where(Agreement.from_week <= week, Agreement.until_week >= week)
    return set(session.scalars(promised)) - set(session.scalars(meet))
