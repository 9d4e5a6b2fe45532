"""The hand-made towns hold what is written beside them: everything else is judged by them."""

from __future__ import annotations

from itertools import product

import pytest

from solver.verify import verify
from tests import exact, oracle
from tests.towns import TOWNS


@pytest.mark.parametrize("name", TOWNS)
def test_the_best_plan_of_a_town_is_right_and_counts_as_written(name: str) -> None:
    town = TOWNS[name]

    verdict = verify(town.problem, oracle.deal(town.problem, town.best), town.exceptions)

    assert verdict.violations == ()
    assert verdict.objective == town.points * 1_000_000 + town.lottery


@pytest.mark.parametrize("name", TOWNS)
def test_no_other_plan_of_a_town_is_as_good(name: str) -> None:
    town, problem = TOWNS[name], TOWNS[name].problem
    best = sum(oracle.value(problem, i, slots) for i, slots in enumerate(town.best))

    plans = product(*(oracle.feasible_plans(problem, i) for i in range(problem.num_citizens)))
    as_good = [
        plan
        for plan in plans
        if oracle.fits(problem, plan) and sum(oracle.value(problem, i, x) for i, x in enumerate(plan)) >= best
    ]

    assert as_good == [tuple(town.best)]


@pytest.mark.parametrize("name", TOWNS)
def test_brute_force_and_cp_sat_find_the_best_plan_of_a_town(name: str) -> None:
    town = TOWNS[name]

    assert oracle.optimum(town.problem)[1] == town.best
    peer = exact.solve_exactly(town.problem)
    assert [tuple(s for s, _ in entries) for entries in peer.entries] == town.best
