"""What a planned week asks of the centre."""

from __future__ import annotations

from scheduler.capacity import WeekUse, capacity, runs_with_plans, use_by_week
from scheduler.tables import Wish
from tests.unit.plan_town import LAST_WEEK, WEEK, PlanTown, engine, town

__all__ = ["engine", "town"]


def test_seats_unmet_wishes_and_hours_are_those_of_the_run(town: PlanTown) -> None:
    town.session.add_all([Wish(citizen_id=who, offering_id="kor", strength=3) for who in (1, 2)])
    town.session.flush()
    run_id = town.propose({1: ["kor"], 3: ["motion"]})
    found = capacity(town.session, run_id)
    kor = next(each for each in found.demands if each.offering_id == "kor")
    assert (kor.seats, kor.used, kor.unmet, kor.waiting, kor.price) == (9, 1, 1, 0, 0.0)
    assert (int(found.hours.used[0, 12]), int(found.hours.seats[0, 12])) == (1, 9)
    assert runs_with_plans(town.session, 3) == [(run_id, WEEK)]


def test_weeks_that_are_not_sent_out_are_left_out(town: PlanTown) -> None:
    town.published({1: ["kor"], 2: ["kor"]}, LAST_WEEK)
    town.propose({1: ["kor"]})
    found = use_by_week(town.session, [LAST_WEEK, WEEK])
    assert list(found) == [LAST_WEEK]
    assert found[LAST_WEEK]["kor"] == WeekUse(9, 2)
