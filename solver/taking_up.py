"""Begins with an earlier plan of nearly the same week, seated whole, so that what is left of it is never lost."""

from __future__ import annotations

import numpy as np

from solver import kernels_chain as chains
from solver import kernels_pool as moves
from solver.master import slot_prices
from solver.pricing import MOVE_NODES, PlanFinder
from solver.primal import DiveOptions, dive, empty_seating, limits
from solver.problem import MICRO_PER_PRICE, Ints
from solver.sizes import lower_limits
from solver.warm import REMEMBERED


def seat_again(
    finder: PlanFinder, rows: moves.Rows, price: Ints, who: Ints, rng: np.random.Generator, options: DiveOptions
) -> chains.Seating:
    """Seat the citizens in `who` as the earlier plan did, where there are seats, and everybody else anew.

    Parameters
    ----------
    who
        Citizens whose earlier plan stands at `REMEMBERED` in the pool.
    """
    seating = empty_seating(finder, rows)
    pool, everyone = finder.pool, np.arange(len(finder.plan))
    pick = np.full(len(everyone), REMEMBERED)
    kept = moves.fix_plans(who, len(who), rows, pool.slot, pool.value, pick, seating.load, seating.plan, seating.worth)
    for _ in dive(finder, rows, price, seating, np.setdiff1d(everyone, kept), rng, options):
        pass
    return seating


def fill_new(
    finder: PlanFinder, rows: moves.Rows, price: Ints, new: Ints, minimum: Ints, seating: chains.Seating
) -> None:
    """Let those who would take a new slot for nothing take what fits, who gains most at these prices first.

    An exchange moves one citizen at a time and opens no group that its first participant would leave too small. At the
    price at which a new slot's seats clear, many who come from a seat as dear as that one gain nothing by going there.
    `seating` changes in place.

    Parameters
    ----------
    new
        Slots that the earlier week did not have.
    minimum
        (S,) participants that each group of a slot needs.
    """
    menu, total = finder.prepared.menu, slot_prices(rows, price)
    owner = np.repeat(np.arange(len(finder.plan)), np.diff(menu.option_ptr[menu.class_ptr[menu.choice_ptr]]))
    able = np.unique(owner[np.isin(menu.option_slot, new)])
    total[new] = 0
    finder.best_plans(able, total, MOVE_NODES)
    who = able[np.isin(finder.plan[able], new).any(axis=1)]
    paid = np.where(seating.plan >= 0, total[seating.plan], 0).sum(axis=1) * MICRO_PER_PRICE
    gain = finder.net - menu.value - (seating.worth - paid)
    empty = (minimum > 0) & (seating.load[: len(minimum)] == 0)
    empty[new] = False
    low = lower_limits(finder.prepared.problem, minimum, seating.load)
    order = who[np.argsort(-gain[who], kind="stable")]
    finder.reseat(order, total, limits(rows, price, low), rows.closed | empty, seating)
