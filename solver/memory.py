"""The arrays that searches write beside their answers: working memory, and the plans seen so far."""

from __future__ import annotations

import numpy as np

from solver import kernels
from solver.problem import Ints

# How each search goes, before its number of nodes: see `kernels.best_plans`.
SHALLOW = 200
TURNS = 1
HARD_TURNS = 10


def plan_length(menu: kernels.Menu) -> int:
    """The most activities that anybody's hours and energy hold beyond her locks; at least 1."""
    hours = _most_that_fit(menu, menu.class_minutes, menu.minutes_left)
    energy = _most_that_fit(menu, menu.class_load, menu.load_left)
    return max(1, int(np.minimum(hours, energy).max(initial=1)))


def _most_that_fit(menu: kernels.Menu, amount: Ints, most: Ints) -> Ints:
    """(I,) how many choices fit into (I,) `most` when each takes its class of least (classes,) `amount`."""
    num = np.diff(menu.choice_ptr)
    if not num.any():
        return num
    citizen = np.repeat(np.arange(len(num)), num)
    least = np.minimum.reduceat(amount, menu.class_ptr[:-1])
    least = least[np.lexsort((least, citizen))]
    spent = np.concatenate([[0], np.cumsum(least)])
    fits = spent[1:] - spent[menu.choice_ptr[citizen]] <= most[citizen]
    return np.bincount(citizen, fits, minlength=len(num)).astype(np.int64)


def empty_value(menu: kernels.Menu) -> Ints:
    """(I,) MICRO of nothing beyond the locks."""
    return menu.bonus[menu.bonus_ptr[:-1]] - menu.short


def make_pool(menu: kernels.Menu, pool_size: int, length: int) -> kernels.Pool:
    """Everybody's plans seen before anything is searched: the empty one, which is never replaced."""
    num = len(menu.horizon)
    pool = kernels.Pool(
        np.full((num, pool_size, length), -1, np.int32), np.zeros((num, pool_size), np.int64),
        np.ones(num, np.int64), np.zeros((num, kernels.LIMITS), np.int32), np.zeros((num, pool_size), np.int32),
    )  # fmt: skip
    pool.value[:, 0] = empty_value(menu)
    pool.used[:, 0] = kernels.ALWAYS
    return pool


def make_scratch(menu: kernels.Menu) -> kernels.Scratch:
    """One thread's working memory, large enough for anybody on the menu."""
    first, last = menu.choice_ptr[:-1], menu.choice_ptr[1:]
    classes = int((menu.class_ptr[last] - menu.class_ptr[first]).max(initial=1))
    options = int((menu.option_ptr[menu.class_ptr[last]] - menu.option_ptr[menu.class_ptr[first]]).max(initial=1))
    states = (last - first + 1) * np.diff(menu.bonus_ptr) * (menu.horizon + 1) * (menu.load_left + 1)
    depth = int((last - first).max(initial=1)) + 2
    return kernels.Scratch(
        plain=np.zeros(options, np.int64),
        days=np.zeros(options, np.int64),
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
        plan=np.zeros((1, depth), np.int32),
        worth=np.zeros(1, np.int64),
    )


def make_near(menu: kernels.Menu, most: int, length: int) -> kernels.Near:
    """Room for `most` plans of everybody."""
    num = len(menu.horizon)
    slot = np.full((num, most, length), -1, np.int32)
    return kernels.Near(slot, np.zeros((num, most), np.int64), np.zeros(num, np.int64))
