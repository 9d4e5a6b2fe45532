"""Who is served least for how many weeks, and may swap: counted on small cases and held to for all."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.season_life import begin, binding
from benchmarks.season_people import People
from benchmarks.season_town import make_season_town
from scheduler.dated import shipped_settings
from scheduler.learning.settings import FILE, SLUG, Settings
from scheduler.learning.swaps import behind_weeks, may_swap
from solver.problem import Ints

SETTINGS = shipped_settings(dt.date(2026, 11, 30), SLUG, FILE, Settings)
Week = tuple[int, int, int, int]  # weeks behind, best, given, idle minutes
WEEKS = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 9), st.integers(0, 9), st.integers(0, 2)), max_size=12)


def _columns(rows: list[Week]) -> list[Ints]:
    return list(np.array(rows, np.int64).reshape(-1, 4).T)


def test_weeks_are_counted_in_a_row_and_begin_again_after_a_better_one() -> None:
    best, idle = np.full(10, 100), np.zeros(10, np.int64)
    behind, found = np.zeros(10, np.int64), []
    for least in ((0, 1), (0, 2), (2, 3)):
        given = np.full(10, 90)
        given[list(least)] = 20
        behind = behind_weeks(behind, best, given, idle, SETTINGS)
        found.append(behind[:4].tolist())
    assert found == [[1, 1, 0, 0], [2, 0, 1, 0], [0, 0, 2, 1]]


def test_a_week_below_her_hours_counts_at_once_and_whoever_has_her_best_week_is_not_behind() -> None:
    best, idle = np.full(5, 100), np.array([60, 0, 0, 0, 0])
    behind = behind_weeks(np.zeros(5, np.int64), best, best, idle, SETTINGS)
    assert behind.tolist() == [SETTINGS.swap_after, 0, 0, 0, 0]
    assert may_swap(behind, np.array([True] * 5), SETTINGS).tolist() == [True] + [False] * 4


@given(WEEKS)
def test_nobody_counts_on_who_was_not_among_the_last_nor_below_her_hours(rows: list[Week]) -> None:
    before, best, given, idle = _columns(rows)
    given = np.minimum(given, best)
    after = behind_weeks(before, best, given, idle, SETTINGS)
    share = given / np.maximum(best, 1)
    for one in np.flatnonzero((after > 0) & (idle == 0)):
        better = (share > share[one]) | (best == 0)
        assert after[one] == before[one] + 1
        assert better.sum() >= len(rows) - max(1, len(rows) // 5) - (share == share[one]).sum() + 1
    assert (after[idle > 0] >= SETTINGS.swap_after).all()


@given(WEEKS, st.integers(0, 2**12 - 1))
def test_without_her_yes_nobody_may_swap_and_with_it_after_enough_weeks(rows: list[Week], said: int) -> None:
    behind = _columns(rows)[0]
    yes = np.array([bool(said >> number & 1) for number in range(len(rows))], np.bool_)
    may = may_swap(behind, yes, SETTINGS)
    assert not may[~yes].any()
    assert (may[yes] == (behind[yes] >= SETTINGS.swap_after)).all()


def test_in_a_season_only_open_groups_give_way_and_none_without_a_yes() -> None:
    people = People(make_season_town(40, 2))
    is_open = np.arange(people.problem.num_slots) % 2 == 0
    people.problem = replace(people.problem, slot_open=is_open)
    life = begin(people.problem, np.random.default_rng(1))
    life.behind[:20], life.bound[:] = SETTINGS.swap_after, True
    yes = np.arange(40) % 2 == 0
    bound = binding(people, life, yes)
    swaps = yes & (np.arange(40) < 20)
    assert np.array_equal(bound[~swaps], life.bound[~swaps])
    assert np.array_equal(bound[:, ~is_open], life.bound[:, ~is_open])
    assert not bound[swaps][:, is_open].any()
