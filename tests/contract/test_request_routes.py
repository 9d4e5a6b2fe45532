"""A change request as people meet it over HTTP: asked, held, confirmed, undone; refused clearly, and done once."""

from __future__ import annotations

import datetime as dt
import threading
from typing import Any

from httpx2 import Response

from catalog.database import reading, writing
from scheduler.chores import let_go_overdue
from scheduler.tables import ChangeRequest, PlanChange, StaffTask
from tests.contract.asking import PAST, PLAN, WEEK, Asking, asking
from tests.unit.plan_town import PlanTown

__all__ = ["asking"]

REQUESTS = "/v1/citizens/1/requests"
BIRTHDAY = "010170"
PATIENCE_SECONDS, A_WHILE_SECONDS = 30.0, 0.5


def test_a_citizen_asks_holds_confirms_and_undoes_and_sees_each_at_once(asking: Asking) -> None:
    before, version = asking.own_week()
    path = f"/v1/citizens/1/weeks/{WEEK}/requests"
    wish = {"kind": "another_time", "group_id": asking.group["motion"]}
    asked = asking.send("citizen", "POST", path, wish, If_Match=version)
    assert (asked.status_code, asked.json()["state"], asked.headers["content-language"]) == (201, "answered", "da")
    first = asked.json()["proposals"][0]
    assert first["say"] == "Du kan få motion (da) mandag kl. 10.00 i stedet for mandag kl. 9.00."
    assert (first["granted_by"], first["points"]) == ("at_once", None)
    assert [group["group_id"] for group in first["groups"]] == first["joined"] == [asking.group["motion2"]]
    assert asking.own_week() == (before, version)

    where = asked.headers["location"]
    held = asking.send("citizen", "POST", f"{where}/hold", {"choice": 0}).json()
    assert (held["state"], held["chosen"]) == ("held", 0)
    assert dt.datetime.fromisoformat(held["held_until"]) > dt.datetime.now(dt.UTC)
    assert asking.send("citizen", "POST", f"{where}/confirm").json()["state"] == "confirmed"
    assert asking.own_week() == ([asking.group["motion2"]], '"1.1"')
    assert asking.send("citizen", "POST", f"{where}/undo").json()["state"] == "undone"
    assert asking.own_week() == (before, '"1.2"')
    shown = asking.send("citizen", "GET", where).json()
    assert (shown["state"], shown["say"]) == ("undone", "Din uge er, som den var før.")


def test_every_write_is_done_once_however_often_it_comes(asking: Asking) -> None:
    path = f"/v1/citizens/1/weeks/{WEEK}/requests"
    wish = {"kind": "another_time", "group_id": asking.group["motion"]}
    asked = [asking.send("citizen", "POST", path, wish, Idempotency_Key="ask") for _ in range(2)]
    where = asked[0].headers["location"]
    steps: list[tuple[str, str, Any]] = [("POST", "/hold", {"choice": 0}), ("POST", "/confirm", None)]
    steps += [("POST", "/undo", None), ("DELETE", "", None)]
    pairs = [asked]
    for method, step, body in steps:
        key = f"key{step}"
        pairs.append([asking.send("citizen", method, where + step, body, Idempotency_Key=key) for _ in range(2)])
    for first, second in pairs:
        assert first.status_code == second.status_code < 300
        assert first.content == second.content
        assert first.headers["content-type"] == second.headers["content-type"]
    assert (asking.count(ChangeRequest), asking.count(PlanChange)) == (1, 2)
    again = asking.send("citizen", "POST", path, wish | {"text": "x"}, Idempotency_Key="ask")
    assert (again.status_code, again.json()["type"]) == (422, "urn:igang:problem:key_reused")


def test_a_plan_that_has_changed_since_is_not_changed_again(asking: Asking) -> None:
    older = asking.ask().headers["location"]
    _, version = asking.own_week()
    asking.send("citizen", "POST", f"{asking.held()}/confirm")
    path = f"/v1/citizens/1/weeks/{WEEK}/requests"
    late = asking.send("citizen", "POST", path, {"kind": "more"}, If_Match=version)
    assert (late.status_code, late.json()["type"]) == (412, "urn:igang:problem:changed_since")
    assert asking.send("citizen", "POST", f"{older}/hold", {"choice": 0}).status_code == 412
    assert asking.send("citizen", "POST", path, {"kind": "more"}, If_Match="*").status_code == 201


def test_a_hold_that_is_over_frees_its_seat_and_is_told_so(asking: Asking) -> None:
    waiting = asking.ask("second", 2).headers["location"]
    where = asking.held()
    asking.let_time_pass()
    late = asking.send("citizen", "POST", f"{where}/confirm")
    assert (late.status_code, late.json()["type"]) == (409, "urn:igang:problem:request_over")
    assert asking.send("second", "POST", f"{waiting}/hold", {"choice": 0}).json()["type"] == "urn:igang:problem:full"
    assert let_go_overdue(asking.engine, dt.datetime.now(dt.UTC)) == 1
    shown = asking.send("citizen", "GET", where).json()
    assert (shown["state"], shown["held_until"]) == ("expired", None)
    assert asking.send("citizen", "POST", f"{where}/hold", {"choice": 0}).status_code == 409
    assert asking.send("second", "POST", f"{waiting}/hold", {"choice": 0}).json()["state"] == "held"


def test_a_seat_that_has_gone_meanwhile_brings_a_new_answer(asking: Asking) -> None:
    asked = asking.ask("second", 2)
    assert [each["joined"] for each in asked.json()["proposals"]] == [[asking.group["motion2"]]]
    where = asked.headers["location"]
    asking.held()
    full = asking.send("second", "POST", f"{where}/hold", {"choice": 0}, Idempotency_Key="full")
    assert (full.status_code, full.json()["type"]) == (409, "urn:igang:problem:full")
    assert full.headers["content-type"] == "application/problem+json"
    anew = full.json()["request"]
    assert (anew["state"], anew["kind"], anew["proposals"]) == ("answered", "another_time", [])
    again = asking.send("second", "POST", f"{where}/hold", {"choice": 0}, Idempotency_Key="full")
    assert (again.content, again.headers["content-type"]) == (full.content, full.headers["content-type"])
    assert asking.own_week(2)[0] == [asking.group["motion"]]


def test_somebody_elses_request_is_not_there(asking: Asking) -> None:
    where = asking.held()
    for path in (where, where.replace("/citizens/1/", "/citizens/2/")):
        assert asking.send("second", "GET", path).status_code == 404
        assert asking.send("second", "POST", f"{path}/hold", {"choice": 0}).status_code == 404
        assert asking.send("second", "POST", f"{path}/confirm").status_code == 404
        assert asking.send("second", "POST", f"{path}/undo").status_code == 404
        assert asking.send("second", "DELETE", path).status_code == 404
    assert asking.ask("second", 1).status_code == 404
    assert asking.send("second", "GET", REQUESTS).status_code == 404
    assert asking.send("citizen", "GET", where).json()["state"] == "held"


def test_what_cannot_be_meant_is_a_clear_problem(asking: Asking) -> None:
    def told(**body: Any) -> tuple[int, str]:
        answer = asking.ask(**body)
        return answer.status_code, answer.json()["type"].rsplit(":", 1)[1]

    asking.publish_past()
    assert told(week="2099-W30", kind="more") == (404, "not_found")
    assert told(week="2026-W99", kind="more") == (422, "invalid")
    assert told(week=PAST, kind="more") == (409, "request_over")
    assert told(kind="stop") == (422, "invalid")
    assert told(kind="stop", group_id=asking.group["kor"]) == (422, "invalid")
    assert told(kind="more", text="x" * 2001) == (422, "invalid")
    assert told(kind="more", text="x" * 10_000_000) == (413, "too_large")
    assert told(kind="cannot_come", times=[{"day": 0, "start": 600, "end": 540}]) == (422, "invalid")
    assert asking.count(ChangeRequest) == 0


def test_a_representative_sees_or_acts_as_far_as_she_is_let(asking: Asking) -> None:
    assert asking.ask("friend").status_code == 404
    asking.let_act("see")
    assert asking.send("friend", "GET", REQUESTS).json() == {"items": [], "next": None}
    assert asking.ask("friend").status_code == 404
    asking.let_act("act")
    where = asking.held("friend")
    done = asking.send("friend", "POST", f"{where}/confirm").json()
    assert (done["state"], done["on_behalf"]) == ("confirmed", True)
    with reading(asking.engine) as session:
        assert session.get_one(ChangeRequest, done["id"]).account_id == asking.account("friend")


def test_points_are_for_staff_and_english_for_who_asks_for_it(asking: Asking) -> None:
    by_staff = asking.ask("staff").json()
    assert (by_staff["on_behalf"], type(by_staff["proposals"][0]["points"])) == (True, int)
    where = f"{REQUESTS}/{by_staff['id']}"
    hers = asking.send("citizen", "GET", where, Accept_Language="en-GB,da")
    assert [proposal["points"] for proposal in hers.json()["proposals"]] == [None]
    assert hers.json()["proposals"][0]["say"] == "You can have motion (en) Monday at 10:00 instead of Monday at 9:00."
    looks = asking.send("citizen", "GET", "/v1/citizens/1/looks").json()
    assert {("staff", "request.write"), ("citizen", "request.read")} <= {
        (look["role"], look["action"]) for look in looks
    }


def test_who_wants_to_talk_is_passed_on_to_her_contact(asking: Asking) -> None:
    asked = asking.ask(kind="talk", how="walk", text=f"ring, jeg er {BIRTHDAY}-1234").json()
    assert asked["text"] == "ring, jeg er (hidden)"
    assert (asked["state"], asked["proposals"]) == ("passed_on", [])
    assert asked["say"] == "En medarbejder ser på det og taler med dig."
    with reading(asking.engine) as session:
        tasks = session.query(StaffTask).filter_by(slug="call_back").all()
        assert [(task.citizen_id, task.staff_id, task.week) for task in tasks] == [(1, "ann", WEEK)]


def test_requests_are_listed_newest_first_in_pages(asking: Asking) -> None:
    made = [asking.ask(kind=kind).json()["id"] for kind in ("more", "less", "along")]
    first = asking.send("citizen", "GET", f"{REQUESTS}?limit=2").json()
    second = asking.send("citizen", "GET", f"{REQUESTS}?limit=2&after={first['next']}").json()
    assert [each["id"] for each in first["items"] + second["items"]] == made[::-1]
    assert second["next"] is None


def test_a_step_during_publishing_waits_and_then_says_that_the_week_is_another(asking: Asking) -> None:
    where = asking.held()
    begun, let, answers = threading.Event(), threading.Event(), list[Response]()

    def republish() -> None:
        with writing(asking.engine) as session:
            PlanTown(session, planner=1).published(PLAN, WEEK, dt.datetime.now(dt.UTC))
            begun.set()
            assert let.wait(PATIENCE_SECONDS)

    def confirm() -> None:
        answers.append(asking.send("citizen", "POST", f"{where}/confirm"))

    threads = [threading.Thread(target=republish), threading.Thread(target=confirm)]
    threads[0].start()
    assert begun.wait(PATIENCE_SECONDS)
    threads[1].start()
    threads[1].join(A_WHILE_SECONDS)
    assert threads[1].is_alive()
    let.set()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    assert [answer.json()["type"] for answer in answers] == ["urn:igang:problem:request_over"]
    assert asking.own_week() == ([asking.group["motion"]], '"2.0"')
    assert asking.send("citizen", "GET", where).json()["state"] == "expired"
