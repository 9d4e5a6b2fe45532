"""Everybody's best own week: what the plan would give her if she were alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from solver.options import prepare
from solver.pricing import MOVE_NODES, PlanFinder
from solver.problem import MICRO, Ints, Problem
from solver.reasons_week import useful_offerings


def best_weeks(problem: Problem, threads: int = 2) -> Ints:
    """(I,) points of the best week at price zero and weight 100, counted without the penalty of idle minutes.

    The penalty chooses it all the same, as it does in a plan: where the activity with most points would leave somebody
    below her hours and another would not, the other is her best week, and nothing is owed for what nobody would plan.
    It is the better one of what she would choose anew and what she would choose beside the groups that she is bound
    to: what an agreement keeps from her is owed to her as well, and a running course can be had by those alone who are
    in it. Whose search is cut short has the best found.
    """
    alone = replace(problem, weight=np.full_like(problem.weight, 100))
    anew = replace(alone, lock_ptr=np.zeros_like(problem.lock_ptr), lock_slot=problem.lock_slot[:0])
    (value, points), (bound_value, bound_points) = (_alone(week, threads) for week in (anew, alone))
    return np.where(bound_value > value, bound_points, points)


def _alone(problem: Problem, threads: int) -> tuple[Ints, Ints]:
    """(I,) points of everybody's best week with the penalty of idle minutes, and without it."""
    prepared = prepare(problem, threads)
    finder = PlanFinder(prepared, threads, pool_size=2)
    finder.best_plans(np.arange(problem.num_citizens), np.zeros(problem.num_slots, np.int64), MOVE_NODES)
    taken = finder.plan >= 0
    helps = np.take_along_axis(useful_offerings(problem), problem.slot_offering[finder.plan], axis=1)
    useful = np.where(taken & helps, problem.slot_minutes[finder.plan], 0).sum(axis=1)
    value: Ints = finder.net // MICRO
    missing = np.maximum(prepared.base.useful - useful, 0)
    return value, value + problem.idle_penalty * missing
