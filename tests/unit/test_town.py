"""The demo town: always the same, plausible, and with seats that follow from what its people want."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

import numpy as np
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.columns import Base
from catalog.database import make_engine, writing
from catalog.offerings import load_offerings
from catalog.tables import Group, GroupStaff, Meeting
from catalog.weeks import monday_of
from scheduler.facts import CentreFacts
from scheduler.points import Points, load_points, read_points
from scheduler.problem import build_problem, make_problem
from scheduler.reading import read_centre
from scheduler.town import TownError, make_town
from scheduler.town.draws import stream, town_rules
from scheduler.town.making import Town, draw_town
from scheduler.town.people import make_people, make_sites
from scheduler.town.supply import demand
from solver.options import prepare
from solver.problem import Problem

WEEK, CITIZENS, SEED = "2026-W48", 900, 5


@pytest.fixture(scope="module")
def session() -> Iterator[Session]:
    engine = make_engine("sqlite://")
    Base.metadata.create_all(engine)
    with writing(engine) as session:
        load_offerings(session)
        load_points(session)
        yield session


@pytest.fixture(scope="module")
def centre(session: Session) -> CentreFacts:
    return read_centre(session, monday_of(WEEK))


@pytest.fixture(scope="module")
def points(session: Session) -> Points:
    return read_points(session, monday_of(WEEK))


@pytest.fixture(scope="module")
def town(centre: CentreFacts, points: Points) -> Town:
    return draw_town(SEED, WEEK, CITIZENS, 600, False, centre, points)


@pytest.fixture(scope="module")
def problem(town: Town, points: Points) -> Problem:
    return make_problem(town.facts, points, SEED)[0]


def differing(one: Problem, other: Problem) -> list[str]:
    """The fields in which two problems are not the same."""
    names = [field.name for field in fields(Problem)]
    return [name for name in names if not np.array_equal(getattr(one, name), getattr(other, name))]


def test_draws_are_the_same_on_every_machine() -> None:
    assert stream(1, "anything").integers(1000, size=5).tolist() == [392, 19, 676, 984, 15]


def test_the_same_seed_and_week_give_the_same_town(
    town: Town, centre: CentreFacts, points: Points, problem: Problem
) -> None:
    again = draw_town(SEED, WEEK, CITIZENS, 600, False, centre, points)
    assert differing(make_problem(again.facts, points, SEED)[0], problem) == []


def test_another_seed_gives_another_town(centre: CentreFacts, points: Points, problem: Problem) -> None:
    other = draw_town(SEED + 1, WEEK, CITIZENS, 600, False, centre, points)
    assert {"available", "progress", "wish"} <= set(differing(make_problem(other.facts, points, SEED)[0], problem))


def test_another_week_keeps_the_people_and_moves_what_lies_outside_the_centre() -> None:
    sites = make_sites(SEED, CITIZENS, False)
    now, later = (make_people(SEED, week, CITIZENS, sites, False) for week in (WEEK, "2026-W49"))
    assert np.array_equal(now.free, later.free)
    assert np.array_equal(now.home, later.home)
    assert not np.array_equal(now.external, later.external)


def test_the_tables_give_back_the_town_that_was_drawn(session: Session, problem: Problem) -> None:
    with session.begin_nested() as inner:
        make_town(session, CITIZENS, SEED, 0.6, WEEK)
        stored, ids = build_problem(session, WEEK, SEED)
        inner.rollback()
    assert differing(stored, problem) == []
    assert len(ids.citizen) == CITIZENS
    assert len(ids.group) == problem.num_groups


def test_time_and_reach_are_uneven() -> None:
    people = make_people(SEED, WEEK, 6000, make_sites(SEED, 6000, False), False)
    kinds = [kind["slug"] for kind in town_rules()["people"]["kinds"]]
    days_free = people.available[:, :5].any(axis=2).sum(axis=1)
    assert 130 <= 1000 * (people.kind == kinds.index("no_morning")).mean() <= 170
    assert 220 <= 1000 * (days_free < 5).mean() <= 290
    assert set(people.reach.sum(axis=1).tolist()) == {1, 2, 3}
    parents = people.available[people.kind == kinds.index("parent")]
    assert not parents[:, :, : 570 // 15].any()
    assert not parents[:, :, 780 // 15 :].any()


def test_people_may_have_about_twelve_offerings_and_refuse_one_or_two(problem: Problem) -> None:
    assert 11 <= (problem.barred & 1 == 0).sum(axis=1).mean() <= 14
    assert set((problem.barred & 4 > 0).sum(axis=1).tolist()) <= {0, 1, 2}
    assert ((problem.barred & 4 > 0).sum(axis=1) > 0).mean() > 0.95


def test_everybody_needs_a_leg_and_calls_one_most_pressing(town: Town) -> None:
    leg = town.facts.citizen.leg
    assert set((leg > 0).sum(axis=1).tolist()) == {1, 2, 3, 4}
    assert ((leg == 2).sum(axis=1) == 1).all()


def test_most_people_hold_places_from_earlier_weeks_that_fit_together(problem: Problem) -> None:
    locked = np.diff(problem.lock_ptr)
    assert 0.5 <= (locked > 0).mean() <= 0.7
    assert prepare(problem).exceptions == ()


def test_no_group_is_promised_to_more_people_than_it_has_seats(problem: Problem) -> None:
    taken = np.bincount(problem.lock_slot, minlength=problem.num_slots)
    assert (taken <= problem.seats).all()


def test_only_people_with_places_are_in_cohorts_past_their_intake(problem: Problem) -> None:
    taken = np.bincount(problem.lock_slot, minlength=problem.num_slots)
    assert (taken[~problem.slot_open] > 0).mean() > 0.9
    assert (~problem.slot_open).sum() > 20


def test_scarce_offerings_have_the_wanted_share_of_their_demand(town: Town, problem: Problem) -> None:
    names, rules = town.facts.centre.offering.id, town_rules()["supply"]
    count = problem.num_offerings
    locked = np.bincount(problem.slot_offering[problem.lock_slot], minlength=count)
    in_open = problem.lock_slot[problem.slot_open[problem.lock_slot]]
    free = np.bincount(problem.slot_offering, weights=problem.seats * problem.slot_open, minlength=count)
    free -= np.bincount(problem.slot_offering[in_open], minlength=count)
    wanted = demand(problem) - locked
    for offering, name in enumerate(names):
        if wanted[offering] >= 60 and name != "psykolog":
            share = 0.6 if name in rules["scarce"] else rules["plenty"] / 1000
            assert free[offering] / wanted[offering] == pytest.approx(share, rel=0.2), name


def test_nobody_and_no_room_is_booked_twice(session: Session) -> None:
    with session.begin_nested() as inner:
        make_town(session, CITIZENS, SEED, 0.6, WEEK)
        times = (Meeting.day, Meeting.start_min, Meeting.end_min)
        timetable = Meeting.group_id.in_(select(Group.id).where(Group.appointment.is_(False)))
        rooms = session.execute(select(Meeting.room_id, *times).where(timetable, Meeting.room_id.is_not(None))).all()
        staff = session.execute(
            select(GroupStaff.staff_id, *times).join(Meeting, Meeting.group_id == GroupStaff.group_id).where(timetable)
        ).all()
        inner.rollback()
    for bookings in (rooms, staff):
        assert len(bookings) > 100
        held = [(name, day, quarter) for name, day, start, end in bookings for quarter in range(start // 15, end // 15)]
        assert len(held) == len(set(held))


def test_a_clustered_town_wants_the_same_half_days_and_sites() -> None:
    sites = make_sites(SEED, 6000, True)
    people = make_people(SEED, WEEK, 6000, sites, True)
    crowd = town_rules()["people"]["clustered"]
    elsewhere = [day for day in range(5) if day not in crowd["days"]]
    assert (~people.available[:, elsewhere].any(axis=(1, 2))).mean() > crowd["permille"] / 1000 - 0.05
    assert np.bincount(people.home).max() > 2 * len(people.home) / len(sites.id)


def test_a_town_of_one_citizen_can_be_made(session: Session) -> None:
    with session.begin_nested() as inner:
        make_town(session, 1, SEED, 0.6, WEEK)
        assert build_problem(session, WEEK)[0].num_citizens == 1
        inner.rollback()


def test_a_town_is_refused_where_people_are_already(session: Session) -> None:
    with session.begin_nested() as inner:
        make_town(session, 5, SEED, 0.6, WEEK)
        with pytest.raises(TownError, match="has citizens already"):
            make_town(session, 5, SEED, 0.6, WEEK)
        inner.rollback()


def test_a_town_is_refused_without_citizens_or_offerings(session: Session) -> None:
    with pytest.raises(TownError, match="expected at least 1"):
        make_town(session, 0, SEED, 0.6, WEEK)
    with pytest.raises(TownError, match="no offering holds"):
        make_town(session, 5, SEED, 0.6, "2020-W10")
