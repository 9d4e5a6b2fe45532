"""Speed of fixed work, apart from quality: `python -m pytest benchmarks/test_speed.py`. No time is asserted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from sqlalchemy.orm import Session

from benchmarks.draw import WEEK
from catalog.columns import Base
from catalog.database import make_engine, reading, writing
from scheduler.problem import build_problem
from scheduler.shipped import load_shipped
from scheduler.town import make_town
from solver import Options, solve
from solver.master import make_rows, slot_prices
from solver.options import prepare
from solver.pricing import NODE_LIMIT, PlanFinder
from solver.problem import Ints, Problem
from solver.solution import Solution
from solver.verify import verify

CITIZENS, SEED, TIGHTNESS = 6000, 1, 0.6
PRICE_ROUNDS = 20
ROUNDS = 3
Benchmark = Any  # pytest-benchmark has no types.


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    engine = make_engine(f"sqlite:///{tmp_path_factory.mktemp('speed') / 'town.db'}")
    Base.metadata.create_all(engine)
    with writing(engine) as session:
        load_shipped(session)
        make_town(session, CITIZENS, SEED, TIGHTNESS, WEEK)
    with reading(engine) as session:
        yield session
    engine.dispose()


@pytest.fixture(scope="module")
def problem(session: Session) -> Problem:
    return build_problem(session, WEEK, SEED)[0]


@pytest.fixture(scope="module")
def solution(problem: Problem) -> Solution:
    return solve(problem, Options(seed=SEED, time_limit=None, max_rounds=PRICE_ROUNDS))


@pytest.fixture(scope="module")
def price(problem: Problem, solution: Solution) -> Ints:
    return slot_prices(make_rows(problem), solution.price)


def test_building_the_problem_from_the_database(benchmark: Benchmark, session: Session) -> None:
    built, _ = benchmark.pedantic(build_problem, (session, WEEK, SEED), rounds=ROUNDS)
    assert built.num_citizens == CITIZENS


def test_finding_everybodys_options(benchmark: Benchmark, problem: Problem) -> None:
    prepared = benchmark.pedantic(prepare, (problem,), rounds=ROUNDS, warmup_rounds=1)
    assert len(prepared.menu.option_slot) > CITIZENS


@pytest.mark.parametrize("node_limit", [3_000, NODE_LIMIT], ids=["one_pricing_round", "one_bound"])
def test_pricing_everybody(benchmark: Benchmark, problem: Problem, price: Ints, node_limit: int) -> None:
    finder = PlanFinder(prepare(problem))
    everyone = np.arange(problem.num_citizens)
    benchmark.pedantic(finder.best_plans, (everyone, price, node_limit), rounds=ROUNDS, warmup_rounds=1)
    assert (finder.upper >= finder.net).all()


def test_verifying_a_plan(benchmark: Benchmark, problem: Problem, solution: Solution) -> None:
    verdict = benchmark.pedantic(verify, (problem, solution.plans, solution.exceptions), rounds=ROUNDS)
    assert verdict.objective == solution.objective
    assert not verdict.violations
