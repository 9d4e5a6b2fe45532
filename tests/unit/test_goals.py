"""Goals and the steps on the way: in whose words, by when, reached by whom, and refused where they make no sense."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from scheduler.goals import (
    GoalError,
    Step,
    add_step,
    brought_by,
    current_goal,
    mark_step,
    move_step,
    set_goal,
    steps_of,
)
from scheduler.request_effects import Asker
from scheduler.stored import NotFoundError
from scheduler.tables import CitizenStrength
from tests.unit.plan_town import NOW, PlanTown, engine, town

__all__ = ["engine", "town"]

THIS_WEEK, LATER = "2026-W47", "2026-W50"
HERSELF = Asker(1, NOW)
STAFF = Asker(1, NOW, is_staff=True, on_behalf=True)
OWN = Step(LATER, words="sove før midnat", leg_id="krop")
RISE = Step(LATER, indicator_id="helbred", level=4)


def test_the_goal_set_last_holds_and_says_who_set_it_in_whose_words(town: PlanTown) -> None:
    earlier = replace(STAFF, at=NOW - dt.timedelta(days=30))
    set_goal(town.session, 1, "education", "HF", "staff", earlier)
    set_goal(town.session, 1, "job", "en anden", "citizen", HERSELF)
    set_goal(town.session, 1, "job", "i et køkken", "citizen", HERSELF)
    goal = current_goal(town.session, 1)
    assert goal is not None
    assert (goal.kind, goal.words, goal.words_of, goal.set_by, goal.set_on) == (
        "job", "i et køkken", "citizen", 1, NOW.date(),
    )  # fmt: skip
    assert current_goal(town.session, 2) is None


def test_strengths_and_job_wishes_are_told_apart(town: PlanTown) -> None:
    for word, kind in (("mad", "job_wish"), ("natur", "competence"), ("it", "competence")):
        town.session.add(CitizenStrength(citizen_id=1, word=word, kind=kind))
    assert brought_by(town.session, 1) == (["it", "natur"], ["mad"])


def test_a_step_may_be_in_own_words_on_any_leg_or_an_indicator_with_a_level(town: PlanTown) -> None:
    first, second = (add_step(town.session, 1, step, HERSELF) for step in (OWN, RISE))
    assert [step.id for step in steps_of(town.session, 1)] == [first.id, second.id]
    assert (first.leg_id, first.words, first.set_on, first.done) == ("krop", "sove før midnat", NOW.date(), False)


def test_a_step_is_reached_once_and_can_be_opened_again(town: PlanTown) -> None:
    step = add_step(town.session, 1, RISE, STAFF)
    mark_step(town.session, 1, step.id, True, HERSELF)
    mark_step(town.session, 1, step.id, True, replace(HERSELF, at=NOW + dt.timedelta(days=1)))
    assert (step.done, step.done_at, step.done_by) == (True, NOW, 1)
    mark_step(town.session, 1, step.id, False, HERSELF)
    assert (step.done, step.done_at, step.done_by) == (False, None, None)


def test_a_step_that_moves_remembers_its_first_week(town: PlanTown) -> None:
    step = add_step(town.session, 1, RISE, STAFF)
    for week in ("2026-W51", "2026-W52"):
        move_step(town.session, 1, step.id, week, STAFF)
    assert (step.by_week, step.first_by_week) == ("2026-W52", LATER)
    mark_step(town.session, 1, step.id, True, STAFF)
    with pytest.raises(GoalError, match="is reached"):
        move_step(town.session, 1, step.id, "2026-W53", STAFF)


@pytest.mark.parametrize(
    ("step", "said"),
    [
        (replace(RISE, by_week="2026-W46"), "by_week 2026-W46: that week is past, expected 2026-W47 or later"),
        (replace(RISE, level=0), "level 0: expected 1 to 5"),
        (replace(RISE, level=6), "level 6: expected 1 to 5"),
        (replace(RISE, level=None), "level None"),
        (replace(OWN, level=3), "none without"),
        (replace(OWN, words=" "), "say in words"),
        (replace(RISE, indicator_id="lykke"), "indicator lykke: expected one of helbred"),
        (replace(OWN, leg_id="arm"), "leg arm: expected one of krop"),
        (replace(OWN, words_of="mor"), "words_of mor: expected one of citizen, staff"),
        (replace(OWN, words_of="staff"), "only staff can say"),
    ],
)
def test_a_step_that_makes_no_sense_is_refused_by_name_and_not_written(town: PlanTown, step: Step, said: str) -> None:
    with pytest.raises(GoalError, match=said):
        add_step(town.session, 1, step, HERSELF)
    assert steps_of(town.session, 1) == []


def test_the_same_indicator_in_the_same_week_is_one_step_and_nobody_changes_another_persons(town: PlanTown) -> None:
    step = add_step(town.session, 1, RISE, STAFF)
    with pytest.raises(GoalError, match="she has that sub-goal already"):
        add_step(town.session, 1, RISE, STAFF)
    with pytest.raises(GoalError, match="kind hobby"):
        set_goal(town.session, 1, "hobby", "", "citizen", HERSELF)
    with pytest.raises(NotFoundError):
        mark_step(town.session, 2, step.id, True, STAFF)
    with pytest.raises(GoalError, match="is past"):
        move_step(town.session, 1, step.id, "2026-W40", STAFF)
    assert step.by_week == LATER


def test_the_week_of_today_is_not_past_also_at_the_turn_of_a_year_with_53_weeks(town: PlanTown) -> None:
    new_year = Asker(1, dt.datetime(2026, 12, 31, 23, 30, tzinfo=dt.UTC))  # The first of January at the centre.
    assert add_step(town.session, 1, replace(RISE, by_week="2026-W53"), new_year).by_week == "2026-W53"
    with pytest.raises(GoalError, match="expected 2026-W53 or later"):
        add_step(town.session, 1, replace(RISE, by_week="2026-W52"), new_year)
