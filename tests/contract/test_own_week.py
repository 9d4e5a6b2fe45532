"""A citizen's change of her plan is seen at once by every process that answers, on both databases."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from httpx2 import Response
from sqlalchemy import Engine
from starlette.testclient import TestClient

from api.http import make_app
from api.http.callers import COOKIE
from catalog.database import make_engine, reading, writing
from scheduler.places import standing
from scheduler.sessions import find_session, make_key, open_session
from scheduler.tables import Account
from tests.unit.plan_town import LAST_WEEK, WEEK, PlanTown

NOW = dt.datetime.now(dt.UTC)
PLANNER = 1


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """The town with last week and this week published."""
    made = make_engine(database_url)
    with writing(made) as session:
        town = PlanTown(session)
        assert town.planner == PLANNER
        for week in (LAST_WEEK, WEEK):
            town.published({1: ["motion"], 2: ["motion"]}, week)
    yield made
    made.dispose()


def _log_in(engine: Engine, role: str, citizen: int | None) -> tuple[str, str]:
    """A cookie's value and a key of a new account."""
    with writing(engine) as session:
        account = Account(username=f"{role} {citizen}", name=role, role=role, citizen_id=citizen, created_at=NOW)
        session.add(account)
        session.flush()
        return open_session(session, account.id, NOW)[0], make_key(session, account.id, "", NOW)


def _own_week(client: TestClient, headers: dict[str, str]) -> tuple[str, list[str]]:
    answer: Response = client.get(f"/v1/citizens/1/weeks/{WEEK}", headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.headers["etag"], [group["offering_id"] for group in answer.json()["groups"]]


def test_a_change_is_seen_at_once_by_every_process(engine: Engine) -> None:
    cookie, key = _log_in(engine, "citizen", 1)
    ways = ({"Cookie": f"{COOKIE}={cookie}"}, {"Authorization": f"Bearer {key}"})
    one, other = (TestClient(make_app(engine), base_url="https://testserver") for _ in range(2))
    with one, other:
        for number, codes in enumerate((["motion"], ["dansk", "kor"], ["kor"])):
            if number:
                with writing(engine) as session:
                    PlanTown(session, PLANNER).change(1, *codes, now=NOW)
            for _ in range(2):
                seen = [_own_week(client, headers) for client in (one, other) for headers in ways]
                assert seen == [(f'"1.{number}"', codes)] * 4
    with reading(engine) as session:
        assert standing(session, 1, WEEK).version == "1.2"


def test_a_login_tells_the_last_change_of_any_week_of_the_citizen_that_she_is(engine: Engine) -> None:
    cookies = [_log_in(engine, role, citizen)[0] for role, citizen in (("citizen", 1), ("citizen", 2), ("staff", None))]
    with writing(engine) as session:
        town = PlanTown(session, PLANNER)
        changes = [town.change(1, "kor").id, town.change(1, "dansk", week=LAST_WEEK).id]
    with reading(engine) as session:
        found = [find_session(session, cookie, NOW) for cookie in cookies]
    assert [each and each.change for each in found] == [changes[1], 0, 0]
