"""What a week holds before it is planned, and what of it cannot be met."""

from __future__ import annotations

from sqlalchemy import delete

from catalog.tables import Group, StaffHours
from catalog.weeks import monday_of
from scheduler.outlook import Unstaffed, Wanted, outlook
from scheduler.tables import AvailabilityBlock, Citizen, Lock, Wish
from tests.unit.plan_town import WEEK, PlanTown, engine, town

__all__ = ["engine", "town"]


def test_a_week_is_told_by_its_citizens_groups_and_seats(town: PlanTown) -> None:
    found = outlook(town.session, WEEK)
    assert (found.citizens, found.groups, found.seats, found.closed) == (4, 4, 36, {})
    assert (found.unstaffed, found.broken, found.never_free, found.too_little_time, found.wanted) == ((), (), 0, 0, ())


def test_a_week_without_groups_has_only_its_closed_days(town: PlanTown) -> None:
    found = outlook(town.session, "2026-W52")
    assert (found.citizens, found.groups, found.seats) == (4, 0, 0)
    assert len(found.closed) >= 1


def test_a_group_whose_only_worker_is_away_needs_a_substitute(town: PlanTown) -> None:
    town.session.add(StaffHours(staff_id="ann", day=0, start_min=600, end_min=960))
    town.session.flush()
    assert outlook(town.session, WEEK).unstaffed == (
        Unstaffed(
            town.group("motion"), "motion (da)", "motion (en)", "Nordre", monday_of(WEEK), 540, 600, ("Ann",)
        ),
    )  # fmt: skip


def test_whoever_can_come_too_little_is_counted_once(town: PlanTown) -> None:
    session = town.session
    session.execute(delete(AvailabilityBlock).where(AvailabilityBlock.citizen_id == 1))
    session.get_one(Citizen, 1).min_minutes = 60
    session.get_one(Citizen, 2).min_minutes = 500
    session.flush()
    found = outlook(session, WEEK)
    assert (found.never_free, found.too_little_time) == (1, 1)


def test_locks_that_break_a_rule_and_wishes_without_seats_are_told_before(town: PlanTown) -> None:
    session = town.session
    for code in ("motion", "motion2"):
        session.add(Lock(citizen_id=1, group_id=town.group(code), locked_by="Pia", why="agreed"))
    session.get_one(Group, town.group("kor")).seats = 1
    session.add_all([Wish(citizen_id=who, offering_id="kor", strength=3) for who in (2, 3, 4)])
    session.flush()
    found = outlook(session, WEEK)
    assert (found.locked, found.broken) == (1, (("one_group", 1),))
    assert found.wanted == (Wanted("kor (da)", "kor (en)", 3, 1),)
