"""First come, first served: citizens choose one after the other. What our plan is measured against."""

from __future__ import annotations

import numpy as np

from solver.kernels_chain import Seating
from solver.master import make_rows
from solver.options import prepare
from solver.pricing import Pricer
from solver.primal import empty_seating, limits
from solver.problem import Ints, Problem
from solver.sizes import close_small, minimum_sizes, too_small


def first_come(problem: Problem, seed: int = 1, orders: int = 10) -> list[int]:
    """Objectives (MICRO) of `orders` random orders in which each citizen takes her best week that still fits.

    Groups that stay too small are closed and their people seated again, by the same repair as in `solve`.
    """
    prepared = prepare(problem)
    pricer = Pricer(prepared, threads=1, pool_size=8)
    rows = make_rows(problem)
    minimum = minimum_sizes(problem)
    free = np.zeros(len(rows.cap), np.int64)
    found = []
    for k in range(orders):
        rng = np.random.default_rng((seed, k))
        seating = empty_seating(pricer, rows)
        pricer.reseat(
            rng.permutation(problem.num_citizens), free[: problem.num_slots], limits(rows, free), rows.closed, seating
        )
        here = rows
        while too_small(problem, minimum, seating.load).any():
            here, _ = close_small(pricer, problem, here, free, minimum, seating, 0.25, rng)
        found.append(_objective(prepared.menu.value, seating))
    return found


def _objective(value: Ints, seating: Seating) -> int:
    return int(value.sum()) + int(seating.worth.sum())
