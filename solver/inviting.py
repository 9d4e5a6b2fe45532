"""Looks for plans that a group needs to run at all: those of whoever would lose least by coming.

At prices that clear, nobody takes a plan that costs her a little so that a group of several may run; without such plans
no combination of the plans seen has that group.
"""

from __future__ import annotations

import numpy as np

from solver import kernels_pool as moves
from solver.kernels_chain import Seating
from solver.pricing import PlanFinder
from solver.primal import full_slots
from solver.problem import Ints
from solver.sizes import open_prices

WAGE = 200_000  # 1/1000 points: whoever would lose more than that by coming to a group is not asked


def invite_to_groups(
    finder: PlanFinder, rows: moves.Rows, running: moves.Rows, price: Ints, minimum: Ints, seating: Seating
) -> None:
    """Add to the pool everybody's best plan with each slot of a least size where one more group may run.

    Parameters
    ----------
    running
        The rows for the groups that run now: a slot that is full under them is open to nobody but those in it.
    """
    menu, total = finder.prepared.menu, open_prices(rows, price)
    shut = full_slots(running, seating.load)
    owner = np.repeat(np.arange(len(finder.plan)), np.diff(menu.option_ptr[menu.class_ptr[menu.choice_ptr]]))
    more = (minimum > 0) & (rows.cap > running.cap)[: len(minimum)]
    for slot in np.flatnonzero(more).tolist():
        able = np.unique(owner[menu.option_slot == slot])
        if len(able):
            finder.invite(able, slot, WAGE, total, shut, seating)
