"""What was said to have helped changes the next plan, for everybody at once and for one citizen alike."""

from __future__ import annotations

import numpy as np
import pytest
from sqlalchemy import update

from catalog.offering_tables import Offering
from catalog.rules import store_rules
from catalog.weeks import monday_of, shift_week
from scheduler import standing_yes
from scheduler.lessons import read_learned
from scheduler.one_problem import one_problem
from scheduler.problem import build_problem
from scheduler.tables import HelpAnswer, Rating, SubGoal, TrialYes
from scheduler.week_state import WeekStates
from solver.problem import Problem
from tests.unit.plan_town import LAST_WEEK, NOW, WEEK, PlanTown, engine, town

__all__ = ["engine", "town"]


@pytest.fixture(autouse=True)
def steps(town: PlanTown) -> None:
    """Everything trains health, and citizens 1 and 2 work towards it."""
    town.session.execute(update(Offering).values(trains={"main": ["helbred"]}))
    for citizen in (1, 2):
        goal = SubGoal(citizen_id=citizen, indicator_id="helbred", level=4, by_week=shift_week(WEEK, 20))
        town.session.add(goal)
    town.session.flush()
    town.published({1: ["motion", "dansk"], 2: ["motion"]}, LAST_WEEK)


def test_what_helped_is_worth_more_than_what_did_not(town: PlanTown) -> None:
    before = build_problem(town.session, WEEK)[0].progress
    _say(town, 1, "motion", 1)
    _say(town, 1, "dansk", 5)
    problem, ids = build_problem(town.session, WEEK)
    motion, dansk = (ids.offering.index(name) for name in ("motion", "dansk"))
    assert problem.progress[0, motion] < before[0, motion]
    assert problem.progress[0, dansk] > before[0, dansk]
    assert before[0, motion] - problem.progress[0, motion] > before[1, motion] - problem.progress[1, motion] > 0
    assert np.array_equal(problem.progress[2:], before[2:])  # They have no goal that it could help.


def test_a_step_that_is_far_away_needs_more_than_one_that_is_reached(town: PlanTown) -> None:
    for citizen, value in ((1, 1), (2, 4)):
        rating = Rating(
            citizen_id=citizen, indicator_id="helbred", quarter=monday_of(LAST_WEEK), rater="citizen", value=value,
            account_id=town.planner, at=NOW,
        )  # fmt: skip
        town.session.add(rating)
    town.session.flush()
    progress = build_problem(town.session, WEEK)[0].progress
    assert (progress[0] > progress[1]).all()


def test_a_question_about_one_citizen_has_learned_the_same(town: PlanTown) -> None:
    _say(town, 1, "motion", 1)
    town.published({1: ["kor"], 2: ["motion"]})
    state = WeekStates(fresh_seconds=0.0).of(town.session, WEEK)
    whole = _progress(build_problem(town.session, WEEK)[0])
    assert [one_problem(town.session, state.frame, who).progress[0].tolist() for who in (1, 2, 3)] == whole[:3]


def test_who_wants_to_tries_something_new_and_nobody_else(town: PlanTown) -> None:
    _say(town, 1, "motion", 3)
    before = build_problem(town.session, WEEK, 7)[0].progress
    standing_yes.say(town.session, TrialYes, 2, town.planner, NOW, yes=True)
    tried = build_problem(town.session, WEEK, 7)[0].progress
    assert (tried[1] != before[1]).sum() <= 1
    assert np.array_equal(np.delete(tried, 1, axis=0), np.delete(before, 1, axis=0))
    assert np.array_equal(build_problem(town.session, WEEK, 7)[0].progress, tried)
    assert any((build_problem(town.session, WEEK, seed)[0].progress[1] != before[1]).any() for seed in range(20))
    standing_yes.say(town.session, TrialYes, 2, town.planner, NOW, yes=False)
    assert np.array_equal(build_problem(town.session, WEEK, 7)[0].progress, before)


def test_learning_that_is_off_and_answers_that_are_none_leave_the_table_of_points(town: PlanTown) -> None:
    before = _progress(build_problem(town.session, WEEK)[0])
    _say(town, 1, "motion", 1)
    assert _progress(build_problem(town.session, WEEK)[0]) != before
    assert _progress(build_problem(town.session, LAST_WEEK)[0]) == before  # Nothing had been said by then.
    store_rules(town.session, [("learning", "is_on", False)], monday_of(WEEK))
    centre = WeekStates().of(town.session, LAST_WEEK).frame.centre
    assert read_learned(town.session, WEEK, np.array([1, 2]), centre) is None
    assert _progress(build_problem(town.session, WEEK)[0]) == before


def _say(town: PlanTown, citizen: int, code: str, value: int) -> None:
    group = town.group(code, LAST_WEEK)
    answer = HelpAnswer(citizen_id=citizen, group_id=group, value=value, account_id=town.planner, at=NOW)
    town.session.add(answer)
    town.session.flush()


def _progress(problem: Problem) -> list[list[int]]:
    progress: list[list[int]] = problem.progress.tolist()
    return progress
