"""Load or compile the solver before a clock starts, with a few of the week's own citizens."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

import solver
from solver import Options
from solver.problem import Problem

FEW = 60
SPARSE = 20  # Only every so many slots has a seat, so that the few compete and no phase is skipped.
ROUNDS = 60  # Enough to reach every phase.


def warm_up(problem: Problem, threads: int) -> None:
    """Run every part of the solver once on a small piece of the problem."""
    seats = np.where(np.arange(problem.num_slots) % SPARSE == 0, np.minimum(problem.group_seats, 1), 0)
    minimum = np.minimum(problem.group_minimum, seats)
    few = problem.part(np.arange(min(FEW, problem.num_citizens)))
    few = replace(few, group_seats=seats, group_minimum=minimum)
    solver.solve(few, Options(time_limit=None, max_rounds=ROUNDS, threads=threads))
    solver.first_come(few, orders=1)
