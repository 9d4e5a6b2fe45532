"""Brute force, CP-SAT and the recount agree, so that each may judge the solver."""

from __future__ import annotations

from hypothesis import given, settings

from solver.problem import Problem
from solver.verify import verify
from tests import exact, oracle
from tests.strategies import problems


@settings(max_examples=150)
@given(problems())
def test_oracle_cp_sat_and_recount_agree_on_the_optimum(problem: Problem) -> None:
    objective, slots = oracle.optimum(problem)

    peer = exact.solve_exactly(problem)

    assert peer.objective == objective
    for plans in (exact.plans_of(peer), oracle.deal(problem, slots)):
        verdict = verify(problem, plans, oracle.exceptions(problem))
        assert verdict.violations == ()
        assert verdict.objective == objective
