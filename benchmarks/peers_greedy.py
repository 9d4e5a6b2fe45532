"""The greedy planner: the citizen and slot that rank highest come first, and nothing that was given is taken back."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Mapping

import numpy as np

from benchmarks.peers_desk import Desk
from solver.kernels_chain import Seating
from solver.problem import DAYS

MINUTES_AN_HOUR = 60
DAYS_FULL = sum(128 << 8 * day for day in range(DAYS))  # see `kernels_build.Base.days`


def seat_by(desk: Desk, rank: str) -> Iterator[Seating]:
    """Seat by one of `RANKS` until nothing fits, then close groups that are too small and move pairs apart."""
    hand, rank_of = Hand(desk), RANKS[rank]
    turns = desk.rng.random(len(hand.slot)).tolist()
    waiting = [(-rank_of(hand, option), turns[option], option) for option in range(len(hand.slot))]
    waiting.sort()  # A sorted list is a heap already, and soon read.
    while waiting:
        before, turn, option = heapq.heappop(waiting)
        if not hand.fits(option):
            continue
        # A bonus that was earned meanwhile makes the option rank lower than when it was put in.
        now = -rank_of(hand, option)
        if now > before and waiting and now > waiting[0][0]:
            heapq.heappush(waiting, (now, turn, option))
        else:
            hand.take(option)
    seating = hand.seating()
    desk.hold(seating)
    yield seating


class Hand:
    """Everybody's options, and what is left of all limits while options are given one at a time."""

    def __init__(self, desk: Desk) -> None:
        menu, problem = desk.prepared.menu, desk.prepared.problem
        self.desk = desk
        self.clash, self.clash_ptr = menu.clash, menu.clash_ptr.tolist()
        self.bonus, self.bonus_ptr, self.idle = menu.bonus.tolist(), menu.bonus_ptr.tolist(), menu.idle.tolist()
        length = np.diff(menu.option_ptr)
        of_class = np.repeat(np.arange(len(length)), length)
        of_choice = np.repeat(np.arange(len(menu.class_ptr) - 1), np.diff(menu.class_ptr))[of_class]
        citizen = np.repeat(np.arange(problem.num_citizens), np.diff(menu.choice_ptr))[of_choice]
        self.choice, self.citizen = of_choice.tolist(), citizen.tolist()
        self.slot, self.value = menu.option_slot.tolist(), menu.option_value.tolist()
        self.minutes, self.load = menu.class_minutes[of_class].tolist(), menu.class_load[of_class].tolist()
        self.useful = (menu.class_minutes * menu.class_useful)[of_class].tolist()
        self.mask, self.days = menu.class_mask[of_class].tolist(), menu.slot_days[menu.option_slot].tolist()
        self.wish = problem.wish[citizen, problem.slot_offering[menu.option_slot]].tolist()
        self.first = menu.option_ptr[menu.class_ptr[menu.choice_ptr]].tolist()
        self.minutes_left, self.load_left = menu.minutes_left.tolist(), menu.load_left.tolist()
        self.days_used, self.earned = menu.days.tolist(), [0] * problem.num_citizens
        self.lacking = (menu.short // np.maximum(menu.idle, 1)).tolist()
        self.left = desk.rows.cap.tolist()
        self.taken: list[list[int]] = [[] for _ in range(problem.num_citizens)]
        pairs = zip(desk.rows.use_ptr[:-1].tolist(), desk.rows.use_ptr[1:].tolist(), strict=True)
        self.units = [[s, *desk.rows.use_row[a:b].tolist()] for s, (a, b) in enumerate(pairs)]

    def fits(self, option: int) -> bool:
        """Whether the option breaks nothing together with what was given; once it does, it always will."""
        i, left = self.citizen[option], self.left
        units = self.units[self.slot[option]]
        if any(left[row] < units.count(row) for row in units):
            return False
        days = self.days_used[i] + self.days[option]
        return (
            self.minutes[option] <= self.minutes_left[i]
            and self.load[option] <= self.load_left[i]
            and not days & DAYS_FULL
            and not any(self._excludes(i, option, other) for other in self.taken[i])
        )

    def _excludes(self, i: int, option: int, other: int) -> bool:
        if self.choice[option] == self.choice[other]:
            return True
        a, b = option - self.first[i], other - self.first[i]
        words = (self.first[i + 1] - self.first[i] + 63) // 64
        return bool(int(self.clash[self.clash_ptr[i] + a * words + b // 64]) >> b % 64 & 1)

    def gain(self, option: int) -> int:
        """MICRO that the citizen's week gains by the option."""
        i = self.citizen[option]
        base, earned = self.bonus_ptr[i], self.earned[i]
        bonus = self.bonus[base + (earned | self.mask[option])] - self.bonus[base + earned]
        return int(self.value[option] + bonus + self.idle[i] * min(self.lacking[i], self.useful[option]))

    def take(self, option: int) -> None:
        """Give the option to its citizen."""
        i = self.citizen[option]
        self.taken[i].append(option)
        self.minutes_left[i] -= self.minutes[option]
        self.load_left[i] -= self.load[option]
        self.days_used[i] += self.days[option]
        self.lacking[i] = max(0, self.lacking[i] - self.useful[option])
        self.earned[i] |= self.mask[option]
        for row in self.units[self.slot[option]]:
            self.left[row] -= 1

    def seating(self) -> Seating:
        """What everybody has now."""
        seating = self.desk.nobody()
        for i, options in enumerate(self.taken):
            seating.plan[i, : len(options)] = [self.slot[option] for option in options]
            bonus = self.bonus[self.bonus_ptr[i] + self.earned[i]]
            seating.worth[i] = sum(self.value[o] for o in options) + bonus - self.idle[i] * self.lacking[i]
        seating.load[:] = self.desk.rows.cap - np.array(self.left, np.int64)
        return seating


RANKS: Mapping[str, Callable[[Hand, int], float]] = {
    "gain": lambda hand, option: hand.gain(option),
    "gain an hour": lambda hand, option: MINUTES_AN_HOUR * hand.gain(option) / hand.minutes[option],
    # Wishes are whole points below 30,000, so that the gain only decides between equal ones.
    "wish": lambda hand, option: hand.wish[option] + hand.gain(option) / 1e15,
}
