"""The best combination of plans seen is the best to a point, however much the whole week is worth."""

from __future__ import annotations

from benchmarks.draw import draw_problem
from solver import Options, solve
from solver.problem import MICRO


def test_a_gain_of_less_than_a_ten_thousandth_of_the_week_is_found() -> None:
    problem = draw_problem(200, 11, 0.6).seats_only()

    solution = solve(problem, Options(time_limit=None, max_rounds=70, threads=1))

    assert solution.objective > 10_000 * MICRO
    assert solution.bound - solution.objective < MICRO // 2
