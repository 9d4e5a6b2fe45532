"""A choice is held, confirmed, undone or let go, and nobody else is moved by it."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from scheduler import requests
from scheduler.asked import Asked
from scheduler.places import StaleError
from scheduler.requests import RequestStateError
from scheduler.stored import NotFoundError
from scheduler.supplies import FullError
from scheduler.tables import (
    Hold,
    PlanChange,
)
from scheduler.week_state import WeekStates
from tests.unit.plan_town import WEEK, engine, minutes
from tests.unit.request_town import PLAN, RequestTown, ask, asker, grant, offered, town
from tests.unit.request_week import broken_rules

__all__ = ["engine", "town"]


def test_a_choice_is_held_and_then_hers_and_both_may_be_said_twice(town: RequestTown) -> None:
    request = ask(town, 2, Asked("another_time", town.group("motion")))
    for _ in range(2):
        held = requests.hold(town.session, request.id, 2, 0, asker(town))
        assert (held.state, held.held_until, town.places(2)) == ("held", minutes(16), ("motion",))
    for _ in range(2):
        assert requests.confirm(town.session, request.id, 2, asker(town, 15)).state == "confirmed"
    assert town.places(2) == ("motion2",)
    changes = town.session.scalars(select(PlanChange)).all()
    assert [(row.citizen_id, row.number, row.reason, row.granted) for row in changes] == [(2, 1, "request", "request")]
    assert {citizen: town.places(citizen) for citizen in (1, 3, 4)} == {
        1: ("dansk", "motion"), 3: ("kor",), 4: ("dansk", "tale")
    }  # fmt: skip
    assert broken_rules(town.session) == []


def test_another_choice_takes_the_place_of_the_first(town: RequestTown) -> None:
    request = ask(town, 1, Asked("stop", town.group("dansk")))
    requests.hold(town.session, request.id, 1, 0, asker(town))
    assert town.session.scalars(select(Hold.group_id)).all() == [town.group("kor")]
    requests.hold(town.session, request.id, 1, 1, asker(town))
    assert town.session.scalars(select(Hold.group_id)).all() == []


def test_what_is_held_is_full_for_others_until_it_expires(town: RequestTown) -> None:
    mine, hers = (ask(town, who, Asked("another_time", town.group("motion"))) for who in (1, 2))
    requests.hold(town.session, mine.id, 1, 0, asker(town))
    with pytest.raises(FullError), town.session.begin_nested():
        requests.hold(town.session, hers.id, 2, 0, asker(town))
    assert offered(town, ask(town, 2, Asked("another_time", town.group("motion")))) == []
    with pytest.raises(RequestStateError, match="choose again"):
        requests.confirm(town.session, mine.id, 1, asker(town, 17))
    assert [requests.expire(town.session, minutes(after)) for after in (15, 17, 18)] == [0, 1, 0]
    assert requests.hold(town.session, hers.id, 2, 0, asker(town, 18)).state == "held"


def test_a_request_that_is_let_go_holds_nothing(town: RequestTown) -> None:
    request = ask(town, 1, Asked("another_time", town.group("motion")))
    requests.hold(town.session, request.id, 1, 0, asker(town))
    assert requests.let_go(town.session, request.id, 1).state == "closed"
    assert town.session.scalars(select(Hold)).all() == []
    with pytest.raises(RequestStateError, match="is closed, expected answered or held"):
        requests.hold(town.session, request.id, 1, 0, asker(town))


def test_nobody_chooses_for_another_or_what_is_not_there(town: RequestTown) -> None:
    request = ask(town, 1, Asked("another_time", town.group("motion")))
    for citizen, choice in ((2, 0), (1, 5), (1, -1)):
        with pytest.raises(NotFoundError):
            requests.hold(town.session, request.id, citizen, choice, asker(town))


def test_an_answer_about_an_older_plan_is_stale(town: RequestTown) -> None:
    old = ask(town, 1, Asked("another_time", town.group("motion")))
    grant(town, 1, Asked("stop", town.group("dansk")), "motion")
    with pytest.raises(StaleError, match=r"version 1\.1, not 1\.0"):
        requests.hold(town.session, old.id, 1, 0, asker(town))
    state = WeekStates(fresh_seconds=0.0).of(town.session, WEEK)
    with pytest.raises(StaleError, match=r"version 1\.1, not 1\.0"):
        requests.ask(town.session, state, 1, Asked("more"), asker(town), if_version="1.0")


def test_a_change_is_undone_on_its_day_while_her_seats_are_there(town: RequestTown) -> None:
    request = grant(town, 2, Asked("another_time", town.group("motion")), "motion2")
    with pytest.raises(RequestStateError, match="was not granted today"):
        requests.undo(town.session, request.id, 2, asker(town, 24 * 60))
    town.change(3, "motion", now=minutes(2))
    with pytest.raises(FullError), town.session.begin_nested():
        requests.undo(town.session, request.id, 2, asker(town, 3))
    assert town.places(2) == ("motion2",)


def test_a_change_is_not_undone_beneath_a_later_one_that_stands(town: RequestTown) -> None:
    first = grant(town, 1, Asked("another_time", town.group("motion")), "dansk motion2")
    second = grant(town, 1, Asked("more", offering_id="kor"), "dansk kor motion2")
    third = grant(town, 1, Asked("less", town.group("kor")), "dansk motion2")
    with pytest.raises(StaleError, match="her plan has changed since"):
        requests.undo(town.session, first.id, 1, asker(town))
    for request in (third, second, first):
        requests.undo(town.session, request.id, 1, asker(town))
    assert (town.places(1), broken_rules(town.session)) == (("dansk", "motion"), [])


def test_people_who_are_kept_apart_never_meet_even_where_both_have_been_answered(town: RequestTown) -> None:
    town.change(1, "motion", now=minutes(1))
    second, third = (ask(town, who, Asked("more", offering_id="dansk")) for who in (2, 3))
    requests.hold(town.session, second.id, 2, 0, asker(town))
    with pytest.raises(FullError), town.session.begin_nested():
        requests.hold(town.session, third.id, 3, 0, asker(town))
    assert ask(town, 3, Asked("more", offering_id="dansk")).proposals == []


def test_a_published_week_ends_what_was_open_about_the_one_before(town: RequestTown) -> None:
    request = ask(town, 1, Asked("another_time", town.group("motion")))
    requests.hold(town.session, request.id, 1, 0, asker(town))
    town.published(PLAN, now=minutes(5))
    town.session.refresh(request)
    assert (request.state, town.session.scalars(select(Hold)).all()) == ("expired", [])
    assert town.places(1) == ("dansk", "motion")
