"""A group that the centre moves: who can come then stays, who cannot gets another, and nobody else is touched."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from catalog.tables import Meeting, Series
from scheduler.asked import Asked
from scheduler.cancelled import cancel_group, move_group
from scheduler.group_times import GroupError
from scheduler.life import NotPublishedError
from scheduler.one_problem import Times
from scheduler.places import hold_seats
from scheduler.request_effects import Asker
from scheduler.requests import RequestStateError, ask, confirm, hold, undo
from scheduler.stored import NotFoundError
from scheduler.tables import (
    AvailabilityBlock,
    PlanChange,
    Supply,
    Wish,
)
from scheduler.week_state import WeekStates
from tests.unit.group_events import cancel, centre, move_to, state, tasks, told
from tests.unit.plan_town import NOW, WEEK, PlanTown, either, engine, minutes, town
from tests.unit.waiting_line import places

__all__ = ["either", "engine", "town"]


def test_who_can_come_at_the_new_time_stays_and_who_cannot_gets_another(either: PlanTown) -> None:
    either.published({1: ["motion"], 2: ["motion"], 3: ["motion"], 4: ["kor"]})
    busy = AvailabilityBlock(citizen_id=1, week=WEEK, day=0, start_min=780, end_min=840, kind="own_block")
    either.session.add_all([busy, Wish(citizen_id=3, offering_id="kor", strength=5)])
    either.session.flush()
    given = move_to(either, "motion", (0, 780, 840))
    assert {who: each.after for who, each in given.items()} == {
        1: either.groups("motion2"), 2: either.groups("motion"), 3: either.groups("motion"),
    }  # fmt: skip
    assert told(either, given[2]).startswith("Flyttet: Aktivitet 6 er nu 23.11. kl. 13:00, Nordre.")
    assert "Se din nye plan" in told(either, given[1])
    assert places(either.session)[4] == set(either.groups("kor"))
    numbers = either.session.execute(select(PlanChange.citizen_id, PlanChange.number, PlanChange.reason)).all()
    assert sorted(map(tuple, numbers)) == [(who, 1, "group_moved") for who in (1, 2, 3)]
    meeting = either.session.scalars(select(Meeting).where(Meeting.group_id == either.group("motion"))).one()
    assert (meeting.start_min, meeting.date) == (780, dt.date(2026, 11, 23))


def test_a_moved_group_is_found_at_its_new_time_by_every_process(town: PlanTown) -> None:
    town.published({1: ["motion"]})
    states = WeekStates(fresh_seconds=0.0)
    before = states.of(town.session, WEEK)
    hold_seats(town.session, 2, WEEK, town.groups("motion2"), minutes(15))
    move_to(town, "dansk", (0, 780, 840))
    after = states.of(town.session, WEEK)
    assert after.version > before.version
    slot = after.frame.slot_of[town.group("dansk")]
    assert after.frame.problem.meeting_start[after.frame.problem.meeting_ptr[slot]] == 780
    seats = select(Supply.used).where(Supply.week == WEEK, Supply.kind == "seats", Supply.used > 0)
    assert town.session.scalars(seats).all() == [1, 1]


def test_a_change_is_not_undone_into_a_group_that_has_moved(town: PlanTown) -> None:
    town.published({1: ["motion"]})
    mine = Asker(town.planner, NOW)
    request = ask(town.session, state(town), 1, Asked("another_time", group_id=town.group("motion")), mine)
    hold(town.session, request.id, 1, 0, mine)
    confirm(town.session, request.id, 1, mine)
    move_to(town, "motion", (0, 780, 840))
    with pytest.raises(RequestStateError, match="is closed"):
        undo(town.session, request.id, 1, Asker(town.planner, minutes(1)))


def test_a_move_that_is_soon_keeps_her_place_and_lets_somebody_call(town: PlanTown) -> None:
    town.published({1: ["motion"]})
    given = move_to(town, "motion", (0, 780, 840), now=NOW + dt.timedelta(days=2))
    assert (given[1].after, given[1].needs_person) == (town.groups("motion"), True)
    assert tasks(town, "group_moved") == [1]


@pytest.mark.parametrize(
    ("times", "said"),
    [
        ((), "expected one or more"),
        (((0, 780, 840), (0, 800, 900)), "do not overlap"),
        (((7, 780, 840),), "expected a day 0"),
        (((0, 690, 750),), "group dansk has the worker or the room"),
    ],
)
def test_a_group_cannot_move_to_times_that_it_cannot_have(town: PlanTown, times: Times, said: str) -> None:
    town.published({1: ["motion"]})
    with pytest.raises(GroupError, match=said):
        move_to(town, "motion", *times)


def test_what_is_over_cancelled_unpublished_or_not_there_is_refused(town: PlanTown) -> None:
    town.published({1: ["motion"]})
    with pytest.raises(NotFoundError, match="no group"):
        cancel_group(town.session, state(town), 999, "", centre(town))
    with pytest.raises(GroupError, match="is over"):
        cancel(town, "motion", NOW + dt.timedelta(days=4))
    thursday = dt.date(2026, 11, 26)
    town.session.add(Meeting(group_id=town.group("dansk"), day=3, start_min=540, end_min=600, date=thursday))
    town.session.flush()
    with pytest.raises(GroupError, match="a day to come"):
        move_to(town, "dansk", (0, 780, 840), now=NOW + dt.timedelta(days=4))
    cancel(town, "kor")
    with pytest.raises(GroupError, match="is cancelled"):
        move_to(town, "kor", (0, 780, 840))
    town.session.add(Series(id="ny", offering_id="kor", site_id="nord", seats=1, minimum=0, valid_from=NOW.date()))
    town.add_group("ny", "kor", 540, "2026-W50")
    later = town.group("ny", "2026-W50")
    with pytest.raises(NotPublishedError):
        move_group(town.session, later, ((0, 780, 840),), "", centre(town))
