"""Being in on both databases: logins that end, and keys for machines."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import Engine, func, select

from catalog.database import reading, writing
from scheduler import login
from scheduler.account_tables import Account, ApiKey, LoginSession
from tests.contract.logins import HOUR, MINUTE, PASSWORD, SECOND, code_of_b1, engine, enter, who
from tests.unit.people import NOW

__all__ = ["engine"]


@pytest.mark.parametrize(("username", "idle"), [("anna", 15 * MINUTE), ("b1", 30 * MINUTE)])
def test_a_login_ends_without_its_owner_and_after_a_working_day(
    engine: Engine, username: str, idle: dt.timedelta
) -> None:
    token = enter(engine, username, PASSWORD if username == "anna" else code_of_b1(engine))
    assert who(engine, token, NOW + idle - SECOND) is not None
    assert who(engine, token, NOW + idle) is None
    now = NOW
    while now < NOW + 8 * HOUR - 10 * MINUTE:
        now += 10 * MINUTE
        with writing(engine) as session:
            login.touch(session, token, now)
        assert who(engine, token, now) is not None
    assert who(engine, token, NOW + 8 * HOUR - SECOND) is not None
    assert who(engine, token, NOW + 8 * HOUR) is None
    enter(engine, "anna", PASSWORD, NOW + 8 * HOUR)
    with reading(engine) as session:
        assert session.scalar(select(func.count()).select_from(LoginSession)) == 1


def test_a_login_is_noted_as_seen_once_a_minute_and_never_backwards(engine: Engine) -> None:
    token = enter(engine, "anna", PASSWORD)
    stale = [found.stale for s in (0, 59, 60) if (found := who(engine, token, NOW + s * SECOND))]
    assert stale == [False, False, True]
    for minutes in (2, 1):
        with writing(engine) as session:
            login.touch(session, token, NOW + minutes * MINUTE)
    with reading(engine) as session:
        assert session.scalars(select(LoginSession.seen_at)).one() == NOW + 2 * MINUTE


def test_a_login_ends_by_logging_out_and_with_its_account(engine: Engine) -> None:
    first, second = enter(engine, "anna", PASSWORD), enter(engine, "anna", PASSWORD)
    with writing(engine) as session:
        login.log_out(session, first)
        login.log_out(session, first)
    assert who(engine, first) is None
    assert who(engine, second) is not None
    with writing(engine) as session:
        session.scalars(select(Account).where(Account.username == "anna")).one().closed_at = NOW
    assert who(engine, second) is None


def test_a_key_lets_a_machine_act_until_it_is_revoked_or_the_account_closed(engine: Engine) -> None:
    with writing(engine) as session:
        account = session.scalars(select(Account).where(Account.username == "anna")).one()
        keys = [login.make_key(session, account.id, label, NOW) for label in ("pay", "hr")]
        actors = [login.find_key(session, key, NOW) for key in keys]
        assert [actor and (actor.name, actor.team, actor.form_token) for actor in actors] == [
            ("Anna", "nord", None)
        ] * 2
        assert all(key.startswith("igk_") and len(key) >= 47 for key in keys)
        listed = login.list_keys(session, account.id)
        assert sorted(key.label for key in listed) == ["hr", "pay"]
        assert not {key.key_hash for key in listed} & set(keys)
        pay = next(key for key in listed if key.label == "pay")
        login.revoke_key(session, pay.key_hash, NOW)
        assert login.find_key(session, keys[0], NOW) is None
        assert login.find_key(session, keys[1], NOW) is not None
        account.closed_at = NOW
        session.flush()
        assert login.find_key(session, keys[1], NOW) is None
        for absent in ("", "igk_", "\ud800"):
            assert login.find_key(session, absent, NOW) is None
        with pytest.raises(login.UnknownKeyError):
            login.revoke_key(session, "no hash", NOW)
        assert session.scalar(select(func.count()).select_from(ApiKey)) == 2
