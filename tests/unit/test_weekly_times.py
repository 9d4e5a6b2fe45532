"""When a citizen can come every week: by day in parts, changed day by day, and never over somebody else's change."""

from __future__ import annotations

import pytest

from scheduler.citizen_writing import (
    BlockFact,
    Span,
    availability_of,
    change_weekly_times,
    set_availability,
    version_of,
    weekly_times,
)
from scheduler.places import StaleError
from tests.unit.plan_town import WEEK, PlanTown, engine, town

__all__ = ["engine", "town"]

HERS = [
    BlockFact(None, 0, 540, 600, "free"),
    BlockFact(None, 0, 600, 660, "free"),
    BlockFact(None, 0, 720, 780, "free"),
    BlockFact(None, 2, 540, 720, "free"),
    BlockFact(None, 2, 600, 630, "own_block"),
    BlockFact(WEEK, 4, 540, 600, "free"),
]


def test_parts_that_touch_are_one_and_what_holds_for_one_week_is_left_out() -> None:
    assert weekly_times(HERS) == {0: [Span(540, 660), Span(720, 780)], 2: [Span(540, 720)]}


def test_only_the_named_days_change_and_what_she_keeps_free_stays(town: PlanTown) -> None:
    set_availability(town.session, 1, HERS)
    before = version_of(availability_of(town.session, 1))
    change_weekly_times(town.session, 1, {0: [], 3: [Span(480, 555)]}, before)
    kept = [*HERS[3:], BlockFact(None, 3, 480, 555, "free")]
    assert set(availability_of(town.session, 1)) == set(kept)
    with pytest.raises(StaleError):
        change_weekly_times(town.session, 1, {0: [Span(540, 600)]}, before)
    assert 0 not in weekly_times(availability_of(town.session, 1))
