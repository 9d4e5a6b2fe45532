"""The solver's bound, plan and claims, judged by brute force on tight tiny weeks, and by the recount."""

from __future__ import annotations

from collections import Counter
from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.cluster import same
from solver import Options, WarmStart, first_come, solve
from solver.master import lagrangian, make_rows, slot_prices
from solver.one import DECISIVE
from solver.opening import gains
from solver.options import prepare
from solver.pricing import PlanFinder
from solver.problem import Problem
from solver.solution import Round, Solution
from solver.verify import verify
from tests import oracle
from tests.strategies import problems, tight_problems
from tests.towns import TOWNS

ROUNDS = Options(seed=1, time_limit=None, max_rounds=30, threads=1)


def assert_valid(problem: Problem, solution: Solution) -> None:
    """The plan holds everything, the objective is the recount's, and the bound is above it."""
    verdict = verify(problem, solution.plans, solution.exceptions)
    assert verdict.violations == ()
    assert solution.objective == verdict.objective
    assert solution.bound >= solution.objective
    assert (solution.price >= 0).all()
    assert solution.price.shape == (problem.num_slots + problem.num_rows,)


@settings(max_examples=300)
@given(tight_problems())
def test_the_bound_holds_and_a_gap_of_zero_is_the_optimum(problem: Problem) -> None:
    optimum, _ = oracle.optimum(problem)

    solution = solve(problem, ROUNDS)

    assert_valid(problem, solution)
    assert list(solution.exceptions) == oracle.exceptions(problem)
    assert solution.objective <= optimum <= solution.bound
    assert (solution.termination.proved == "optimal") == (solution.bound == solution.objective)


@settings(max_examples=100)
@given(tight_problems())
def test_seats_alone_are_solved_and_bounded_too(problem: Problem) -> None:
    seats_only = problem.seats_only()
    optimum, _ = oracle.optimum(seats_only)

    solution = solve(seats_only, ROUNDS)

    assert_valid(seats_only, solution)
    assert solution.objective <= optimum <= solution.bound


@pytest.mark.parametrize("name", TOWNS)
def test_the_best_plan_of_a_town_is_found(name: str) -> None:
    town = TOWNS[name]

    solution = solve(town.problem, ROUNDS)

    assert_valid(town.problem, solution)
    slots = np.split(solution.plans.slot, solution.plans.ptr[1:-1])
    assert [tuple(x.tolist()) for x in slots] == town.best
    assert solution.exceptions == town.exceptions


@settings(max_examples=40)
@given(problems(), st.integers(0, 1_000))
def test_two_threads_give_the_run_of_one(problem: Problem, seed: int) -> None:
    options = replace(ROUNDS, seed=seed, max_rounds=8)

    one, again, two = (solve(problem, replace(options, threads=threads)) for threads in (1, 1, 2))

    assert same(one, again)
    assert same(one, two)


@settings(max_examples=60)
@given(tight_problems(), st.integers(1, 4))
def test_a_run_that_a_limit_of_rounds_ends_is_valid(problem: Problem, rounds: int) -> None:
    solution = solve(problem, replace(ROUNDS, max_rounds=rounds))

    assert_valid(problem, solution)
    assert oracle.optimum(problem)[0] <= solution.bound
    before = [r for r in solution.rounds if r.objective is None]  # Nothing ends a run that has no plan yet.
    assert len(solution.rounds) <= max(rounds, len(before) + 1)
    if solution.termination.reason == "limit":
        assert solution.termination.limit == "rounds"


@settings(max_examples=60)
@given(tight_problems(), st.integers(0, 4))
def test_a_run_that_somebody_stops_is_valid(problem: Problem, after: int) -> None:
    seen: list[Round] = []

    solution = solve(problem, ROUNDS, progress=seen.append, should_stop=lambda: len(seen) >= after)

    assert_valid(problem, solution)
    assert oracle.optimum(problem)[0] <= solution.bound
    if solution.termination.reason == "stopped":
        assert solution.termination.limit == "interrupt"


@settings(max_examples=60)
@given(tight_problems())
def test_progress_is_told_every_round_and_never_worsens(problem: Problem) -> None:
    seen: list[Round] = []

    solution = solve(problem, ROUNDS, progress=seen.append)

    assert tuple(seen) == solution.rounds
    assert [r.number for r in seen] == sorted({r.number for r in seen})
    bounds, objectives = [r.bound for r in seen], [r.objective for r in seen if r.objective is not None]
    assert bounds == sorted(bounds, reverse=True)
    assert objectives == sorted(objectives)


@settings(max_examples=60)
@given(tight_problems(), st.integers(0, 2**32 - 1))
def test_a_warm_start_from_any_week_is_valid(problem: Problem, seed: int) -> None:
    rng = np.random.default_rng(seed)
    before = solve(problem, replace(ROUNDS, max_rounds=2))
    changed = replace(problem, progress=rng.permuted(problem.progress, axis=1))

    solution = solve(changed, ROUNDS, warm=WarmStart(price=before.price, plans=before.plans))

    assert_valid(changed, solution)
    assert solution.objective <= oracle.optimum(changed)[0] <= solution.bound


@settings(max_examples=60)
@given(tight_problems(), st.data())
def test_a_price_that_is_guessed_much_too_high_spoils_no_bound(problem: Problem, data: st.DataObject) -> None:
    before = solve(problem, ROUNDS)
    slots = data.draw(st.lists(st.integers(0, problem.num_slots - 1), min_size=1, unique=True))
    price = before.price.copy()
    price[slots] = 64 * price[slots] + 10**6
    warm = WarmStart(price, before.plans, whole=True, new=np.array(slots), guessed=np.array(slots))

    solution = solve(problem, ROUNDS, warm=warm)

    assert_valid(problem, solution)
    assert oracle.optimum(problem)[0] <= solution.bound


def test_a_price_that_is_guessed_too_high_is_lowered_before_the_first_bound() -> None:
    problem = TOWNS["a_full_group_goes_to_who_gains_most"].problem
    before = solve(problem, ROUNDS)
    price = before.price.copy()
    price[0] = 64 * price[0] + 10**6
    blind = WarmStart(price, before.plans, whole=True)

    bounds = [
        solve(problem, replace(ROUNDS, max_rounds=1), warm=warm).bound
        for warm in (blind, replace(blind, guessed=np.array([0])))
    ]

    assert bounds[1] < bounds[0]


@settings(max_examples=60)
@given(tight_problems(), st.data())
def test_a_slot_more_gains_no_plan_more_than_its_seats_promise(problem: Problem, data: st.DataObject) -> None:
    slot = data.draw(st.integers(0, problem.num_slots - 1))
    rows, price = make_rows(problem), solve(problem, ROUNDS).price.copy()
    price[slot] = 0
    everybody = np.ones((problem.num_citizens, problem.num_offerings), np.bool_)
    (gain,) = gains(problem, price, [slot], everybody, threads=1)
    finder, without = PlanFinder(prepare(problem, 1), 1), slot_prices(rows, price)
    without[slot] = DECISIVE
    finder.best_plans(np.arange(problem.num_citizens), without)

    promised = lagrangian(rows, price, finder.upper) + int(gain[: rows.cap[slot]].sum())

    assert oracle.optimum(problem)[0] <= promised
    (half,) = gains(problem, price, [slot], everybody & (np.arange(problem.num_citizens) % 2 == 0)[:, None], threads=1)
    assert Counter(half.tolist()) <= Counter(gain.tolist())


@settings(max_examples=60)
@given(tight_problems(), st.integers(0, 1_000))
def test_first_come_first_served_is_never_better_than_the_optimum(problem: Problem, seed: int) -> None:
    objectives = [served.objective for served in first_come(problem, seed, orders=3)]

    assert len(objectives) == 3
    assert max(objectives) <= oracle.optimum(problem)[0]
    assert [served.objective for served in first_come(problem, seed, orders=3)] == objectives


@settings(max_examples=40)
@given(problems(), st.data())
def test_a_part_of_the_citizens_keeps_what_is_theirs(problem: Problem, data: st.DataObject) -> None:
    everyone = np.arange(problem.num_citizens)
    who = np.array(sorted(data.draw(st.sets(st.sampled_from(everyone.tolist()), min_size=1))), np.int64)
    whole, part = problem.part(everyone), problem.part(who)
    assert all(np.array_equal(getattr(whole, each.name), getattr(problem, each.name)) for each in fields(problem))
    for at, citizen in enumerate(who.tolist()):
        for ptr, column in (("lock_ptr", "lock_slot"), ("keep_ptr", "keep_slot"), ("keep_ptr", "keep_points")):
            own, old = (
                getattr(one, column)[getattr(one, ptr)[i] : getattr(one, ptr)[i + 1]]
                for one, i in ((part, at), (problem, citizen))
            )
            assert np.array_equal(own, old)
        assert np.array_equal(part.wish[at], problem.wish[citizen])
    assert {frozenset(pair) for pair in who[part.apart].tolist()} == {
        frozenset(pair) for pair in problem.apart.tolist() if set(pair) <= set(who.tolist())
    }
