"""Waiting, keeping a week, texts from citizens, and groups cancelled or moved, as people meet them over HTTP."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import update

from catalog.database import writing
from catalog.weeks import shift_week
from scheduler.chores import offer_seats
from scheduler.tables import Citizen, Hold
from scheduler.week_state import WeekStates
from tests.contract.asking import PAST, WEEK, Asking, asking

__all__ = ["asking"]

WAITING = "/v1/citizens/3/waiting"


def _free_a_seat(asking: Asking) -> None:
    """Let the third citizen have time for more, and the first leave the group that the third waits for."""
    with writing(asking.engine) as session:
        session.execute(update(Citizen).where(Citizen.id == 3).values(max_minutes=120))
    asking.send("citizen", "POST", f"{asking.held()}/confirm")
    assert offer_seats(asking.engine, WeekStates(), dt.datetime.now(dt.UTC)) == 1


def test_who_waits_is_offered_the_seat_that_comes_free_and_takes_it_once(asking: Asking) -> None:
    joined = [asking.send("leader", "PUT", f"{WAITING}/motion", Idempotency_Key="join") for _ in range(2)]
    assert joined[0].content == joined[1].content
    mine = joined[0].json()
    assert (mine["state"], mine["first"], mine["last"], mine["freed"]) == ("waiting", 1, 3, None)
    assert mine["say"] == "Du venter på motion (da). Du er mellem nummer 1 og 3 i køen."
    assert asking.send("second", "GET", WAITING).status_code == 404
    _free_a_seat(asking)

    (offered,) = asking.send("leader", "GET", WAITING, Accept_Language="en").json()
    assert (offered["state"], offered["group_id"]) == ("offered", asking.group["motion"])
    assert offered["say"].startswith("There is a place for you: motion (en) Monday at 9:00. Say yes before ")
    path = f"{WAITING}/{offered['id']}/accept"
    taken = [asking.send("leader", "POST", path, Idempotency_Key="yes") for _ in range(2)]
    assert taken[0].json()["state"] == "placed"
    assert taken[0].content == taken[1].content
    assert asking.own_week(3)[0] == [asking.group["motion"], asking.group["kor"]]
    assert asking.send("leader", "GET", WAITING).json() == []


def test_who_says_no_waits_on_and_an_offer_that_is_over_goes_by(asking: Asking) -> None:
    mine = asking.send("leader", "PUT", f"{WAITING}/motion").json()
    path = f"{WAITING}/{mine['id']}"
    _free_a_seat(asking)
    with writing(asking.engine) as session:
        session.execute(update(Hold).values(until=dt.datetime.now(dt.UTC)))
    late = asking.send("leader", "POST", f"{path}/accept")
    assert (late.status_code, late.json()["type"]) == (409, "urn:igang:problem:request_over")
    assert asking.send("leader", "POST", f"{path}/decline").json()["state"] == "waiting"
    assert asking.send("leader", "DELETE", f"{WAITING}/motion").json()["say"] == "Du venter ikke mere på motion (da)."
    assert asking.send("leader", "DELETE", f"{WAITING}/motion").status_code == 404
    assert asking.send("leader", "PUT", f"{WAITING}/ingen").status_code == 404
    assert asking.own_week(3)[0] == [asking.group["kor"]]


def test_everybody_in_a_cancelled_group_is_named_with_her_message(asking: Asking) -> None:
    path = f"/v1/weeks/{WEEK}/groups/{asking.group['motion']}/cancel"
    assert asking.send("citizen", "POST", path, {"reason": "syg"}).status_code == 403
    given = asking.send("staff", "POST", path, {"reason": "syg"}).json()["given"]
    assert [each["citizen_id"] for each in sorted(given, key=lambda each: each["citizen_id"])] == [1, 2]
    for each in given:
        assert asking.group["motion"] not in each["after"]
        assert each["text"]
        assert asking.own_week(each["citizen_id"])[0] == each["after"]
    assert asking.own_week(3) == ([asking.group["kor"]], '"1.0"')
    again = asking.send("staff", "POST", path, {"reason": "syg"})
    assert (again.status_code, again.json()["type"]) == (409, "urn:igang:problem:conflict")
    assert asking.send("staff", "POST", path.replace(WEEK, "2026-W02"), {"reason": "syg"}).status_code == 404


def test_a_moved_group_keeps_who_can_come_then(asking: Asking) -> None:
    path = f"/v1/weeks/{WEEK}/groups/{asking.group['motion']}/move"
    wish = {"reason": "lokalet", "times": [{"day": 0, "start": 840, "end": 900}]}
    given = asking.send("staff", "POST", path, wish).json()["given"]
    assert {each["citizen_id"]: each["after"] for each in given} == {
        1: [asking.group["motion"]], 2: [asking.group["motion"]],
    }  # fmt: skip
    assert asking.own_week()[1] == '"1.1"'


def test_a_text_is_taken_in_once_and_who_asks_is_called(asking: Asking) -> None:
    text = {"provider_id": "77", "external_id": "B1", "text": "Ring!"}
    first, second = (asking.send("leader", "POST", "/v1/inbound-texts", text).json() for _ in range(2))
    assert (first, second) == (
        {"slug": "call_back", "is_repeat": False},
        {"slug": "call_back", "is_repeat": True},
    )
    calls = asking.send("staff", "GET", "/v1/call-backs").json()
    assert [(call["citizen_id"], call["worker"], call["site"]) for call in calls] == [(1, "Ann", "Nordre")]
    assert asking.send("staff", "POST", "/v1/inbound-texts", text).status_code == 403
    asking.send("leader", "POST", "/v1/inbound-texts", text | {"provider_id": "79", "text": "Hvor er det?"})
    tasks = asking.send("staff", "GET", "/v1/tasks").json()["items"]
    assert {task["slug"]: task["text"] for task in tasks} == {"call_back": "Ring!", "read_text": "Hvor er det?"}
    nobody = text | {"provider_id": "78", "external_id": "B99"}
    assert asking.send("leader", "POST", "/v1/inbound-texts", nobody).status_code == 404


def test_she_asks_to_keep_her_week_and_may_change_her_mind_until_it_is_out(asking: Asking) -> None:
    path = f"/v1/citizens/1/weeks/{shift_week(WEEK, 1)}/keep"
    said = []
    for keep in (True, True, False):
        asking.send("citizen", "PUT", path, {"keep": keep})
        said.append(asking.send("citizen", "GET", path).json()["keep"])
    assert said == [True, True, False]
    assert asking.send("second", "PUT", path, {"keep": True}).status_code == 404
    assert asking.send("citizen", "PUT", path, {"keep": "always"}).status_code == 422
    assert asking.send("citizen", "PUT", f"/v1/citizens/1/weeks/{PAST}/keep", {"keep": True}).status_code == 409
