"""First come, first served: citizens choose one after the other. What our plan is measured against."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from solver.master import make_rows
from solver.options import Prepared, prepare
from solver.pricing import Pricer
from solver.primal import empty_seating, limits
from solver.problem import Problem
from solver.sizes import close_small, minimum_sizes, too_small

WORKERS = 2


def first_come(problem: Problem, seed: int = 1, orders: int = 10) -> list[int]:
    """Objectives (MICRO) of `orders` random orders in which each citizen takes her best week that still fits.

    Groups that stay too small are closed and their people seated again, by the same repair as in `solve`.
    """
    prepared = prepare(problem)
    # Each worker serves fixed orders, so that the answer does not depend on timing.
    with ThreadPoolExecutor(WORKERS) as pool:
        parts = list(
            pool.map(lambda part: _serve(prepared, seed, part), [range(k, orders, WORKERS) for k in range(WORKERS)])
        )
    return [objective for _, objective in sorted(pair for part in parts for pair in part)]


def _serve(prepared: Prepared, seed: int, orders: range) -> list[tuple[int, int]]:
    """(order, objective) of each of these orders."""
    problem = prepared.problem
    pricer = Pricer(prepared, threads=1, pool_size=8)
    rows = make_rows(problem)
    minimum = minimum_sizes(problem)
    free = np.zeros(len(rows.cap), np.int64)
    fixed = int(prepared.menu.value.sum())
    found = []
    for k in orders:
        rng = np.random.default_rng((seed, k))
        seating = empty_seating(pricer, rows)
        order = rng.permutation(problem.num_citizens)
        pricer.reseat(order, free[: problem.num_slots], limits(rows, free), rows.closed, seating)
        here = rows
        while too_small(problem, minimum, seating.load).any():
            here, _ = close_small(pricer, problem, here, free, minimum, seating, 0.25, rng)
        found.append((k, fixed + int(seating.worth.sum())))
    return found
