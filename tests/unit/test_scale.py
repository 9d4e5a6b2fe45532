"""A large week: narrow tables, towns joined into a country, price passes in threads, a gap that is enough."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings

from benchmarks.country import count_crossing, draw_country, join
from benchmarks.draw import draw_problem
from solver import Options, passes, solve
from solver.memory import plan_length
from solver.options import prepare
from solver.problem import InvalidProblemError, Problem
from solver.verify import verify
from tests import oracle
from tests.strategies import tight_problems

SHORT = Options(time_limit=None, max_rounds=20)


@pytest.fixture(scope="module")
def town() -> Problem:
    return draw_problem(150, seed=3).seats_only()


@pytest.fixture(scope="module")
def towns(town: Problem) -> list[Problem]:
    return [town.narrow(), draw_problem(150, seed=4).seats_only().narrow()]


def test_narrow_tables_give_the_same_plan_and_bound(town: Problem) -> None:
    wide, narrow = solve(town, SHORT), solve(town.narrow(), SHORT)

    assert narrow.plans.group.tolist() == wide.plans.group.tolist()
    assert (narrow.objective, narrow.bound) == (wide.objective, wide.bound)


def test_points_that_a_narrow_table_holds_add_up_beyond_it(town: Problem) -> None:
    most = {name: np.full_like(getattr(town, name), 30_000) for name in ("progress", "wish", "strength")}
    rich = replace(town, **most)

    assert solve(rich.narrow(), SHORT).objective == solve(rich, SHORT).objective


def test_a_table_of_another_kind_of_number_is_refused(town: Problem) -> None:
    with pytest.raises(InvalidProblemError, match="wish: expected a numpy array of int64, found int32"):
        replace(town, wish=town.wish.astype(np.int32))


def test_towns_keep_their_people_and_share_only_the_border(towns: list[Problem]) -> None:
    country, first = join(towns), towns[0]
    sites = len(first.travel)
    reach_first = country.reach[: first.num_citizens]
    crosses = reach_first[:, sites:].any(axis=1)
    others = [join([towns[1], towns[0]]).reach[first.num_citizens :, : len(towns[1].travel)].any(axis=1)]

    assert 0 < crosses.sum() < count_crossing(towns)
    assert (crosses == others[0]).all()
    assert (reach_first[~crosses][:, :sites] == first.reach[~crosses]).all()
    assert (reach_first.sum(axis=1) == first.reach.sum(axis=1)).all()
    assert country.travel[sites - 1, sites] == first.travel[sites - 1, 0]
    assert (country.travel == country.travel.T).all()


def test_a_town_drawn_in_another_process_is_the_same_town(towns: list[Problem]) -> None:
    drawn = draw_country(150, seed=3)

    assert all(np.array_equal(getattr(drawn, each.name), getattr(towns[0], each.name)) for each in fields(Problem))


def test_a_country_is_planned_as_one_week(towns: list[Problem]) -> None:
    country = join(towns)

    solution = solve(country, SHORT)

    assert verify(country, solution.plans, solution.exceptions).violations == ()
    abroad = country.slot_site[solution.plans.slot] >= len(towns[0].travel)
    assert abroad[: solution.plans.ptr[towns[0].num_citizens]].any()


def test_price_passes_in_threads_move_prices_as_in_one(town: Problem, monkeypatch: pytest.MonkeyPatch) -> None:
    alone = solve(town, SHORT)
    monkeypatch.setattr(passes, "LEAST", 1)  # Blocks of thousands would take a town of 50,000.

    together = solve(town, SHORT)

    assert together.price.tolist() == alone.price.tolist()
    assert together.plans.group.tolist() == alone.plans.group.tolist()


def test_a_gap_that_is_enough_is_reached_in_fewer_rounds(town: Problem) -> None:
    whole = solve(town, Options(time_limit=None, max_rounds=200))
    quick = solve(town, Options(time_limit=None, max_rounds=200, gap_percent=3.0))

    assert quick.termination.reason == "gap"
    assert len(quick.rounds) < next(state.number for state in whole.rounds if (state.gap_percent or 100) <= 3.0)


@settings(max_examples=60)
@given(tight_problems())
def test_no_plan_is_longer_than_the_room_for_it(problem: Problem) -> None:
    room = plan_length(prepare(problem, threads=1).menu)
    exempt = {i for i, _ in oracle.exceptions(problem)}

    for i in set(range(problem.num_citizens)) - exempt:
        locked = len(set(problem.lock_slot[problem.lock_ptr[i] : problem.lock_ptr[i + 1]].tolist()))
        assert max(map(len, oracle.feasible_plans(problem, i))) - locked <= room
