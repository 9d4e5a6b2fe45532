"""What was said and rated in the tables becomes arrays, and from them the points of the week to come."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest
from sqlalchemy import delete

from catalog.rules import store_rules
from catalog.tables import TargetGroup
from catalog.weeks import shift_week
from scheduler.citizen_reading import read_facts
from scheduler.learning.for_week import Lessons, lessons_for
from scheduler.learning.progress import FULL, UNKNOWN
from scheduler.learning.reading import read_estimates, read_steps
from scheduler.learning.settings import read_settings
from scheduler.learning.told import believed_of, effects_before
from scheduler.points import progress_points, read_points
from scheduler.tables import (
    Account,
    Attendance,
    AvailabilityBlock,
    Citizen,
    CitizenSite,
    CitizenTargetGroup,
    HelpAnswer,
    Rating,
    SubGoal,
)
from tests.unit.small_centre import LAST_WEEK, MONDAY, WEEK, Centre, centre

__all__ = ["centre"]
NOW = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)


class Filled:
    """Two citizens of one target group with a goal that exercise trains, and last week's group."""

    def __init__(self, centre: Centre) -> None:
        self.centre, self.session = centre, centre.session
        centre.offering("motion", trains={"main": ["helbred"], "side": []})
        centre.offering("jobklub", trains={"main": ["jobtro"], "side": []})
        self.account = Account(username="anna", name="Anna", role="staff", created_at=NOW)
        centre.add(self.account)
        centre.add(TargetGroup(code="jobparat", label_da="", law_ref="", valid_from=dt.date(2020, 1, 1)))
        self.first, self.second = (self._citizen(name) for name in ("B1", "B2"))
        self.past = centre.group("motion-1", week=LAST_WEEK)
        centre.group("motion-2")

    def _citizen(self, name: str) -> int:
        citizen = self.centre.citizen(name)
        since = dt.date(2026, 1, 1)
        self.centre.add(CitizenTargetGroup(citizen_id=citizen, target_code="jobparat", valid_from=since))
        self.centre.add(SubGoal(citizen_id=citizen, indicator_id="helbred", level=4, by_week=shift_week(WEEK, 3)))
        return citizen

    def say(self, citizen: int, value: int) -> None:
        self.centre.add(
            HelpAnswer(citizen_id=citizen, group_id=self.past, value=value, account_id=self.account.id, at=NOW)
        )

    def rate(self, citizen: int, rater: str, value: int, quarter: dt.date = dt.date(2026, 10, 1)) -> None:
        key: dict[str, Any] = {
            "citizen_id": citizen, "indicator_id": "helbred", "quarter": quarter, "rater": rater,
        }  # fmt: skip
        self.centre.add(Rating(**key, value=value, account_id=self.account.id, at=NOW))

    def believed(self) -> np.ndarray:
        facts = read_facts(self.session, WEEK)
        settings = read_settings(self.session, MONDAY)
        return read_estimates(self.session, WEEK, facts.citizen.id, facts.centre, settings).mean

    def lessons(self) -> Lessons | None:
        settings, points = read_settings(self.session, MONDAY), read_points(self.session, MONDAY)
        facts = read_facts(self.session, WEEK)
        return lessons_for(self.session, facts, points, np.zeros(2, np.bool_), 1, settings)


@pytest.fixture
def filled(centre: Centre) -> Filled:
    return Filled(centre)


def test_an_answer_moves_her_most_and_those_like_her_some(filled: Filled) -> None:
    before = filled.believed()
    filled.say(filled.first, 5)
    after = filled.believed()
    assert after[0, 0] > after[1, 0] > before[1, 0]
    assert np.array_equal(after[:, 1], before[:, 1])


def test_an_answer_about_the_week_itself_is_not_known_yet(filled: Filled) -> None:
    before = filled.believed()
    group = filled.centre.group("motion-3")
    filled.centre.add(
        HelpAnswer(citizen_id=filled.first, group_id=group, value=5, account_id=filled.account.id, at=NOW)
    )
    assert np.array_equal(filled.believed(), before)


@pytest.mark.parametrize("state", ["absent", "sick", "excused", "cancelled_by_us"])
def test_being_away_moves_nothing(filled: Filled, state: str) -> None:
    filled.say(filled.second, 4)
    before = filled.believed()
    day = MONDAY - dt.timedelta(7)
    key: dict[str, Any] = {
        "citizen_id": filled.first, "group_id": filled.past, "date": day, "start_min": 540,
    }  # fmt: skip
    filled.centre.add(Attendance(**key, state=state, account_id=filled.account.id, at=NOW))
    assert np.array_equal(filled.believed(), before)


def test_erasing_a_citizen_removes_what_she_said(filled: Filled) -> None:
    before = filled.believed()
    filled.say(filled.first, 5)
    assert filled.believed()[1, 0] > before[1, 0]
    for table in (HelpAnswer, CitizenTargetGroup, SubGoal, AvailabilityBlock, CitizenSite):
        filled.session.execute(delete(table).where(table.citizen_id == filled.first))
    filled.session.execute(delete(Citizen).where(Citizen.id == filled.first))
    assert filled.believed()[0, 0] == before[1, 0]


def test_her_own_rating_stands_before_one_by_staff_and_the_newest_before_older(filled: Filled) -> None:
    facts = read_facts(filled.session, WEEK)
    steps = read_steps(filled.session, WEEK, facts.citizen.id, facts.centre)
    assert (steps.level == UNKNOWN).all()
    assert (steps.wanted[0].tolist(), steps.weeks_left[0].tolist()) == ([4, 0], [3, 0])
    filled.rate(filled.first, "citizen", 1, dt.date(2026, 7, 1))
    filled.rate(filled.first, "citizen", 2)
    filled.rate(filled.first, "staff", 5)
    filled.rate(filled.second, "staff", 3)
    steps = read_steps(filled.session, WEEK, facts.citizen.id, facts.centre)
    assert steps.level[:, 0].tolist() == [2, 3]


def test_with_nothing_said_the_points_are_todays_and_help_moves_them(filled: Filled) -> None:
    facts, points = read_facts(filled.session, WEEK), read_points(filled.session, MONDAY)
    today = progress_points(facts.centre, facts.citizen, points)
    quiet = filled.lessons()
    assert quiet is not None
    assert (quiet.learned.need == FULL).all()
    assert np.array_equal(progress_points(facts.centre, facts.citizen, points, quiet.learned), today)
    filled.say(filled.first, 1)
    said = filled.lessons()
    assert said is not None
    after = progress_points(facts.centre, facts.citizen, points, said.learned)
    assert after[0, 0] < after[1, 0] < today[0, 0]


def test_learning_can_be_switched_off(filled: Filled) -> None:
    filled.say(filled.first, 1)
    store_rules(filled.session, [("learning", "is_on", False)], dt.date(2026, 2, 1))
    assert filled.lessons() is None


def test_a_citizen_is_told_what_is_believed_to_help_her_with_all_that_went_into_it(filled: Filled) -> None:
    filled.say(filled.first, 5)
    hers, others = (believed_of(filled.session, WEEK, each, "en") for each in (filled.first, filled.second))
    assert [each.offering_id for each in hers] == ["motion", "jobklub"]
    assert (hers[0].account.answers, others[0].account.answers) == (1, 0)
    assert hers[0].account.mean > others[0].account.mean == others[0].account.alike > hers[0].account.expected
    assert hers[0].words.startswith(f"For you: {hers[0].account.mean:.1f} ± {hers[0].account.error:.1f}")
    store_rules(filled.session, [("learning", "is_on", False)], dt.date(2026, 2, 1))
    assert believed_of(filled.session, WEEK, filled.first, "en") == []


def test_effects_are_told_of_what_enough_citizens_have_answered_about(filled: Filled) -> None:
    for each in (filled.first, filled.second):
        filled.say(each, 5)
    assert effects_before(filled.session, WEEK) == []
    for name in ("B3", "B4", "B5"):
        filled.say(filled._citizen(name), 4)
    (found,) = effects_before(filled.session, WEEK)
    assert (found.offering_id, found.citizens) == ("motion", 5)
    assert found.help == pytest.approx(4.4)
    assert found.over_expected > 0 < found.error
    assert effects_before(filled.session, LAST_WEEK) == []
