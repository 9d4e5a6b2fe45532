"""Load or compile the solver before a clock starts, with a few of the week's own citizens."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

import solver
from solver import Options
from solver.problem import BY_CITIZEN, Problem

FEW = 60
SPARSE = 20  # Only every so many slots has a seat, so that the few compete and no phase is skipped.
ROUNDS = 60  # Enough to reach every phase.


def first_citizens(problem: Problem, count: int) -> Problem:
    """The same week for the first few citizens alone."""
    keeps, locks = (int(pointer[: count + 1][-1]) for pointer in (problem.keep_ptr, problem.lock_ptr))
    return replace(
        problem,
        **{name: getattr(problem, name)[:count] for name in BY_CITIZEN},
        keep_ptr=problem.keep_ptr[: count + 1],
        keep_slot=problem.keep_slot[:keeps],
        keep_points=problem.keep_points[:keeps],
        lock_ptr=problem.lock_ptr[: count + 1],
        lock_slot=problem.lock_slot[:locks],
        apart=problem.apart[(problem.apart < count).all(axis=1)],
    )


def warm_up(problem: Problem, threads: int) -> None:
    """Run every part of the solver once on a small piece of the problem."""
    seats = np.where(np.arange(problem.num_slots) % SPARSE == 0, np.minimum(problem.group_seats, 1), 0)
    minimum = np.minimum(problem.group_minimum, seats)
    few = replace(first_citizens(problem, FEW), group_seats=seats, group_minimum=minimum)
    solver.solve(few, Options(time_limit=None, max_rounds=ROUNDS, threads=threads))
    solver.first_come(few, orders=1)
