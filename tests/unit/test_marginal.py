"""What one more seat gives, beside a linear programme over every plan that anybody could have."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from numpy.typing import NDArray
from ortools.math_opt.python import mathopt

from benchmarks.draw import draw_problem
from solver import Options, marginal, solve
from solver.master import make_rows
from solver.problem import MICRO, MICRO_PER_PRICE, Problem
from tests import oracle
from tests.facts import Citizen, Offering, Slot, town
from tests.strategies import tight_problems

FEW = Options(time_limit=None, max_rounds=12, threads=1)
STEP = 1e-4  # units: within the hair in which one solution of the programme stays the best


def contested(seats: int) -> Problem:
    """Three citizens to whom one group gives 30, 20 and 8 points."""
    people = [Citizen(progress={0: points}) for points in (30, 20, 8)]
    return town([Slot(0, [(0, 540, 600)], seats=seats)], people, [Offering()])


@pytest.mark.parametrize(("seats", "points"), [(1, 20), (2, 8), (3, 0), (4, 0)])
def test_one_more_seat_is_quoted_at_what_the_next_in_line_would_gain(seats: int, points: int) -> None:
    assert solve(contested(seats), FEW, marginal=True).marginal.tolist() == [points * MICRO // MICRO_PER_PRICE]


@given(tight_problems(without=("apart", "locks", "minimum")))
def test_no_seat_gives_more_than_its_quote_and_a_hair_of_all_gives_their_sum(problem: Problem) -> None:
    quoted = solve(problem, FEW, marginal=True).marginal * (MICRO_PER_PRICE / MICRO)
    now, one = best_of_shares(problem, np.zeros(len(quoted))), np.eye(len(quoted))

    for limit, promised in enumerate(quoted):
        assert best_of_shares(problem, one[limit]) - now <= promised + 0.01

    hair = best_of_shares(problem, np.full(len(quoted), STEP)) - now
    assert hair / STEP == pytest.approx(quoted.sum(), abs=0.1)


def test_what_is_not_asked_for_or_too_large_is_quoted_at_the_price(monkeypatch: pytest.MonkeyPatch) -> None:
    asked_for_nothing = solve(contested(1), FEW)
    monkeypatch.setattr(marginal, "MOST_WORK", 2)
    too_large = solve(contested(1), FEW, marginal=True)

    assert asked_for_nothing.marginal.tolist() == asked_for_nothing.price.tolist()
    assert too_large.marginal.tolist() == too_large.price.tolist()


def test_a_week_whose_programme_would_take_minutes_is_not_given_to_one() -> None:
    few = solve(draw_problem(2000, 1), replace(FEW, max_rounds=3), marginal=True)

    assert few.marginal.tolist() == few.price.tolist()


def best_of_shares(problem: Problem, more: NDArray[np.float64]) -> float:
    """Points of the best shares of all feasible plans, with so much more of each limit."""
    rows, model = make_rows(problem), mathopt.Model()
    use: list[list[mathopt.LinearBase]] = [[] for _ in rows.cap]
    worth: list[mathopt.LinearBase] = []
    for i in range(problem.num_citizens):
        shares = []
        for slots in oracle.feasible_plans(problem, i):
            share = model.add_variable(lb=0.0)
            shares.append(share)
            worth.append(oracle.value(problem, i, slots) / MICRO * share)
            for s in slots:
                for limit in (s, *rows.use_row[rows.use_ptr[s] : rows.use_ptr[s + 1]]):
                    use[limit].append(share)
        model.add_linear_constraint(mathopt.fast_sum(shares) == 1)
    for limit, shares in enumerate(use):
        model.add_linear_constraint(mathopt.fast_sum(shares) <= float(rows.cap[limit] + more[limit]))
    model.maximize(mathopt.fast_sum(worth))
    points: float = mathopt.solve(model, mathopt.SolverType.GLOP).objective_value()
    return points
