"""The course of a run stays short, and keeps where it began and where it is."""

from __future__ import annotations

import datetime as dt

from scheduler.course import COURSE, MOST, Course, Moment, course_of
from scheduler.tables import Run
from solver.problem import MICRO
from solver.solution import Round


def run_with(**values: object) -> Run:
    run = Run(week="2026-W48", state="running", seed=1, lottery_seed=1, created_at=dt.datetime.now(dt.UTC))
    for name, value in values.items():
        setattr(run, name, value)
    return run


def test_a_long_course_keeps_its_first_and_its_last_round() -> None:
    course = Course()
    for number in range(1_000):
        progress = course.add(Round(number, "prices", 2 * MICRO, None if number == 0 else MICRO, 3, float(number)))
    kept = course_of(run_with(progress=progress))
    assert len(kept) <= MOST
    assert kept[0] == Moment(0.0, 2.0, None)
    assert kept[-1] == Moment(999.0, 2.0, 1.0)
    assert [moment.seconds for moment in kept] == sorted(moment.seconds for moment in kept)
    assert (progress["number"], progress["planned"], progress["gap_percent"]) == (999, 3, 50.0)


def test_what_is_stored_in_the_end_is_shown_rather_than_the_last_progress() -> None:
    stored = [{"seconds": 1.0, "bound": 5 * MICRO, "objective": 4 * MICRO}]
    run = run_with(trace=stored, progress={COURSE: [[0.5, 9 * MICRO, None]]})
    assert course_of(run) == [Moment(1.0, 5.0, 4.0)]
    assert course_of(run_with()) == []
