"""Moves prices over the plans seen, in one compiled call where few are asked and in threads where many are."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from solver import kernels_pool as moves
from solver.pricing import PlanFinder
from solver.problem import Ints

LEAST = 2_000  # citizens of a block: fewer are not worth a call in each thread


class Steps(NamedTuple):
    """How prices move; steps in 1/1000 points per unit of relative excess."""

    size: int  # of a block
    passes: int
    step: float
    decay: float  # a block
    mix: float
    floor: float


def start_passes(price: Ints, chosen: Ints, tally: moves.Counts, num_slots: int) -> moves.Passes:
    """The state of passes that begin at (S + R,) `price`, which changes with them."""
    load = np.zeros_like(price)
    return moves.Passes(
        price, chosen, tally, np.zeros(len(price)), np.zeros(num_slots, np.int64), load, np.zeros_like(load)
    )


def run_passes(finder: PlanFinder, who: Ints, rows: moves.Rows, cap: Ints, state: moves.Passes, steps: Steps) -> float:
    """Move prices block by block over the plans seen; returns the last step.

    Nobody's plan depends on others of her block, so that the threads and the order within a block change nothing.

    Parameters
    ----------
    who
        Citizens in the order of the blocks.
    state
        Changed in place.
    """
    pool, step = finder.pool, steps.step
    blocks = [np.sort(who[at : at + steps.size]) for at in range(0, len(who), steps.size)]
    first = -(-steps.passes // 2)  # the second half of the passes makes the mean
    if finder.threads == 1 or steps.size < LEAST:
        step = float(moves.pool_passes(
            np.concatenate(blocks), steps.size, steps.passes, first, pool.slot, pool.value, pool.size, rows, cap, step,
            steps.decay, steps.mix, steps.floor, state,
        ))  # fmt: skip
    else:
        moves.begin_passes(who, pool.slot, rows, state)
        for turn in range(steps.passes):
            for block in blocks:
                moves.take_picks(block, _pick(finder, block, state.total), pool.slot, rows, state)
                scale = len(who) / len(block)
                moves.step_prices(rows, cap, scale, step, steps.mix, steps.floor, turn >= first, state)
                step *= steps.decay
    state.mean[:] /= max(1, len(blocks) * (steps.passes - first))
    return step


def _pick(finder: PlanFinder, block: Ints, total: Ints) -> Ints:
    """(n,) the best plan seen of each citizen of a block."""
    pool, pick = finder.pool, np.empty(len(block), np.int64)

    def pick_part(part: slice) -> None:
        moves.pick_plans(block[part], pool.slot, pool.value, pool.size, total, pick[part])

    finder.in_threads(pick_part, len(block))
    return pick
