"""The peers' program, judged by brute force on tight tiny weeks; and their hint, row by row."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given, settings

from benchmarks.peers_acceptance import PRIORITIES, accept
from benchmarks.peers_desk import open_desk, serve_in_turn
from benchmarks.peers_exact import solve_cp_sat, solve_highs, solve_scip
from benchmarks.peers_greedy import RANKS, seat_by
from benchmarks.peers_model import build_model, complete, seating_of
from benchmarks.peers_run import Exact
from solver.deal import deal
from solver.options import prepare
from solver.problem import Problem
from solver.verify import verify
from tests import oracle
from tests.strategies import tight_problems

FOR_EVER = float("inf")


@pytest.mark.parametrize(
    ("solve", "setting"),
    [(solve_cp_sat, "defaults"), (solve_highs, "defaults"), (solve_scip, "defaults")],
)
@settings(max_examples=20)
@given(problem=tight_problems())
def test_an_exact_solver_finds_the_optimum(solve: Exact, setting: str, problem: Problem) -> None:
    optimum, _ = oracle.optimum(problem)
    desk = open_desk(prepare(problem), seed=1)
    model = build_model(desk.prepared)
    hint = complete(model, next(seat_by(desk, "gain")).plan.astype(np.int64))

    answer = solve(model, setting, hint, time.perf_counter() + 10.0, 1)

    assert answer.taken is not None
    assert answer.bound is not None
    plans = deal(desk.prepared, seating_of(model, answer.taken, desk.nobody()), desk.rng)
    verdict = verify(problem, plans, desk.prepared.exceptions)
    assert verdict.violations == ()
    # The program leaves out the lottery, which is worth less than one of its units.
    assert optimum - model.lottery <= verdict.objective <= optimum <= model.in_micro(answer.bound)
    assert model.in_micro(answer.bound) <= optimum + model.lottery + 10_000


@settings(max_examples=60)
@given(tight_problems())
def test_planners_that_seat_keep_every_rule_and_their_plans_every_row(problem: Problem) -> None:
    prepared = prepare(problem)
    model = build_model(prepared)
    rows = model.rows
    row = np.repeat(np.arange(len(rows.low)), np.diff(rows.ptr))
    desk = open_desk(prepared, seed=1)
    found = [next(serve_in_turn(desk)), *(next(seat_by(desk, rank)) for rank in RANKS)]
    found += [next(accept(desk, priority, FOR_EVER)) for priority in PRIORITIES]
    for seating in found:
        verdict = verify(problem, deal(prepared, seating, desk.rng), prepared.exceptions)
        assert verdict.violations == ()
        assert verdict.objective == int(prepared.menu.value.sum() + seating.worth.sum())
        value = complete(model, seating.plan.astype(np.int64))
        total = np.bincount(row, rows.coefficient * value[rows.column], len(rows.low))
        assert ((rows.low <= total) & (total <= rows.high)).all()
        assert ((value >= 0) & (value <= model.upper)).all()
        worth = model.in_micro(int(model.gain @ value))
        assert verdict.objective <= worth <= verdict.objective + model.lottery
