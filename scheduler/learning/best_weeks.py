"""Everybody's best own week: what she would take if she were alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from solver.options import prepare
from solver.pricing import MOVE_NODES, PlanFinder
from solver.problem import MICRO, Ints, Problem


def best_weeks(problem: Problem, threads: int = 2) -> Ints:
    """(I,) points of the best week at price zero and weight 100, without the penalty of idle minutes.

    The better one of what she would choose anew and what she would choose beside the groups that she is bound to: what
    an agreement keeps from her is owed to her as well, and a running course can be had by those alone who are in it.
    Whose search is cut short has the best found.
    """
    alone = replace(problem, weight=np.full_like(problem.weight, 100), idle_penalty=np.zeros_like(problem.weight))
    anew = replace(alone, lock_ptr=np.zeros_like(problem.lock_ptr), lock_slot=problem.lock_slot[:0])
    best = _alone(anew, threads)
    return np.maximum(best, _alone(alone, threads)) if len(problem.lock_slot) else best


def _alone(problem: Problem, threads: int) -> Ints:
    finder = PlanFinder(prepare(problem, threads), threads, pool_size=2)
    finder.best_plans(np.arange(problem.num_citizens), np.zeros(problem.num_slots, np.int64), MOVE_NODES)
    points: Ints = finder.net // MICRO
    return points
