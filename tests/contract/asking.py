"""A served town of four with a published week that lies ahead, and the people who ask for changes of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any

import pytest
from httpx2 import Response
from sqlalchemy import Engine, select, update
from starlette.testclient import TestClient

from api.http import make_app
from catalog.database import make_engine, reading, writing
from catalog.tables import Group
from catalog.weeks import CENTRE_TIME, shift_week, week_of
from scheduler import accounts, sessions
from scheduler.accounts import Rights
from scheduler.supplies import recount
from scheduler.tables import ChangeRequest, Citizen, PlanChange, Representation
from tests.unit.plan_town import CODES, PlanTown

NOW = dt.datetime.now(dt.UTC)
THIS_WEEK = week_of(NOW.astimezone(CENTRE_TIME).date())
WEEK = shift_week(THIS_WEEK, 2)  # It begins after the days that are frozen.
PAST = shift_week(THIS_WEEK, -1)
PLAN = {1: ["motion"], 2: ["motion"], 3: ["kor"]}
RIGHTS = {
    "citizen": Rights("citizen", citizen_id=1),
    "second": Rights("citizen", citizen_id=2),
    "friend": Rights("representative"),
    "staff": Rights("staff", staff_id="ann"),
    "leader": Rights("staff", "centre"),
}
numbers = count()


@dataclass(frozen=True)
class Asking:
    """The running service, its people's keys, and the groups of the week by their codes; of `motion2` one seat.

    Nobody has time for more than one group.
    """

    client: TestClient
    engine: Engine
    keys: dict[str, str]
    group: dict[str, int]

    def send(self, who: str, method: str, path: str, body: Any = None, **headers: str) -> Response:
        """Send something as one of the people; a write gets a key of its own where none is given."""
        given = {"Authorization": f"Bearer {self.keys[who]}", "Idempotency-Key": f"test-{next(numbers)}"}
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.request(method, path, json=body, headers=given | named)

    def ask(self, who: str = "citizen", citizen: int = 1, week: str = WEEK, **body: Any) -> Response:
        """Ask for a change: the same activity at another time where nothing else is said."""
        wish = body or {"kind": "another_time", "group_id": self.group["motion"]}
        return self.send(who, "POST", f"/v1/citizens/{citizen}/weeks/{week}/requests", wish)

    def held(self, who: str = "citizen", citizen: int = 1, **body: Any) -> str:
        """Ask and hold the first answer; returns the request's address."""
        where: str = self.ask(who, citizen, **body).headers["location"]
        assert self.send(who, "POST", f"{where}/hold", {"choice": 0}).json()["state"] == "held"
        return where

    def own_week(self, citizen: int = 1) -> tuple[list[int], str]:
        """The groups of a citizen's week as the leader sees it, and its ETag."""
        answer = self.send("leader", "GET", f"/v1/citizens/{citizen}/weeks/{WEEK}")
        return [group["group_id"] for group in answer.json()["groups"]], answer.headers["etag"]

    def count(self, table: type[ChangeRequest | PlanChange]) -> int:
        """How many rows a table has."""
        with reading(self.engine) as session:
            return len(session.scalars(select(table)).all())

    def let_time_pass(self) -> None:
        """Let what is held have been held until a minute ago."""
        with writing(self.engine) as session:
            ended = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=1)
            session.execute(update(ChangeRequest).where(ChangeRequest.held_until.is_not(None)).values(held_until=ended))

    def let_act(self, may: str) -> None:
        """Let the friend see or act for the first citizen."""
        until = NOW.date() + dt.timedelta(days=30)
        with writing(self.engine) as session:
            given: dict[str, Any] = {"granted_by": 1, "granted_at": NOW}
            session.add(Representation(citizen_id=1, account_id=self.account("friend"), may=may, until=until, **given))

    def publish_past(self) -> None:
        """Let the week before this one have been published."""
        with writing(self.engine) as session:
            PlanTown(session, planner=1).published(PLAN, PAST, NOW - dt.timedelta(days=20))

    def account(self, who: str) -> int:
        """The number of somebody's account."""
        return list(RIGHTS).index(who) + 2  # The first is the town's planner.


@pytest.fixture
def asking(database_url: str) -> Iterator[Asking]:
    """The town, published and served."""
    engine = make_engine(database_url)
    with writing(engine) as session:
        town = PlanTown(session, weeks=(PAST, WEEK))
        session.execute(update(Group).where(Group.code == "motion2").values(seats=1))
        session.execute(update(Citizen).values(max_minutes=60))
        group = {code: town.group(code, WEEK) for code in CODES}
        town.published(PLAN, WEEK, NOW - dt.timedelta(days=1))
        keys = {}
        for name, rights in RIGHTS.items():
            account = accounts.create_account(session, name, name, rights, NOW)
            session.flush()
            keys[name] = sessions.make_key(session, account.id, "test", NOW)
    with TestClient(make_app(engine), base_url="https://testserver") as client:
        yield Asking(client, engine, keys, group)
    with reading(engine) as session:
        assert recount(session, WEEK) == []
    engine.dispose()
