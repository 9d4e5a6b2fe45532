"""How many seats the town has: the catalogue's supply first, and then what people would take if seats were free."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from scheduler.facts import CentreFacts
from scheduler.town.draws import PERMILLE, pick, spread, stream, town_rules
from scheduler.town.timetable import Draft, GroupMaker, nominal_groups
from solver.options import prepare
from solver.pricing import PlanFinder
from solver.problem import BY_CITIZEN, Ints, Problem

ASKED, NODE_LIMIT = 3000, 3000
IN_GROUPS = ("open_group", "course", "internship")


def demand(problem: Problem) -> Ints:
    """(O,) citizens whose best plan would take each offering if there were seats for all; locked ones count.

    Every n-th citizen is asked, so that at most `ASKED` are, and each has a short search, which finds the best plan of
    nearly everybody at zero prices; longer searches moved no offering's demand by more than about one percent.
    """
    step = -(-problem.num_citizens // ASKED)
    asked = take_citizens(problem, np.arange(0, problem.num_citizens, step))
    prepared = prepare(asked)
    finder = PlanFinder(prepared)
    finder.best_plans(np.arange(asked.num_citizens), np.zeros(asked.num_slots, np.int64), NODE_LIMIT)
    taken = finder.plan[finder.plan >= 0].astype(np.int64)
    slots = np.concatenate([taken, asked.lock_slot])
    takers: Ints = np.bincount(problem.slot_offering[slots], minlength=problem.num_offerings) * step
    return takers


def take_citizens(problem: Problem, who: Ints) -> Problem:
    """The same week for some of the citizens only."""
    by_citizen: dict[str, Any] = {name: getattr(problem, name)[who] for name in BY_CITIZEN}
    keep_ptr, keep = _take_entries(problem.keep_ptr, who)
    lock_ptr, lock = _take_entries(problem.lock_ptr, who)
    return replace(
        problem,
        **by_citizen,
        keep_ptr=keep_ptr,
        keep_slot=problem.keep_slot[keep],
        keep_points=problem.keep_points[keep],
        lock_ptr=lock_ptr,
        lock_slot=problem.lock_slot[lock],
        apart=np.zeros((0, 2), np.int64),
    )


def _take_entries(ptr: Ints, who: Ints) -> tuple[Ints, Ints]:
    count = np.diff(ptr)[who]
    taken = np.concatenate([[0], np.cumsum(count)]).astype(np.int64)
    return taken, np.repeat(ptr[who] - taken[:-1], count) + np.arange(taken[-1])


def first_seats(centre: CentreFacts, citizens: int) -> Ints:
    """(O,) seats of the groups that newcomers may join, by the catalogue's supply."""
    groups = nominal_groups(centre, citizens)
    begun = np.array([running_share(kind) for kind in centre.offering.kind], np.int64)
    open_groups = groups - groups * begun // PERMILLE
    seats: Ints = np.where(np.isin(centre.offering.kind, IN_GROUPS), open_groups * centre.offering.size[:, 1], 0)
    return seats


def running_share(kind: str) -> int:
    """Permille of the groups of a kind that have people from earlier weeks."""
    rules = town_rules()["running"]
    share: int = rules["cohorts"] if kind == "course" else rules["groups"].get(kind, 0)
    return share


def wanted_seats(problem: Problem, centre: CentreFacts, drafts: list[Draft], tightness_permille: int) -> Ints:
    """(O,) seats that groups still need for newcomers: a share of the demand, less the free seats of running groups.

    Both the demand and the free seats are counted without the people who already have a place.
    """
    locked = np.bincount(problem.slot_offering[problem.lock_slot], minlength=problem.num_offerings)
    scarce = np.isin(centre.offering.id, town_rules()["supply"]["scarce"])
    share = np.where(scarce, tightness_permille, town_rules()["supply"]["plenty"])
    seats = np.maximum(demand(problem) - locked, 0) * share // PERMILLE
    in_open = np.bincount(
        problem.slot_offering[problem.lock_slot[problem.slot_open[problem.lock_slot]]], minlength=problem.num_offerings
    )
    for draft in drafts:
        if draft.running and draft.open:
            seats[draft.offering] -= draft.seats
    return np.where(np.isin(centre.offering.kind, IN_GROUPS), np.maximum(seats + in_open, 0), 0)


def running_groups(seed: int, centre: CentreFacts, citizens: int, maker: GroupMaker) -> Iterator[Draft]:
    """Make the groups with people from earlier weeks; cohorts take nobody in any more."""
    for offering, groups in enumerate(nominal_groups(centre, citizens).tolist()):
        kind = centre.offering.kind[offering]
        if kind in IN_GROUPS:
            count = groups * running_share(kind) // PERMILLE
            for seats in _sizes(seed, "running", centre, offering, count * int(centre.offering.size[offering, 1])):
                yield maker.make(offering, seats, is_open=kind != "course", running=True)


def new_groups(seed: int, centre: CentreFacts, seats: Ints, maker: GroupMaker) -> Iterator[Draft]:
    """Make groups with so many seats of each offering."""
    for offering, total in enumerate(seats.tolist()):
        for size in _sizes(seed, "new", centre, offering, total):
            yield maker.make(offering, size, is_open=True, running=False)


def _sizes(seed: int, purpose: str, centre: CentreFacts, offering: int, total: int) -> list[int]:
    """Deal seats to as few groups as can hold them; places to employers who take one or a few each."""
    if total <= 0:
        return []
    if centre.offering.kind[offering] != "internship":
        return [int(size) for size in spread(total, [1] * -(-total // int(centre.offering.size[offering, 1])))]
    random = stream(seed, "places", purpose, centre.offering.id[offering])
    ends = np.minimum(np.cumsum(pick(random, town_rules()["groups"]["places"], total)), total)
    return [int(size) for size in np.diff(np.unique(ends), prepend=0)]
