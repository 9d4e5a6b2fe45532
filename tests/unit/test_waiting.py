"""Who waits for a place in an offering: in what order, and what is told of it."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import delete

from scheduler.request_effects import Asker
from scheduler.stored import NotFoundError
from scheduler.tables import (
    Citizen,
    CitizenLeg,
    CitizenSite,
    FreedSeat,
    SubGoal,
    Waiting,
)
from scheduler.waiting import leave, place_in_line, waits_of
from tests.unit.plan_town import LONG_AGO, NOW, WEEK, PlanTown, engine, minutes, town
from tests.unit.waiting_line import line, wait

__all__ = ["engine", "town"]


def add_people(town: PlanTown, count: int) -> list[int]:
    added = []
    for number in range(count):
        person = Citizen(
            external_id=f"C{number}", home_site_id="nord", joined=LONG_AGO, min_minutes=0, max_minutes=600, energy=9,
            daily_limit=5,
        )  # fmt: skip
        town.session.add(person)
        town.session.flush()
        town.session.add(CitizenSite(citizen_id=person.id, site_id="nord"))
        added.append(person.id)
    return added


def test_what_earlier_weeks_owe_comes_first_then_need_then_a_sub_goal_then_weeks(town: PlanTown) -> None:
    town.add_offering("yoga", trains={"main": ["helbred"]})
    five = add_people(town, 1)[0]
    wait(town, five, offering="yoga", now=NOW - dt.timedelta(weeks=3))
    wait(town, 4, 3, 2, 1, offering="yoga")
    town.session.get_one(Citizen, 1).weight_percent = 120
    town.session.add(CitizenLeg(citizen_id=2, leg_id="krop"))
    town.session.add(SubGoal(citizen_id=3, indicator_id="helbred", level=3, by_week=WEEK))
    assert line(town, "yoga") == [1, 2, 3, five, 4]


def test_a_leg_that_her_plan_covers_and_a_goal_that_is_reached_move_nobody_ahead(town: PlanTown) -> None:
    town.add_offering("yoga", trains={"main": ["helbred"]})
    town.published({1: ["motion"]})
    wait(town, 2, 3, 4, 1, offering="yoga")
    before = line(town, "yoga")
    town.session.add(CitizenLeg(citizen_id=1, leg_id="krop"))
    town.session.add(SubGoal(citizen_id=before[-1], indicator_id="helbred", level=3, by_week=WEEK, done=True))
    assert line(town, "yoga") == before


def test_among_equals_a_lottery_decides_and_not_who_came_first(town: PlanTown) -> None:
    people = add_people(town, 20)
    wait(town, *people)
    drawn = line(town)
    town.session.execute(delete(Waiting))
    for later, citizen in enumerate(reversed(people)):
        wait(town, citizen, now=minutes(later))
    assert line(town, now=minutes(60)) == drawn
    assert drawn not in (people, people[::-1])


def test_a_place_in_line_is_told_as_a_band_in_which_nobody_can_be_told_apart(town: PlanTown) -> None:
    people = add_people(town, 32)
    wait(town, *people)
    told = [place_in_line(town.session, citizen, "dansk", NOW) for citizen in line(town)]
    bands = [each.band for each in told]
    assert bands == [(1, 3)] * 3 + [(4, 10)] * 7 + [(11, 30)] * 20 + [(31, None)] * 2
    with pytest.raises(NotFoundError, match="does not wait"):
        place_in_line(town.session, people[0], "kor", NOW)


@pytest.mark.parametrize(("seats", "told"), [(0, None), (4, None), (5, 5), (7, 7)])
def test_freed_seats_are_counted_over_four_weeks_and_a_few_are_not_counted_out(
    town: PlanTown, seats: int, told: int | None
) -> None:
    wait(town, 1)
    for age in [1] * seats + [29] * 9:
        at = NOW - dt.timedelta(days=age)
        town.session.add(FreedSeat(offering_id="dansk", group_id=town.group("dansk"), at=at))
    town.session.add(FreedSeat(offering_id="kor", group_id=town.group("kor"), at=NOW))
    assert place_in_line(town.session, 1, "dansk", NOW).freed == told


def test_who_joins_twice_waits_once_and_who_leaves_waits_no_longer(town: PlanTown) -> None:
    first, again = wait(town, 1)[0], wait(town, 1, now=minutes(9))[0]
    assert first is again
    assert first.since == NOW
    left = leave(town.session, 1, "dansk", Asker(town.planner, minutes(10)))
    assert (left.state, left.ended_at, waits_of(town.session, 1)) == ("ended", minutes(10), [])
    for missing in (lambda: leave(town.session, 1, "dansk", Asker(1, NOW)), lambda: wait(town, 99)):
        with pytest.raises(NotFoundError):
            missing()
    with pytest.raises(NotFoundError, match="no offering"):
        wait(town, 1, offering="tango")
