"""A group gets other seats while its week is not sent out, never fewer than somebody counts on."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from catalog.tables import Group
from scheduler.group_seats import SeatsError, least_seats, set_seats
from scheduler.request_effects import Asker
from scheduler.stored import NotFoundError
from scheduler.tables import Lock, Run
from tests.unit.plan_town import NOW, PlanTown, either, minutes

__all__ = ["either"]
TWO_WEEKS = 14 * 24 * 60  # in minutes


def give(town: PlanTown, seats: int, code: str = "motion") -> None:
    """Give a group of the week that is planned so many seats."""
    set_seats(town.session, town.group(code), seats, Asker(town.planner, NOW, is_staff=True))


def refused(town: PlanTown, seats: int) -> tuple[str, int]:
    """Why a group cannot have so many seats, and how few it could have."""
    with pytest.raises(SeatsError) as found:
        give(town, seats)
    return found.value.slug, found.value.least


def test_seats_grow_and_shrink_to_those_who_are_locked_or_proposed(either: PlanTown) -> None:
    group = either.group("motion")
    give(either, 30)
    either.session.add(Lock(citizen_id=4, group_id=group, locked_by="ann", why="aftalt"))
    either.propose({1: ["motion"], 2: ["motion"]})
    either.propose({1: ["motion"], 3: ["motion"], 4: ["motion"]})
    assert refused(either, 2) == ("taken", 3)
    give(either, 3)
    row = either.session.get_one(Group, group)
    assert row.seats == least_seats(either.session, row) == 3
    assert either.session.get_one(Group, either.group("motion2")).seats == 9


def test_a_least_size_and_one_seat_hold_where_nobody_counts_on_the_group(either: PlanTown) -> None:
    either.session.execute(update(Group).where(Group.code == "motion").values(minimum=4))
    assert refused(either, 3) == ("taken", 4)
    give(either, 1, "kor")


def test_a_week_that_is_sent_out_keeps_its_seats(either: PlanTown) -> None:
    either.published({1: ["motion"]})
    assert refused(either, 12) == ("published", 0)


def test_a_week_that_is_over_and_somebodys_own_time_keep_theirs(either: PlanTown) -> None:
    with pytest.raises(SeatsError, match="the week is over"):
        set_seats(either.session, either.group("kor"), 3, Asker(either.planner, minutes(TWO_WEEKS), is_staff=True))
    either.session.execute(update(Group).where(Group.code == "motion").values(appointment=True))
    assert refused(either, 3) == ("appointment", 0)


def test_a_run_under_way_counts_on_the_seats_that_are_there(either: PlanTown) -> None:
    run = either.propose({1: ["motion"]})
    either.session.execute(update(Run).where(Run.id == run).values(state="running"))
    assert refused(either, 8) == ("running", 0)
    give(either, 10)  # More of them break nothing.


def test_a_group_that_is_not_there_is_named(either: PlanTown) -> None:
    with pytest.raises(NotFoundError, match="no group 999"):
        set_seats(either.session, 999, 3, Asker(either.planner, NOW, is_staff=True))
