"""The register: what can be noted of whom, that sickness frees a seat at once, and that absence counts for nothing."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, update

import scheduler
from catalog.database import writing
from catalog.tables import Group, Meeting
from scheduler.attendance import AttendanceError, Mark, attendance_of
from scheduler.calling_off import call_off
from scheduler.cancelled import cancel_group
from scheduler.group_times import begins_at
from scheduler.life import NotPublishedError
from scheduler.problem import build_problem
from scheduler.registers import read_register, record
from scheduler.request_effects import Asker
from scheduler.stored import NotFoundError
from scheduler.supplies import full_groups
from scheduler.tables import Agreement, Attendance, FreedSeat, Message, PlanChange, StaffTask
from scheduler.week_state import WeekStates
from tests.unit.plan_town import WEEK, PlanTown, engine, minutes
from tests.unit.request_town import RequestTown, town
from tests.unit.waiting_line import offer, wait

__all__ = ["engine", "town"]

SCHEDULER = Path(scheduler.__file__).parent

MONDAY, TUESDAY = dt.date(2026, 11, 23), dt.date(2026, 11, 24)
BEFORE = Asker(1, minutes(0))  # The Friday before.
AFTER = Asker(1, dt.datetime(2026, 11, 23, 20, 0, tzinfo=dt.UTC), is_staff=True, on_behalf=True)
HALF_PAST_NINE = replace(AFTER, at=dt.datetime(2026, 11, 23, 8, 30, tzinfo=dt.UTC))


def test_the_register_shows_everybody_and_what_was_noted_and_many_are_noted_at_once(town: RequestTown) -> None:
    motion = town.group("motion")
    before = read_register(town.session, WEEK, motion)
    assert [person.citizen_id for person in before.participants] == [1, 2]
    assert ([meeting.start_min for meeting in before.meetings], before.marks) == ([540], [])
    marks = [Mark(1, MONDAY, 540, "attended"), Mark(2, MONDAY, 540, "absent", "ingen svarede")]
    for _ in range(2):
        after = record(town.session, WEEK, motion, marks, AFTER)
    assert [(one.citizen_id, one.state, one.reason, one.account_id, one.at) for one in after.marks] == [
        (1, "attended", "", 1, AFTER.at), (2, "absent", "ingen svarede", 1, AFTER.at),
    ]  # fmt: skip
    corrected = record(town.session, WEEK, motion, [Mark(2, MONDAY, 540, "sick")], AFTER)
    assert [one.state for one in corrected.marks] == ["attended", "sick"]
    assert town.places(2) == ("motion",)  # The seat of a meeting that is over is no use to anybody.


@pytest.mark.parametrize(
    ("mark", "said"),
    [
        (Mark(1, MONDAY, 540, "gone"), "citizen 1, 2026-11-23 09:00: expected one of attended, .* found 'gone'"),
        (Mark(3, MONDAY, 540, "attended"), r"citizen 3, .*: she is not in group"),
        (Mark(1, TUESDAY, 540, "attended"), "does not meet then, its meetings are 2026-11-23 09:00"),
        (Mark(1, MONDAY, 600, "attended"), "2026-11-23 10:00: group .* does not meet then"),
        (Mark(2, MONDAY, 540, "sick"), "noted twice"),
    ],
)
def test_what_cannot_be_is_refused_by_name_and_nothing_of_it_is_written(
    town: RequestTown, mark: Mark, said: str
) -> None:
    with pytest.raises(AttendanceError, match=said):
        record(town.session, WEEK, town.group("motion"), [Mark(2, MONDAY, 540, "attended"), mark], AFTER)
    assert town.session.scalars(select(Attendance)).all() == []


@pytest.mark.parametrize("state", ["attended", "absent", "cancelled_by_us"])
def test_what_is_to_come_cannot_be_noted(town: RequestTown, state: str) -> None:
    with pytest.raises(AttendanceError, match="that is to come, so only sick or excused can be noted"):
        record(town.session, WEEK, town.group("motion"), [Mark(1, MONDAY, 540, state)], BEFORE)
    with pytest.raises(NotPublishedError):
        record(town.session, "2026-W47", town.group("motion", "2026-W47"), [], BEFORE)
    with pytest.raises(NotFoundError, match="no group 99"):
        read_register(town.session, WEEK, 99)


def test_sickness_frees_the_seat_at_once_and_leaves_the_agreement(town: RequestTown) -> None:
    motion = town.group("motion")
    assert motion in full_groups(town.session, WEEK)
    missed = call_off(town.session, 1, MONDAY, "sick", "feber", BEFORE)
    assert [meeting.start_min for meeting in missed] == [540, 660]
    assert town.places(1) == ()
    assert motion not in full_groups(town.session, WEEK)
    assert set(town.session.scalars(select(FreedSeat.group_id))) == {motion, town.group("dansk")}
    change = town.session.scalars(select(PlanChange)).one()
    assert (change.reason, change.granted, change.account_id) == ("request", "called_off", 1)
    assert town.session.get_one(Agreement, (1, "dansk", WEEK)).left_week is None
    assert _told(town) == []  # She has said it herself.
    assert [row.state for row in attendance_of(town.session, 1)] == ["sick", "sick"]
    with pytest.raises(AttendanceError, match="2026-11-23: she has nothing to come"):
        call_off(town.session, 1, MONDAY, "sick", "feber", BEFORE)


def test_the_seat_of_somebody_sick_is_offered_to_who_waits(engine: Engine) -> None:
    with writing(engine) as session:
        town = PlanTown(session)
        session.execute(update(Group).where(Group.code == "dansk").values(seats=1))
        town.published({4: ["dansk"]})
        wait(town, 1)
        assert offer(town) is None
        call_off(session, 4, MONDAY, "sick", "", BEFORE)
        assert offer(town) == 1


@pytest.mark.parametrize(
    ("day", "hour"),
    [(dt.date(2026, 10, 23), 7), (dt.date(2026, 10, 26), 8), (dt.date(2027, 3, 26), 8), (dt.date(2027, 3, 29), 7)],
)
def test_a_meeting_begins_by_the_centres_clock_before_and_after_it_is_changed(day: dt.date, hour: int) -> None:
    assert begins_at(day, 540).astimezone(dt.UTC) == dt.datetime.combine(day, dt.time(hour), dt.UTC)


def test_only_these_rooms_read_the_register_and_none_of_them_plans_a_week() -> None:
    """The copy of her data and the erasure find every table by themselves."""
    reads = re.compile(r"^(from .* import .*\bAttendance\b|    Attendance,)", re.MULTILINE)
    readers = {path.stem for path in SCHEDULER.rglob("*.py") if reads.search(path.read_text())}
    assert readers <= {
        "absences", "attendance", "calling_off", "coming", "help_answers", "kept_promises", "registers", "tables",
    }  # fmt: skip


def test_one_activity_alone_can_be_called_off_and_staff_who_notes_it_sends_a_message(town: RequestTown) -> None:
    call_off(town.session, 1, MONDAY, "excused", "tandlæge", HALF_PAST_NINE, town.group("dansk"))
    assert town.places(1) == ("motion",)
    assert _told(town) == ["change_granted"]
    with pytest.raises(AttendanceError, match=f"no meeting of group {town.group('motion')} to come"):  # It has begun.
        call_off(town.session, 1, MONDAY, "sick", "", HALF_PAST_NINE, town.group("motion"))
    with pytest.raises(AttendanceError, match="expected sick or excused"):
        call_off(town.session, 1, MONDAY, "absent", "", BEFORE)


def test_the_register_frees_seats_ahead_too_and_a_second_time_frees_none(town: RequestTown) -> None:
    marks = [Mark(who, MONDAY, 540, "sick") for who in (2, 1)]
    for _ in range(2):
        register = record(town.session, WEEK, town.group("motion"), marks, BEFORE)
    assert [person.citizen_id for person in register.participants] == [1, 2]  # They stay in sight.
    assert (town.places(1), town.places(2)) == (("dansk",), ())
    assert len(town.session.scalars(select(FreedSeat)).all()) == 2


def test_a_seat_stays_while_a_meeting_of_the_group_is_left_to_come_to(town: RequestTown) -> None:
    motion = town.group("motion")
    town.session.add(Meeting(group_id=motion, day=1, start_min=540, end_min=600, date=TUESDAY))
    town.session.flush()
    call_off(town.session, 1, MONDAY, "sick", "", BEFORE, motion)
    assert town.places(1) == ("dansk", "motion")
    call_off(town.session, 1, TUESDAY, "sick", "", BEFORE)
    assert town.places(1) == ("dansk",)


def test_a_group_that_the_centre_cancels_is_noted_as_its_debt(town: RequestTown) -> None:
    state = WeekStates(fresh_seconds=0.0).of(town.session, WEEK)
    kor = town.group("kor")
    cancel_group(town.session, state, kor, "syg", Asker(1, minutes(1), is_staff=True))
    noted = town.session.scalars(select(Attendance).where(Attendance.group_id == kor)).one()
    assert (noted.citizen_id, noted.state, noted.reason, noted.start_min) == (3, "cancelled_by_us", "syg", 720)
    assert [person.citizen_id for person in read_register(town.session, WEEK, kor).participants] == [3]


def test_three_absences_in_a_row_raise_one_task_for_her_contact(engine: Engine) -> None:
    with writing(engine) as session:
        _miss_and_correct(PlanTown(session))


def _miss_and_correct(town: PlanTown) -> None:
    weeks = {week: town.add_group("svim", "motion", 840, week) for week in ("2026-W44", "2026-W45", "2026-W46")}
    days = {"2026-W44": dt.date(2026, 10, 26), "2026-W45": dt.date(2026, 11, 2), "2026-W46": dt.date(2026, 11, 9)}
    for week, group in weeks.items():
        town.published({1: ["svim"]}, week)
        record(town.session, week, group, [Mark(1, days[week], 840, "absent")], AFTER)
        assert len(_tasks(town)) == (week == "2026-W46")
    town.published({1: ["motion"]})
    record(town.session, WEEK, town.group("motion"), [Mark(1, MONDAY, 540, "absent")], AFTER)  # The fourth.
    assert [(each.subject, each.staff_id) for each in _tasks(town)] == [("2026-10-26", "ann")]
    record(town.session, "2026-W45", weeks["2026-W45"], [Mark(1, days["2026-W45"], 840, "excused")], AFTER)
    assert _tasks(town) == []  # A correction takes back what nobody has done yet.
    record(town.session, "2026-W45", weeks["2026-W45"], [Mark(1, days["2026-W45"], 840, "absent")], AFTER)
    task = _tasks(town)[0]
    task.done_at = AFTER.at
    record(town.session, "2026-W45", weeks["2026-W45"], [Mark(1, days["2026-W45"], 840, "sick")], AFTER)
    record(town.session, "2026-W45", weeks["2026-W45"], [Mark(1, days["2026-W45"], 840, "absent")], AFTER)
    assert [each.id for each in _tasks(town)] == [task.id]


def test_absence_changes_nothing_of_what_a_week_is_planned_from(town: RequestTown) -> None:
    before = _facts(town)
    for code, start in (("motion", 540), ("dansk", 660)):
        record(town.session, WEEK, town.group(code), [Mark(1, MONDAY, start, "absent")], AFTER)
    assert _facts(town) == before


def _facts(town: RequestTown) -> str:
    problem, _ = build_problem(town.session, WEEK)
    return "\n".join(f"{name} {value.tolist()}" for name, value in vars(problem).items() if hasattr(value, "tolist"))


def _told(town: RequestTown) -> list[str]:
    return list(town.session.scalars(select(Message.slug).where(Message.slug != "plan_published")))


def _tasks(town: PlanTown) -> list[StaffTask]:
    return list(town.session.scalars(select(StaffTask).where(StaffTask.slug == "absent_in_a_row")))
