"""A run whose citizens are priced elsewhere is the run that prices them itself, whoever is lost in it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.cluster import same
from benchmarks.draw import draw_problem
from scheduler.shard_process import ProcessPricer
from solver import Options, WarmStart, solve
from solver.crew import Crew
from solver.options import prepare
from solver.problem import Ints, Problem
from solver.shards import Answer, HerePricer, Pricer, PricerLostError, Query, Shard, cut
from solver.solution import Solution
from tests.property.test_solver import ROUNDS
from tests.strategies import problems


class ForgetfulPricer(HerePricer):
    """Is lost at the first try of every round, with all it knew; after `most` losses it cannot be begun anew."""

    def __init__(self, most: int = 1 << 30) -> None:
        self.lost, self.most, self.round = 0, most, 0

    def load(self, shard: Shard) -> None:
        if self.lost > self.most:
            raise PricerLostError("the machine is not there")
        super().load(shard)

    def price(self, query: Query, prices: Ints) -> Answer:
        answer = super().price(query, prices)  # It is lost after the work and before it can tell.
        if query.number != self.round:
            self.lost, self.round = self.lost + 1, query.number
            raise PricerLostError("the machine went away")
        return answer


@pytest.fixture(scope="module")
def town() -> Problem:
    return draw_problem(120, seed=5, tightness=0.4)


@pytest.fixture(scope="module")
def alone(town: Problem) -> Solution:
    return solve(town, ROUNDS)


def with_crew(problem: Problem, options: Options, pricers: Sequence[Pricer], least: int = 1) -> tuple[Solution, Crew]:
    with closing(Crew(pricers, least)) as crew:
        return solve(problem, options, crew=crew), crew


@settings(max_examples=30)
@given(problems(), st.integers(0, 1_000), st.integers(1, 3))
def test_any_number_of_shards_gives_the_run_of_none(problem: Problem, seed: int, least: int) -> None:
    options = replace(ROUNDS, seed=seed, max_rounds=8)

    without = solve(problem, options)

    for number in (1, 2, 4):
        assert same(without, with_crew(problem, options, [HerePricer() for _ in range(number)], least)[0])


@settings(max_examples=30)
@given(problems(), st.integers(0, 1_000))
def test_a_pricer_that_is_lost_in_every_round_changes_nothing(problem: Problem, seed: int) -> None:
    options = replace(ROUNDS, seed=seed, max_rounds=8)

    solution, crew = with_crew(problem, options, [ForgetfulPricer(), HerePricer()])

    assert same(solve(problem, options), solution)
    assert crew.tally.lost > 0


@pytest.mark.parametrize("number", [1, 2, 4])
def test_a_town_priced_in_shards_is_the_town_priced_at_once(town: Problem, alone: Solution, number: int) -> None:
    solution, crew = with_crew(town, ROUNDS, [HerePricer() for _ in range(number)], least=20)

    assert same(alone, solution)
    assert crew.tally.calls > 10


def test_an_earlier_plan_reaches_the_shards(town: Problem, alone: Solution) -> None:
    warm = WarmStart(alone.price, alone.plans, whole=True)

    with closing(Crew([HerePricer(), HerePricer()], 1)) as crew:
        solution = solve(town, ROUNDS, warm=warm, crew=crew)

    assert same(solve(town, ROUNDS, warm=warm), solution)


def test_pricers_that_cannot_be_begun_anew_are_done_without_and_that_is_said(town: Problem, alone: Solution) -> None:
    said: list[str] = []

    with closing(Crew([ForgetfulPricer(most=0), ForgetfulPricer(most=2)], 1, said.append)) as crew:
        solution = solve(town, ROUNDS, crew=crew)

    assert same(alone, solution)
    assert crew.tally.lost == 1 + 3
    assert said.count("the machine went away; its 60 citizens are priced again") == 4
    assert said.count("the machine is not there; its citizens are priced by the run itself from here on") == 2


@pytest.mark.parametrize("number", [1, 2, 4])
def test_processes_give_the_run_of_threads(town: Problem, alone: Solution, number: int) -> None:
    pricers = [ProcessPricer(f"worker {at}") for at in range(number)]

    solution, crew = with_crew(town, ROUNDS, pricers, least=20)

    assert same(alone, solution)
    assert crew.tally.lost == 0
    assert all(pricer.sent > 0 and pricer.received > 0 for pricer in pricers)


def test_a_shard_knows_its_citizens_by_position_and_no_other(town: Problem) -> None:
    menu = prepare(town, threads=1).menu
    num = town.num_citizens

    parts = [cut(menu, a, b) for a, b in pairwise([0, 1, num // 2, num // 2, num])]

    for name in ("option_slot", "option_value", "class_minutes", "clash", "bonus", "value", "load_left"):
        assert np.array_equal(np.concatenate([getattr(part, name) for part in parts]), getattr(menu, name)), name
    for part in parts:
        assert all(getattr(part, name)[0] == 0 for name in ("choice_ptr", "class_ptr", "option_ptr", "clash_ptr"))
        assert part.option_ptr[-1] == len(part.option_slot)
        assert {array.dtype.kind for array in part if isinstance(array, np.ndarray)} <= set("iub")  # No text, no ids.


def test_a_crew_of_nobody_is_refused() -> None:
    with pytest.raises(ValueError, match="pricers: expected at least 1, found 0"):
        Crew([])
    with pytest.raises(ValueError, match="least: expected at least 1 citizen, found 0"):
        Crew([HerePricer()], least=0)


def test_a_process_that_hangs_is_taken_for_lost() -> None:
    menu = prepare(draw_problem(20, seed=1), threads=1).menu
    pricer = ProcessPricer("worker 1", patience=0.01)  # Python takes longer to start.

    with closing(pricer), pytest.raises(PricerLostError, match="worker 1 ended with code -9"):
        pricer.load(Shard(menu, length=8, pool_size=4))


def test_a_process_that_was_never_started_says_so() -> None:
    menu = prepare(draw_problem(20, seed=1), threads=1).menu
    pricer = ProcessPricer("worker 1")
    query = Query(1, 1, np.zeros(0, np.int64), None)  # type: ignore[arg-type]  # Nothing reads it.

    with pytest.raises(PricerLostError, match="worker 1 has not been started"):
        pricer.price(query, np.zeros(len(menu.span_ptr) - 1, np.int64))
