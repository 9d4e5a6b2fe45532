"""What everybody sees of a published week after a citizen's plan has changed: the week as it stands."""

from __future__ import annotations

import datetime as dt
from typing import Any

import icalendar
import numpy as np
import pytest
from sqlalchemy import select

from catalog.weeks import monday_of
from scheduler.approval import approve
from scheduler.calendar import feed
from scheduler.difference import Move, difference
from scheduler.facts import GroupFacts
from scheduler.gate import inspect
from scheduler.promises import read_kept
from scheduler.publishing import publish, withdraw
from scheduler.reading import read_centre, read_groups
from scheduler.reminders import queue_reminders
from scheduler.revision_tasks import set_revision_tasks
from scheduler.stored import participants as proposed_participants
from scheduler.supplies import recount
from scheduler.tables import Message, StaffTask
from scheduler.weeks_of import participants, staff_week
from tests.unit.plan_town import LAST_WEEK, NOW, WEEK, PlanTown, engine, minutes, town

__all__ = ["engine", "town"]

SUNDAY_AFTERNOON = dt.datetime(2026, 11, 22, 14, 30, tzinfo=dt.UTC)  # 15:30 at the centre


def _numbers(town: PlanTown, code: str, week: str = WEEK) -> list[int]:
    return [who.citizen_id for who in participants(town.session, week, town.group(code, week))]


def test_a_group_lists_who_is_in_it_now_and_a_run_whom_it_proposed(town: PlanTown) -> None:
    sent = town.published({1: ["motion"], 2: ["motion"]})
    town.change(1, "dansk")
    assert (_numbers(town, "motion"), _numbers(town, "dansk")) == ([2], [1])
    proposed = proposed_participants(town.session, sent.run_id, town.group("motion"))
    assert [who.citizen_id for who in proposed] == [1, 2]


def test_a_worker_sees_how_many_come_now(town: PlanTown) -> None:
    town.published({1: ["motion"], 2: ["motion"]})
    town.change(1, "dansk")
    held = {group.code: group.participants for group in staff_week(town.session, WEEK, "ann").groups}
    assert held == {"motion": 1, "motion2": 0, "dansk": 1, "kor": 0}


def test_who_has_left_a_group_is_not_reminded_of_it(town: PlanTown) -> None:
    town.published({1: ["motion"], 2: ["motion"], 3: ["kor"]})
    town.change(1)
    town.change(2, "kor")
    town.session.query(Message).delete()
    assert queue_reminders(town.session, SUNDAY_AFTERNOON) == 2
    told = {row.citizen_id: row.arguments["time"] for row in town.session.scalars(select(Message))}
    assert told == {2: "12:00", 3: "12:00"}


def test_a_withdrawn_week_reminds_nobody(town: PlanTown) -> None:
    town.published({1: ["motion"]})
    withdraw(town.session, WEEK, town.planner, minutes(1))
    assert queue_reminders(town.session, SUNDAY_AFTERNOON) == 0


def test_what_is_kept_next_week_is_what_she_had_in_the_end(town: PlanTown) -> None:
    town.published({1: ["motion"], 2: ["motion"]}, LAST_WEEK)
    town.change(1, "dansk", week=LAST_WEEK)
    group = _groups(town)
    kept = read_kept(town.session, WEEK, np.array([1, 2, 3, 4]), group, np.zeros((0, 2), np.int64))
    assert [(citizen, int(group.id[place])) for citizen, place in kept.tolist()] == [
        (0, town.group("dansk")),
        (1, town.group("motion")),
    ]


def _groups(town: PlanTown) -> GroupFacts:
    return read_groups(town.session, WEEK, read_centre(town.session, monday_of(WEEK)))


def test_a_task_to_revise_is_about_what_she_had_in_the_end(town: PlanTown) -> None:
    town.published({1: ["motion"], 2: ["motion"]}, LAST_WEEK)
    town.change(1, "dansk", week=LAST_WEEK)
    sent = town.published({1: ["dansk"], 2: ["motion"]}, now=minutes(2))
    tasks = select(StaffTask.citizen_id, StaffTask.subject).order_by(StaffTask.subject)
    assert town.session.execute(tasks).all() == []
    town.change(2, "kor", now=minutes(3))
    set_revision_tasks(town.session, WEEK, sent.run_id, minutes(4))
    assert town.session.execute(tasks).all() == [(2, "kor"), (2, "motion")]


def test_a_run_is_compared_with_the_week_as_it_stands(town: PlanTown) -> None:
    sent = town.published({1: ["motion"], 2: ["motion"]})
    town.change(1, "dansk")
    run_id = town.propose({1: ["dansk"], 2: ["kor"]})
    found = difference(town.session, run_id, "published")
    assert found.moves == (Move(2, town.groups("motion"), town.groups("kor"), "better"),)
    since = difference(town.session, sent.run_id, "published")
    assert [(each.citizen_id, each.gone, each.new) for each in since.moves] == [
        (1, town.groups("dansk"), town.groups("motion"))
    ]
    inspected = inspect(town.session, run_id)
    assert (inspected.against, inspected.difference) == ("published", found)


def test_next_week_is_compared_with_the_last_one_as_it_stands(town: PlanTown) -> None:
    town.published({1: ["motion"], 2: ["motion"]}, LAST_WEEK)
    town.change(1, "dansk", week=LAST_WEEK)
    found = difference(town.session, town.propose({1: ["dansk"], 2: ["motion"]}), "last_week")
    assert (found.moved, found.unchanged) == (0, 4)


def _calendar(town: PlanTown, citizen: int = 1) -> list[tuple[str, str, int, dt.datetime]]:
    """Each event's start, whether it stands, its sequence and when it was changed last."""
    events: Any = icalendar.Calendar.from_ical(feed(town.session, citizen)).walk("VEVENT")
    return [
        (f"{event['dtstart'].dt:%H:%M}", str(event["status"]), int(event["sequence"]), event["last-modified"].dt)
        for event in events
    ]


def test_a_change_reaches_her_calendar_and_what_she_left_is_cancelled(town: PlanTown) -> None:
    town.published({1: ["motion"], 2: ["motion"]})
    town.change(1, "dansk", now=minutes(1))
    assert _calendar(town) == [("09:00", "CANCELLED", 2, minutes(1)), ("11:00", "CONFIRMED", 2, minutes(1))]
    town.change(1, "kor", now=minutes(2))
    assert _calendar(town) == [
        ("09:00", "CANCELLED", 3, minutes(2)),
        ("11:00", "CANCELLED", 3, minutes(2)),
        ("12:00", "CONFIRMED", 3, minutes(2)),
    ]
    assert _calendar(town, 2) == [("09:00", "CONFIRMED", 1, NOW)]


@pytest.mark.parametrize("code", ["motion", "dansk"])
def test_a_version_after_a_change_looks_newer_than_the_change(town: PlanTown, code: str) -> None:
    town.published({1: ["motion"]})
    town.change(1, "dansk", now=minutes(1))
    run_id = town.propose({1: [code]}, now=minutes(2))
    approve(town.session, run_id, "", town.planner, minutes(2), "as agreed")
    publish(town.session, run_id, town.planner, minutes(3))
    start = {"motion": "09:00", "dansk": "11:00"}[code]
    assert [(at, sequence, moment) for at, status, sequence, moment in _calendar(town) if status == "CONFIRMED"] == [
        (start, 3, minutes(3))
    ]


def test_a_change_of_one_week_leaves_the_others(town: PlanTown) -> None:
    town.published({1: ["motion"]}, LAST_WEEK)
    town.published({1: ["motion"]})
    town.change(1, "dansk", now=minutes(5))
    assert [event[2] for event in _calendar(town)] == [1, 2, 2]


def test_who_keeps_a_granted_change_in_the_next_version_hears_nothing(town: PlanTown) -> None:
    town.published({1: ["motion"], 2: ["motion"]})
    town.change(1, "kor", now=minutes(1))
    town.session.query(Message).delete()
    town.published({1: ["kor"], 2: ["dansk"]}, now=minutes(2))
    assert [row.citizen_id for row in town.session.scalars(select(Message))] == [2]


def test_a_withdrawal_brings_back_what_was_changed_before(town: PlanTown) -> None:
    town.published({1: ["motion"], 2: ["motion"]})
    town.change(1, "kor", now=minutes(1))
    town.published({1: ["kor"], 2: ["dansk"]}, now=minutes(2))
    withdraw(town.session, WEEK, town.planner, minutes(3))
    assert (_numbers(town, "motion"), _numbers(town, "kor"), _numbers(town, "dansk")) == ([2], [1], [])
    assert recount(town.session, WEEK) == []


def test_locks_may_hold_somebody_in_two_groups_of_one_offering(town: PlanTown) -> None:
    town.published({1: ["motion", "motion2"]})
    assert (_numbers(town, "motion"), _numbers(town, "motion2")) == ([1], [1])
