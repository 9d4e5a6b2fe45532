"""Idle minutes cost as much with everybody's own weight as with the highest one, so that no favour takes hours."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from scheduler.problem import idle_penalties
from solver import Options, solve
from tests.facts import Citizen, Slot, town
from tests.towns import NINE


@given(st.integers(0, 30), st.lists(st.integers(1, 1000), min_size=1, max_size=9))
def test_a_minute_counts_as_for_the_highest_weight_and_by_less_than_a_point_more(points: int, drawn: list[int]) -> None:
    weight, highest = np.array(drawn), points * max(drawn)
    penalty = idle_penalties(points, weight, max(drawn))
    assert (weight * penalty >= highest).all()
    assert (weight * (penalty - 1) < highest).all()
    assert penalty[weight.argmax()] == points


def test_whoever_is_owed_most_cannot_take_the_hours_of_another() -> None:
    owed, short = Citizen(progress={0: 50}, weight=300), Citizen(goals=[0], min_minutes=60, idle_penalty=1)
    week = town([Slot(0, [NINE], seats=1)], [owed, short])
    assert solve(week, Options(max_rounds=40)).plans.ptr.tolist() == [0, 1, 1]
    fair = replace(week, idle_penalty=idle_penalties(1, week.weight, 300))
    assert solve(fair, Options(max_rounds=40)).plans.ptr.tolist() == [0, 0, 1]
