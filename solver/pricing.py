"""Prices all citizens: a thin, threaded front of the compiled kernel with its memory."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from solver import kernels
from solver.options import Prepared
from solver.problem import MICRO_PER_PRICE, Ints

NODE_LIMIT = 2_000_000
SHALLOW = 200
TURNS = 3


class Pricer:
    """The best plans at given prices, with everybody's plans seen so far as a start.

    `plan` (I, length) int32 slots, -1 after the last; `net` (I,) MICRO after prices, `upper` (I,) at least
    the best possible: these hold the last answer for each citizen and change with every call of `best_plans`.
    """

    def __init__(self, prepared: Prepared, threads: int = 2, pool_size: int = 24, node_limit: int = NODE_LIMIT) -> None:
        self.prepared, self.threads, self.node_limit = prepared, threads, node_limit
        menu = prepared.menu
        num, length = prepared.problem.num_citizens, plan_length(prepared)
        self.plan = np.full((num, length), -1, np.int32)
        self.net = np.zeros(num, np.int64)
        self.upper = np.zeros(num, np.int64)
        self.nodes = np.zeros(num, np.int64)
        self.pool = kernels.Pool(
            np.full((num, pool_size, length), -1, np.int32), np.zeros((num, pool_size), np.int64), np.zeros(num, np.int64),
            np.zeros((num, 8), np.int64), np.zeros((num, pool_size), np.int64),
        )  # fmt: skip
        self.stamp = 0
        self._scratch = [_scratch(menu) for _ in range(threads)]
        self._workers = ThreadPoolExecutor(threads)

    def best_plans(self, who: Ints, price: Ints) -> None:
        """Price the citizens in `who` at (S,) `price`, 1/1000 points a slot with its rows."""
        micro = price * MICRO_PER_PRICE
        self.stamp += 1
        parts = np.array_split(who, self.threads)
        list(self._workers.map(lambda k: kernels.best_plans(
            parts[k], self.prepared.menu, micro, self.pool, self.stamp, self.node_limit, SHALLOW, TURNS, self._scratch[k], self.plan, self.net, self.upper, self.nodes
        ), range(self.threads)))


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
        np.zeros(options, np.int64), np.zeros(options, np.int64), np.zeros(classes, np.int64), np.zeros(options, np.int32),
        np.zeros(int(states.max(initial=1)), np.int64), *(np.zeros(8, np.int64) for _ in range(3)), np.zeros((depth, 10), np.int64),
        np.zeros((depth, options // 64 + 1), np.uint64), np.zeros(depth, np.int32),
    )  # fmt: skip
