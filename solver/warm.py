"""Begins where an earlier run ended: its prices, and those of its plans that still hold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from solver.kernels import FULL_DAY, Menu
from solver.pricing import PlanFinder
from solver.problem import Ints
from solver.solution import Plans

REMEMBERED = 1  # place of the earlier run's plan in each citizen's pool


@dataclass(frozen=True)
class WarmStart:
    """What an earlier run leaves: prices (S + R,) in 1/1000 points, and plans to try, or None."""

    price: Ints
    plans: Plans | None = None
    whole: bool = False  # of nearly the same week: its plans are seated as they are before anything else
    new: Ints | None = None  # slots that the earlier run did not have
    guessed: Ints | None = None  # of them, those whose prices are rather too high


def remember(finder: PlanFinder, plans: Plans) -> Ints:
    """Put the plans that break none of this week's rules into the finder's pool; returns whose."""
    menu, problem = finder.prepared.menu, finder.prepared.problem
    kept = []
    for i in range(problem.num_citizens):
        locks = problem.lock_slot[problem.lock_ptr[i] : problem.lock_ptr[i + 1]]
        slots = [int(s) for s in plans.slot[plans.ptr[i] : plans.ptr[i + 1]] if s not in locks]
        worth = _worth(menu, i, slots)
        if slots and worth is not None:
            finder.pool.slot[i, REMEMBERED, : len(slots)] = slots
            finder.pool.value[i, REMEMBERED] = worth
            finder.pool.size[i] = REMEMBERED + 1
            kept.append(i)
    return np.array(kept, np.int64)


def _worth(menu: Menu, i: int, slots: list[int]) -> int | None:
    """MICRO of a plan of these slots beyond the locks; None where it breaks a rule."""
    classes = np.arange(menu.class_ptr[menu.choice_ptr[i]], menu.class_ptr[menu.choice_ptr[i + 1]])
    first, last = (int(menu.option_ptr[menu.class_ptr[menu.choice_ptr[k]]]) for k in (i, i + 1))
    options = menu.option_slot[first:last]
    words = (last - first + 63) // 64
    mask, minutes, useful, load, days, worth = 0, 0, 0, 0, int(menu.days[i]), 0
    taken: list[int] = []
    choices: set[int] = set()
    for slot in slots:
        found = np.flatnonzero(options == slot)
        if len(found) == 0:
            return None
        a = int(found[0])
        row = menu.clash_ptr[i] + a * words
        if any(int(menu.clash[row + (b >> 6)]) >> (b & 63) & 1 for b in taken):
            return None
        c = int(classes[np.searchsorted(menu.option_ptr[classes], first + a, side="right") - 1])
        taken.append(a)
        choices.add(int(np.searchsorted(menu.class_ptr, c, side="right")))
        mask |= int(menu.class_mask[c])
        minutes += int(menu.class_minutes[c])
        useful += int(menu.class_minutes[c]) if menu.class_useful[c] else 0
        load += int(menu.class_load[c])
        days += int(menu.slot_days[slot])
        worth += int(menu.option_value[first + a])
        if days & FULL_DAY:
            return None
    if minutes > menu.minutes_left[i] or load > menu.load_left[i] or len(choices) < len(slots):
        return None
    return worth + int(menu.bonus[menu.bonus_ptr[i] + mask]) - max(0, int(menu.short[i]) - int(menu.idle[i]) * useful)
