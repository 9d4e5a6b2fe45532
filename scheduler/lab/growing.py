"""A bigger or smaller centre: more or less of what a week offers, and more or fewer citizens who come."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from scheduler.lab.draft import Draft, add, keep_groups, take, take_citizens
from solver.problem import Ints

FULL = 100


def add_supply(draft: Draft, percent: int, seed: int) -> Draft:
    """So many percent of the week's groups, offering by offering, drawn by seed.

    More: the n-th copies of groups are held by n-th copies of their staff, and each room has as many copies. Fewer: the
    others close, but for those that somebody is locked into.
    """
    if percent < FULL:
        return _fewer(draft, percent, seed)
    whole, part = divmod(percent - FULL, FULL)
    drawn = _drawn(draft, part, seed)
    every = np.arange(len(draft.code))
    for turn, which in enumerate([every] * whole + [drawn] * bool(part), start=1):
        draft = _copy(draft, which, turn)
    return draft


def _drawn(draft: Draft, percent: int, seed: int) -> Ints:
    """Positions of so many percent of each offering's groups, half a group rounded up."""
    group, rng = draft.facts.group, np.random.default_rng(seed)
    found = [np.zeros(0, np.int64)]
    for offering in np.unique(group.offering).tolist():
        own = rng.permutation(np.flatnonzero(group.offering == offering))
        found.append(own[: (len(own) * percent + FULL // 2) // FULL])
    return np.sort(np.concatenate(found))


def _fewer(draft: Draft, percent: int, seed: int) -> Draft:
    kept = np.zeros(len(draft.code), np.bool_)
    kept[_drawn(draft, percent, seed)] = True
    kept[draft.facts.citizen.locked[:, 1]] = True
    return keep_groups(draft, kept)


def _copy(draft: Draft, which: Ints, turn: int) -> Draft:
    facts, centre = draft.facts, draft.facts.centre
    groups = take(facts.group, which)
    who, held_by = np.unique(groups.staff, return_inverse=True)
    first = len(centre.staff)
    rooms = np.flatnonzero(["+" not in name for name in draft.room])
    copy = np.full(len(draft.room) + 1, -1, np.int64)  # The last place answers for no room.
    copy[rooms] = len(draft.room) + np.arange(len(rooms))
    groups = replace(groups, staff=first + held_by.astype(np.int64), meeting_room=copy[groups.meeting_room])
    more = replace(
        centre,
        staff=centre.staff + tuple(f"{centre.staff[at]}+{turn}" for at in who.tolist()),
        staff_role=centre.staff_role + tuple(centre.staff_role[at] for at in who.tolist()),
        room_site=np.concatenate([centre.room_site, centre.room_site[rooms]]),
        room_type=centre.room_type + tuple(centre.room_type[at] for at in rooms.tolist()),
    )
    names = draft.room + tuple(f"{draft.room[at]}+{turn}" for at in rooms.tolist())
    draft = replace(draft, facts=replace(facts, centre=more), room=names)
    return add(draft, groups, tuple(f"{draft.code[at]}+{turn}" for at in which.tolist()))


def resize(draft: Draft, citizens: int, seed: int) -> Draft:
    """So many citizens: some left out, or all and copies of some, drawn by seed.

    The n-th copy of a citizen has the n-th copies of her contacts and of her places, where the week has those.
    """
    number = len(draft.facts.citizen.id)
    order = np.random.default_rng(seed).permutation(number)
    if citizens <= number:
        return take_citizens(draft, np.sort(order[:citizens]))
    draft = take_citizens(draft, np.concatenate([np.arange(number), np.resize(order, citizens - number)]))
    for turn in range(1, -(-citizens // number)):
        copies = number * turn + np.arange(min(number, citizens - number * turn))
        draft = _settle(draft, order[: len(copies)], copies, turn)
    return draft


def _settle(draft: Draft, original: Ints, copies: Ints, turn: int) -> Draft:
    facts, citizen = draft.facts, draft.facts.citizen
    contact = citizen.contact.copy()
    staff = _copies(facts.centre.staff, turn)
    contact[copies] = np.where(staff[contact[original]] >= 0, staff[contact[original]], contact[original])
    group, copy_of = _copies(draft.code, turn), np.full(len(citizen.id), -1, np.int64)
    copy_of[original] = copies
    places = {
        name: np.concatenate([pairs, more[(more >= 0).all(axis=1)]])
        for name, pairs in (("locked", citizen.locked), ("kept", citizen.kept))
        for more in [np.stack([copy_of[pairs[:, 0]], group[pairs[:, 1]]], axis=1)]
    }
    return replace(draft, facts=replace(facts, citizen=replace(citizen, contact=contact, **places)))


def _copies(names: tuple[str, ...], turn: int) -> Ints:
    """The position of each name's n-th copy, -1 where there is none; one place more answers for nothing."""
    place = {name: position for position, name in enumerate(names)}
    return np.array([*(place.get(f"{name}+{turn}", -1) for name in names), -1], np.int64)
