"""Whoever is refused is recorded: the account, the role and the action, and the citizen by her pseudonym alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
from sqlalchemy import Engine, select
from starlette.testclient import TestClient

from api.http import make_app
from api.http.callers import COOKIE
from benchmarks.matrix import ABSENT, WEEK, Asker, make_askers
from catalog.database import make_engine, reading, writing
from scheduler import accounts, audit, sessions
from scheduler.account_tables import Account
from scheduler.tables import AuditEntry, Pseudonym

Kept = tuple[Any, ...]
numbers = count()


class Centre:
    """A small town, its service and what it records."""

    def __init__(self, engine: Engine, client: TestClient) -> None:
        self.engine, self.client = engine, client
        self.askers: dict[str, Asker] = {asker.role: asker for asker in make_askers(engine)}
        with reading(engine) as session:
            self.accounts = dict(session.execute(select(Account.role, Account.id)).all())

    def ask(self, role: str, method: str, path: str, **more: Any) -> int:
        """Ask as a role, and return the status."""
        headers = {"Authorization": f"Bearer {self.askers[role].key}", "Idempotency-Key": f"refused-{next(numbers)}"}
        return self.client.request(method, path, headers=headers, **more).status_code

    def recorded(self) -> list[Kept]:
        """Account, role, action, subject and outcome of each entry."""
        with reading(self.engine) as session:
            assert audit.verify_chain(session) is None
            columns = (
                AuditEntry.account_id,
                AuditEntry.role,
                AuditEntry.action,
                AuditEntry.subject,
                AuditEntry.outcome,
            )
            return [tuple(row) for row in session.execute(select(*columns).order_by(AuditEntry.id))]

    def pseudonym(self, citizen_id: int) -> str:
        """By which name the record knows a citizen."""
        with reading(self.engine) as session:
            return session.scalars(select(Pseudonym.subject).where(Pseudonym.citizen_id == citizen_id)).one()


@pytest.fixture
def centre(database_url: str) -> Iterator[Centre]:
    engine = make_engine(database_url)
    with TestClient(make_app(engine), base_url="https://testserver") as client:
        yield Centre(engine, client)
    engine.dispose()


def test_a_refusal_is_recorded_and_names_no_citizen(centre: Centre) -> None:
    foreign = centre.askers["staff"].foreign["citizen_id"]
    assert centre.ask("staff", "GET", f"/v1/citizens/{foreign}") == 404
    assert centre.ask("staff", "GET", f"/v1/citizens/{ABSENT}") == 404
    assert centre.ask("citizen", "GET", "/v1/accounts") == 403
    assert centre.ask("citizen", "DELETE", f"/v1/citizens/{foreign}/locks/1") == 403
    assert centre.client.get("/v1/me").status_code == 401
    assert centre.ask("citizen", "GET", "/v1/citizens/x") in (404, 422)  # It never got as far as the policy.

    staff, citizen, her = centre.accounts["staff"], centre.accounts["citizen"], centre.pseudonym(foreign)
    assert centre.recorded() == [
        (staff, "staff", "citizen.read", her, "refused"),
        (staff, "staff", "citizen.read", "", "refused"),
        (citizen, "citizen", "account.write", "", "refused"),
        (citizen, "citizen", "lock.write", her, "refused"),
    ]


def test_what_is_let_in_and_found_wanting_is_no_refusal(centre: Centre) -> None:
    own = centre.askers["citizen"].own["citizen_id"]
    assert centre.ask("citizen", "GET", f"/v1/citizens/{own}/weeks/{WEEK}") == 404
    assert centre.ask("citizen", "PUT", f"/v1/citizens/{own}/wishes", json={"wishes": 5}) == 422
    assert [entry for entry in centre.recorded() if entry[-1] == "refused"] == []


def test_a_key_or_a_login_that_is_over_is_recorded_with_whose_it_was(centre: Centre) -> None:
    now = dt.datetime.now(dt.UTC)
    with writing(centre.engine) as session:
        token, login = sessions.open_session(session, centre.accounts["planner"], now)
        login.created_at = login.seen_at = now - dt.timedelta(hours=9)
        accounts.close_account(session, centre.accounts["staff"], now)
    assert centre.ask("staff", "GET", "/v1/runs") == 401
    assert centre.client.get("/v1/runs", headers={"Cookie": f"{COOKIE}={token}"}).status_code == 401
    assert centre.client.get("/v1/runs", headers={"Authorization": "Bearer igk_never_was"}).status_code == 401
    assert centre.recorded() == [
        (centre.accounts["staff"], "staff", "run.read", "", "refused"),
        (centre.accounts["planner"], "planner", "run.read", "", "refused"),
    ]


def test_a_wrong_password_is_recorded_with_whose_name_it_came(centre: Centre) -> None:
    for name in ("planner", "nobody"):
        assert centre.client.post("/v1/login", json={"username": name, "secret": "wrong"}).status_code == 401
    assert centre.recorded() == [(centre.accounts["planner"], "planner", "session.begin", "", "refused")]


def test_a_change_asked_for_by_another_site_is_recorded(centre: Centre) -> None:
    with writing(centre.engine) as session:
        token, _ = sessions.open_session(session, centre.accounts["citizen"], dt.datetime.now(dt.UTC))
    own = centre.askers["citizen"].own["citizen_id"]
    headers = {"Cookie": f"{COOKIE}={token}", "Sec-Fetch-Site": "cross-site", "Idempotency-Key": "forged"}
    answer = centre.client.put(f"/v1/citizens/{own}/wishes", json={"wishes": []}, headers=headers)
    assert (answer.status_code, answer.json()["type"]) == (403, "urn:igang:problem:other_origin")
    assert centre.recorded() == [
        (centre.accounts["citizen"], "citizen", "wishes.write", centre.pseudonym(own), "refused")
    ]
