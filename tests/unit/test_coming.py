"""That somebody says she comes: kept once a meeting, seen in the register, gone when she is away, read by no plan."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace

import pytest

from scheduler.attendance import AttendanceError, Mark
from scheduler.calling_off import call_off
from scheduler.coming import coming_of, coming_to, say_coming
from scheduler.registers import read_register, record
from scheduler.request_effects import Asker
from tests.unit.plan_town import WEEK, engine, minutes
from tests.unit.request_town import RequestTown, town
from tests.unit.test_attendance import SCHEDULER

__all__ = ["engine", "town"]

MONDAY = dt.date(2026, 11, 23)
BEFORE = Asker(1, minutes(0))  # The Friday before.
HALF_PAST_NINE = replace(BEFORE, at=dt.datetime(2026, 11, 23, 8, 30, tzinfo=dt.UTC))


def test_she_says_that_she_comes_once_and_takes_it_back(town: RequestTown) -> None:
    motion = town.group("motion")
    for _ in range(2):
        say_coming(town.session, 1, motion, MONDAY, BEFORE, yes=True)
    said = coming_of(town.session, 1)
    assert [(one.group_id, one.date, one.start_min, one.account_id) for one in said] == [(motion, MONDAY, 540, 1)]
    assert [one.citizen_id for one in read_register(town.session, WEEK, motion).coming] == [1]
    say_coming(town.session, 1, motion, MONDAY, BEFORE, yes=False)
    assert coming_of(town.session, 1) == []


def test_nobody_comes_to_what_she_does_not_have_or_what_has_begun(town: RequestTown) -> None:
    motion = town.group("motion")
    for asker, day in ((HALF_PAST_NINE, MONDAY), (BEFORE, MONDAY + dt.timedelta(days=1))):
        with pytest.raises(AttendanceError, match=f"no meeting of group {motion} to come"):
            say_coming(town.session, 1, motion, day, asker, yes=True)
    with pytest.raises(AttendanceError, match="to come"):
        say_coming(town.session, 3, motion, MONDAY, BEFORE, yes=True)


def test_who_calls_off_or_is_noted_as_away_no_longer_comes(town: RequestTown) -> None:
    motion = town.group("motion")
    for who in (1, 2):
        say_coming(town.session, who, motion, MONDAY, BEFORE, yes=True)
    call_off(town.session, 1, MONDAY, "sick", "", BEFORE, motion)
    assert [one.citizen_id for one in coming_to(town.session, motion)] == [2]
    with pytest.raises(AttendanceError, match="to come"):
        say_coming(town.session, 1, motion, MONDAY, BEFORE, yes=True)
    record(town.session, WEEK, motion, [Mark(2, MONDAY, 540, "excused")], BEFORE)
    assert coming_to(town.session, motion) == []


def test_nothing_that_plans_reads_who_says_that_she_comes() -> None:
    reads = re.compile(r"^(from .* import .*\bComing\b|    Coming,)", re.MULTILINE)
    readers = {path.stem for path in SCHEDULER.rglob("*.py") if reads.search(path.read_text())}
    assert readers == {"attendance", "coming", "registers", "tables"}
