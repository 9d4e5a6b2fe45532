"""A citizen's week from the document that went out is the one that the tables give."""

from __future__ import annotations

import json

import pytest

from api.http.plans import WeekOfOut
from catalog.tables import GroupStaff, Meeting
from catalog.weeks import monday_of
from scheduler.approval import approve
from scheduler.life import NotPublishedError
from scheduler.published_weeks import MOST_DOCUMENTS, PublishedWeeks
from scheduler.publishing import publish, withdraw
from scheduler.weeks_of import proposed_week
from tests.unit.plan_town import NOW, WEEK, PlanTown, engine, minutes, town

__all__ = ["engine", "town"]


def _shown(weeks: PublishedWeeks, town: PlanTown, citizen: int) -> WeekOfOut:
    """Her week as it is answered, after a look at whether the tables say the same of its run."""
    answered = json.loads(weeks.of(town.session, WEEK, citizen))
    by_tables = WeekOfOut.model_validate(proposed_week(town.session, answered["run_id"], citizen))
    assert answered == by_tables.model_dump(mode="json") | {"version": answered["version"]}
    return WeekOfOut.model_validate(answered)


def test_a_citizen_has_her_groups_with_names_place_time_and_staff(town: PlanTown) -> None:
    sent = town.published({1: ["dansk", "motion"], 2: ["motion"]})
    week = _shown(PublishedWeeks(), town, 1)
    assert (week.week, week.run_id, week.version) == (WEEK, sent.run_id, 1)
    motion, dansk = week.groups
    assert (motion.group_id, motion.offering_id) == (town.group("motion"), "motion")
    assert (motion.da, motion.en, motion.neutral_da) == ("motion (da)", "motion (en)", "Aktivitet 6")
    assert (motion.site, motion.staff) == ("Nordre", ["Ann"])
    assert [(at.day, at.start, at.end, at.date) for at in motion.meetings] == [(0, 540, 600, monday_of(WEEK))]
    assert dansk.meetings[0].start == 660


def test_every_citizen_has_the_week_that_the_tables_give(town: PlanTown) -> None:
    day = {"day": 2, "start_min": 540, "end_min": 600, "date": monday_of(WEEK)}
    group = town.group("motion")
    town.session.add_all([Meeting(group_id=group, **day), GroupStaff(group_id=group, staff_id="bo")])  # type: ignore[arg-type]  # A dict of mixed values.
    town.published({1: ["dansk", "motion"], 2: ["motion"]})
    weeks = PublishedWeeks(fresh_seconds=0.0)
    found = [_shown(weeks, town, citizen) for citizen in (1, 2, 4)]
    assert ([at.day for at in found[1].groups[0].meetings], found[1].groups[0].staff) == ([0, 2], ["Ann", "Bo"])
    assert [[group.offering_id for group in week.groups] for week in found] == [["motion", "dansk"], ["motion"], []]


def test_the_version_that_stands_is_shown_also_after_a_look_at_another(town: PlanTown) -> None:
    weeks = PublishedWeeks(fresh_seconds=0.0)
    town.published({1: ["motion"]})
    assert _shown(weeks, town, 1).version == 1
    other = town.propose({1: ["dansk"]})
    approve(town.session, other, "", town.planner, NOW, "moved")
    assert _shown(weeks, town, 1).version == 1
    publish(town.session, other, town.planner, minutes(1))
    assert _shown(weeks, town, 1).version == 2
    withdraw(town.session, WEEK, town.planner, minutes(2))
    assert _shown(weeks, town, 1).version == 1


def test_no_more_than_a_few_documents_are_kept(town: PlanTown) -> None:
    weeks = PublishedWeeks(fresh_seconds=0.0)
    town.published({1: ["motion"]})
    for number in range(1, MOST_DOCUMENTS + 2):
        other = town.propose({1: ["dansk"]})
        approve(town.session, other, "", town.planner, minutes(2 * number), "moved")
        publish(town.session, other, town.planner, minutes(2 * number + 1))
        assert _shown(weeks, town, 1).version == number + 1
    assert len(weeks._documents) == MOST_DOCUMENTS


def test_the_newest_is_read_before_anybody_asks(town: PlanTown) -> None:
    weeks = PublishedWeeks(fresh_seconds=0.0)
    weeks.read_newest(town.session)
    assert not weeks._documents
    with pytest.raises(NotPublishedError, match=f"{WEEK} is not published"):
        weeks.of(town.session, WEEK, 1)
    town.published({1: ["motion"]})
    weeks.read_newest(town.session)
    assert len(weeks._documents) == 1


def test_a_version_that_this_process_sends_is_seen_at_once_and_another_ones_after_a_moment(town: PlanTown) -> None:
    weeks, patient = PublishedWeeks(), PublishedWeeks(fresh_seconds=3600.0)
    town.published({1: ["motion"]})
    before = weeks.of(town.session, WEEK, 1), patient.of(town.session, WEEK, 1)
    other = town.propose({1: ["dansk"]})
    approve(town.session, other, "", town.planner, NOW, "moved")
    publish(town.session, other, town.planner, minutes(1))
    assert patient.of(town.session, WEEK, 1) == before[1]
    for each in (weeks, patient):
        each.forget_standing()
        assert json.loads(each.of(town.session, WEEK, 1))["version"] == 2


def test_a_week_is_at_hand_once_it_was_read_and_for_as_long_as_it_is_fresh(town: PlanTown) -> None:
    town.published({1: ["motion"]})
    weeks, stale = PublishedWeeks(), PublishedWeeks(fresh_seconds=0.0)
    assert weeks.at_hand(WEEK, 1) is None
    assert weeks.of(town.session, WEEK, 1) == stale.of(town.session, WEEK, 1) == weeks.at_hand(WEEK, 1)
    assert stale.at_hand(WEEK, 1) is None
    weeks.forget_standing()
    assert weeks.at_hand(WEEK, 1) is None
