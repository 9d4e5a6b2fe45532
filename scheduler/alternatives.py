"""The weeks that a citizen could have instead, best first: each found by the kernel, and checked before it is said."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from sqlalchemy.orm import Session

from scheduler.apart import groups_of_people_apart
from scheduler.asked import Asked
from scheduler.asked import edits as edits_of
from scheduler.one_problem import one_problem
from scheduler.places import Standing
from scheduler.week_state import WeekState
from solver.one import OneCitizen
from solver.problem import MICRO, MICRO_PER_PRICE, Bools, Ints

NODES = 30_000  # of a search; beyond it the answer may not be the very best week
MOST_TIMES = 12  # other groups of one offering that are looked at
STAY = 1_000_000  # 1/1000 points: more than a further activity is ever worth beside one that she has


@dataclass(frozen=True)
class Alternative:
    """A whole week, and how it differs from the present one; groups are ids, rising."""

    groups: tuple[int, ...]
    joined: tuple[int, ...]
    left: tuple[int, ...]
    net: int  # MICRO after the prices of seats
    points: int  # that it is better (or, below 0, worse) for her than the present week; for staff only


@dataclass(frozen=True)
class Search:
    """What an answer is sought for: her options at the present, and which groups nobody can join."""

    asked: Asked
    state: WeekState
    one: OneCitizen
    present: tuple[int, ...]  # slots
    shut: Bools  # (S,) without her own

    @property
    def price(self) -> Ints:
        """(S,) 1/1000 points."""
        return self.state.price


def read_search(session: Session, state: WeekState, citizen_id: int, wish: Asked, present: Standing) -> Search:
    """What the kernel is asked: her facts as they are now, and the groups that have room."""
    edits = edits_of(wish, state.frame, present.groups, state.rules.change_cost)
    one = OneCitizen(state.kernel, one_problem(session, state.frame, citizen_id, edits=edits), NODES)
    slots = state.slots(present.groups)
    shut = state.vacancies.shut(session)
    shut[list(state.slots(groups_of_people_apart(session, citizen_id, state.frame.week)))] = True
    shut[list(slots)] = False
    return Search(wish, state, one, slots, shut)


def alternatives(search: Search, most: int) -> list[Alternative]:
    """The best weeks that answer what is asked, at most so many; none where nothing fits."""
    plans = list(dict.fromkeys(_PLANS[search.asked.kind](search, most)))
    now, *judged = search.one.judge([search.present, *plans])
    percent = int(search.one.problem.weight[0])
    found = []
    for slots, (value, breaks) in zip(plans, judged, strict=True):
        only_leaves = set(slots) <= set(search.present)  # What did not fit before may go on as it is.
        if not breaks or (only_leaves and set(breaks) <= set(now.breaks)):
            paid = sum(int(search.price[slot]) for slot in slots) * MICRO_PER_PRICE
            points = round((value - now.value) / (MICRO * percent / 100))
            found.append(_alternative(search, slots, value - paid, points))
    return sorted(found, key=lambda each: (-each.net, each.groups))[:most]


def _alternative(search: Search, slots: tuple[int, ...], net: int, points: int) -> Alternative:
    before, after = set(search.present), set(slots)
    group = search.state.frame.ids.group

    def ids(chosen: set[int]) -> tuple[int, ...]:
        return tuple(sorted(int(group[slot]) for slot in chosen))

    return Alternative(ids(after), ids(after - before), ids(before - after), net, points)


def _another_time(search: Search, _: int) -> Iterator[tuple[int, ...]]:
    """The same activity in another group."""
    group = _need(search.asked.group_id)
    yield from _other_groups(search, search.state.frame.slot_of[group])


def _other_groups(search: Search, slot: int) -> Iterator[tuple[int, ...]]:
    offering = search.one.problem.slot_offering
    shut = search.shut | ~np.isin(offering, offering[list(search.present)])  # Nothing new comes with it.
    shut[slot] = True
    for other in _options_of(search, int(offering[slot]), shut):
        found = search.one.best_with(other, search.price, shut)
        if found is not None:
            yield found.slots


def _another_activity(search: Search, most: int) -> Iterator[tuple[int, ...]]:
    """Something else in its place."""
    shut = search.shut | _same_offering(search, search.state.frame.slot_of[_need(search.asked.group_id)])
    yield from _next_best(search, shut, most)


def _next_best(search: Search, shut: Bools, most: int) -> Iterator[tuple[int, ...]]:
    """The best week, and then the best without what was new in those before."""
    shut = shut.copy()
    for _ in range(most):
        found = search.one.best(search.price, shut)
        fresh = set(found.slots) - set(search.present)
        if not fresh:
            return
        yield found.slots
        for slot in fresh:
            shut |= _same_offering(search, slot)


def _less(search: Search, _: int) -> Iterator[tuple[int, ...]]:
    """One activity fewer."""
    named = search.asked.group_id
    for slot in search.present:
        if slot not in search.one.locks and named in (None, int(search.state.frame.ids.group[slot])):
            yield _without(search.present, slot)


def _more(search: Search, most: int) -> Iterator[tuple[int, ...]]:
    """One activity more: the one she names in any group, or the best of each of several offerings."""
    frame, wanted = search.state.frame, search.asked.offering_id
    if wanted is not None:
        for slot in _options_of(search, frame.centre.offering.id.index(wanted), search.shut):
            yield tuple(sorted({*search.present, slot}))
            found = search.one.best_with(slot, search.price, search.shut)
            if found is not None and not set(search.present) <= set(found.slots):
                yield found.slots
        return
    shut, stay = search.shut.copy(), search.price - STAY // 100
    stay[list(search.present)] = -STAY
    for _ in range(most):
        kept = search.one.best(stay, shut)
        fresh = sorted(set(kept.slots) - set(search.present), key=lambda slot: int(search.price[slot]))
        if not fresh:
            return
        for slot in fresh:
            yield tuple(sorted({*search.present, slot}))
            shut |= _same_offering(search, slot)


def _stop(search: Search, most: int) -> Iterator[tuple[int, ...]]:
    """Just stop, or something else in its place."""
    slot = search.state.frame.slot_of[_need(search.asked.group_id)]
    yield _without(search.present, slot)
    yield from _next_best(search, search.shut | _same_offering(search, slot), most - 1)


def _cannot_come(search: Search, most: int) -> Iterator[tuple[int, ...]]:
    """Only stay away, the same activity at another time, or something else in its place.

    Where the times touch nothing of her week, they are noted, and it stays as it is.
    """
    shut, asked = search.shut.copy(), search.asked
    if asked.group_id is not None:
        missed = [search.state.frame.slot_of[asked.group_id]]
    else:
        can_come = {*search.one.options.tolist(), *search.one.locks}
        missed = [slot for slot in search.present if slot not in can_come]
    shut[missed] = True
    yield tuple(slot for slot in search.present if slot not in missed)
    if not missed:
        return
    for slot in missed:
        yield from _other_groups(search, slot)
    yield from _next_best(search, shut, most)


_PLANS = {
    "another_time": _another_time,
    "another_activity": _another_activity,
    "less": _less,
    "more": _more,
    "stop": _stop,
    "cannot_come": _cannot_come,
}


def _options_of(search: Search, offering: int, shut: Bools) -> list[int]:
    """Groups of an offering that she could join, the cheapest first."""
    options = search.one.options
    fitting = options[(search.one.problem.slot_offering[options] == offering) & ~shut[options]]
    ranked = sorted(set(fitting.tolist()) - set(search.present), key=lambda slot: (int(search.price[slot]), slot))
    return ranked[:MOST_TIMES]


def _same_offering(search: Search, slot: int) -> Bools:
    """(S,) the groups of a slot's offering."""
    offering = search.one.problem.slot_offering
    same: Bools = offering == offering[slot]
    return same


def _without(slots: tuple[int, ...], slot: int) -> tuple[int, ...]:
    return tuple(each for each in slots if each != slot)


def _need(group_id: int | None) -> int:
    assert group_id is not None  # `asked.check` has looked at it.
    return group_id
