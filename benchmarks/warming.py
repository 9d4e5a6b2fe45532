"""Load or compile every kernel before a clock starts; `python -m benchmarks.warming` says how long that took."""

from __future__ import annotations

import time

from benchmarks.draw import draw_problem
from solver import Options, first_come, solve
from solver.problem import Problem

ROUNDS = 90  # Enough to reach every phase.


def warm_up(problem: Problem) -> float:
    """Plan a small problem; returns the seconds that it took, most of them for loading or compiling."""
    began = time.perf_counter()
    solve(problem, Options(time_limit=None, max_rounds=ROUNDS))
    first_come(problem, orders=1)
    return time.perf_counter() - began


def main() -> None:
    """Warm up on a small town, with all its rows and with its seats alone."""
    problem = draw_problem(150, 1, 0.4)
    print(warm_up(problem) + warm_up(problem.seats_only()))


if __name__ == "__main__":
    main()
