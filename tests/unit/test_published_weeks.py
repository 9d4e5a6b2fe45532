"""A citizen's week from the document that went out is the one that the tables give."""

from __future__ import annotations

import json

import pytest

from api.http.plans import WeekOfOut
from catalog.tables import GroupStaff, Meeting
from catalog.weeks import monday_of
from scheduler import published_weeks
from scheduler.approval import approve
from scheduler.life import NotPublishedError
from scheduler.places import standing
from scheduler.published_weeks import MOST_DOCUMENTS, PublishedWeeks
from scheduler.publishing import publish, withdraw
from scheduler.weeks_of import proposed_week
from tests.unit.plan_town import LAST_WEEK, NOW, WEEK, PlanTown, engine, minutes, town

__all__ = ["engine", "town"]
LONG = 3600.0  # seconds that a version counts as fresh, longer than any test takes


def _shown(weeks: PublishedWeeks, town: PlanTown, citizen: int) -> WeekOfOut:
    """Her week as it is answered, after a look at whether the tables say the same of its run."""
    answered = json.loads(weeks.of(town.session, WEEK, citizen).body)
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
        assert json.loads(each.of(town.session, WEEK, 1).body)["version"] == 2


def test_a_week_is_at_hand_once_it_was_read_and_for_as_long_as_it_is_fresh(town: PlanTown) -> None:
    town.published({1: ["motion"]})
    weeks, stale = PublishedWeeks(LONG), PublishedWeeks(fresh_seconds=0.0)
    assert weeks.at_hand(WEEK, 1, 0) is None
    assert weeks.of(town.session, WEEK, 1) == stale.of(town.session, WEEK, 1) == weeks.at_hand(WEEK, 1, 0)
    assert stale.at_hand(WEEK, 1, 0) is None
    weeks.forget_standing()
    assert weeks.at_hand(WEEK, 1, 0) is None


def test_one_who_reads_an_ageing_week_is_told_to_renew_it_and_all_others_read_on(town: PlanTown) -> None:
    town.published({1: ["motion"]})
    weeks, ageing = PublishedWeeks(3600.0), PublishedWeeks(0.0)
    assert not weeks.must_renew(WEEK)
    for each in (weeks, ageing):
        each.of(town.session, WEEK, 1)
    assert not weeks.must_renew(WEEK)
    assert [ageing.must_renew(WEEK) for _ in range(3)] == [True, False, False]
    ageing.renew(town.session, WEEK)
    assert ageing.must_renew(WEEK)
    withdraw(town.session, WEEK, town.planner, minutes(2))
    with pytest.raises(NotPublishedError):
        ageing.renew(town.session, WEEK)
    assert ageing.must_renew(WEEK)


def _seen(weeks: PublishedWeeks, town: PlanTown, citizen: int, week: str = WEEK) -> tuple[str, list[str], int]:
    """The version of her week, the offerings in it, and the number of her last change of it."""
    found = weeks.of(town.session, week, citizen)
    shown = WeekOfOut.model_validate_json(found.body)
    assert found.version == standing(town.session, citizen, week).version == f"{shown.version}.{shown.change}"
    return found.version, [group.offering_id for group in shown.groups], shown.change


def test_who_has_changed_her_plan_has_her_groups_also_those_that_nobody_had(town: PlanTown) -> None:
    weeks = PublishedWeeks()
    town.published({1: ["motion"], 2: ["motion"]})
    assert _seen(weeks, town, 1) == ("1.0", ["motion"], 0)
    town.change(1, "kor", "dansk")
    assert _seen(weeks, town, 1) == ("1.1", ["dansk", "kor"], 1)
    assert _seen(weeks, town, 2) == ("1.0", ["motion"], 0)
    proposed = proposed_week(town.session, town.propose({1: ["kor", "dansk"]}), 1)
    by_tables = WeekOfOut.model_validate(proposed).model_dump(mode="json")["groups"]
    assert json.loads(weeks.of(town.session, WEEK, 1).body)["groups"] == by_tables
    town.change(1)
    assert _seen(weeks, town, 1) == ("1.2", [], 2)


def test_a_change_of_one_week_leaves_her_other_weeks_as_they_went_out(town: PlanTown) -> None:
    weeks = PublishedWeeks()
    town.published({1: ["motion"]}, LAST_WEEK)
    town.published({1: ["motion"]})
    town.change(1, "kor", week=LAST_WEEK)
    assert _seen(weeks, town, 1, LAST_WEEK) == ("1.1", ["kor"], 1)
    assert _seen(weeks, town, 1) == ("1.0", ["motion"], 0)


def test_a_changed_week_is_at_hand_for_who_knows_the_number_of_her_last_change(town: PlanTown) -> None:
    weeks = PublishedWeeks(LONG)
    town.published({1: ["motion"], 2: ["motion"]})
    went_out = weeks.of(town.session, WEEK, 1)
    first = town.change(1, "kor", "dansk").id
    assert weeks.at_hand(WEEK, 1, first) is None
    changed = weeks.of(town.session, WEEK, 1)
    assert weeks.at_hand(WEEK, 1, first) == changed != went_out
    assert weeks.at_hand(WEEK, 1, None) is None
    second = town.change(1, "motion").id
    assert weeks.at_hand(WEEK, 1, second) is None
    assert weeks.of(town.session, WEEK, 1) == weeks.at_hand(WEEK, 1, second) != changed


def test_a_changed_week_is_read_again_when_another_version_stands(town: PlanTown) -> None:
    weeks = PublishedWeeks(fresh_seconds=0.0)
    town.published({1: ["motion"]})
    town.change(1, "kor", now=minutes(1))
    assert _seen(weeks, town, 1) == ("1.1", ["kor"], 1)
    other = town.propose({1: ["kor", "dansk"]}, now=minutes(2))
    approve(town.session, other, "", town.planner, minutes(2), "moved")
    publish(town.session, other, town.planner, minutes(3))
    assert _seen(weeks, town, 1) == ("2.1", ["dansk", "kor"], 1)
    withdraw(town.session, WEEK, town.planner, minutes(4))
    here, elsewhere = weeks.of(town.session, WEEK, 1), PublishedWeeks().of(town.session, WEEK, 1)
    assert here == elsewhere
    assert here.version == "1.1"


def test_no_more_than_so_many_changed_weeks_are_kept(town: PlanTown, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(published_weeks, "MOST_CHANGED", 2)
    weeks = PublishedWeeks(LONG)
    town.published({1: ["motion"], 2: ["motion"], 3: ["motion"]})
    change = {citizen: town.change(citizen, "kor").id for citizen in (1, 2, 3)}
    for citizen in (1, 2, 1, 3):
        weeks.of(town.session, WEEK, citizen)
    kept = {citizen for citizen in change if weeks.at_hand(WEEK, citizen, change[citizen]) is not None}
    assert kept == {2, 3}
