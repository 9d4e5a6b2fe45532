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

import numpy as np

from solver.options import Frame, prepare
from solver.pricing import NODE_LIMIT, Pricer
from solver.problem import MICRO_PER_PRICE, RULES, Bools, Ints, Problem
from solver.solution import Plans
from solver.verify import Verdict, verify

POOL_SIZE = 8
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


class OneCitizen:
    """One citizen's options, and the plans seen for her so far; not for two threads at a time.

    `fault` is the slug of the first rule that her locks alone break: her locks are then her only plan.
    """

    def __init__(self, frame: Frame, problem: Problem) -> None:
        """`problem` has one citizen, and the slots that the frame was made of."""
        prepared = prepare(problem, threads=1, frame=frame)
        menu = prepared.menu
        self.problem, self.frame, self.menu = problem, frame, menu
        self.fault = prepared.exceptions[0][1] if prepared.exceptions else None
        self.locks = np.unique(problem.lock_slot)
        self.options = menu.option_slot  # (n,) slots that break no rule beside her locks
        self._pricer = Pricer(prepared, threads=1, pool_size=POOL_SIZE)

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
        self._remember(int(at[0]))
        paid = self._paid(price, shut, left)
        paid[slot] = price[slot] - DECISIVE
        return self._best_that_fits(price, paid, left, slot)

    def value_of(self, slots: Sequence[int]) -> int:
        """MICRO before prices of a plan of these slots, whether it keeps the rules or not."""
        return self._recount(slots).objective

    def breaks(self, slots: Sequence[int]) -> tuple[str, ...]:
        """Slugs of the rules that a plan of these slots breaks, in the order of `RULES`."""
        broken = {violation.slug for violation in self._recount(slots).violations}
        return tuple(slug for slug in RULES if slug in broken)

    def _recount(self, slots: Sequence[int]) -> Verdict:
        slot = np.unique(np.array(slots, np.int64))
        plans = Plans(np.array([0, len(slot)]), slot, self.problem.group_ptr[slot])
        return verify(self.problem, plans, () if self.fault is None else ((0, self.fault),))

    def _paid(self, price: Ints, shut: Bools, left: Ints | None) -> Ints:
        """(S,) 1/1000 points: the prices, decisive where she may not be."""
        paid = np.where(shut, DECISIVE, price)
        if left is not None:
            paid[self.frame.use_slot[left[self.problem.use_row] < 1]] = DECISIVE
        return paid

    def _remember(self, a: int) -> None:
        """Put the plan of option `a` alone into the pool."""
        menu, pool = self.menu, self._pricer.pool
        c = int(np.searchsorted(menu.option_ptr, a, side="right")) - 1
        idle = menu.short[0] - menu.idle[0] * (menu.class_minutes[c] if menu.class_useful[c] else 0)
        keep = int(pool.size[0]) if pool.size[0] < POOL_SIZE else int(np.argmin(pool.used[0]))
        pool.slot[0, keep] = -1
        pool.slot[0, keep, 0] = self.options[a]
        pool.value[0, keep] = menu.option_value[a] + menu.bonus[menu.class_mask[c]] - max(0, idle)
        pool.used[0, keep] = 0
        pool.size[0] = max(pool.size[0], keep + 1)

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
        pricer = self._pricer
        pricer.best_plans(ALONE, paid, NODE_LIMIT)
        taken = pricer.plan[0][pricer.plan[0] >= 0]
        after = int(pricer.net[0])
        value = after + int(paid[taken].sum()) * MICRO_PER_PRICE
        slots = np.sort(np.concatenate([self.locks, taken]))
        net = value - int(price[slots].sum()) * MICRO_PER_PRICE
        return Found(tuple(slots.tolist()), net, value, net + int(pricer.upper[0]) - after)
