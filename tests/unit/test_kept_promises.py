"""The share of its promises that the centre keeps, week by week, and of steps that are reached in time."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import delete, select

from catalog.tables import Group, Indicator, Meeting
from catalog.weeks import shift_week
from scheduler.agreements import break_agreement
from scheduler.attendance import Mark
from scheduler.calling_off import call_off
from scheduler.kept_promises import Kept, WeekRangeError, promises_kept, weeks_from
from scheduler.registers import record
from scheduler.request_effects import Asker
from scheduler.stalled import Reached, set_tasks, stalled_tasks, steps_reached
from scheduler.tables import Agreement, CitizenPeriod, Contact, Rating, StaffTask, SubGoal
from tests.unit.plan_town import NOW, WEEK, PlanTown, engine, town

__all__ = ["engine", "town"]

STAFF = Asker(1, NOW, is_staff=True, on_behalf=True)
AFTER = Asker(1, dt.datetime(2026, 11, 23, 20, 0, tzinfo=dt.UTC), is_staff=True)
MONDAY = dt.date(2026, 11, 23)
TODAY = NOW.date()


def _agree(town: PlanTown, *citizens: int, offering: str = "motion", **more: Any) -> None:
    for who in citizens:
        weeks = {"from_week": WEEK, "until_week": shift_week(WEEK, 9)} | more
        town.session.add(Agreement(citizen_id=who, offering_id=offering, why="test", **weeks))
    town.session.flush()


def _kept(town: PlanTown, week: str = WEEK) -> tuple[int, int]:
    (found,) = promises_kept(town.session, week, week)
    return found.kept, found.broken


def test_a_promise_that_the_published_week_does_not_hold_is_broken(town: PlanTown) -> None:
    _agree(town, 1, 2, 3)
    assert promises_kept(town.session, "2026-W40", WEEK) == []  # No week is published.
    town.published({1: ["motion"], 2: ["motion2"], 3: ["kor"]})
    assert promises_kept(town.session, "2026-W40", WEEK) == [Kept(WEEK, 2, 1)]


def test_what_she_gives_up_herself_counts_neither_way(town: PlanTown) -> None:
    _agree(town, 1, 2, 3)
    town.published({1: ["motion"], 2: ["motion"], 3: ["motion"]})
    town.change(1)  # She asked for it.
    call_off(town.session, 2, MONDAY, "sick", "", STAFF)
    town.session.get_one(Agreement, (3, "motion", WEEK)).left_week = WEEK
    assert _kept(town) == (0, 0)


def test_a_promise_that_is_broken_by_decision_counts_until_it_would_have_ended(town: PlanTown) -> None:
    _agree(town, 1, until_week=shift_week(WEEK, 1))
    town.published({1: ["kor"]})
    break_agreement(town.session, 1, ("motion", WEEK), WEEK, "lukket", "kor", STAFF)
    assert _kept(town) == (0, 1)


def test_what_the_centre_cancels_is_its_debt_and_who_is_away_is_none(town: PlanTown) -> None:
    _agree(town, 1, 2)
    town.published({1: ["motion"]})
    town.session.add(CitizenPeriod(citizen_id=2, kind="pause", start=MONDAY, until=MONDAY + dt.timedelta(days=9)))
    assert _kept(town) == (1, 0)
    record(town.session, WEEK, town.group("motion"), [Mark(1, MONDAY, 540, "cancelled_by_us")], AFTER)
    assert _kept(town) == (0, 1)


def test_an_offering_that_a_holiday_takes_away_breaks_no_promise(town: PlanTown) -> None:
    easter = "2027-W13"  # Easter Monday, on which alone the group would meet.
    town.add_group("kor", "kor", 540, easter)
    _agree(town, 1, from_week=easter, until_week=easter)
    town.published({1: ["kor"]}, easter)
    assert _kept(town, easter) == (0, 0)
    town.session.execute(delete(Meeting).where(Meeting.group_id.in_(select(Group.id).where(Group.week == WEEK))))
    _agree(town, 2)
    town.published({}, WEEK)
    assert _kept(town) == (0, 1)  # An ordinary week without the offering keeps no promise.


def test_a_range_of_weeks_crosses_the_turn_of_a_year_and_has_an_end() -> None:
    assert weeks_from("2026-W52", "2027-W01") == ["2026-W52", "2026-W53", "2027-W01"]
    for first, last in (("2026-W48", "2026-W47"), ("2026-W01", "2027-W01")):
        with pytest.raises(WeekRangeError, match=f"weeks {first} to {last}: expected"):
            weeks_from(first, last)


def _look(town: PlanTown, now: dt.datetime) -> int:
    rows = stalled_tasks(town.session, now)
    if rows:
        set_tasks(town.session, rows)
    return len(rows)


def _step(town: PlanTown, citizen: int, by_week: str, **more: Any) -> SubGoal:
    step = SubGoal(citizen_id=citizen, by_week=by_week, words="noget", **more)
    town.session.add(step)
    town.session.flush()
    return step


def test_steps_are_counted_by_the_week_that_was_agreed_first(town: PlanTown) -> None:
    week, late = "2026-W46", NOW
    in_time = dt.datetime(2026, 11, 15, 22, 30, tzinfo=dt.UTC)  # Sunday, half past eleven in the evening.
    _step(town, 1, week, done=True, done_at=in_time)
    _step(town, 1, week, done=True, done_at=in_time + dt.timedelta(hours=1))
    _step(town, 2, "2026-W50", first_by_week=week, done=True, done_at=late)
    _step(town, 2, week)
    _step(town, 3, week, done=True)
    _step(town, 3, WEEK)
    _step(town, 3, "2027-W40")
    assert steps_reached(town.session, week, WEEK, TODAY) == Reached(in_time=1, late=2, overdue=1, open=1, unknown=1)


def test_an_overdue_step_makes_one_task_with_a_proposed_week_for_each_week_it_had(town: PlanTown) -> None:
    town.session.add(Contact(citizen_id=1, role="sagsbehandler", staff_id="bo"))
    step = _step(town, 1, "2026-W46")
    _step(town, 2, "2026-W47")  # This week is not over.
    assert [_look(town, NOW) for _ in range(2)] == [1, 0]
    task = town.session.scalars(select(StaffTask)).one()
    assert (task.slug, task.week, task.subject, task.staff_id, task.proposed_week) == (
        "sub_goal_overdue", "2026-W46", str(step.id), "bo", "2026-W51",
    )  # fmt: skip
    step.by_week = "2026-W48"
    assert _look(town, NOW + dt.timedelta(weeks=2)) == 2


def test_who_is_away_is_not_asked_about_her_steps(town: PlanTown) -> None:
    _step(town, 1, "2026-W40")
    town.session.add(CitizenPeriod(citizen_id=1, kind="exit", start=dt.date(2026, 11, 2)))
    assert _look(town, NOW) == 0


def test_who_gets_no_further_for_weeks_has_one_task_until_as_many_have_passed_again(town: PlanTown) -> None:
    long_ago = TODAY - dt.timedelta(weeks=20)
    _step(town, 1, "2027-W10", set_on=long_ago)
    _step(town, 2, "2027-W10", set_on=TODAY - dt.timedelta(weeks=12))
    _step(town, 3, "2027-W10")  # Nobody knows since when.
    assert [_look(town, NOW) for _ in range(2)] == [1, 0]
    task = town.session.scalars(select(StaffTask)).one()
    assert (task.slug, task.citizen_id, task.week, task.staff_id) == ("no_progress", 1, "2026-W47", "ann")
    task.done_at = NOW
    assert _look(town, NOW + dt.timedelta(weeks=12)) == 1  # Only citizen 2's.
    assert _look(town, NOW + dt.timedelta(weeks=13)) == 1


@pytest.mark.parametrize(("before", "now", "tasks"), [(2, 3, 0), (3, 3, 1), (3, 2, 1), (None, 5, 1)])
def test_a_rating_that_has_risen_is_progress(town: PlanTown, before: int | None, now: int, tasks: int) -> None:
    _step(town, 1, "2027-W10", set_on=TODAY - dt.timedelta(weeks=20))
    _rate(town, dt.date(2026, 4, 1), 5, "citizen")
    if before is not None:
        _rate(town, dt.date(2026, 7, 1), before, "staff")
    _rate(town, dt.date(2026, 10, 1), now, "staff")
    assert _look(town, NOW) == tasks


def test_a_step_reached_lately_is_progress(town: PlanTown) -> None:
    _step(town, 1, "2027-W10", set_on=TODAY - dt.timedelta(weeks=20))
    _step(town, 1, "2026-W46", done=True, done_at=NOW - dt.timedelta(weeks=2))
    assert _look(town, NOW) == 0


def _rate(town: PlanTown, quarter: dt.date, value: int, rater: str) -> None:
    assert town.session.get(Indicator, "helbred") is not None
    at = dt.datetime.combine(quarter, dt.time(12), dt.UTC) + dt.timedelta(days=20)
    key: dict[str, Any] = {"citizen_id": 1, "indicator_id": "helbred", "quarter": quarter, "rater": rater}
    town.session.add(Rating(**key, value=value, account_id=1, at=at))
    town.session.flush()
