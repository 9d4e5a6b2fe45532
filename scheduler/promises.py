"""What a week owes from earlier: locks, running places and agreements, and the groups of last week."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, and_, literal, or_, select
from sqlalchemy.orm import Session

from catalog.tables import Group, Offering, Series
from catalog.weeks import monday_of, shift_week
from scheduler.barring import Week
from scheduler.facts import GroupFacts
from scheduler.learning.settings import read_settings
from scheduler.learning.swaps import may_swap
from scheduler.reading import Rows, columns, ints, places, positions, table
from scheduler.standing_yes import who_says_yes
from scheduler.tables import Agreement, CitizenWeek, Enrolment, Lock, Place, SwapYes
from solver.problem import Bools, Ints

BINDS = or_(Offering.intake != "rolling", Offering.kind == "internship")  # Whoever is in it stays until it ends.


def read_locked(session: Session, week: str, ids: Ints, group: GroupFacts) -> Ints:
    """(n, 2) citizen and group of everything that must be in a plan.

    These are staff's locks, binding places in a series, and agreements on a series that stand; but not what may give
    way of the agreements of whoever may swap.
    """
    agreed = select(Agreement.citizen_id, Agreement.series_id).where(Agreement.series_id.is_not(None), *_stands(week))
    always = (locks(week), binding_places(week), agreed.where(~_gives_way(week)))
    bound = _pairs(session, week, ids, group, always)
    loose = _pairs(session, week, ids, group, (agreed.where(_gives_way(week)),))
    swaps = np.isin(ids, who_may_swap(session, week))
    return np.unique(np.concatenate([bound, loose[~swaps[loose[:, 0]]]]), axis=0)


def read_loosened(session: Session, week: str) -> Sequence[Agreement]:
    """The agreements that stand in a week and do not bind it, for those may swap with whom they were made."""
    hers = select(Agreement).join(SwapYes, SwapYes.citizen_id == Agreement.citizen_id)
    found = session.scalars(hers.where(_gives_way(week), *_stands(week)).order_by(Agreement.citizen_id)).all()
    who = set(who_may_swap(session, week).tolist())
    return [agreement for agreement in found if agreement.citizen_id in who]


def who_may_swap(session: Session, week: str) -> Ints:
    """(n,) the ids of those who may swap in a week, by what they bring into it and their yes."""
    carried = select(CitizenWeek.citizen_id, CitizenWeek.behind_weeks)
    citizen, weeks = columns(session, carried.where(CitizenWeek.week == week, CitizenWeek.behind_weeks > 0))
    ids, yes = ints(citizen), who_says_yes(session, SwapYes, ints(citizen))
    return ids[may_swap(ints(weeks), yes, read_settings(session, monday_of(week)))]


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


def _gives_way(week: str) -> ColumnElement[bool]:
    """Agreements that began before the week, on groups that anybody may come to at any time."""
    rolling = select(Series.id).join(Offering, Offering.id == Series.offering_id).where(~BINDS)
    return and_(Agreement.from_week < week, Agreement.series_id.in_(rolling))


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
