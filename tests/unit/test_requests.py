"""What a citizen is answered who asks for a change, and what follows from it beside her plan."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from scheduler import requests
from scheduler.asked import Asked, AskedError
from scheduler.places import standing
from scheduler.request_words import proposal_words, read_named
from scheduler.requests import RequestStateError
from scheduler.supplies import FullError, move
from scheduler.tables import (
    Agreement,
    AvailabilityBlock,
    Citizen,
    FreedSeat,
    Lock,
    Message,
    PlanChange,
    StaffTask,
    Wish,
)
from tests.unit.plan_town import WEEK, engine
from tests.unit.request_town import RequestTown, ask, asker, grant, hold, offered, town
from tests.unit.request_week import broken_rules

__all__ = ["engine", "town"]


@pytest.mark.parametrize(
    ("citizen", "wish", "group", "answers"),
    [
        (1, "another_time", "motion", ["dansk motion2"]),
        (1, "another_activity", "motion", ["dansk kor"]),
        (1, "less", None, ["dansk", "motion"]),
        (1, "less", "motion", ["dansk"]),
        (1, "more", None, ["dansk kor motion"]),
        (1, "stop", "dansk", ["kor motion", "motion"]),
        (2, "another_time", "motion", ["motion2"]),
        (3, "another_time", "kor", []),
        (4, "another_time", "tale", []),
    ],
)
def test_each_wish_is_answered_by_weeks_that_change_one_thing(
    town: RequestTown, citizen: int, wish: str, group: str | None, answers: list[str]
) -> None:
    request = ask(town, citizen, Asked(wish, town.group(group) if group else None))
    assert (request.state, offered(town, request)) == ("answered", answers)
    present = standing(town.session, citizen, WEEK).groups
    for proposal in request.proposals:
        assert sorted({*present, *proposal["joined"]} - {*proposal["left"]}) == proposal["groups"]
        assert max(len(proposal["joined"]), len(proposal["left"])) == 1


@pytest.mark.parametrize(
    ("wish", "message"),
    [
        (Asked("fly"), "kind fly: expected one of another_time"),
        (Asked("stop"), "stop: name the group"),
        (Asked("less", group_id=999), "group 999: it is not in her plan"),
        (Asked("more", offering_id="opera"), "offering opera: the centre does not have it"),
        (Asked("talk", how="letter"), "how letter: expected one of phone, walk, home"),
        (Asked("cannot_come"), "cannot_come: name either a group of her plan or times"),
        (Asked("cannot_come", times=((7, 0, 60),)), "expected a day 0 .. 6"),
        (Asked("more", text="x" * 2001), "text: at most 2000 letters, found 2001"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_name(town: RequestTown, wish: Asked, message: str) -> None:
    with pytest.raises(AskedError, match=message):
        ask(town, 1, wish)


def test_a_week_that_is_over_is_not_changed(town: RequestTown) -> None:
    with pytest.raises(RequestStateError, match="is over"):
        ask(town, 1, Asked("more"), asker(town, 10 * 24 * 60))


def test_whoever_would_begin_today_or_tomorrow_needs_a_person_and_staff_may_grant_it(town: RequestTown) -> None:
    on_sunday = 2 * 24 * 60
    request = ask(town, 2, Asked("another_time", town.group("motion")), asker(town, on_sunday))
    assert [proposal["person"] for proposal in request.proposals] == ["notice"]
    assert requests.hold(town.session, request.id, 2, 0, asker(town, on_sunday)).state == "passed_on"
    assert _tasks(town) == [(2, "change_request", "ann")]
    by_staff = asker(town, on_sunday, staff=True)
    requests.hold(town.session, request.id, 2, 0, by_staff)
    assert requests.confirm(town.session, request.id, 2, by_staff).state == "confirmed"
    assert town.places(2) == ("motion2",)
    assert town.session.scalars(select(PlanChange.granted)).all() == [""]
    assert town.session.scalars(select(Message.slug).where(Message.slug == "change_granted")).all() == [
        "change_granted"
    ]


def test_less_than_her_agreed_hours_needs_a_person_but_to_stop_does_not(town: RequestTown) -> None:
    town.session.execute(update(Citizen).where(Citizen.id == 1).values(min_minutes=120))
    less = ask(town, 1, Asked("less", town.group("motion")))
    stop = ask(town, 1, Asked("stop", town.group("motion")))
    assert [proposal["person"] for proposal in less.proposals] == ["hours"]
    assert {proposal["person"] for proposal in stop.proposals} == {""}


def _tasks(town: RequestTown) -> list[tuple[int, str, str | None]]:
    rows = town.session.scalars(select(StaffTask).order_by(StaffTask.id))
    return [(row.citizen_id, row.slug, row.staff_id) for row in rows]


def test_what_staff_has_locked_is_passed_on(town: RequestTown) -> None:
    _lock(town, 3, "kor")
    request = ask(town, 3, Asked("another_activity", town.group("kor")))
    assert (request.state, request.proposals, _tasks(town)) == ("passed_on", [], [(3, "change_request", "bo")])


def _lock(town: RequestTown, citizen: int, code: str) -> None:
    own = town.session.get(Lock, (citizen, town.group(code)))
    if own is not None:
        town.session.delete(own)
        town.session.flush()
    town.session.add(Lock(citizen_id=citizen, group_id=town.group(code), locked_by="Ann", why="needed"))
    town.session.flush()


def test_what_staff_locks_after_the_answer_is_not_left(town: RequestTown) -> None:
    request = hold(town, 3, Asked("stop", town.group("kor")), "")
    _lock(town, 3, "kor")
    with pytest.raises(RequestStateError, match="is locked: a person must look"):
        requests.confirm(town.session, request.id, 3, asker(town))
    town.session.delete(town.session.get_one(Lock, (3, town.group("kor"))))
    requests.confirm(town.session, request.id, 3, asker(town))
    assert town.places(3) == ()


def test_somebody_to_talk_to_is_a_task_for_her_contact(town: RequestTown) -> None:
    for wish in (Asked("talk", how="walk"), Asked("along", town.group("motion"))):
        assert ask(town, 1, wish).state == "passed_on"
    assert _tasks(town) == [(1, "call_back", "ann")] * 2


def test_to_stop_refuses_the_offering_and_leaves_its_agreement_and_undo_gives_both_back(town: RequestTown) -> None:
    request = grant(town, 1, Asked("stop", town.group("dansk")), "motion")
    agreement = town.session.get_one(Agreement, (1, "dansk", WEEK))
    assert (town.places(1), agreement.left_week, _tasks(town)) == (("motion",), WEEK, [(1, "agreement_left", "ann")])
    assert town.session.get_one(Wish, (1, "dansk")).refused
    assert offered(town, ask(town, 1, Asked("more", offering_id="dansk"))) == []
    for _ in range(2):
        assert requests.undo(town.session, request.id, 1, asker(town, 60)).state == "undone"
    town.session.expire_all()
    assert (town.places(1), agreement.left_week) == (("dansk", "motion"), None)
    assert town.session.get(Wish, (1, "dansk")) is None
    assert standing(town.session, 1, WEEK).version == "1.2"


def test_times_at_which_she_cannot_come_are_kept_from_then_on_and_undo_forgets_them(town: RequestTown) -> None:
    request = grant(town, 2, Asked("cannot_come", times=((0, 540, 600),), every_week=True), "motion2")
    assert town.places(2) == ("motion2",)
    own = select(AvailabilityBlock).where(AvailabilityBlock.kind == "own_block")
    blocks = town.session.scalars(own).all()
    assert [(row.week, row.day, row.start_min, row.end_min) for row in blocks] == [(None, 0, 540, 600)]
    assert broken_rules(town.session) == []
    requests.undo(town.session, request.id, 2, asker(town))
    assert (town.places(2), town.session.scalars(own).all()) == (("motion",), [])


def test_times_that_touch_nothing_of_her_week_are_noted_and_it_stays_as_it_is(town: RequestTown) -> None:
    request = grant(town, 2, Asked("cannot_come", times=((1, 480, 960),), every_week=True), "motion")
    assert (len(request.proposals), town.places(2), town.session.scalars(select(FreedSeat)).all()) == (
        1,
        ("motion",),
        [],
    )
    own = select(AvailabilityBlock.week).where(AvailabilityBlock.kind == "own_block", AvailabilityBlock.day == 1)
    assert town.session.scalars(own).all() == [None]
    words = proposal_words(request.proposals[0], request.kind, read_named(town.session, [request]))
    assert (words.say, words.gained, words.lost) == (
        "Vi skriver ned, hvornår du ikke kan komme. Din uge er som før.", [], []
    )  # fmt: skip


def test_who_cannot_come_once_may_stay_away_or_come_at_another_time(town: RequestTown) -> None:
    request = ask(town, 2, Asked("cannot_come", town.group("motion")))
    assert sorted(offered(town, request)) == ["", "motion2"]


def test_a_group_that_came_after_the_seats_were_counted_takes_nobody(town: RequestTown) -> None:
    group = town.add_group("motion3", "motion", 840, WEEK)
    assert offered(town, ask(town, 2, Asked("another_time", town.group("motion")))) == ["motion2"]
    with pytest.raises(FullError):
        move(town.session, [group])
