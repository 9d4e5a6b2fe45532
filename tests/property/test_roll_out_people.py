"""What must hold for the people of every roll-out: nobody appears or is lost between one week and the next."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from scheduler.lab.roll_out.inputs import RollOut, StartUp
from scheduler.lab.roll_out.people import conferences, flow
from scheduler.lab.scenario import ScenarioError

PERCENTS = some.sampled_from([0.0, 0.1, 0.5, 1.0, 3.3, 12.5])
BACK = some.fixed_dictionaries(
    {"percent": some.sampled_from([0.0, 20.0, 33.3, 100.0]), "after_weeks": some.integers(1, 9)}
)


@given(
    start=some.integers(1, 5000),
    intake=some.lists(some.integers(0, 300), min_size=1, max_size=30),
    exits=PERCENTS,
    back=BACK,
)
def test_every_week_start_and_who_comes_less_who_leaves_is_the_end(
    start: int, intake: list[int], exits: float, back: dict[str, Any]
) -> None:
    returns = back if exits else None
    roll_out = RollOut(weeks=len(intake), intake=intake, exits_percent=exits, returns=returns)  # type: ignore[arg-type]  # Read as a file's.
    there, left, returned = start, 0, 0
    for new, week in zip(intake, flow(roll_out, start), strict=True):
        assert week.new == new
        assert week.there == there + week.new + week.returning - week.leaving
        assert 0 <= week.leaving <= there
        left, returned = left + week.leaving, returned + week.returning
        assert 0 <= returned <= left
        there = week.there
    lost = Fraction(str(exits)) / 100 * sum([start, *(week.there for week in flow(roll_out, start)[:-1])])
    assert left <= lost < left + 1  # Parts of a person are carried on, and none is lost.


@given(start=some.integers(1, 3000), more=some.integers(0, 5000), weeks=some.integers(1, 60), exits=PERCENTS)
def test_an_even_intake_reaches_exactly_the_citizens_that_are_wanted(
    start: int, more: int, weeks: int, exits: float
) -> None:
    people = flow(RollOut(weeks=weeks, citizens=start + more, exits_percent=exits), start)
    assert people[-1].there == start + more
    new = [week.new for week in people[:-1]]
    assert max(new, default=0) - min(new, default=0) <= 1


@given(
    intake=some.lists(some.integers(0, 300), min_size=1, max_size=30),
    size=some.integers(1, 12),
    weeks=some.integers(1, 4),
)
def test_every_new_citizen_has_a_place_at_a_conference(intake: list[int], size: int, weeks: int) -> None:
    start_up = StartUp(hours={"coach": 1}, group_size=size, weeks=weeks)
    people = flow(RollOut(weeks=len(intake) + weeks, intake=[*intake, *[0] * weeks]), 9)
    held = sum(conferences(people, start_up))
    assert held * size >= sum(intake) - 1e-6
    assert held == pytest.approx(sum(-(-new // size) for new in intake))


def test_whoever_left_comes_back_after_so_many_weeks() -> None:
    roll_out = RollOut(weeks=4, intake=0, exits_percent=10, returns={"percent": 50, "after_weeks": 2})  # type: ignore[arg-type]  # Read as a file's.
    assert [(week.leaving, week.returning, week.there) for week in flow(roll_out, 100)] == [
        (10, 0, 90), (9, 0, 81), (8, 5, 78), (7, 4, 75),
    ]  # fmt: skip


def test_fewer_citizens_at_the_end_take_exits_and_nobody_at_all_is_refused() -> None:
    with pytest.raises(ScenarioError, match="citizens: found 5, expected at least 10, who are there with nobody new"):
        flow(RollOut(weeks=3, citizens=5), 10)
    assert flow(RollOut(weeks=3, citizens=5, exits_percent=25), 10)[-1].there == 5
    with pytest.raises(ScenarioError, match="intake: found '0 citizens in week 1'"):
        flow(RollOut(weeks=3, intake=0, exits_percent=100), 10)
