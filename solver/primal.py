"""Makes whole plans from prices: fix the agreed, re-price the contested, seat the rest, then exchange chains."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from solver import kernels_chain as chains
from solver import kernels_pool as moves
from solver.master import slot_prices
from solver.passes import Steps, run_passes, start_passes
from solver.pricing import MOVE_NODES, PlanFinder
from solver.problem import MICRO_PER_PRICE, Bools, Ints

BLOCK = 16  # open citizens for each block, about, until there are 100
LARGE = 6_000  # citizens of a dive, from which on it may be rough
CROWDING = 1_000_000  # MICRO: what a move into a full limit is held back by


@dataclass(frozen=True)
class DiveOptions:
    """How a dive fixes citizens: passes between fixings, price step in 1/1000 points, shares fixed at once."""

    passes: int = 24
    step: float = 60.0
    first_share: float = 0.9
    share: float = 0.12
    last_share: float = 0.05
    few: int = 1500
    stop_at: int = 60
    rough: bool = False  # in a large week fewer blocks, by the share of citizens still open and not by their number


def empty_seating(finder: PlanFinder, rows: moves.Rows) -> chains.Seating:
    """Nobody seated anywhere."""
    plan = np.full(finder.plan.shape, -1, np.int32)
    return chains.Seating(plan, finder.empty_value.copy(), np.zeros(len(rows.cap), np.int64))


def copy_seating(seating: chains.Seating) -> chains.Seating:
    """A seating of its own."""
    return chains.Seating(seating.plan.copy(), seating.worth.copy(), seating.load.copy())


def unseat(finder: PlanFinder, rows: moves.Rows, seating: chains.Seating, who: Ints) -> None:
    """Take these citizens out of their plans; `seating` changes in place."""
    moves.add_plans(rows, who, seating.plan, -1, seating.load)
    seating.plan[who] = -1
    seating.worth[who] = finder.empty_value[who]


def full_slots(rows: moves.Rows, load: Ints) -> Bools:
    """(S,) closed, or a limit of the slot is reached."""
    full = load >= rows.cap
    num_slots = len(rows.use_ptr) - 1
    owner = np.repeat(np.arange(num_slots), np.diff(rows.use_ptr))
    result: Bools = rows.closed | full[:num_slots]
    result[owner[full[rows.use_row]]] = True
    return result


def dive(
    finder: PlanFinder,
    rows: moves.Rows,
    price: Ints,
    seating: chains.Seating,
    who: Ints,
    rng: np.random.Generator,
    options: DiveOptions,
) -> Iterator[int]:
    """Seat the citizens in `who`, now seated nowhere, step by step; yields how many are still open after each.

    The last few are seated after the last yield. `seating` changes in place.
    """
    price = price.copy()
    open_ = rng.permutation(who)
    pool = finder.pool
    chosen = np.full(len(finder.plan), -1, np.int64)
    tally = np.zeros(pool.value.shape, np.int16)
    first = True
    while len(open_) > options.stop_at:
        cap = np.maximum(rows.cap - seating.load, 0)
        here = rows._replace(closed=full_slots(rows, seating.load))
        finder.best_plans(np.sort(_shut_out(finder, here, chosen, open_)), slot_prices(here, price), MOVE_NODES)
        tally[open_], chosen[open_] = 0, -1
        each = max(BLOCK, len(who) * BLOCK // LARGE) if options.rough else BLOCK
        size = max(1, -(-len(open_) // min(100, 8 + len(open_) // each)))
        state = start_passes(price, chosen, tally, len(rows.closed))
        run_passes(finder, open_, here, cap, state, Steps(size, options.passes, options.step, 1.0, 0.2, 4.0))
        often = tally[open_].max(axis=1)
        chosen[open_] = tally[open_].argmax(axis=1)
        order = open_[np.lexsort((rng.random(len(open_)), -often))]
        share = options.last_share if len(open_) < options.few else options.share
        sure = options.first_share * int((often == options.passes).sum()) if first else 0
        wanted = max(int(sure), int(share * len(open_)), 20)
        fixed = moves.fix_plans(
            order, wanted, rows, pool.slot, pool.value, chosen, seating.load, seating.plan, seating.worth
        )
        open_ = open_[~np.isin(open_, fixed)]
        first = False
        yield len(open_)
        if len(fixed) == 0:
            break
    finder.reseat(open_, _sum_rows(rows, price), limits(rows, price), rows.closed, seating)


def _shut_out(finder: PlanFinder, rows: moves.Rows, chosen: Ints, open_: Ints) -> Ints:
    """Those of `open_` who need a new plan: the last one is no longer open to them, or they have none."""
    plan = finder.pool.slot[open_, chosen[open_]]
    shut = (rows.closed[plan] & (plan >= 0)).any(axis=1)
    return open_[shut | (chosen[open_] < 0)]


def _sum_rows(rows: moves.Rows, price: Ints) -> Ints:
    return slot_prices(rows._replace(closed=np.zeros_like(rows.closed)), price)


def limits(rows: moves.Rows, price: Ints, low: Ints | None = None) -> chains.Limits:
    """The rows as the chains read them, at these prices; `low` (S,) participants that a slot must keep."""
    num_slots = len(rows.use_ptr) - 1
    owner = np.repeat(np.arange(num_slots), np.diff(rows.use_ptr))
    row = np.concatenate([np.arange(num_slots), rows.use_row])
    slot = np.concatenate([np.arange(num_slots), owner])
    by_row = np.argsort(row, kind="stable")
    ptr = np.searchsorted(row[by_row], np.arange(len(rows.cap) + 1)).astype(np.int64)
    total = slot_prices(rows, price) * MICRO_PER_PRICE
    kept = np.zeros(num_slots, np.int64) if low is None else low
    return chains.Limits(rows.cap, rows.use_ptr, rows.use_row, ptr, slot[by_row], kept, total)


def improve(
    finder: PlanFinder, here: chains.Limits, seating: chains.Seating, order: NDArray[np.int64], least: int, tries: int
) -> int:
    """Run exchange chains from each citizen of `order`; returns the MICRO gained. `seating` changes in place."""
    pool = finder.pool
    return int(chains.improve(order, pool.slot, pool.value, pool.size, here, seating, least, CROWDING, tries))
