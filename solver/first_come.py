"""First come, first served: citizens choose one after the other. What our plan is measured against."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np

from solver.deal import deal, hold_rows
from solver.master import make_rows
from solver.options import Prepared, prepare
from solver.pricing import PlanFinder
from solver.primal import empty_seating, limits
from solver.problem import MICRO_PER_POINT_PERCENT, Problem
from solver.reasons_week import read_week, useful_minutes
from solver.sizes import minimum_sizes
from solver.solution import Plans

WORKERS = 2


class Served(NamedTuple):
    """What one order gives, MICRO: the objective, and the idle penalty that is in it."""

    objective: int
    idle: int


def first_come(problem: Problem, seed: int = 1, orders: int = 10) -> list[Served]:
    """What `orders` random orders give in which each citizen takes her best week that still fits.

    Groups that stay too small are closed and pairs moved apart by the same repair as in `solve`.
    """
    prepared = prepare(problem)
    # Each worker serves fixed orders, so that the answer does not depend on timing.
    with ThreadPoolExecutor(WORKERS) as pool:
        parts = list(
            pool.map(lambda part: _serve(prepared, seed, part), [range(k, orders, WORKERS) for k in range(WORKERS)])
        )
    return [served for _, served in sorted(pair for part in parts for pair in part)]


def _serve(prepared: Prepared, seed: int, orders: range) -> list[tuple[int, Served]]:
    """What each of these orders gives, with its number."""
    problem = prepared.problem
    finder = PlanFinder(prepared, threads=1, pool_size=8)
    rows = make_rows(problem)
    minimum = minimum_sizes(problem)
    free = np.zeros(len(rows.cap), np.int64)
    fixed = int(prepared.menu.value.sum())
    found = []
    for k in orders:
        rng = np.random.default_rng((seed, k))
        seating = empty_seating(finder, rows)
        order = rng.permutation(problem.num_citizens)
        finder.reseat(order, free[: problem.num_slots], limits(rows, free), rows.closed, seating)
        hold_rows(finder, rows, free, minimum, seating, 0.25, rng)
        plans = deal(prepared, seating, rng)
        found.append((k, Served(fixed + int(seating.worth.sum()), _idle(problem, plans))))
    return found


def _idle(problem: Problem, plans: Plans) -> int:
    """MICRO of the idle penalty in these plans."""
    short = np.maximum(0, problem.min_minutes - useful_minutes(read_week(problem, plans)))
    return int((short * problem.idle_penalty * problem.weight).sum()) * MICRO_PER_POINT_PERCENT
