"""Prices all citizens: a thin, threaded front of the compiled kernel with its memory."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from solver import kernels
from solver.kernels_chain import Limits, Seating
from solver.options import Prepared
from solver.problem import MICRO_PER_PRICE, Bools, Ints

NODE_LIMIT = 400_000  # of a certificate: beyond it, the search answers with an upper bound
FIRST_NODES = 400  # of the first pass, where no plan is known yet
MOVE_NODES = 3_000  # while prices move
PRIMAL_NODES = 3_000
SHALLOW = 200
TURNS = 1
HARD_TURNS = 10


class Pricer:
    """The best plans at given prices, with everybody's plans seen so far as a start.

    `plan` (I, length) int32 slots, -1 after the last; `net` (I,) MICRO after prices, `upper` (I,) at least
    the best possible: these hold the last answer for each citizen and change with every call of `best_plans`.
    """

    def __init__(self, prepared: Prepared, threads: int = 2, pool_size: int = 32) -> None:
        self.prepared, self.threads = prepared, threads
        menu = prepared.menu
        num, length = prepared.problem.num_citizens, plan_length(prepared)
        self.plan = np.full((num, length), -1, np.int32)
        self.net = np.zeros(num, np.int64)
        self.upper = np.zeros(num, np.int64)
        self.nodes = np.zeros(num, np.int64)
        self.pool = kernels.Pool(
            np.full((num, pool_size, length), -1, np.int32), np.zeros((num, pool_size), np.int64), np.zeros(num,
            np.int64),
            np.zeros((num, kernels.LIMITS), np.int64), np.zeros((num, pool_size), np.int64),
        )  # fmt: skip
        self.empty_value = menu.bonus[menu.bonus_ptr[:-1]] - menu.short  # (I,) MICRO of nothing beyond the locks
        self.pool.value[:, 0] = self.empty_value
        self.pool.size[:] = 1
        self.pool.used[:, 0] = 1 << 60  # the empty plan is never replaced
        self.stamp = 0
        self._scratch = [_scratch(menu) for _ in range(threads)]
        self._workers = ThreadPoolExecutor(threads)

    def best_plans(self, who: Ints, price: Ints, node_limit: int = NODE_LIMIT) -> None:
        """Price the citizens in `who` at (S,) `price`, 1/1000 points a slot with its rows."""
        micro = price * MICRO_PER_PRICE
        self.stamp += 1

        def run(part: Ints, scratch: kernels.Scratch) -> None:
            kernels.best_plans(
                part, self.prepared.menu, micro, self.pool, self.stamp, node_limit, SHALLOW, TURNS, HARD_TURNS,
                scratch, self.plan, self.net, self.upper, self.nodes,
            )  # fmt: skip

        self._share_out(run, who)

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

    def _share_out(self, run: Callable[[Ints, kernels.Scratch], None], who: Ints) -> None:
        """Run over a part of `who` in each thread, or over all in this one where there is too little to share."""
        if self.threads == 1 or len(who) <= 4 * self.threads:
            run(who, self._scratch[0])
        else:
            list(self._workers.map(run, np.array_split(who, self.threads), self._scratch))

    def reseat(self, order: Ints, price: Ints, limits: Limits, closed: Bools, seating: Seating) -> int:
        """Let each citizen of `order` in turn take her best plan that fits; returns how many changed."""
        return int(kernels.reseat(
            order, self.prepared.menu, price * MICRO_PER_PRICE, self.pool, PRIMAL_NODES, SHALLOW, TURNS, HARD_TURNS,
            self._scratch[0], limits.cap, limits.use_ptr, limits.use_row, limits.slots_ptr, limits.slots, closed,
            limits.low,
            seating.plan, seating.worth, seating.load, self.net.copy(), self.upper.copy(), self.nodes.copy(),
        ))  # fmt: skip


def plan_length(prepared: Prepared) -> int:
    """The most activities that anybody's plan can hold beyond her locks."""
    menu = prepared.menu
    choices = np.diff(menu.choice_ptr)
    return max(1, int(choices.max(initial=1)))


def _scratch(menu: kernels.Menu) -> kernels.Scratch:
    first, last = menu.choice_ptr[:-1], menu.choice_ptr[1:]
    classes = int((menu.class_ptr[last] - menu.class_ptr[first]).max(initial=1))
    options = int((menu.option_ptr[menu.class_ptr[last]] - menu.option_ptr[menu.class_ptr[first]]).max(initial=1))
    states = (last - first + 1) * np.diff(menu.bonus_ptr) * (menu.horizon + 1) * (menu.load_left + 1)
    depth = int((last - first).max(initial=1)) + 2
    return kernels.Scratch(
        plain=np.zeros(options, np.int64),
        net=np.zeros(options, np.int64),
        top=np.zeros(classes, np.int64),
        order=np.zeros(options, np.int32),
        bound=np.zeros(int(states.max(initial=1)), np.int64),
        tension=np.zeros(kernels.LIMITS, np.int64),
        before=np.zeros(kernels.LIMITS, np.int64),
        left=np.zeros(kernels.LIMITS, np.int64),
        use=np.zeros(kernels.LIMITS, np.int64),
        state=np.zeros((depth, kernels.STATE), np.int64),
        allowed=np.zeros((depth, options // 64 + 1), np.uint64),
        plan=np.zeros(depth, np.int32),
    )
