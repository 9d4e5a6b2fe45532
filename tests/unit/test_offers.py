"""A seat that came free goes from one who waits to the next, and nobody is moved without asking."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from sqlalchemy import delete, func, select, update

from catalog.database import make_engine, writing
from catalog.tables import Group
from scheduler import sms
from scheduler.approval import approve
from scheduler.asked import Asked
from scheduler.leaving import leave_all
from scheduler.messages import render
from scheduler.offers import accept, decline, open_offer, pass_on_due
from scheduler.places import StaleError
from scheduler.publishing import publish
from scheduler.request_effects import Asker
from scheduler.requests import RequestStateError, ask
from scheduler.stored import NotFoundError
from scheduler.supplies import full_groups, recount
from scheduler.tables import (
    AvailabilityBlock,
    FreedSeat,
    Hold,
    KeepApart,
    Message,
    PlanChange,
)
from scheduler.waiting import leave, waits_of
from scheduler.week_state import WeekStates
from tests.unit.plan_town import NOW, WEEK, PlanTown, engine, minutes, town
from tests.unit.waiting_line import full_dansk, line, offer, places, wait

__all__ = ["engine", "town"]

OFFER = dt.timedelta(minutes=120)


@pytest.fixture
def either(database_url: str) -> Iterator[PlanTown]:
    """The town on SQLite and then on PostgreSQL."""
    made = make_engine(database_url)
    with writing(made) as session:
        yield PlanTown(session)
    made.dispose()


def test_a_seat_that_comes_free_is_offered_to_the_first_in_neutral_words(either: PlanTown) -> None:
    full_dansk(either)
    wait(either, 1, 2, 3)
    before = places(either.session)
    assert offer(either) == line(either)[0]
    assert places(either.session) == before
    asked = either.session.scalars(select(Message).where(Message.slug == "seat_offered")).one()
    text = render(asked)
    assert text.startswith("Ledig plads: Aktivitet 5, 23.11. kl. 11:00, Nordre. Svar 1: ja tak.")
    assert text.endswith("Svar inden kl. 12:00.")
    assert sms.size(text) <= sms.MOST
    assert offer(either, minutes(1)) == line(either)[0]
    assert either.session.scalar(select(func.count()).select_from(Hold)) == 1


def test_nobody_is_offered_what_she_cannot_come_to(town: PlanTown) -> None:
    full_dansk(town)
    wait(town, 1, 2, 3)
    first, second, third = line(town)
    busy = AvailabilityBlock(citizen_id=first, week=WEEK, day=0, start_min=690, end_min=700, kind="own_block")
    town.session.add(busy)
    pair = sorted((second, 4))
    town.session.add(KeepApart(first_citizen_id=pair[0], second_citizen_id=pair[1]))
    town.session.execute(update(Group).where(Group.code == "dansk").values(seats=2))
    town.published({4: ["dansk"]}, now=minutes(1))
    town.session.add(FreedSeat(offering_id="dansk", group_id=town.group("dansk"), at=NOW))
    town.session.flush()
    assert offer(town, minutes(2)) == third


def test_nobody_else_gets_a_seat_before_those_who_wait_were_asked(town: PlanTown) -> None:
    full_dansk(town)
    dansk, states = town.group("dansk"), WeekStates(fresh_seconds=0.0)
    assert dansk not in full_groups(town.session, WEEK)
    wait(town, 1)
    wish, asker = Asked("more", offering_id="dansk"), Asker(town.planner, NOW)
    assert ask(town.session, states.of(town.session, WEEK), 2, wish, asker).proposals == []
    assert offer(town) == 1
    decline(town.session, waits_of(town.session, 1)[0].id, 1)
    assert offer(town) is None
    assert ask(town.session, states.of(town.session, WEEK), 2, wish, asker).proposals != []


def test_a_group_that_does_not_run_is_offered_to_nobody(town: PlanTown) -> None:
    town.session.execute(update(Group).where(Group.code == "dansk").values(minimum=1))
    full_dansk(town)
    wait(town, 1)
    assert offer(town) is None


def test_an_offer_adds_one_thing_or_is_not_made(town: PlanTown) -> None:
    town.add_group("dansk2", "dansk", 550, WEEK)  # Beside motion, which is at 9:00.
    town.published({1: ["motion"], 2: ["dansk2"]})
    town.change(2)
    wait(town, 1)
    assert offer(town) is None
    assert town.session.scalars(select(FreedSeat.offered)).all() == [True]


def test_no_answer_passes_the_seat_on_and_costs_nothing(either: PlanTown) -> None:
    full_dansk(either)
    wait(either, 1, 2)
    first, second = line(either)
    assert offer(either) == first
    assert pass_on_due(either.session, NOW + OFFER - dt.timedelta(seconds=1)) == 0
    assert pass_on_due(either.session, NOW + OFFER) == 1
    assert pass_on_due(either.session, NOW + OFFER) == 0
    assert recount(either.session, WEEK) == []
    assert offer(either, NOW + OFFER) == second
    assert line(either) == [first, second]
    assert [each.offers for each in waits_of(either.session, first)] == [1]
    assert pass_on_due(either.session, NOW + 2 * OFFER) == 1
    assert offer(either, NOW + 2 * OFFER) is None


def test_who_was_silent_is_asked_first_about_the_next_seat(town: PlanTown) -> None:
    full_dansk(town)
    wait(town, 1, 2)
    first = offer(town)
    pass_on_due(town.session, NOW + OFFER)
    assert offer(town, NOW + OFFER) not in (first, None)
    town.session.execute(update(Group).where(Group.code == "dansk").values(seats=2))
    town.published({4: ["dansk"]}, now=NOW + OFFER)
    town.change(4, now=NOW + OFFER)
    assert offer(town, NOW + OFFER) == first


def test_no_thanks_passes_the_seat_on_and_she_waits_on(town: PlanTown) -> None:
    full_dansk(town)
    wait(town, 1, 2)
    first, second = line(town)
    offer(town)
    kept = decline(town.session, waits_of(town.session, first)[0].id, first)
    assert (kept.state, kept.offers) == ("waiting", 0)
    assert recount(town.session, WEEK) == []
    assert offer(town, minutes(1)) == second


def test_yes_adds_the_seat_to_her_week_and_changes_nobody_elses(either: PlanTown) -> None:
    full_dansk(either, 1, 2)
    wait(either, 1, 2)
    first = offer(either)
    assert first is not None
    mine, before = waits_of(either.session, first)[0], places(either.session)
    accept(either.session, mine.id, first, minutes(5))
    assert places(either.session) == before | {first: set(either.groups("motion", "dansk"))}
    change = either.session.scalars(select(PlanChange).order_by(PlanChange.id.desc())).first()
    assert change is not None
    assert (change.citizen_id, change.reason, change.granted) == (first, "seat_offered", "waiting")
    assert (mine.state, mine.ended_at) == ("placed", minutes(5))
    assert recount(either.session, WEEK) == []
    assert accept(either.session, mine.id, first, minutes(6)) is mine
    assert either.session.scalar(select(func.count()).where(PlanChange.reason == "seat_offered")) == 1
    assert offer(either, minutes(7)) is None


def test_yes_is_refused_when_the_offer_is_over_or_somebody_elses_or_her_plan_another(town: PlanTown) -> None:
    full_dansk(town, 1)
    mine = wait(town, 1)[0]
    with pytest.raises(RequestStateError, match="no seat on offer"):
        accept(town.session, mine.id, 1, NOW)
    offer(town)
    with pytest.raises(NotFoundError, match="no such waiting"):
        accept(town.session, mine.id, 2, NOW)
    with pytest.raises(RequestStateError, match="keeps her place"):
        accept(town.session, mine.id, 1, NOW + OFFER)
    town.change(1, "motion2", now=minutes(1))
    with pytest.raises(StaleError, match="look at it again"):
        accept(town.session, mine.id, 1, minutes(2))
    assert recount(town.session, WEEK) == []


def test_who_leaves_the_line_gives_an_offered_seat_to_the_next(town: PlanTown) -> None:
    full_dansk(town)
    wait(town, 1, 2)
    first, second = line(town)
    offer(town)
    leave(town.session, first, "dansk", Asker(town.planner, minutes(1)))
    assert recount(town.session, WEEK) == []
    assert offer(town, minutes(1)) == second


def test_who_goes_for_good_gives_an_offered_seat_to_the_next(town: PlanTown) -> None:
    full_dansk(town)
    wait(town, 1, 2)
    first, second = line(town)
    offer(town)
    leave_all(town.session, first, minutes(1))
    assert recount(town.session, WEEK) == []
    assert offer(town, minutes(1)) == second


@pytest.mark.parametrize("days", [2, 3, 9])
def test_nothing_is_offered_within_the_frozen_days_or_when_it_is_over(town: PlanTown, days: int) -> None:
    full_dansk(town)
    wait(town, 1)
    assert offer(town, NOW + dt.timedelta(days=days)) is None


def test_nobody_is_asked_two_things_at_a_time(town: PlanTown) -> None:
    town.session.execute(update(Group).where(Group.code.in_(("dansk", "kor"))).values(seats=1))
    town.published({4: ["dansk", "kor"]})
    town.change(4)
    wait(town, 1)
    wait(town, 1, 2, offering="kor")
    offer(town)
    held = dict(town.session.execute(select(Hold.citizen_id, Hold.group_id)).all())
    assert held == {1: town.group("dansk"), 2: town.group("kor")}


def test_a_new_version_of_the_week_ends_its_offers(town: PlanTown) -> None:
    full_dansk(town)
    mine = wait(town, 1)[0]
    offer(town)
    run = town.propose({4: ["dansk"]})
    approve(town.session, run, "", town.planner, minutes(1), "as agreed")
    town.session.execute(delete(PlanChange))  # The run knows of no change.
    publish(town.session, run, town.planner, minutes(2))
    town.session.refresh(mine)
    assert mine.state == "waiting"
    assert open_offer(town.session, 1, minutes(3)) is None
    with pytest.raises(RequestStateError):
        accept(town.session, mine.id, 1, minutes(3))
