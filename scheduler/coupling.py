"""Staff and room rows: who or what can serve how many appointments in a quarter-hour."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from scheduler.facts import Facts
from scheduler.slots import QUARTER_MINUTES, Slots
from solver.problem import Bools, Ints

Resource = tuple[int, int]  # (-1, staff position) or (site position, room type position)
Moment = tuple[int, int]  # day, quarter-hour


class Row(NamedTuple):
    """The slots that need one resource at one moment."""

    resource: Resource
    moment: Moment
    limit: int
    members: frozenset[int]


@dataclass(frozen=True)
class Coupling:
    """The rows of a problem, with what each stands for. A row speaks for all quarter-hours with the same users."""

    limit: Ints  # (R,)
    is_room: Bools  # (R,)
    resource: Ints  # (R,) staff position, or room type position in `room_types`
    site: Ints  # (R,) -1 for staff
    day: Ints  # (R,)
    quarter: Ints  # (R,) the first of the quarter-hours
    use_ptr: Ints  # (S + 1,)
    use_row: Ints  # (U,)
    room_types: tuple[str, ...]


def couple(facts: Facts, slots: Slots) -> Coupling:
    """Make one row for every worker or room type of a site and every set of slots that need it at one time.

    A row is left out where it cannot bind: its slots have no more seats (for rooms: workers) than its limit, or
    another row with the same limit holds all of them.
    """
    types = tuple(sorted(set(facts.centre.room_type)))
    capacity, reserved = _capacity(facts, types), _reserved(facts, types)
    lead_of_slot = _first_staff(facts)[slots.first]
    seats = facts.group.seats[slots.first] * np.diff(slots.ptr)
    rows: list[Row] = []
    for resource, by_moment in _users(facts, slots, types).items():
        found: dict[frozenset[int], Row] = {}
        for moment, using in sorted(by_moment.items()):
            limit = max(0, capacity[resource] - reserved[resource, moment])
            needed = int(seats[using].sum()) if resource[0] < 0 else len(set(lead_of_slot[using].tolist()))
            members = frozenset(using)
            if needed > limit and (members not in found or limit < found[members].limit):
                found[members] = Row(resource, moment, limit, members)
        rows += _undominated(list(found.values()))
    return _coupling(rows, len(seats), types)


def _first_staff(facts: Facts) -> Ints:
    staff = np.append(facts.group.staff, -1)
    first: Ints = np.where(np.diff(facts.group.staff_ptr) > 0, staff[facts.group.staff_ptr[:-1]], -1)
    return first


def _capacity(facts: Facts, types: tuple[str, ...]) -> Counter[Resource]:
    capacity = Counter[Resource]({(-1, person): 1 for person in range(len(facts.centre.staff))})
    for site, kind in zip(facts.centre.room_site.tolist(), facts.centre.room_type, strict=True):
        capacity[site, types.index(kind)] += 1
    return capacity


def _reserved(facts: Facts, types: tuple[str, ...]) -> Counter[tuple[Resource, Moment]]:
    """Count what the timetable holds: staff and rooms of the groups that are no appointments."""
    reserved = Counter[tuple[Resource, Moment]]()
    groups, busy = facts.group, _busy_staff(facts)
    for group in np.flatnonzero(~groups.appointment).tolist():
        staff = groups.staff[groups.staff_ptr[group] : groups.staff_ptr[group + 1]].tolist()
        for meeting in range(groups.meeting_ptr[group], groups.meeting_ptr[group + 1]):
            room = int(groups.meeting_room[meeting])
            held: list[Resource] = [(-1, person) for person in staff if person in busy]
            if room >= 0:
                held.append((int(facts.centre.room_site[room]), types.index(facts.centre.room_type[room])))
            reserved.update((resource, moment) for moment in _moments(facts, meeting) for resource in held)
    return reserved


def _busy_staff(facts: Facts) -> set[int]:
    group_of_staff = np.repeat(np.arange(len(facts.group.id)), np.diff(facts.group.staff_ptr))
    return set(facts.group.staff[facts.group.appointment[group_of_staff]].tolist())


def _users(facts: Facts, slots: Slots, types: tuple[str, ...]) -> dict[Resource, dict[Moment, list[int]]]:
    users: dict[Resource, dict[Moment, list[int]]] = defaultdict(lambda: defaultdict(list))
    counted = set(zip(facts.centre.room_site.tolist(), facts.centre.room_type, strict=True))
    for slot, group in enumerate(slots.first.tolist()):
        if not facts.group.appointment[group]:
            continue
        staff = facts.group.staff[facts.group.staff_ptr[group] : facts.group.staff_ptr[group + 1]].tolist()
        resources: list[Resource] = [(-1, person) for person in staff]
        site, kind = int(facts.group.site[group]), facts.centre.offering.room_type[int(facts.group.offering[group])]
        if (site, kind) in counted:
            resources.append((site, types.index(kind)))
        for meeting in range(facts.group.meeting_ptr[group], facts.group.meeting_ptr[group + 1]):
            for moment in _moments(facts, meeting):
                for resource in resources:
                    users[resource][moment].append(slot)
    return users


def _moments(facts: Facts, meeting: int) -> Iterator[Moment]:
    start, end = int(facts.group.meeting_start[meeting]), int(facts.group.meeting_end[meeting])
    for quarter in range(start // QUARTER_MINUTES, -(-end // QUARTER_MINUTES)):
        yield int(facts.group.meeting_day[meeting]), quarter


def _undominated(rows: list[Row]) -> Iterator[Row]:
    """Leave out the rows of one resource whose slots another row with at most the same limit holds too."""
    by_slot: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        for slot in row.members:
            by_slot[slot].append(row)
    for row in rows:
        rivals = by_slot[min(row.members)]
        if not any(row.members < rival.members and rival.limit <= row.limit for rival in rivals):
            yield row


def _coupling(rows: list[Row], num_slots: int, types: tuple[str, ...]) -> Coupling:
    slot = np.array([slot for row in rows for slot in sorted(row.members)], np.int64)
    used = np.repeat(np.arange(len(rows)), [len(row.members) for row in rows])
    columns = [(*row.resource, *row.moment, row.limit) for row in rows]
    site, resource, day, quarter, limit = np.array(columns, np.int64).reshape(-1, 5).T.copy()
    return Coupling(
        limit=limit,
        is_room=site >= 0,
        resource=resource,
        site=site,
        day=day,
        quarter=quarter,
        use_ptr=np.concatenate([[0], np.cumsum(np.bincount(slot, minlength=num_slots))]).astype(np.int64),
        use_row=used[np.argsort(slot, kind="stable")].astype(np.int64),
        room_types=types,
    )
