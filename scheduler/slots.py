"""Merge the groups that no citizen can tell apart into slots."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from scheduler.facts import Facts
from solver.problem import Bools, Ints

QUARTER_MINUTES = 15


@dataclass(frozen=True)
class Slots:
    """The groups in slot order, and where each slot's groups lie among them."""

    group: Ints  # (G,) group position of the facts, slot by slot
    ptr: Ints  # (S + 1,)
    of_group: Ints  # (G,) slot of each group of the facts

    @property
    def first(self) -> Ints:
        """(S,) one group of each slot."""
        return self.group[self.ptr[:-1]]


def make_slots(facts: Facts) -> Slots:
    """Merge groups, except those that a lock names or that two people to be kept apart could share."""
    num_groups = len(facts.group.id)
    single = np.zeros(num_groups, np.bool_)
    single[facts.citizen.locked[:, 1]] = True
    keys = _keys(facts)
    while True:
        slots = _sorted_slots([(*key, group if single[group] else -1) for group, key in enumerate(keys)])
        shared = _shared_by_pairs(facts, slots)
        if not len(shared):
            return slots
        single[shared] = True


def lead(facts: Facts) -> Ints:
    """(G,) staff position of the person whom `own_person` asks for, -1 where the rule does not apply."""
    role_of_staff = np.array([_position(facts.centre.role, role) for role in facts.centre.staff_role], np.int64)
    role = contact_role(facts)[facts.group.offering]
    group_of_staff = np.repeat(np.arange(len(role)), np.diff(facts.group.staff_ptr))
    holds = np.flatnonzero((role_of_staff[facts.group.staff] == role[group_of_staff]) & (role[group_of_staff] >= 0))
    person = np.full(len(role), -1, np.int64)
    person[group_of_staff[holds[::-1]]] = facts.group.staff[holds[::-1]]
    return person


def contact_role(facts: Facts) -> Ints:
    """(O,) position of the contact role that holds an offering, -1 where none does."""
    return np.array([_position(facts.centre.role, role) for role in facts.centre.offering.contact_role], np.int64)


def can_take(facts: Facts, group: int, citizens: Ints, person: int, role: int) -> Bools:
    """Tell for each of some citizens whether the group lies in her reach and time and nothing bars her from it."""
    citizen, groups = facts.citizen, facts.group
    fits = citizen.reach[citizens, groups.site[group]] & (citizen.barred[citizens, groups.offering[group]] == 0)
    for meeting in range(groups.meeting_ptr[group], groups.meeting_ptr[group + 1]):
        first = groups.meeting_start[meeting] // QUARTER_MINUTES
        last = -(-groups.meeting_end[meeting] // QUARTER_MINUTES)
        fits &= citizen.available[citizens, groups.meeting_day[meeting], first:last].all(axis=1)
    if role >= 0:
        own = citizen.contact[citizens, role]
        fits &= (own < 0) | (own == person)
    able: Bools = fits
    return able


def _position(names: tuple[str, ...], name: str | None) -> int:
    return names.index(name) if name in names else -1


def _keys(facts: Facts) -> list[tuple[object, ...]]:
    groups = facts.group
    meetings = np.stack([groups.meeting_day, groups.meeting_start, groups.meeting_end], axis=1).tolist()
    columns = (groups.offering, groups.site, groups.seats, groups.minimum, groups.open, lead(facts))
    bounds = groups.meeting_ptr.tolist()
    staff, of_staff = groups.staff.tolist(), groups.staff_ptr.tolist()
    keys: list[tuple[object, ...]] = []
    for group, columns_of_group in enumerate(zip(*(column.tolist() for column in columns), strict=True)):
        offering, site, *others = columns_of_group
        times = tuple(map(tuple, meetings[bounds[group] : bounds[group + 1]]))
        used = tuple(staff[of_staff[group] : of_staff[group + 1]]) if groups.appointment[group] else ()
        keys.append((offering, site, times, *others, used))
    return keys


def _sorted_slots(keys: list[tuple[object, ...]]) -> Slots:
    order = sorted(range(len(keys)), key=lambda group: (keys[group], group))
    new = [
        position for position in range(len(order)) if not position or keys[order[position]] != keys[order[position - 1]]
    ]
    ptr = np.array([*new, len(order)], np.int64)
    group = np.array(order, np.int64)
    of_group = np.empty_like(group)
    of_group[group] = np.repeat(np.arange(len(new)), np.diff(ptr))
    return Slots(group, ptr, of_group)


def _shared_by_pairs(facts: Facts, slots: Slots) -> Ints:
    several = np.flatnonzero(np.diff(slots.ptr) > 1)
    pairs = facts.citizen.apart
    if not len(pairs):
        return np.zeros(0, np.int64)
    roles, persons = contact_role(facts), lead(facts)
    shared: list[Iterable[int]] = []
    for slot in several.tolist():
        group = int(slots.group[slots.ptr[slot]])
        role = int(roles[facts.group.offering[group]])
        able = can_take(facts, group, pairs.ravel(), int(persons[group]), role).reshape(-1, 2)
        if able.all(axis=1).any():
            shared.append(slots.group[slots.ptr[slot] : slots.ptr[slot + 1]].tolist())
    return np.array([group for groups in shared for group in groups], np.int64)
