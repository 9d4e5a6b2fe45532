"""Say who got less than was wanted and why: minimum hours not reached, needed legs not covered."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from solver.options import prepare
from solver.problem import Problem
from solver.reasons_hours import BelowMinimum, explain_hours
from solver.reasons_legs import UncoveredLeg, explain_legs, uncovered_legs
from solver.reasons_week import ALL_BARRED, locked_offerings, part, read_week, useful_minutes
from solver.solution import Plans


@dataclass(frozen=True)
class Shortfalls:
    """Everybody who got less, in the order of the citizens, then of the legs."""

    below: tuple[BelowMinimum, ...]
    legs: tuple[UncoveredLeg, ...]


def explain(problem: Problem, plans: Plans) -> Shortfalls:
    """Find each citizen below her minimum and each needed leg not covered, with the rule or row in the way.

    Parameters
    ----------
    plans
        Plans that keep every rule and row, as the solver returns them.
    """
    week = read_week(problem, plans)
    short = (useful_minutes(week) < problem.min_minutes) | uncovered_legs(week).any(axis=1)
    locked = np.flatnonzero(short & (np.diff(problem.lock_ptr) > 0))
    locks = prepare(_only_locks(part(problem, locked)))
    exceptions = {int(locked[at]): slug for at, slug in locks.exceptions}
    return Shortfalls(explain_hours(week, exceptions), explain_legs(week, locks.facts, exceptions))


def _only_locks(problem: Problem) -> Problem:
    """The same week with nothing to choose from, so that only the locks are left to check."""
    return replace(problem, barred=np.where(locked_offerings(problem), problem.barred, ALL_BARRED))
