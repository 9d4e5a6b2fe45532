"""Begins with an earlier plan of nearly the same week, seated whole, so that what is left of it is never lost."""

from __future__ import annotations

import numpy as np

from solver import kernels_chain as chains
from solver import kernels_pool as moves
from solver.pricing import Pricer
from solver.primal import DiveOptions, dive, empty_seating
from solver.problem import Ints
from solver.warm import REMEMBERED


def seat_again(
    pricer: Pricer, rows: moves.Rows, price: Ints, who: Ints, rng: np.random.Generator, options: DiveOptions
) -> chains.Seating:
    """Seat the citizens in `who` as the earlier plan did, where there are seats, and everybody else anew.

    Parameters
    ----------
    who
        Citizens whose earlier plan stands at `REMEMBERED` in the pool.
    """
    seating = empty_seating(pricer, rows)
    pool, everyone = pricer.pool, np.arange(len(pricer.plan))
    pick = np.full(len(everyone), REMEMBERED)
    kept = moves.fix_plans(who, len(who), rows, pool.slot, pool.value, pick, seating.load, seating.plan, seating.worth)
    for _ in dive(pricer, rows, price, seating, np.setdiff1d(everyone, kept), rng, options):
        pass
    return seating
