"""The best own week is the one that the value of a plan chooses, idle minutes and all, and is counted without them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings

from scheduler.learning.best_weeks import best_weeks
from solver.problem import MICRO, Problem
from tests import oracle
from tests.facts import Citizen, Slot, town
from tests.strategies import problems
from tests.towns import NINE, NINE_TO_ELEVEN


def best_of_all(problem: Problem, i: int) -> set[int]:
    """Points without the penalty of every plan that no other beats with it, anew or beside the locks."""
    alike = replace(problem, weight=np.full_like(problem.weight, 100))
    plain = replace(alike, idle_penalty=np.zeros_like(problem.idle_penalty))
    anew = replace(alike, lock_ptr=np.zeros_like(problem.lock_ptr), lock_slot=problem.lock_slot[:0])
    plans = [*oracle.feasible_plans(anew, i), *oracle.feasible_plans(alike, i)]
    worth = [oracle.value(alike, i, plan) // MICRO for plan in plans]
    return {
        oracle.value(plain, i, plan) // MICRO for plan, points in zip(plans, worth, strict=True) if points == max(worth)
    }


@settings(max_examples=60)
@given(problems())
def test_the_best_own_week_is_that_of_all_plans_whose_value_is_greatest(problem: Problem) -> None:
    for i, points in enumerate(best_weeks(problem, threads=1).tolist()):
        assert points in best_of_all(problem, i)


def test_nothing_is_owed_for_a_week_that_would_leave_her_below_her_hours() -> None:
    week = town(
        [Slot(0, [NINE]), Slot(1, [NINE_TO_ELEVEN])],
        [Citizen(progress={0: 90, 1: 10}, goals=[0, 1], min_minutes=120, idle_penalty=3)],
    )
    assert best_weeks(week).tolist() == [10]
    assert best_weeks(replace(week, idle_penalty=np.zeros(1, np.int64))).tolist() == [90]
