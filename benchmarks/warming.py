"""Load or compile every kernel before a clock starts."""

from __future__ import annotations

import time

from solver import Options, first_come, solve
from solver.problem import Problem

ROUNDS = 90  # Enough to reach every phase.


def warm_up(problem: Problem) -> float:
    """Plan a small problem; returns the seconds that it took, most of them for loading or compiling."""
    began = time.perf_counter()
    solve(problem, Options(time_limit=None, max_rounds=ROUNDS))
    first_come(problem, orders=1)
    return time.perf_counter() - began
