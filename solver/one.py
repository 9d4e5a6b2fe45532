"""The best week of one citizen at given prices: many questions with small variations, each answered at once.

Everybody else's plans and the prices stand still. A question shuts slots, or forces one: a forced slot is paid so much
that every plan without it is worse, and a plan that holds it is put among those seen, so that the search never looks
at what it would be worth without that pay.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from typing import NamedTuple

import numpy as np

from solver import kernels
from solver.options import Frame, prepare
from solver.pricing import NODE_LIMIT
from solver.problem import MICRO_PER_PRICE, RULES, Bools, Ints, Problem
from solver.solution import Plans
from solver.verify import verify

POOL_SIZE = 8
SHALLOW, TURNS, HARD_TURNS = 1_000, 0, 20  # Most searches end before a step of the multipliers would pay.
ALONE = np.zeros(1, np.int64)
DECISIVE = 1 << 43  # 1/1000 points: more than the idle minutes of a week and all that a plan can give


@dataclass(frozen=True)
class Found:
    """A plan, and what it is worth."""

    slots: tuple[int, ...]  # rising, locks in
    net: int  # MICRO after the prices of all its slots, locks in
    value: int  # MICRO before prices
    upper: int  # MICRO that no such plan exceeds after prices

    @property
    def proved(self) -> bool:
        """No other plan is worth more: the search was not cut short."""
        return self.upper == self.net


class Judged(NamedTuple):
    """What a recount says of a plan."""

    value: int  # MICRO before prices
    breaks: tuple[str, ...]  # slugs of rules


class OneCitizen:
    """One citizen's options, and the plans seen for her so far; not for two threads at a time.

    `fault` is the slug of the first rule that her locks alone break: her locks are then her only plan.
    """

    def __init__(self, frame: Frame, problem: Problem, nodes: int = NODE_LIMIT) -> None:
        """Take a problem of one citizen with the frame's slots; beyond `nodes`, a search ends unproved."""
        prepared = prepare(problem, threads=1, frame=frame)
        self.problem, self.frame, self.menu, self.nodes = problem, frame, prepared.menu, nodes
        self.fault = prepared.exceptions[0][1] if prepared.exceptions else None
        self.locks = sorted(set(problem.lock_slot.tolist()))
        self.options = self.menu.option_slot  # (n,) slots that break no rule beside her locks
        self._scratch = _make_scratch(self.menu)
        length = max(1, int(self.menu.choice_ptr[1]))
        self._pool = kernels.Pool(
            np.full((1, POOL_SIZE, length), -1, np.int32), np.zeros((1, POOL_SIZE), np.int64), np.zeros(1, np.int64),
            np.zeros((1, kernels.LIMITS), np.int32), np.zeros((1, POOL_SIZE), np.int32),
        )  # fmt: skip
        self._plan = np.full((1, length), -1, np.int32)
        self._net, self._upper, self._nodes = np.zeros((3, 1), np.int64)
        self._stamp = 0

    def best(self, price: Ints, shut: Bools, left: Ints | None = None) -> Found:
        """Find her best plan.

        Parameters
        ----------
        price
            (S,) 1/1000 points a slot with its rows; may be negative.
        shut
            (S,) slots that she may not take, unless she is locked into them.
        left
            (R,) units that others leave of each row: her plan fits in, as far as her locks do.
        """
        found = self._best_that_fits(price, self._paid(price, shut, left), left)
        assert found is not None  # Her locks alone always fit.
        return found

    def best_with(self, slot: int, price: Ints, shut: Bools, left: Ints | None = None) -> Found | None:
        """Find her best plan that holds `slot`, as `best` does; None where there is none."""
        if slot in self.locks:
            return self.best(price, shut, left)
        at = np.flatnonzero(self.options == slot)
        if shut[slot] or len(at) == 0:
            return None
        paid = self._paid(price, shut, left)
        paid[slot] = price[slot] - DECISIVE
        place = self._remember(int(at[0]))
        found = self._best_that_fits(price, paid, left, slot)
        self._pool.used[0, place] = 0
        return found

    def value_of(self, slots: Sequence[int]) -> int:
        """MICRO before prices of a plan of these slots, whether it keeps the rules or not."""
        return self.judge([slots])[0].value

    def breaks(self, slots: Sequence[int]) -> tuple[str, ...]:
        """Slugs of the rules that a plan of these slots breaks, in the order of `RULES`."""
        return self.judge([slots])[0].breaks

    def judge(self, plans: Sequence[Sequence[int]]) -> list[Judged]:
        """Recount plans of hers, each by itself; all at once takes hardly longer than one."""
        chosen = [np.unique(np.array(slots, np.int64)) for slots in plans]
        ptr = np.cumsum([0, *(len(slots) for slots in chosen)])
        slot = np.concatenate([np.zeros(0, np.int64), *chosen])
        num = len(plans)
        listed = () if self.fault is None else tuple((at, self.fault) for at in range(num))
        verdict = verify(self.problem.repeated(num), Plans(ptr, slot, self.problem.group_ptr[slot]), listed)
        broken: list[set[str]] = [set() for _ in range(num)]
        for violation in verdict.violations:
            if violation.citizen is not None:
                broken[violation.citizen].add(violation.slug)
        return [
            Judged(int(verdict.value[at]), tuple(slug for slug in RULES if slug in broken[at])) for at in range(num)
        ]

    def _paid(self, price: Ints, shut: Bools, left: Ints | None) -> Ints:
        """(S,) 1/1000 points: the prices, decisive where she may not be."""
        paid = np.where(shut, DECISIVE, price)
        if left is not None:
            paid[self.frame.use_slot[left[self.problem.use_row] < 1]] = DECISIVE
        return paid

    def _remember(self, a: int) -> int:
        """Put the plan of option `a` alone into the pool, where no other plan takes its place; returns the place."""
        menu, pool = self.menu, self._pool
        c = int(np.searchsorted(menu.option_ptr, a, side="right")) - 1
        idle = menu.short[0] - menu.idle[0] * (menu.class_minutes[c] if menu.class_useful[c] else 0)
        keep = int(pool.size[0]) if pool.size[0] < POOL_SIZE else int(np.argmin(pool.used[0]))
        pool.slot[0, keep] = -1
        pool.slot[0, keep, 0] = self.options[a]
        pool.value[0, keep] = menu.option_value[a] + menu.bonus[menu.class_mask[c]] - max(0, idle)
        pool.used[0, keep] = kernels.ALWAYS
        pool.size[0] = max(pool.size[0], keep + 1)
        return keep

    def _best_that_fits(self, price: Ints, paid: Ints, left: Ints | None, held: int = -1) -> Found | None:
        """Shut one after the other of the slots that together use too much of a row, most promising plans first."""
        turn = count()
        found = self._search(price, paid)
        waiting = [(-found.upper, next(turn), found, paid)]
        while waiting:
            *_, found, paid = heapq.heappop(waiting)
            crowd = [] if left is None else self._crowd(found.slots, left)
            if not crowd:
                return found
            for slot in crowd:
                if slot != held:
                    without = paid.copy()
                    without[slot] = DECISIVE
                    found = self._search(price, without)
                    heapq.heappush(waiting, (-found.upper, next(turn), found, without))
        return None

    def _crowd(self, slots: tuple[int, ...], left: Ints) -> list[int]:
        """Slots beside her locks in the first row of which the plan uses more than is left; none where it fits."""
        users: dict[int, list[int]] = {}
        for slot in slots:
            for row in self.problem.use_row[self.problem.use_ptr[slot] : self.problem.use_ptr[slot + 1]].tolist():
                users.setdefault(row, []).append(slot)
        for row, who in users.items():
            free = [slot for slot in who if slot not in self.locks]
            if free and len(who) > left[row]:
                return free
        return []

    def _search(self, price: Ints, paid: Ints) -> Found:
        self._stamp += 1
        kernels.best_plans(
            ALONE, self.menu, paid * MICRO_PER_PRICE, self._pool, self._stamp, self.nodes, SHALLOW, TURNS, HARD_TURNS,
            self._scratch, self._plan, self._net, self._upper, self._nodes,
        )  # fmt: skip
        taken = [slot for slot in self._plan[0].tolist() if slot >= 0]
        slots = sorted(self.locks + taken)
        after = int(self._net[0])
        value = after + sum(paid.item(slot) for slot in taken) * MICRO_PER_PRICE
        net = value - sum(price.item(slot) for slot in slots) * MICRO_PER_PRICE
        return Found(tuple(slots), net, value, net + int(self._upper[0]) - after)


def _make_scratch(menu: kernels.Menu) -> kernels.Scratch:
    """Working memory for the menu of one citizen."""
    choices, classes, options = int(menu.choice_ptr[1]), len(menu.class_time), len(menu.option_slot)
    states = (choices + 1) * len(menu.bonus) * (int(menu.horizon[0]) + 1) * (int(menu.load_left[0]) + 1)
    depth = choices + 2
    return kernels.Scratch(
        plain=np.empty(options, np.int64),
        days=np.empty(options, np.int64),
        net=np.empty(options, np.int64),
        top=np.empty(classes, np.int64),
        order=np.empty(options, np.int32),
        bound=np.empty(states, np.int64),
        tension=np.empty(kernels.LIMITS, np.int64),
        before=np.empty(kernels.LIMITS, np.int64),
        left=np.empty(kernels.LIMITS, np.int64),
        use=np.empty(kernels.LIMITS, np.int64),
        state=np.empty((depth, kernels.STATE), np.int64),
        allowed=np.empty((depth, options // 64 + 1), np.uint64),
        plan=np.empty((1, depth), np.int32),
        worth=np.empty(1, np.int64),
    )
