"""What slots that are not there yet would give each citizen, each alone, at the prices of all that are there.

With L the Lagrangian bound of the week at these prices and g_1 >= g_2 >= ... what a new slot of q seats would give,
no plan of the week with that slot exceeds L + g_1 + ... + g_q: its seats clear at the price g_(q+1).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from solver.master import make_rows, slot_prices
from solver.one import DECISIVE
from solver.options import prepare
from solver.pricing import MOVE_NODES, PlanFinder
from solver.problem import QUARTERS, Bools, Ints, Problem


def gains(problem: Problem, price: Ints, new: Sequence[int], asked: Bools, threads: int = 2) -> Iterator[Ints]:
    """Tell for each of the slots `new` what it would give to those who would take it, the most first.

    Searches are cut short as while prices move, so that a gain may be a little too great or too small.

    Parameters
    ----------
    price
        (S + R,) 1/1000 points a unit; those of the new slots do not count.
    asked
        (I, O) citizens of whom it is told for each offering.

    Yields
    ------
    (n,) int64, MICRO, each positive.
    """
    without = slot_prices(make_rows(problem), price)
    without[list(new)] = DECISIVE
    able = np.zeros(problem.num_citizens, np.bool_)
    for slot in new:
        able |= may_come(problem, slot) & asked[:, problem.slot_offering[slot]]
    some = np.flatnonzero(able)
    prepared = prepare(problem.part(some), threads)
    finder, menu = PlanFinder(prepared, threads), prepared.menu
    everyone = np.arange(prepared.problem.num_citizens)
    finder.best_plans(everyone, without, MOVE_NODES)
    net = finder.net.copy()
    owner = np.repeat(everyone, np.diff(menu.option_ptr[menu.class_ptr[menu.choice_ptr]]))
    for slot in new:
        who, free = owner[menu.option_slot == slot], without.copy()
        who = who[asked[some[who], problem.slot_offering[slot]]]
        free[slot] = 0
        finder.best_plans(who, free, MOVE_NODES)
        gain = (finder.net[who] - net[who])[(finder.plan[who] == slot).any(axis=1)]
        yield -np.sort(-gain[gain > 0])


def may_come(problem: Problem, slot: int) -> Bools:
    """(I,) whom neither bar nor way nor time keeps from a slot."""
    able: Bools = (problem.barred[:, problem.slot_offering[slot]] == 0) & problem.reach[:, problem.slot_site[slot]]
    for at in range(problem.meeting_ptr[slot], problem.meeting_ptr[slot + 1]):
        first = problem.meeting_start[at] * QUARTERS // 1440
        last = -(-problem.meeting_end[at] * QUARTERS // 1440)
        able &= problem.available[:, problem.meeting_day[at], first:last].all(axis=1)
    return able
