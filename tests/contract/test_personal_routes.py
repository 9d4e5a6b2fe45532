"""Leaves, tasks, messages, answers, copies and erasures as people meet them over HTTP."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from httpx2 import Response
from sqlalchemy import Engine
from starlette.testclient import TestClient

from api.http import make_app
from benchmarks.matrix import WEEK, make_askers
from catalog.database import make_engine, writing
from scheduler import accounts, messages, sessions
from scheduler.accounts import Rights
from scheduler.privacy import do_jobs
from scheduler.tables import Citizen, PlanAnswer, Run, StaffTask

numbers = count()
NOW = dt.datetime.now(dt.UTC)


@dataclass(frozen=True)
class Centre:
    """A running service, the keys of its people, and an own citizen and a foreign one."""

    client: TestClient
    engine: Engine
    keys: dict[str, str]
    own: int
    foreign: int
    staff_id: str

    def ask(self, who: str, method: str, path: str, body: Any = None) -> Response:
        """Ask as one of the centre's people; a write gets a key of its own."""
        headers = {"Authorization": f"Bearer {self.keys[who]}", "Idempotency-Key": f"test-{next(numbers)}"}
        return self.client.request(method, path.format(own=self.own), json=body, headers=headers)


@pytest.fixture
def centre(database_url: str) -> Iterator[Centre]:
    """A small town with its people, served."""
    engine = make_engine(database_url)
    askers = {asker.role: asker for asker in make_askers(engine)}
    keys = {role: asker.key for role, asker in askers.items()}
    with writing(engine) as session:
        for name in ("chief", "other"):
            account = accounts.create_account(
                session, name, name, Rights("admin" if name == "chief" else "representative", "centre"), NOW
            )
            session.flush()
            keys[name] = sessions.make_key(session, account.id, "test", NOW)
    asker = askers["staff"]
    with TestClient(make_app(engine), base_url="https://testserver") as client:
        own, foreign = asker.own["citizen_id"], asker.foreign["citizen_id"]
        yield Centre(client, engine, keys, own, foreign, asker.own["staff_id"])
    engine.dispose()


def test_a_citizen_lets_somebody_act_for_her_until_she_takes_it_back(centre: Centre) -> None:
    wishes, until = "/v1/citizens/{own}/wishes", (NOW + dt.timedelta(days=9)).date().isoformat()
    assert centre.ask("other", "GET", wishes).status_code == 404
    seeing = {"username": "other", "may": "see", "until": until}
    given = centre.ask("citizen", "POST", "/v1/citizens/{own}/representations", seeing)
    assert (given.status_code, given.json()["may"]) == (201, "see")
    assert centre.ask("other", "GET", wishes).status_code == 200
    assert centre.ask("other", "PUT", wishes, {"wishes": []}).status_code == 404

    acting = centre.ask("staff", "POST", "/v1/citizens/{own}/representations", seeing | {"may": "act"})  # on her behalf
    assert centre.ask("other", "PUT", wishes, {"wishes": []}).status_code == 200
    assert [leave["citizen_id"] for leave in centre.ask("other", "GET", "/v1/me/representations").json()] == [
        centre.own
    ]
    listed = centre.ask("citizen", "GET", "/v1/citizens/{own}/representations").json()
    assert [leave["may"] for leave in listed if leave["name"] == "other"] == ["act"]

    assert centre.ask("citizen", "DELETE", acting.headers["location"]).status_code == 204
    assert centre.ask("other", "GET", wishes).status_code == 404
    assert centre.ask("other", "GET", "/v1/me/representations").json() == []
    late = centre.ask("citizen", "POST", "/v1/citizens/{own}/representations", seeing | {"until": "2020-01-01"})
    assert late.status_code == 409
    looks = centre.ask("citizen", "GET", "/v1/citizens/{own}/looks").json()
    assert {"representation.write", "representation.own"} <= {look["action"] for look in looks}


def test_staff_note_an_interpreter_and_take_it_back(centre: Centre) -> None:
    path = "/v1/citizens/{own}/interpreter"
    assert centre.ask("citizen", "PUT", path, {"language": "tamil"}).status_code == 403
    for language, kept in ((" arabisk ", "arabisk"), ("", None)):
        assert centre.ask("staff", "PUT", path, {"language": language}).status_code == 204
        assert centre.ask("citizen", "GET", "/v1/citizens/{own}").json()["interpreter"] == kept


def test_staff_see_their_open_tasks_and_close_each_once_with_a_note(centre: Centre) -> None:
    with writing(centre.engine) as session:
        for week in ("2026-W49", "2026-W50"):
            for citizen, staff in ((centre.own, centre.staff_id), (centre.foreign, None)):
                task = StaffTask(slug="revise_min_plan", citizen_id=citizen, week=week, subject="", created_at=NOW)
                task.staff_id = staff
                session.add(task)
    first = centre.ask("staff", "GET", "/v1/tasks?limit=1").json()
    second = centre.ask("staff", "GET", f"/v1/tasks?limit=1&after={first['next']}").json()
    assert [task["week"] for task in first["items"] + second["items"]] == ["2026-W49", "2026-W50"]
    assert second["next"] is None
    in_reach = centre.ask("staff", "GET", "/v1/tasks?whose=all").json()["items"]
    assert {task["citizen_id"] for task in in_reach} == {centre.own}
    assert centre.foreign in {
        task["citizen_id"] for task in centre.ask("chief", "GET", "/v1/tasks?whose=all").json()["items"]
    }

    path = f"/v1/tasks/{first['items'][0]['id']}/done"
    assert centre.ask("staff", "POST", path, {"note": "aftalt"}).json()["note"] == "aftalt"
    assert centre.ask("chief", "POST", path, {"note": "igen"}).status_code == 409
    assert [task["week"] for task in centre.ask("staff", "GET", "/v1/tasks").json()["items"]] == ["2026-W50"]


def test_the_call_list_holds_the_messages_to_those_in_reach(centre: Centre) -> None:
    with writing(centre.engine) as session:
        for citizen, channel in ((centre.own, "call"), (centre.own, "sms"), (centre.foreign, "call")):
            messages.queue(session, citizen, channel, "plan_published", {"week": 48}, NOW)
    found = centre.ask("staff", "GET", "/v1/messages?channel=call&waiting=true").json()["items"]
    assert [(message["citizen_id"], message["sent_at"]) for message in found] == [(centre.own, None)]
    assert "48" in found[0]["text"]
    assert centre.ask("citizen", "GET", "/v1/messages").status_code == 403


def test_the_share_heard_counts_every_kind_of_answer_and_exceptions_come_in_pages(centre: Centre) -> None:
    with writing(centre.engine) as session:
        run = Run(week=WEEK, state="proposed", seed=1, lottery_seed=1, created_at=NOW, num_citizens=10)
        session.add(run)
        session.flush()
        said = ("yes", "yes", "change", "call_me")
        for citizen, answer in zip(session.query(Citizen.id).order_by(Citizen.id).limit(4), said, strict=True):
            session.add(PlanAnswer(run_id=run.id, citizen_id=citizen.id, answer=answer, account_id=1, at=NOW))
        path = f"/v1/runs/{run.id}"
    assert centre.ask("planner", "GET", f"{path}/answers").json() == {
        "citizens": 10, "yes": 2, "change": 1, "call_me": 1, "silent": 6, "share_heard": 0.4,
    }  # fmt: skip
    first = centre.ask("chief", "GET", f"{path}/exceptions?limit=1").json()
    second = centre.ask("chief", "GET", f"{path}/exceptions?limit=1&after={first['next']}").json()
    assert sorted(person["answer"] for person in first["items"] + second["items"]) == ["call_me", "change"]
    assert second["next"] is None
    assert centre.ask("chief", "GET", f"{path}/exceptions?after=x").status_code == 422
    assert centre.ask("planner", "GET", f"{path}/exceptions").status_code == 403
    assert centre.ask("chief", "GET", "/v1/runs/99/answers").status_code == 404


def test_a_citizen_fetches_the_copy_that_she_asked_for_and_nobody_else_does(centre: Centre, tmp_path: Path) -> None:
    asked = centre.ask("citizen", "POST", "/v1/citizens/{own}/copies")
    where = asked.headers["location"]
    assert (asked.status_code, asked.json()["state"]) == (202, "waiting")
    assert centre.ask("citizen", "GET", f"{where}/document").status_code == 409
    do_jobs(centre.engine, tmp_path / "erased.jsonl")
    assert centre.ask("citizen", "GET", where).json()["state"] == "done"
    document = centre.ask("citizen", "GET", f"{where}/document").json()
    assert document["citizen"]["id"] == centre.own
    assert "citizen.export" in {look["action"] for look in document["looks"]}
    for who in ("staff", "chief", "other"):
        assert centre.ask(who, "GET", f"{where}/document").status_code in (403, 404)


def test_an_erasure_is_asked_for_by_an_administrator_who_writes_whom_she_means(centre: Centre, tmp_path: Path) -> None:
    path = "/v1/citizens/{own}/erasure"
    with writing(centre.engine) as session:
        external_id = session.get_one(Citizen, centre.own).external_id
    assert centre.ask("staff", "POST", path, {"external_id": external_id}).status_code == 403
    assert centre.ask("chief", "POST", path, {"external_id": "B0"}).status_code == 409
    assert centre.ask("chief", "GET", path).status_code == 404
    assert centre.ask("chief", "POST", path, {"external_id": external_id}).status_code == 202
    do_jobs(centre.engine, tmp_path / "erased.jsonl")
    assert centre.ask("chief", "GET", path).json()["state"] == "done"
    assert centre.ask("citizen", "GET", "/v1/citizens/{own}").status_code == 401  # Her key went with her.
