"""What a week owes from earlier: locks, running places and agreements, and the groups of last week."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from sqlalchemy import literal, or_, select
from sqlalchemy.orm import Session

from catalog.tables import Group
from catalog.weeks import shift_week
from scheduler.barring import Week
from scheduler.facts import GroupFacts
from scheduler.reading import Rows, columns, places, positions, table
from scheduler.tables import Agreement, Enrolment, Lock, Place
from solver.problem import Bools, Ints


def read_locked(session: Session, week: str, ids: Ints, group: GroupFacts) -> Ints:
    """(n, 2) citizen and group of everything that must be in a plan.

    These are staff's locks, binding places in a series, and agreements on a series that stand.
    """
    agreed = select(Agreement.citizen_id, Agreement.series_id).where(Agreement.series_id.is_not(None), *_stands(week))
    return _pairs(session, week, ids, group, (locks(week), binding_places(week), agreed))


def read_kept(session: Session, week: str, ids: Ints, group: GroupFacts, locked: Ints) -> Ints:
    """(K, 2) citizen and group of last week's places, in a series or the published week, that no lock holds."""
    last = shift_week(week, -1)
    placed = select(Place.citizen_id, Group.code).join(Group, Group.id == Place.group_id).where(Place.week == last)
    kept = _pairs(session, week, ids, group, (placed, _enrolled(last).where(~Enrolment.binding)))
    bound = set(map(tuple, locked.tolist()))
    return kept[np.array([tuple(pair) not in bound for pair in kept.tolist()], np.bool_)]


def read_promised(session: Session, week: str, ids: Ints, offerings: Sequence[str]) -> Bools:
    """(I, O) offerings that are agreed without a series."""
    return table(session, promises(week), ids, offerings) > 0


def locks(week: Week) -> Rows:
    """Citizens and codes of the groups of a week that are locked."""
    return select(Lock.citizen_id, Group.code).join(Group, Group.id == Lock.group_id).where(Group.week == week)


def binding_places(week: Week) -> Rows:
    """Citizens and the series in which they must be in a week."""
    return _enrolled(week).where(Enrolment.binding)


def promises(week: Week) -> Rows:
    """Offerings that are agreed for a week without a series."""
    agreed = select(Agreement.citizen_id, Agreement.offering_id, literal(1)).where(Agreement.series_id.is_(None))
    return agreed.where(*_stands(week))


def _stands(week: Week) -> tuple[Any, ...]:
    has_left = (Agreement.left_week.is_not(None)) & (Agreement.left_week <= week)
    return Agreement.from_week <= week, Agreement.until_week >= week, ~has_left


def _enrolled(week: Week) -> Rows:
    """Everybody's series in a week."""
    begun = select(Enrolment.citizen_id, Enrolment.series_id).where(Enrolment.from_week <= week)
    return begun.where(or_(Enrolment.until_week.is_(None), Enrolment.until_week >= week))


def _pairs(session: Session, week: str, ids: Ints, group: GroupFacts, statements: Iterable[Rows]) -> Ints:
    """(n, 2) the citizens and groups of rows of citizen and code; a group from a series has the series' id for code."""
    number, code = columns(session, select(Group.id, Group.code).where(Group.week == week).order_by(Group.id))
    of_code = np.append(places(number, group.id), -1)  # The last place answers for codes that the week does not have.
    found = []
    for statement in statements:
        citizen, name = columns(session, statement)
        found.append(np.stack([places(citizen, ids), of_code[positions(name, code)]], axis=1))
    pairs = np.concatenate(found)
    return np.unique(pairs[(pairs >= 0).all(axis=1)], axis=0)
