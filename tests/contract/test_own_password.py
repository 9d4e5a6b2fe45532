"""Whoever has a password shows it before she chooses another; who came in by a code need not, and nobody may guess."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from httpx2 import Response
from sqlalchemy import Engine, select
from starlette.testclient import TestClient

from api.http import make_app
from api.http.callers import COOKIE
from catalog.database import writing
from scheduler import accounts, sessions
from scheduler.own_password import WrongPasswordError, asks_for_password, choose_password, count_try
from scheduler.tables import Account
from scheduler.throttle import FROM_ONE_PLACE, LoginThrottledError
from tests.contract.logins import HASHER, MINUTE, PASSWORD, engine, enter
from tests.unit.people import NOW

__all__ = ["engine"]
NEW, PLACE = "fire helt andre ord", "10.0.0.1"


@pytest.fixture
def anna(engine: Engine) -> int:
    """The account of the member of staff with a password."""
    with writing(engine) as session:
        return session.scalars(select(Account.id).where(Account.username == "anna")).one()


@pytest.fixture
def client(engine: Engine) -> Iterator[TestClient]:
    """The service."""
    with TestClient(make_app(engine), base_url="https://testserver") as client:
        yield client


def choose(client: TestClient, cookie: str, key: str = "one", **body: str) -> Response:
    """Ask for a new password by the programming interface."""
    headers = {"Cookie": f"{COOKIE}={cookie}", "Sec-Fetch-Site": "same-origin", "Idempotency-Key": key}
    return client.put("/v1/me/password", json={"password": NEW} | body, headers=headers)


def test_a_login_by_password_needs_it_again(engine: Engine, anna: int) -> None:
    cookie = enter(engine, "anna", PASSWORD)
    with writing(engine) as session:
        assert asks_for_password(session, anna, cookie)
        for wrong in ("", "gættede ord her", "x" * 500):
            with pytest.raises(WrongPasswordError, match="one-time code"):
                choose_password(session, anna, cookie, wrong, NEW, PLACE, HASHER)
        choose_password(session, anna, cookie, PASSWORD, NEW, PLACE, HASHER)
    assert enter(engine, "anna", NEW, NOW + MINUTE)


def test_a_login_by_code_needs_none_and_no_other_login_profits_from_it(engine: Engine, anna: int) -> None:
    by_password = enter(engine, "anna", PASSWORD)
    with writing(engine) as session:
        code = accounts.new_code(session, anna, NOW, hasher=HASHER)
        pia = session.scalars(select(Account.id).where(Account.username == "pia")).one()
    by_code = enter(engine, "anna", code)
    with writing(engine) as session:
        assert not asks_for_password(session, anna, by_code)
        assert asks_for_password(session, anna, by_password)
        assert not asks_for_password(session, pia, "")  # She has none.
        choose_password(session, anna, by_code, "", NEW, PLACE, HASHER)
    assert enter(engine, "anna", NEW, NOW + MINUTE)


def test_guesses_are_counted_as_tries_to_log_in(engine: Engine, anna: int) -> None:
    cookie = enter(engine, "anna", PASSWORD)
    for _ in range(FROM_ONE_PLACE):
        count_try(engine, anna, cookie, PLACE, NOW)
    with pytest.raises(LoginThrottledError):
        count_try(engine, anna, cookie, PLACE, NOW)
    with pytest.raises(LoginThrottledError):
        enter(engine, "anna", PASSWORD)


def test_the_interface_asks_for_it_too_and_a_key_is_no_code(client: TestClient, engine: Engine, anna: int) -> None:
    with writing(engine) as session:
        key = sessions.make_key(session, anna, "test", NOW)
        cookie, _ = sessions.open_session(session, anna, dt.datetime.now(dt.UTC))
    refused = choose(client, cookie)
    assert (refused.status_code, "current" in refused.json()["detail"]) == (409, True)
    by_key = {"Authorization": f"Bearer {key}", "Idempotency-Key": "two"}
    assert client.put("/v1/me/password", json={"password": NEW}, headers=by_key).status_code == 409
    assert choose(client, cookie, "three", current=PASSWORD).status_code == 204
    assert choose(client, cookie, "four", current=NEW).status_code == 401  # Every login has ended.
