"""A text from a citizen is answered once by what is open, whatever its case and language; a person reads the rest."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import func, select, update

from scheduler import sms
from scheduler.actions import Actor
from scheduler.asked import Asked, AskedError
from scheduler.inbound import CallBack, Outcome, call_backs, receive, text_of
from scheduler.messages import render
from scheduler.request_effects import Asker
from scheduler.requests import ask, hold
from scheduler.stored import NotFoundError
from scheduler.supplies import recount
from scheduler.tables import ChangeRequest, InboundText, Message, StaffTask
from scheduler.waiting import waits_of
from scheduler.week_state import WeekStates
from tests.unit.plan_town import NOW, WEEK, PlanTown, either, engine, minutes, town
from tests.unit.waiting_line import full_dansk, offer, places, wait

__all__ = ["either", "engine", "town"]


def offered(town: PlanTown) -> None:
    """Let citizen 1 be asked about the seat of `dansk`."""
    full_dansk(town, 1)
    wait(town, 1)
    assert offer(town) == 1


def text(town: PlanTown, words: str, number: str = "m1", who: str = "B1", now: dt.datetime = minutes(5)) -> Outcome:
    outcome = receive(town.session, number, who, words, now)
    assert recount(town.session, WEEK) == []
    return outcome


def answer(town: PlanTown) -> str:
    """The words of the last message that went out."""
    message = town.session.scalars(select(Message).order_by(Message.id.desc()).limit(1)).one()
    assert message.citizen_id == 1
    said = render(message)
    assert sms.size(said) <= sms.MOST
    return said


def tasks(town: PlanTown) -> list[tuple[str, str | None]]:
    rows = town.session.scalars(select(StaffTask).where(StaffTask.done_at.is_(None)).order_by(StaffTask.id))
    return [(task.slug, task.staff_id) for task in rows if task.slug in ("call_back", "read_text")]


@pytest.mark.parametrize("words", ["1", " 1. ", "JA", "ja tak!", "Ja", "YES", "yes  please"])
def test_yes_in_any_form_takes_the_seat_that_is_offered(town: PlanTown, words: str) -> None:
    offered(town)
    assert text(town, words) == Outcome("seat_taken")
    assert places(town.session)[1] == set(town.groups("motion", "dansk"))
    assert answer(town).startswith("The place is yours" if "es" in words.lower() else "Pladsen er din")
    assert tasks(town) == []


@pytest.mark.parametrize("words", ["2", "NEJ", "nej tak", "no"])
def test_no_in_any_form_passes_the_seat_on_and_she_waits_on(town: PlanTown, words: str) -> None:
    offered(town)
    assert text(town, words) == Outcome("seat_declined")
    assert places(town.session)[1] == set(town.groups("motion"))
    assert [(each.state, each.offers) for each in waits_of(town.session, 1)] == [("waiting", 0)]


@pytest.mark.parametrize("words", ["3", "ring", "RING TIL MIG", "Call me"])
def test_call_me_lets_her_own_contact_call_and_keeps_the_seat_meanwhile(town: PlanTown, words: str) -> None:
    offered(town)
    assert text(town, words) == Outcome("call_back")
    assert text(town, words, "m2") == Outcome("call_back")
    assert tasks(town) == [("call_back", "ann")]
    assert waits_of(town.session, 1)[0].state == "offered"


def test_a_text_that_comes_twice_is_answered_once(either: PlanTown) -> None:
    offered(either)
    assert text(either, "1") == Outcome("seat_taken")
    messages = select(func.count()).select_from(Message)
    before = places(either.session), either.session.scalar(messages)
    assert text(either, "1") == Outcome("seat_taken", is_repeat=True)
    assert text(either, "2", now=minutes(9)) == Outcome("seat_taken", is_repeat=True)
    assert (places(either.session), either.session.scalar(messages)) == before
    assert either.session.scalars(select(InboundText.outcome)).all() == ["seat_taken"]


def test_yes_and_no_answer_a_change_that_is_held_for_her(town: PlanTown) -> None:
    town.published({1: ["motion"]})
    staff = Asker(town.planner, NOW, on_behalf=True)
    for number, words, state, slug in (
        ("m1", "nej", "closed", "change_let_go"), ("m2", "ja", "confirmed", "change_granted"),
    ):  # fmt: skip
        state_of = WeekStates(fresh_seconds=0.0).of(town.session, WEEK)
        wish = Asked("another_time", group_id=town.group("motion"))
        request = ask(town.session, state_of, 1, wish, staff)
        hold(town.session, request.id, 1, 0, staff)
        assert text(town, words, number) == Outcome(slug)
        assert town.session.get_one(ChangeRequest, request.id).state == state
    assert town.group("motion2") in places(town.session)[1]
    granted = select(func.count()).where(Message.slug == "change_granted")
    assert town.session.scalar(granted) == 1


def test_the_newest_of_two_open_questions_is_answered(town: PlanTown) -> None:
    offered(town)
    asker = Asker(town.planner, minutes(1))
    wish = Asked("less")
    request = ask(town.session, WeekStates(fresh_seconds=0.0).of(town.session, WEEK), 1, wish, asker)
    hold(town.session, request.id, 1, 0, asker)
    assert request.state == "held"
    assert text(town, "2", "m1") == Outcome("change_let_go")
    assert text(town, "2", "m2") == Outcome("seat_declined")


def test_what_came_too_late_or_does_not_fit_any_more_lets_somebody_call(town: PlanTown) -> None:
    offered(town)
    town.change(1, "motion2", now=minutes(1))
    assert text(town, "1") == Outcome("too_late")
    assert tasks(town) == [("call_back", "ann")]
    assert answer(town) == "Det kan ikke lade sig gøre længere. Vi ringer til dig."
    assert places(town.session)[1] == set(town.groups("motion2"))


@pytest.mark.parametrize("words", ["Jeg er syg i morgen", "1 2", "12", "", "ja men ikke mandag", "\0"])
def test_anything_else_is_read_by_a_person(either: PlanTown, words: str) -> None:
    offered(either)
    assert text(either, words) == Outcome("read_text")
    assert tasks(either) == [("read_text", "ann")]
    task = either.session.scalars(select(StaffTask).where(StaffTask.slug == "read_text")).one()
    read = text_of(either.session, task)
    assert read is not None
    assert read.text == words.replace("\0", "")
    assert waits_of(either.session, 1)[0].state == "offered"


@pytest.mark.parametrize("words", ["1", "2"])
def test_an_answer_to_nothing_is_read_by_a_person(town: PlanTown, words: str) -> None:
    offered(town)
    assert text(town, words, now=NOW + dt.timedelta(hours=2)) == Outcome("read_text")
    assert answer(town).startswith("Tak for din besked. Vi læser den")


def test_a_personal_number_is_not_kept_and_nobodys_or_too_long_a_text_is_refused(town: PlanTown) -> None:
    born = f"{dt.date(1985, 2, 7):%d%m%y}"
    text(town, f"mit nummer er {born}-{'0' * 4}")
    assert town.session.scalars(select(InboundText.text)).all() == ["mit nummer er (hidden)"]
    with pytest.raises(NotFoundError) as refused:
        text(town, "1", "m2", "B99")
    assert "B99" not in str(refused.value)
    with pytest.raises(AskedError, match="at most 2000 letters"):
        text(town, "a" * 2_001, "m3")
    assert town.session.scalars(select(InboundText.provider_id)).all() == ["m1"]


def test_each_worker_lists_whom_she_has_to_call(town: PlanTown) -> None:
    town.published({1: ["motion"]})
    for number, who in enumerate(("B3", "B1", "B2")):
        receive(town.session, f"m{number}", who, "RING", minutes(number))
    ann = Actor(9, "Ann", "staff", "caseload", None, "ann", "Nord", sees_protected=False)
    whole = Actor(9, "Ann", "staff", "centre", None, "ann", "Nord", sees_protected=False)
    assert [(each.external_id, each.worker, each.site) for each in call_backs(town.session, ann)] == [
        ("B1", "Ann", "Nordre"), ("B2", "Ann", "Nordre"),
    ]  # fmt: skip
    everybody = call_backs(town.session, whole, all_in_reach=True)
    assert [each.external_id for each in everybody] == ["B3", "B1", "B2"]
    first = everybody[0]
    assert first == CallBack(first.task_id, 3, "B3", "Name 3", minutes(0), "Bo", "Nordre")
    town.session.execute(update(StaffTask).where(StaffTask.citizen_id == 1).values(done_at=minutes(9)))
    assert [each.external_id for each in call_backs(town.session, ann)] == ["B2"]
    assert text(town, "ring", "m9", now=minutes(30)) == Outcome("call_back")
    assert [each.external_id for each in call_backs(town.session, ann)] == ["B2", "B1"]
