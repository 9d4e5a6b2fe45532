"""A week from the request for a run to the citizen's own page, through the service with a real worker beside it."""

from __future__ import annotations

import datetime as dt
import hashlib
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any

import pytest
from httpx2 import Response
from sqlalchemy import select
from starlette.testclient import TestClient

from api.http import make_app
from benchmarks.matrix import WEEK, Asker, make_askers
from catalog.database import make_engine, reading, writing
from scheduler import accounts, sessions
from scheduler.accounts import Rights
from scheduler.tables import StoredAnswer

numbers = count()


@dataclass(frozen=True)
class Centre:
    """A running service, the keys of its people, and an own citizen and a foreign one."""

    client: TestClient
    keys: dict[str, str]
    own: int
    foreign: int

    def ask(self, who: str, method: str, path: str, body: Any = None, **headers: str) -> Response:
        """Ask as one of the centre's people; a write gets a key of its own."""
        given = {"Authorization": f"Bearer {self.keys[who]}", "Idempotency-Key": f"test-{next(numbers)}"}
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.request(method, path, json=body, headers=given | named)


@pytest.fixture
def centre(database_url: str) -> Iterator[Centre]:
    """A small town with its people, served."""
    engine = make_engine(database_url)
    askers: list[Asker] = make_askers(engine)
    keys = {asker.role: asker.key for asker in askers}
    now = dt.datetime.now(dt.UTC)
    with writing(engine) as session:
        leader = accounts.create_account(session, "leder", "Lone", Rights("staff", "centre"), now)
        session.flush()
        keys["leader"] = sessions.make_key(session, leader.id, "test", now)
    with TestClient(make_app(engine), base_url="https://testserver") as client:
        yield Centre(client, keys, askers[0].own["citizen_id"], askers[0].foreign["citizen_id"])
    engine.dispose()


@pytest.fixture
def worker(database_url: str) -> Iterator[subprocess.Popen[bytes]]:
    """A worker in its own process."""
    process = subprocess.Popen([sys.executable, "-m", "scheduler.worker", database_url])
    yield process
    process.terminate()
    process.wait(20)


def _finished(centre: Centre, path: str) -> dict[str, Any]:
    """The run, once it has ended."""
    for _ in range(600):
        state: dict[str, Any] = centre.ask("leader", "GET", path).json()
        if state["state"] not in ("queued", "running"):
            return state
        time.sleep(0.2)
    raise AssertionError(f"the run did not end: {state}")


@pytest.mark.usefixtures("worker")
def test_a_run_is_asked_for_approved_and_published_and_the_citizen_sees_her_week(centre: Centre) -> None:
    asked = centre.ask("leader", "POST", f"/v1/weeks/{WEEK}/runs", {"time_limit": 2})
    assert asked.status_code == 202
    run = asked.headers["location"]

    state = _finished(centre, run)
    assert (state["state"], state["error"]) == ("proposed", None)
    assert state["gap_percent"] >= 0

    number = state["id"]
    proposal = centre.ask("citizen", "GET", f"/v1/citizens/{centre.own}/proposals/{number}").json()
    answered = centre.ask("citizen", "PUT", f"/v1/citizens/{centre.own}/proposals/{number}/answer", {"answer": "yes"})
    assert answered.status_code == 204

    early = centre.ask("leader", "POST", f"{run}/publish")
    assert early.status_code == 409
    review = centre.ask("leader", "GET", f"{run}/review").json()
    assert review["share_heard"] > 0
    assert centre.ask("leader", "POST", f"{run}/approvals", {"reason": "set igennem"}).status_code == 201
    assert centre.ask("leader", "POST", f"{run}/publish").json()["version"] == 1

    week = centre.ask("citizen", "GET", f"/v1/citizens/{centre.own}/weeks/{WEEK}").json()
    assert week["version"] == 1
    assert [group["group_id"] for group in week["groups"]] == [group["group_id"] for group in proposal["groups"]]
    assert week["groups"]

    whole = centre.ask("leader", "GET", f"/v1/weeks/{WEEK}/plan")
    again = centre.ask("leader", "GET", f"/v1/weeks/{WEEK}/plan", If_None_Match=whole.headers["etag"])
    assert (whole.status_code, again.status_code, again.content) == (200, 304, b"")

    looks = centre.ask("citizen", "GET", f"/v1/citizens/{centre.own}/looks").json()
    assert any(look["action"] == "plan.read" and look["role"] == "citizen" for look in looks)

    assert centre.ask("leader", "POST", f"/v1/weeks/{WEEK}/withdraw").status_code in (204, 409)


def test_a_repeated_write_is_done_once_and_a_key_serves_one_request(centre: Centre) -> None:
    path = f"/v1/weeks/{WEEK}/runs"
    first = centre.ask("leader", "POST", path, {"time_limit": 3}, Idempotency_Key="one")
    second = centre.ask("leader", "POST", path, {"time_limit": 3}, Idempotency_Key="one")
    other = centre.ask("leader", "POST", path, {"time_limit": 4}, Idempotency_Key="one")
    none = centre.ask("leader", "POST", path, {"time_limit": 3}, Idempotency_Key="")

    assert (first.status_code, second.status_code, second.json()) == (202, 202, first.json())
    assert (other.status_code, other.json()["type"]) == (422, "urn:igang:problem:key_reused")
    assert none.status_code == 428
    assert len(centre.ask("leader", "GET", "/v1/runs").json()["items"]) == 1


def test_a_foreign_citizen_answers_in_the_same_words_as_an_absent_one(centre: Centre) -> None:
    foreign = centre.ask("citizen", "GET", f"/v1/citizens/{centre.foreign}/wishes")
    absent = centre.ask("citizen", "GET", "/v1/citizens/999999/wishes")

    assert foreign.status_code == absent.status_code == 404
    assert {**foreign.json(), "instance": ""} == {**absent.json(), "instance": ""}


def test_a_change_builds_on_what_was_seen(centre: Centre) -> None:
    path = f"/v1/citizens/{centre.own}/wishes"
    seen = centre.ask("citizen", "GET", path)
    wishes = {"wishes": [{"offering_id": "motion", "strength": 3, "refused": False}]}
    offering = centre.ask("citizen", "GET", "/v1/offerings?limit=1").json()["items"][0]["id"]
    wishes["wishes"][0]["offering_id"] = offering

    done = centre.ask("citizen", "PUT", path, wishes, If_Match=seen.headers["etag"])
    late = centre.ask("staff", "PUT", path, {"wishes": []}, If_Match=seen.headers["etag"])

    assert (done.status_code, late.status_code) == (200, 412)
    assert centre.ask("citizen", "GET", path).json() == wishes


def test_problems_are_told_in_the_readers_language_and_nothing_is_let_in_without_a_login(centre: Centre) -> None:
    danish = centre.client.get("/v1/runs")
    english = centre.client.get("/v1/runs", headers={"Accept-Language": "en"})
    wrong = centre.ask("leader", "POST", f"/v1/weeks/{WEEK}/runs", {"time_limit": -1})

    assert (danish.status_code, danish.json()["title"]) == (401, "Log ind først")
    assert english.json()["title"] == "Log in first"
    assert (wrong.status_code, wrong.json()["errors"][0]["place"]) == (422, "body.time_limit")
    assert wrong.headers["content-type"] == "application/problem+json"
    assert wrong.headers["x-content-type-options"] == "nosniff"


def test_a_body_that_is_too_large_is_refused(centre: Centre) -> None:
    key = {"Authorization": f"Bearer {centre.keys['citizen']}", "Idempotency-Key": "large"}
    path = f"/v1/citizens/{centre.own}/wishes"
    announced = centre.client.put(path, content=b"x" * 1_000_001, headers=key)
    streamed = centre.client.put(path, content=(b"x" * 100_000 for _ in range(11)), headers=key)

    assert (announced.status_code, streamed.status_code) == (413, 413)


def test_a_login_by_code_gives_a_session_that_other_sites_cannot_use(centre: Centre, database_url: str) -> None:
    code = centre.ask("staff", "POST", f"/v1/citizens/{centre.own}/code").json()
    login = {"username": code["username"], "secret": code["code"]}
    client = centre.client

    assert client.post("/v1/login", json=login).status_code == 204
    assert client.post("/v1/login", json=login).status_code == 401  # A code serves once.
    assert client.get("/v1/me").json()["citizen_id"] == centre.own
    path, headers = f"/v1/citizens/{centre.own}/wishes", {"Idempotency-Key": "csrf"}
    foreign = client.put(path, json={"wishes": []}, headers=headers | {"Sec-Fetch-Site": "cross-site"})
    own = client.put(path, json={"wishes": []}, headers=headers | {"Sec-Fetch-Site": "same-origin"})
    assert (foreign.status_code, own.status_code) == (403, 200)
    assert client.post("/v1/logout", headers={"Sec-Fetch-Site": "same-origin"}).status_code == 204
    assert client.get("/v1/me").status_code == 401


def test_a_page_that_cannot_be_asked_for_is_refused(centre: Centre) -> None:
    first = centre.ask("planner", "GET", "/v1/offerings?limit=2").json()
    following = centre.ask("planner", "GET", f"/v1/offerings?limit=2&after={first['next']}").json()
    assert first["items"][-1]["id"] < following["items"][0]["id"]
    for after in ("x", "-1", "99999999999999999999"):
        assert centre.ask("admin", "GET", f"/v1/accounts?after={after}").status_code == 422


def test_a_new_password_leaves_no_quick_hash_behind(centre: Centre, database_url: str) -> None:
    body = {"password": "fire ord i en sætning"}
    assert centre.ask("planner", "PUT", "/v1/me/password", body, Idempotency_Key="word").status_code == 204
    assert centre.ask("planner", "PUT", "/v1/me/password", body, Idempotency_Key="word").status_code == 409
    engine = make_engine(database_url)
    with reading(engine) as session:
        kept = session.scalars(select(StoredAnswer.request_hash).where(StoredAnswer.key == "word")).one()
    engine.dispose()
    assert kept == hashlib.sha256(b"PUT /v1/me/password?\n").hexdigest()
