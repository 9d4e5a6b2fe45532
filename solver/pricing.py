"""Prices all citizens: a thin, threaded front of the compiled kernel with its memory."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from solver import kernels
from solver.crew import Crew, Outputs
from solver.kernels_chain import Limits, Seating
from solver.memory import HARD_TURNS, SHALLOW, TURNS, empty_value, make_near, make_pool, make_scratch, plan_length
from solver.options import Prepared
from solver.problem import MICRO_PER_PRICE, Bools, Ints

NODE_LIMIT = 400_000  # of a certificate: beyond it, the search answers with an upper bound
FIRST_NODES = 400  # of the first pass, where no plan is known yet
MOVE_NODES = 3_000  # while prices move
PRIMAL_NODES = 3_000
NEAR_NODES = 20_000


class PlanFinder:
    """The best plans at given prices, with everybody's plans seen so far as a start.

    `plan` (I, length) int32 slots, -1 after the last; `net` (I,) MICRO after prices, `upper` (I,) at least
    the best possible: these hold the last answer for each citizen and change with every call of `best_plans`. A crew
    prices where many are asked for at once; the answers are the same.
    """

    def __init__(self, prepared: Prepared, threads: int = 2, pool_size: int = 32, crew: Crew | None = None) -> None:
        self.prepared, self.threads = prepared, threads
        menu = prepared.menu
        num, length = prepared.problem.num_citizens, plan_length(menu)
        self.plan = np.full((num, length), -1, np.int32)
        self.net = np.zeros(num, np.int64)
        self.upper = np.zeros(num, np.int64)
        self.nodes = np.zeros(num, np.int64)
        self.pool = make_pool(menu, pool_size, length)
        self.empty_value = empty_value(menu)
        self.stamp = 0
        self._scratch = [make_scratch(menu) for _ in range(threads)]
        self._workers = ThreadPoolExecutor(threads)
        self._crew = crew
        if crew is not None:
            crew.load(menu, self.pool)

    def best_plans(self, who: Ints, price: Ints, node_limit: int = NODE_LIMIT) -> None:
        """Price the citizens in `who` at (S,) `price`, 1/1000 points a slot with its rows."""
        micro = price * MICRO_PER_PRICE
        self.stamp += 1

        def run(part: Ints, scratch: kernels.Scratch) -> None:
            kernels.best_plans(
                part, self.prepared.menu, micro, self.pool, self.stamp, node_limit, SHALLOW, TURNS, HARD_TURNS,
                scratch, self.plan, self.net, self.upper, self.nodes,
            )  # fmt: skip

        if self._crew is not None and len(who) >= self._crew.least:
            out = Outputs(self.plan, self.net, self.upper, self.nodes)
            self._crew.price(who, micro, self.stamp, node_limit, out, run)
        else:
            self._share_out(run, who)

    def near_plans(self, price: Ints, reach: int, most: int) -> kernels.Near:
        """Everybody's plans less than `reach` MICRO below her best one seen at (S,) `price`, 1/1000 points.

        A search for them lists `most` at most, and fewer where it runs long; those in the pool come on top.
        """
        menu, micro = self.prepared.menu, price * MICRO_PER_PRICE
        near = make_near(menu, most + self.pool.value.shape[1], self.plan.shape[1])

        def run(part: Ints, scratch: kernels.Scratch) -> None:
            plan, worth = np.zeros((most, len(scratch.state)), np.int32), np.zeros(most, np.int64)
            kernels.near_plans(
                part, menu, micro, self.pool, reach, NEAR_NODES, SHALLOW, HARD_TURNS, scratch, plan, worth, near
            )

        self._share_out(run, np.arange(len(menu.horizon)))
        return near

    def escape(self, who: Ints, price: Ints, shut: Bools, seating: Seating) -> None:
        """Add everybody's best way out of each of her full slots to the pool; see `kernels.escape`."""
        micro = price * MICRO_PER_PRICE
        self.stamp += 1

        def run(part: Ints, scratch: kernels.Scratch) -> None:
            kernels.escape(
                part, self.prepared.menu, micro, shut, self.pool, self.stamp, PRIMAL_NODES, SHALLOW, TURNS,
                HARD_TURNS, scratch, seating.plan, self.plan, self.net, self.upper, self.nodes,
            )  # fmt: skip

        self._share_out(run, who)

    def invite(self, who: Ints, slot: int, wage: int, price: Ints, shut: Bools, seating: Seating) -> None:
        """Find everybody's best plan where a seat of `slot` brings `wage`, 1/1000 points; see `kernels.invite`."""
        micro = price * MICRO_PER_PRICE
        self.stamp += 1

        def run(part: Ints, scratch: kernels.Scratch) -> None:
            kernels.invite(
                part, slot, wage * MICRO_PER_PRICE, self.prepared.menu, micro, shut, self.pool, self.stamp,
                PRIMAL_NODES, SHALLOW, TURNS, HARD_TURNS, scratch, seating.plan, self.plan, self.net, self.upper,
                self.nodes,
            )  # fmt: skip

        self._share_out(run, who)

    def _share_out(self, run: Callable[[Ints, kernels.Scratch], None], who: Ints) -> None:
        """Run over a part of `who` in each thread, or over all in this one where there is too little to share."""
        self._tell_changed(who)
        if self.threads == 1 or len(who) <= 4 * self.threads:
            run(who, self._scratch[0])
        else:
            list(self._workers.map(run, np.array_split(who, self.threads), self._scratch))

    def in_threads(self, work: Callable[[slice], None], num: int) -> None:
        """Do a range of `num` in each thread."""
        cuts = np.linspace(0, num, self.threads + 1).astype(np.int64).tolist()
        list(self._workers.map(work, map(slice, cuts[:-1], cuts[1:])))

    def reseat(self, order: Ints, price: Ints, limits: Limits, closed: Bools, seating: Seating) -> int:
        """Let each citizen of `order` in turn take her best plan that fits; returns how many changed."""
        self._tell_changed(order)
        return int(kernels.reseat(
            order, self.prepared.menu, price * MICRO_PER_PRICE, self.pool, PRIMAL_NODES, SHALLOW, TURNS, HARD_TURNS,
            self._scratch[0], limits.cap, limits.use_ptr, limits.use_row, limits.slots_ptr, limits.slots, closed,
            limits.low,
            seating.plan, seating.worth, seating.load, self.net.copy(), self.upper.copy(), self.nodes.copy(),
        ))  # fmt: skip

    def _tell_changed(self, who: Ints) -> None:
        """Let the crew know whose rows of the pool are written here."""
        if self._crew is not None:
            self._crew.changed(who)
