"""What a published week looks like between two changes, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import NamedTuple

import numpy as np
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from scheduler.approval import LOCKED_BY_APPROVAL
from scheduler.places import standing
from scheduler.problem import build_problem
from scheduler.supplies import recount
from scheduler.tables import ChangeRequest, Hold, KeepApart, Lock, Place
from solver.solution import Plans
from solver.verify import verify
from tests.unit.plan_town import WEEK

BEYOND_SEATS = text(
    "SELECT g.id FROM week_group g JOIN (SELECT group_id FROM place UNION ALL SELECT group_id FROM hold) taken "
    "ON taken.group_id = g.id GROUP BY g.id, g.seats HAVING count(*) > g.seats"
)


class Seen(NamedTuple):
    """A citizen's plan as it stands."""

    published: int
    changes: int
    groups: tuple[int, ...]


def see(session: Session, citizen: int) -> Seen:
    """Look at a citizen's plan."""
    found = standing(session, citizen, WEEK)
    return Seen(found.published, found.number, found.groups)


def week_faults(session: Session) -> list[str]:
    """What does not add up: counters, seats, holds, locks that are not the places, people to be kept apart."""
    faults = [f"counter {drift}" for drift in recount(session, WEEK)]
    faults += [f"group {row.id} has more than its seats" for row in session.execute(BEYOND_SEATS)]
    held = select(ChangeRequest.id).join(Hold, Hold.request_id == ChangeRequest.id)
    faults += [f"request {key} is over and holds" for key in session.scalars(held.where(ChangeRequest.state != "held"))]
    places = set(session.execute(select(Place.citizen_id, Place.group_id).where(Place.week == WEEK)).all())
    locks = session.execute(select(Lock.citizen_id, Lock.group_id, Lock.why)).all()
    approved = {(who, group) for who, group, why in locks if why.startswith(LOCKED_BY_APPROVAL)}
    faults += [f"{who} is locked in {group} without a place" for who, group in approved - places]
    faults += [f"{who} is not locked in {group}" for who, group in places - {(who, group) for who, group, _ in locks}]
    for pair in session.scalars(select(KeepApart)):
        both = pair.first_citizen_id, pair.second_citizen_id
        hers, his = (
            {at for who, at in places if who == one} for one in (pair.first_citizen_id, pair.second_citizen_id)
        )
        faults += [f"{both} are together in {group}" for group in hers & his]
    return faults


def broken_rules(session: Session) -> list[str]:
    """What a recount of the whole week from the stored facts finds."""
    problem, ids = build_problem(session, WEEK)
    places = session.execute(select(Place.citizen_id, Place.group_id).where(Place.week == WEEK)).all()
    position = {key: place for place, key in enumerate(ids.group.tolist())}
    slot = np.repeat(np.arange(problem.num_slots), np.diff(problem.group_ptr))
    chosen = [sorted(position[group] for who, group in places if who == key) for key in ids.citizen.tolist()]
    group = np.array([place for each in chosen for place in each], np.int64)
    plans = Plans(np.cumsum([0, *map(len, chosen)]), slot[group], group)
    return [violation.text for violation in verify(problem, plans).violations]


def moves_of_others(before: Mapping[int, Seen], now: Mapping[int, Seen], by: Set[int], erased: Set[int]) -> list[str]:
    """Whose plan changed though she did not do it, or without its version rising by one; publishing moves anybody."""
    faults = []
    for citizen in now.keys() & before.keys():
        old, new = before[citizen], now[citizen]
        if new.published == old.published and new != old:
            rises = new.changes == old.changes + 1 or citizen in erased
            faults += [] if citizen in by and rises else [f"{citizen}: {old} became {new}"]
    return faults
