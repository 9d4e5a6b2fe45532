"""Everybody's best own week: what she would take if she were alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from solver.options import prepare
from solver.pricing import MOVE_NODES, Pricer
from solver.problem import MICRO, Ints, Problem


def best_weeks(problem: Problem, threads: int = 2) -> Ints:
    """(I,) points of the best week at price zero and weight 100, without the penalty of idle minutes.

    Whose search is cut short has the best found.
    """
    alone = replace(problem, weight=np.full_like(problem.weight, 100), idle_penalty=np.zeros_like(problem.weight))
    prepared = prepare(alone, threads)
    pricer = Pricer(prepared, threads, pool_size=2)
    pricer.best_plans(np.arange(problem.num_citizens), np.zeros(problem.num_slots, np.int64), MOVE_NODES)
    points: Ints = pricer.net // MICRO
    return points
