"""Points follow from the facts by the dated table, and everybody's wishes weigh alike."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.tables import Weight
from catalog.weeks import monday_of
from scheduler.points import PointsError, read_points, share_out
from scheduler.problem import build_problem
from scheduler.tables import Citizen, CitizenLeg, CitizenStrength, SubGoal, TimePreference, Wish
from tests.unit.small_centre import WEEK, Centre, centre

__all__ = ["centre"]


LEVELS = st.lists(st.integers(0, 5), min_size=1, max_size=47)


@given(LEVELS, st.integers(0, 1000))
def test_whoever_wishes_gets_exactly_the_budget(levels: list[int], budget: int) -> None:
    points = share_out(budget, np.array([levels], np.int64))[0]
    assert points.sum() == (budget if any(levels) else 0)
    assert (points >= 0).all()
    assert not points[np.array(levels) == 0].any()


@given(LEVELS, st.integers(1, 5))
def test_rating_every_wish_higher_gains_nothing(levels: list[int], factor: int) -> None:
    level = np.array([levels, [factor * one for one in levels]], np.int64)
    once, louder = share_out(60, level)
    assert once.tolist() == louder.tolist()


@given(LEVELS)
def test_rating_everything_highest_is_rating_everything_alike(levels: list[int]) -> None:
    wished = (np.array([levels]) > 0).astype(np.int64)
    assert share_out(60, 5 * wished).tolist() == share_out(60, wished).tolist()


@given(LEVELS)
def test_a_stronger_wish_never_gets_less_than_a_weaker_one(levels: list[int]) -> None:
    points = share_out(60, np.array([levels], np.int64))[0]
    for weaker, few in zip(levels, points, strict=True):
        assert all(many >= few for stronger, many in zip(levels, points, strict=True) if stronger > weaker)


def test_points_follow_from_sub_goals_strengths_and_wishes(centre: Centre) -> None:
    trains = {"main": ["jobtro"], "side": ["helbred"]}
    centre.offering(trains=trains, builds_on=["krop"], meetings_per_week=2.0, job_oriented=True)
    person = centre.citizen()
    goal: dict[str, Any] = {"citizen_id": person, "level": 4, "by_week": "2026-W52"}
    centre.add(SubGoal(**goal, indicator_id="jobtro"))
    centre.add(SubGoal(**goal, indicator_id="helbred"))
    centre.add(SubGoal(**(goal | {"by_week": "2026-W40"}), indicator_id="helbred", done=True))
    centre.add(CitizenStrength(citizen_id=person, word="krop", kind="competence"))
    centre.add(Wish(citizen_id=person, offering_id="motion", strength=2))
    centre.add(CitizenLeg(citizen_id=person, leg_id="krop", most_pressing=True))
    centre.add(TimePreference(citizen_id=person, day=0, half=1, strength=4))
    problem, _ = centre.problem()
    assert problem.progress.tolist() == [[2 * (12 + 18 + 5)]]
    assert problem.serves_goal.tolist() == [[True]]
    assert problem.strength.tolist() == [[10]]
    assert problem.wish.tolist() == [[60]]
    assert problem.need_points.tolist() == [[0, 40]]
    assert problem.time_points[0, 0].tolist() == [0, 8]
    assert problem.site_points.tolist() == [[6]]


def test_a_wish_for_what_is_barred_takes_nothing_from_the_others(centre: Centre) -> None:
    centre.offering()
    centre.offering("kost", kind="conference")
    person = centre.citizen()
    for name in ("motion", "kost"):
        centre.add(Wish(citizen_id=person, offering_id=name, strength=5))
    assert centre.problem()[0].wish.tolist() == [[60, 0]]


def test_the_lottery_of_one_does_not_depend_on_who_else_takes_part(centre: Centre) -> None:
    centre.offering()
    centre.citizen("B1")
    second = centre.citizen("B2")
    both = build_problem(centre.session, WEEK, lottery_seed=7)[0].lottery
    other_seed = build_problem(centre.session, WEEK, lottery_seed=8)[0].lottery
    centre.session.get_one(Citizen, second - 1).joined = dt.date(2027, 1, 1)
    centre.session.flush()
    alone = build_problem(centre.session, WEEK, lottery_seed=7)[0].lottery
    assert alone.tolist() == both[1:].tolist()
    assert both.tolist() != other_seed.tolist()


def test_the_points_of_the_newest_row_that_has_begun_hold(centre: Centre) -> None:
    centre.add(Weight(key="keep", valid_from=dt.date(2026, 11, 1), points=16))
    centre.add(Weight(key="keep", valid_from=dt.date(2027, 1, 1), points=17))
    assert read_points(centre.session, monday_of(WEEK)).keep == 16
    with pytest.raises(PointsError, match="weight 'progress_main': no row of the table of points holds on 2025-01-01"):
        read_points(centre.session, dt.date(2025, 1, 1))
