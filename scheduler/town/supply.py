"""How many seats the town has: the catalogue's supply first, and then what people would take if seats were free."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from scheduler.facts import CentreFacts
from scheduler.town.draws import PERMILLE, pick, spread, stream, town_rules
from scheduler.town.timetable import Draft, GroupMaker, nominal_groups
from solver.problem import Ints, Problem

IN_GROUPS = ("open_group", "course", "internship")


def demand(problem: Problem) -> Ints:
    """(O,) citizens whose best plan would take each offering if there were seats for all.

    A first estimate: everybody takes offerings in order of points a unit of energy, as far as energy and minutes go, at
    the shortest slot of the offering, without a look at the clock.
    """
    load = _by_offering(problem, problem.slot_load)
    minutes = _by_offering(problem, problem.slot_minutes)
    points = problem.progress + problem.wish + problem.strength + problem.need_points[:, problem.offering_leg]
    points = np.where((problem.barred == 0) & (minutes < 10_000), points, 0)
    taken = np.zeros(points.shape, np.bool_)
    energy, left = problem.energy.copy(), problem.max_minutes.copy()
    order = np.argsort(-(points * 100 // np.maximum(load, 1)), axis=1, kind="stable")
    everybody = np.arange(problem.num_citizens)
    for offering in order.T:
        takes = (points[everybody, offering] > 0) & (load[offering] <= energy) & (minutes[offering] <= left)
        energy -= load[offering] * takes
        left -= minutes[offering] * takes
        taken[everybody[takes], offering[takes]] = True
    takers: Ints = taken.sum(axis=0)
    return takers


def _by_offering(problem: Problem, amount: Ints) -> Ints:
    least = np.full(problem.num_offerings, 10_000, np.int64)
    np.minimum.at(least, problem.slot_offering, amount)
    return least


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
        sizes: list[int] = spread(total, [1] * -(-total // int(centre.offering.size[offering, 1]))).tolist()
        return sizes
    random = stream(seed, "places", purpose, centre.offering.id[offering])
    ends = np.minimum(np.cumsum(pick(random, town_rules()["groups"]["places"], total)), total)
    return np.diff(np.unique(ends), prepend=0).tolist()
