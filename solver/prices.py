"""Finds prices: block by block with exact plans, then over the plans seen, then a certificate."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from solver import kernels_pool as moves
from solver.master import lagrangian, slot_prices
from solver.passes import Steps, run_passes, start_passes
from solver.pricing import FIRST_NODES, MOVE_NODES, PlanFinder
from solver.problem import Ints


@dataclass(frozen=True)
class PriceOptions:
    """Steps in 1/1000 points per unit of relative excess; measured in benchmarks/RESULTS.md."""

    blocks: int = 100
    first_step: float = 1500.0
    first_decay: float = 0.995
    mix: float = 0.5
    restart_step: float = 60.0
    passes: int = 80
    pool_decay: float = 0.928  # a pass
    pool_blocks: int = 25
    pool_mix: float = 0.2
    floor: float = 4.0


@dataclass
class PriceSearch:
    """Prices on the move, with the best bound so far."""

    finder: PlanFinder
    rows: moves.Rows
    order: Ints  # citizens in the order of the blocks
    price: Ints  # (S + R,) 1/1000 points
    step: float
    options: PriceOptions = PriceOptions()
    bound: int = 1 << 62  # MICRO
    promise: int = 1 << 62  # MICRO: the bound, were the plans found at the best prices everybody's best
    certified: int = 0  # nodes a search that the bound at the best prices rests on
    restart_step: float = field(init=False)  # where the passes over the plans seen begin
    best: Ints = field(init=False)  # prices of the best bound
    tally: moves.Counts = field(init=False)  # (I, P) how often each plan was best in the last passes
    chosen: Ints = field(init=False)
    mean: NDArray[np.float64] = field(init=False)
    load: Ints = field(init=False)  # (S + R,) of everybody's last plan

    def __post_init__(self) -> None:
        num = len(self.finder.plan)
        self.restart_step = self.options.restart_step
        self.best = self.price.copy()
        self.chosen = np.full(num, -1, np.int64)
        self.tally = np.zeros(self.finder.pool.value.shape, np.int16)
        self.mean = np.zeros(len(self.price))
        self.load = np.zeros(len(self.price), np.int64)

    def exact_pass(self, first: bool) -> None:
        """Price everybody exactly, block by block, a price step after each block."""
        o = self.options
        blocks = np.array_split(self.order, max(1, min(o.blocks, len(self.order))))
        for block in map(np.sort, blocks):  # Neighbours have slots in common.
            if not first:
                moves.add_plans(self.rows, block, self.finder.plan, -1, self.load)
            self.finder.best_plans(block, slot_prices(self.rows, self.price), FIRST_NODES if first else MOVE_NODES)
            use = np.zeros_like(self.load)
            moves.add_plans(self.rows, block, self.finder.plan, 1, use)
            self.load += use
            scale = len(self.order) / max(1, len(block))
            running = (use * scale).astype(np.int64) if first else self.load
            moves.move_prices(self.price, self.rows.cap, use, running, scale, self.step, o.mix, o.floor)
            self.step *= o.first_decay

    def pool_pass(self) -> None:
        """Many cheap passes over the plans seen; the mean price is the next candidate."""
        o = self.options
        self.tally[:] = 0
        size = max(1, -(-len(self.order) // o.pool_blocks))
        steps = Steps(
            size, o.passes, max(self.step, self.restart_step), o.pool_decay ** (1 / o.pool_blocks), o.pool_mix, o.floor
        )
        state = start_passes(self.price, self.chosen, self.tally, len(self.rows.closed))
        self.step = run_passes(self.finder, self.order, self.rows, self.rows.cap, state, steps)
        self.mean = state.mean
        self.step = max(self.step, self.restart_step / 6)

    def appraise(self, price: Ints | None = None) -> None:
        """Price everybody at the mean price, hard searches cut short; keep the prices if they promise most."""
        candidate = np.rint(self.mean).astype(np.int64) if price is None else price
        self.finder.best_plans(np.arange(len(self.order)), slot_prices(self.rows, candidate), MOVE_NODES)
        self.take(candidate)

    def take(self, candidate: Ints) -> None:
        """Lower the bound by the finder's answers at these prices, and keep them if they promise most."""
        promise = lagrangian(self.rows, candidate, self.finder.net)
        self.bound = min(self.bound, lagrangian(self.rows, candidate, self.finder.upper))
        if promise < self.promise:
            self.promise, self.best, self.certified = promise, candidate, 0

    def certify(self, nodes: int) -> None:
        """Price everybody at the best prices, up to `nodes` where searches were cut short; lowers the bound."""
        if self.certified >= nodes:
            return
        total = slot_prices(self.rows, self.best)
        self.finder.best_plans(np.arange(len(self.order)), total, MOVE_NODES)
        self.finder.best_plans(np.flatnonzero(self.finder.upper > self.finder.net), total, nodes)
        self.bound = min(self.bound, lagrangian(self.rows, self.best, self.finder.upper))
        self.promise, self.certified = lagrangian(self.rows, self.best, self.finder.net), nodes
