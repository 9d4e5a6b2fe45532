"""The service's edges: what is too slow, too much or of the wrong kind is refused with a problem, never a fault."""

from __future__ import annotations

import asyncio
import datetime as dt
import shutil
import threading
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from httpx2 import Response
from sqlalchemy import Engine
from starlette.testclient import TestClient
from structlog.testing import capture_logs

from api.http import make_app
from api.http.problems import PROBLEM
from api.settings import Settings
from benchmarks.matrix import WEEK, Asker, make_askers
from catalog.database import make_engine, writing
from scheduler import accounts, queue
from scheduler.accounts import Rights
from scheduler.runs import Task

NAME = "Ragnhild Overgaard"  # nobody's in the town
PASSWORD = "fire ord i en sætning"
numbers = count()


class Centre:
    """A small town and the people who ask its service."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.askers: dict[str, Asker] = {asker.role: asker for asker in make_askers(engine)}

    def serve(self, **settings: Any) -> TestClient:
        """A service with these settings."""
        return TestClient(make_app(self.engine, Settings(**settings)), base_url="https://testserver")

    def headers(self, role: str) -> dict[str, str]:
        """What a request of this role carries."""
        return {"Authorization": f"Bearer {self.askers[role].key}", "Idempotency-Key": f"edge-{next(numbers)}"}


@pytest.fixture(scope="module")
def centre(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    engine = make_engine(f"sqlite:///{shutil.copy(migrated_file, tmp_path_factory.mktemp('edges') / 'igang.db')}")
    yield Centre(engine)
    engine.dispose()


def _slug(answer: Response) -> str:
    assert answer.headers["content-type"] == PROBLEM
    assert answer.headers["x-content-type-options"] == "nosniff"
    return str(answer.json()["type"]).rpartition(":")[2]


def test_a_run_that_begins_from_no_run_is_invalid(centre: Centre) -> None:
    with centre.serve() as client:
        asked = {"warm_from": 2**31 - 1}
        answer = client.post(f"/v1/weeks/{WEEK}/runs", json=asked, headers=centre.headers("planner"))
    assert (answer.status_code, _slug(answer)) == (422, "invalid")


@pytest.mark.parametrize("wrong", [{"gap_percent": False}, {"time_limit": "60"}, {"seed": 1.5}, {"seats_only": 1}])
def test_a_value_of_another_kind_is_not_read_as_if_it_fitted(centre: Centre, wrong: dict[str, Any]) -> None:
    with centre.serve() as client:
        answer = client.post(f"/v1/weeks/{WEEK}/runs", json=wrong, headers=centre.headers("planner"))
    assert (answer.status_code, _slug(answer)) == (422, "invalid")


def test_a_wrong_method_is_told_every_right_one(centre: Centre) -> None:
    own = centre.askers["citizen"].own["citizen_id"]
    with centre.serve() as client:
        answer = client.patch(f"/v1/citizens/{own}/wishes", headers=centre.headers("citizen"))
    assert (answer.status_code, _slug(answer), answer.headers["allow"]) == (405, "wrong_method", "GET, PUT")


@pytest.mark.parametrize("key", ["", " ", "two words", "k\xe6r", "x" * 201])
def test_a_key_that_not_every_machine_can_write_is_refused(centre: Centre, key: str) -> None:
    with centre.serve() as client:
        headers = {**centre.headers("planner"), "Idempotency-Key": key.encode("latin-1")}
        answer = client.put(f"/v1/weeks/{WEEK}", headers=headers)  # type: ignore[arg-type]  # Bytes may be sent too.
    assert (answer.status_code, _slug(answer)) == (428, "key_missing")


def test_an_account_that_asks_too_often_waits_and_no_other_does(centre: Centre) -> None:
    with centre.serve(account_limit="3/minute", address_limit="1/minute") as client:
        statuses = [client.get("/v1/me", headers=centre.headers("citizen")).status_code for _ in range(3)]
        fourth = client.get("/v1/me", headers=centre.headers("citizen"))
        other = client.get("/v1/me", headers=centre.headers("staff"))
    assert statuses == [200, 200, 200]
    assert (fourth.status_code, _slug(fourth)) == (429, "too_many")
    assert 1 <= int(fourth.headers["retry-after"]) <= 60
    assert other.status_code == 200


def test_an_address_without_a_login_waits_and_whoever_is_logged_in_there_does_not(centre: Centre) -> None:
    with centre.serve(address_limit="2/minute") as client:
        wrong = {"Authorization": "Bearer igk_wrong"}
        statuses = [client.get("/v1/me", headers=given).status_code for given in (wrong, {}, wrong)]
        feed = client.get("/v1/feeds/wrong.ics")
        known = client.get("/v1/me", headers=centre.headers("citizen"))
        alive = client.get("/health")
    assert statuses == [401, 401, 429]
    assert (feed.status_code, _slug(feed)) == (429, "too_many")
    assert (known.status_code, alive.status_code) == (200, 200)


def test_limits_that_are_empty_limit_nothing(centre: Centre) -> None:
    with centre.serve(account_limit="", address_limit="") as client:
        assert {client.get("/v1/me").status_code for _ in range(5)} == {401}


def test_a_stream_ends_in_its_time_although_the_run_does_not(centre: Centre) -> None:
    with writing(centre.engine) as session:
        run = queue.ask(session, Task(WEEK))
        session.flush()
        number = run.id
    with centre.serve(stream_seconds=0) as client:
        answer = client.get(f"/v1/runs/{number}/events", headers=centre.headers("planner"))
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.text.count("event: run") == 1


def test_a_body_that_comes_too_slowly_is_not_waited_for(centre: Centre) -> None:
    app = make_app(centre.engine, Settings(body_seconds=0.05))
    never = asyncio.Event

    async def slow() -> dict[str, Any]:
        await never().wait()
        raise AssertionError

    sent = asyncio.run(_ask(app, slow, "POST", "/v1/login", [(b"content-length", b"9")]))
    assert sent[0]["status"] == 408
    assert dict(sent[0]["headers"])[b"connection"] == b"close"
    assert b"too_slow" in sent[1]["body"]


def test_what_computes_too_long_is_answered_before_it_ends(centre: Centre) -> None:
    app = make_app(centre.engine, Settings(answer_seconds=0.05))
    answered, ended = threading.Event(), threading.Event()

    @app.get("/long")
    def long() -> int:
        assert answered.wait(60)
        ended.set()
        return 1

    async def whole() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    sent = asyncio.run(_ask(app, whole, "GET", "/long", [], answered))
    assert ended.is_set()
    assert [message["type"] for message in sent] == ["http.response.start", "http.response.body"]
    assert sent[0]["status"] == 503
    assert b"urn:igang:problem:busy" in sent[1]["body"]


def test_what_breaks_is_a_problem_and_its_words_are_kept_out_of_the_log(centre: Centre) -> None:
    app = make_app(centre.engine, Settings())

    @app.get("/broken")
    def broken() -> int:
        raise ValueError(NAME)

    with TestClient(app, base_url="https://testserver") as client, capture_logs() as lines:
        answer = client.get("/broken", params={"name": NAME})
    assert (answer.status_code, _slug(answer)) == (500, "broken")
    (line,) = lines
    assert (line["status"], line["route"], line["error"]) == (500, "/broken", "ValueError")
    assert line["request_id"] == answer.headers["x-request-id"] == answer.json()["instance"]
    assert any("test_edges.py" in place for place in line["places"])
    assert "Ragnhild" not in repr(lines) + answer.text


async def _ask(
    app: FastAPI, receive: Any, method: str, path: str, headers: list[Any], answered: threading.Event | None = None
) -> list[dict[str, Any]]:
    """Ask by hand, so that each part of the answer is seen when it is sent."""
    sent: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        sent.append(message)
        if answered is not None and message["type"] == "http.response.body":
            answered.set()

    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "https",
        "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "", "headers": headers,
        "client": ("127.0.0.1", 1), "server": ("testserver", 443),
    }  # fmt: skip
    await asyncio.wait_for(app(scope, receive, send), 60)
    return sent


def test_beside_an_issuer_only_the_account_behind_the_glass_logs_in_here(centre: Centre) -> None:
    with writing(centre.engine) as session:
        for name in ("vagt", "pia"):
            account = accounts.create_account(session, name, name, Rights("admin"), dt.datetime.now(dt.UTC))
            accounts.set_password(session, account.id, PASSWORD)
    issuer = "https://login.example.dk"
    client = centre.serve(issuer=issuer, break_glass="vagt")
    answers = [client.post("/v1/login", json={"username": name, "secret": PASSWORD}) for name in ("vagt", "pia")]
    assert [answer.status_code for answer in answers] == [204, 401]
    assert "as you do at work" in answers[1].json()["detail"]
    without = centre.serve(issuer=issuer)
    assert without.post("/v1/login", json={"username": "vagt", "secret": PASSWORD}).status_code == 401
