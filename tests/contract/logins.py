"""A database with people who can log in, and the few lines that every test of a login needs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from catalog.database import make_engine, reading, writing
from scheduler import accounts, login
from scheduler.accounts import Rights, create_account
from tests.unit.people import NOW, cheap_hasher, fill

HASHER = cheap_hasher()
PASSWORD = "four words that hold"
SECOND, MINUTE, HOUR = dt.timedelta(seconds=1), dt.timedelta(minutes=1), dt.timedelta(hours=1)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """A database with a centre, a member of staff with a password and a planner without."""
    engine = make_engine(database_url)
    with writing(engine) as session:
        fill(session)
        anna = create_account(session, "anna", "Anna", Rights("staff", "team", staff_id="anna"), NOW)
        accounts.set_password(session, anna.id, PASSWORD, HASHER)
        create_account(session, "pia", "Pia", Rights("planner"), NOW)
    yield engine
    engine.dispose()


def enter(engine: Engine, username: str, secret: str, now: dt.datetime = NOW, address: str = "10.0.0.1") -> str:
    """Log in with the cheap hash and return the cookie's value."""
    return login.log_in(engine, username, secret, address, now, hasher=HASHER)[0]


def code_of_b1(engine: Engine) -> str:
    """A one-time code of the first citizen."""
    with writing(engine) as session:
        return accounts.code_for_citizen(session, 1, NOW, HASHER).code


def who(engine: Engine, token: str, now: dt.datetime = NOW) -> login.Found | None:
    """Who is logged in."""
    with reading(engine) as session:
        return login.find_session(session, token, now)
