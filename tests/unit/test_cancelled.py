"""A group that the centre cancels: everyone in it gets something else at once, and nobody else is touched."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select, update

from catalog.tables import Group, Meeting
from scheduler.asked import Asked
from scheduler.cancelled import cancel_group
from scheduler.group_times import GroupError
from scheduler.offers import accept
from scheduler.places import StaleError
from scheduler.request_effects import Asker
from scheduler.requests import RequestStateError, ask, confirm, hold
from scheduler.runs import Task, read_input
from scheduler.supplies import FullError, full_groups, move
from scheduler.tables import (
    AvailabilityBlock,
    Citizen,
    Enrolment,
    FreedSeat,
    Hold,
    KeepApart,
    Lock,
    Place,
    PlanChange,
)
from scheduler.waiting import waits_of
from tests.unit.group_events import cancel, centre, state, tasks, told
from tests.unit.plan_town import LAST_WEEK, NOW, WEEK, PlanTown, either, engine, minutes, town
from tests.unit.waiting_line import offer, places, wait

__all__ = ["either", "engine", "town"]


def test_everyone_gets_the_same_at_another_time_and_keeps_the_rest(either: PlanTown) -> None:
    either.published({1: ["motion", "dansk"], 2: ["motion"], 3: ["kor"], 4: ["dansk", "kor"]})
    before = places(either.session)
    given = cancel(either, "motion")
    assert set(given) == {1, 2}
    assert given[1].after == either.groups("motion2", "dansk")
    assert given[2].after == either.groups("motion2")
    assert places(either.session) == before | {1: set(given[1].after), 2: set(given[2].after)}
    assert told(either, given[1]).startswith("Aflyst: Aktivitet 6, 23.11. kl. 09:00. Se din nye plan")
    assert tasks(either, "group_cancelled") == []
    changes = either.session.scalars(select(PlanChange).order_by(PlanChange.citizen_id)).all()
    assert [(each.citizen_id, each.number, each.reason, each.note) for each in changes] == [
        (1, 1, "group_cancelled", "the worker is ill"), (2, 1, "group_cancelled", "the worker is ill"),
    ]  # fmt: skip


def test_a_cancelled_group_takes_nobody_any_more(town: PlanTown) -> None:
    town.published({1: ["motion"]})
    cancel(town, "motion")
    motion = town.group("motion")
    assert town.session.get_one(Group, motion).seats == 0
    assert town.session.scalars(select(Meeting).where(Meeting.group_id == motion)).all() == []
    assert motion in full_groups(town.session, WEEK)
    assert motion not in state(town).frame.slot_of
    with pytest.raises(FullError):
        move(town.session, [motion])
    with pytest.raises(GroupError, match="is cancelled"):
        cancel(town, "motion")


def test_a_week_whose_groups_have_changed_meanwhile_is_read_again_first(town: PlanTown) -> None:
    town.published({1: ["motion"]})
    before = state(town)
    cancel(town, "kor")
    with pytest.raises(StaleError, match="try again"):
        cancel_group(town.session, before, town.group("motion"), "", centre(town))


def test_the_last_seat_goes_to_whom_earlier_weeks_owe_most(town: PlanTown) -> None:
    town.session.execute(update(Group).where(Group.code == "motion2").values(seats=1))
    for code in ("dansk", "kor"):
        town.session.execute(update(Group).where(Group.code == code).values(seats=0))
    town.session.get_one(Citizen, 2).weight_percent = 130
    town.published({1: ["motion"], 2: ["motion"], 3: ["motion"]})
    given = cancel(town, "motion")
    assert next(iter(given)) == 2
    assert {who: each.after for who, each in given.items()} == {2: town.groups("motion2"), 1: (), 3: ()}
    assert sorted(tasks(town, "group_cancelled")) == [1, 3]
    assert told(town, given[1]).endswith("Vi ringer til dig om, hvad du kan få i stedet.")


def test_a_person_looks_where_nothing_fits_or_a_lock_or_a_running_place_holds_her(town: PlanTown) -> None:
    town.published({1: ["motion"], 2: ["motion"], 3: ["motion"], 4: ["motion"]})
    town.session.add(AvailabilityBlock(citizen_id=1, week=WEEK, day=0, start_min=600, end_min=960, kind="own_block"))
    town.session.execute(update(Lock).where(Lock.citizen_id == 2).values(why="as agreed with her"))
    town.session.add(Enrolment(citizen_id=3, series_id="motion", from_week=LAST_WEEK, binding=True))
    town.session.flush()
    given = cancel(town, "motion")
    assert {who: (each.after, each.needs_person) for who, each in given.items()} == {
        1: ((), True), 2: ((), True), 3: ((), True), 4: (town.groups("motion2"), False),
    }  # fmt: skip
    assert sorted(tasks(town, "group_cancelled")) == [1, 2, 3]
    assert town.session.scalars(select(Lock).where(Lock.group_id == town.group("motion"))).all() == []


def test_a_later_run_puts_nobody_back_into_a_cancelled_group(town: PlanTown) -> None:
    town.session.add(Enrolment(citizen_id=3, series_id="motion", from_week=LAST_WEEK, binding=True))
    town.published({3: ["motion"]})
    cancel(town, "motion")
    assert town.group("motion") not in read_input(town.session, Task(WEEK)).archive.ids.group.tolist()
    wish = Asked("more", offering_id="kor")
    request = ask(town.session, state(town), 3, wish, centre(town))
    assert request.proposals
    assert not any(town.group("motion") in each["groups"] for each in request.proposals)


def test_within_the_frozen_days_nobody_begins_anything_and_somebody_calls(town: PlanTown) -> None:
    town.published({1: ["motion"], 2: ["motion"]})
    sunday = NOW + dt.timedelta(days=2)
    given = cancel(town, "motion", sunday)
    assert all(each.after == () and each.needs_person for each in given.values())
    assert sorted(tasks(town, "group_cancelled")) == [1, 2]


def test_those_who_must_not_meet_do_not_meet_in_the_new_group(town: PlanTown) -> None:
    town.published({1: ["motion"], 2: ["motion2"]})
    town.session.add(KeepApart(first_citizen_id=1, second_citizen_id=2))
    town.session.flush()
    assert town.group("motion2") not in cancel(town, "motion")[1].after


def test_seats_of_a_cancelled_group_are_offered_to_nobody_and_not_counted_as_freed(town: PlanTown) -> None:
    town.published({1: ["motion"], 2: ["kor"], 3: ["motion"]})
    town.change(3, now=NOW - dt.timedelta(hours=1))
    wait(town, 2, offering="motion")
    assert offer(town) == 2
    cancel(town, "motion", minutes(1))
    mine = waits_of(town.session, 2)[0]
    assert mine.state == "waiting"
    assert town.session.scalars(select(Hold)).all() == []
    assert [each.offered for each in town.session.scalars(select(FreedSeat))] == [True]
    with pytest.raises(RequestStateError):
        accept(town.session, mine.id, 2, minutes(2))


def test_what_was_held_or_answered_with_the_group_has_to_be_asked_again(town: PlanTown) -> None:
    town.published({1: ["motion"], 2: ["kor"]})
    mine = Asker(town.planner, NOW)
    request = ask(town.session, state(town), 1, Asked("more", offering_id="dansk"), mine)
    hold(town.session, request.id, 1, 0, mine)
    other = ask(town.session, state(town), 2, Asked("less"), mine)
    cancel(town, "dansk", minutes(1))
    with pytest.raises(RequestStateError, match="is expired"):
        confirm(town.session, request.id, 1, Asker(town.planner, minutes(2)))
    town.session.refresh(other)
    assert other.state == "answered"


@pytest.mark.parametrize(
    "codes", [["motion", "dansk", "kor"], ["kor", "motion2", "motion"], ["dansk", "kor", "motion"]]
)
def test_however_many_groups_go_only_those_in_them_change_and_no_seat_is_lost(town: PlanTown, codes: list[str]) -> None:
    town.session.execute(update(Group).where(Group.week == WEEK).values(seats=3))
    town.published({1: ["motion", "dansk"], 2: ["motion", "kor"], 3: ["motion2", "dansk", "kor"], 4: ["motion2"]})
    for later, code in enumerate(codes):
        before, group = places(town.session), town.group(code)
        given = cancel(town, code, minutes(later))
        after = places(town.session)
        assert set(given) == {who for who, own in before.items() if group in own}
        for who, own in before.items():
            assert own - {group} <= after.get(who, set())
            assert len(after.get(who, set())) <= len(own)
            assert who in given or after[who] == own
        assert group not in {each for own in after.values() for each in own}
        taken = [place.group_id for place in town.session.scalars(select(Place).where(Place.week == WEEK))]
        assert max(map(taken.count, taken), default=0) <= 3
