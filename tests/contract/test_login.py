"""Getting in on both databases: passwords, one-time codes, throttling."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, func, select

from catalog.database import make_engine, reading, writing
from scheduler import accounts, login
from scheduler.account_tables import Account, LoginAttempt, LoginSession
from scheduler.accounts import Rights, create_account
from scheduler.login import LocalLoginClosedError, LoginRefusedError, LoginThrottledError
from scheduler.throttle import FROM_ONE_ADDRESS, TO_ONE_ACCOUNT
from tests.contract.logins import HASHER, HOUR, MINUTE, PASSWORD, SECOND, code_of_b1, engine, enter, who
from tests.unit.people import NOW

__all__ = ["engine"]

REFUSED = "wrong name, password or code; ask at the centre for a new code"


def test_a_password_opens_a_login_that_says_who_it_is(engine: Engine) -> None:
    token, opened = login.log_in(engine, " Anna", PASSWORD, "10.0.0.1", NOW, hasher=HASHER)
    found = who(engine, token)
    assert found is not None
    actor = found.actor
    assert (actor.name, actor.role, actor.scope, actor.staff_id, actor.team) == (
        "Anna",
        "staff",
        "team",
        "anna",
        "nord",
    )
    assert actor.form_token == opened.form_token
    with reading(engine) as session:
        kept = session.scalars(select(LoginSession)).one()
        assert token not in (kept.token_hash, kept.form_token)
        assert session.scalar(select(func.count()).select_from(LoginAttempt)) == 0
    assert who(engine, token + "x") is None


def test_whoever_is_wrong_hears_the_same_words(engine: Engine) -> None:
    code_of_b1(engine)
    with writing(engine) as session:
        closed = create_account(session, "closed", "Closed", Rights("planner"), NOW)
        accounts.set_password(session, closed.id, PASSWORD, HASHER)
        closed.closed_at = NOW
    wrong = (
        ("anna", "four words that do not"),
        ("anna", PASSWORD.upper()),
        ("anna", ""),
        ("anna", "ABCD2345"),
        ("pia", PASSWORD),
        ("nobody", PASSWORD),
        ("", ""),
        ("b1", "ABCD2345"),
        ("b1", PASSWORD),
        ("closed", PASSWORD),
        ("an\0na\ud800" + "x" * 5000, "\0\ud800" + "x" * 5000),
    )
    for number, (username, secret) in enumerate(wrong):
        with pytest.raises(LoginRefusedError) as refused:
            enter(engine, username, secret, address=f"10.0.0.{number}")
        assert (type(refused.value), str(refused.value)) == (LoginRefusedError, REFUSED)


def test_every_try_hashes_once_whether_there_is_such_an_account_or_not(engine: Engine) -> None:
    class Counting(type(HASHER)):  # type: ignore[misc]  # The class of the hash is its own base here.
        tries = 0

        def verify_and_update(self, password: str | bytes, kept: str | bytes) -> tuple[bool, str | None]:
            Counting.tries += 1
            return super().verify_and_update(password, kept)  # type: ignore[no-any-return]  # As above.

    counting, code = Counting(HASHER.hashers), code_of_b1(engine)
    for number, (username, secret) in enumerate(
        [("anna", "wrong"), ("nobody", "wrong"), ("pia", "wrong"), ("b1", "ABCD2345"), ("nobody", code), ("", "")], 1
    ):
        with pytest.raises(LoginRefusedError):
            login.log_in(engine, username, secret, "10.0.0.1", NOW - number * HOUR, hasher=counting)
        assert Counting.tries == number


def test_a_code_opens_one_login_and_a_replay_none(engine: Engine) -> None:
    code = code_of_b1(engine)
    found = who(engine, enter(engine, "b1", code.lower()))
    assert found is not None
    assert (found.actor.role, found.actor.citizen_id) == ("citizen", 1)
    with pytest.raises(LoginRefusedError, match=REFUSED):
        enter(engine, "b1", code, NOW + SECOND)


def test_a_code_used_twice_at_the_same_time_opens_one_login(engine: Engine) -> None:
    code = code_of_b1(engine)

    def attempt(number: int) -> bool:
        try:
            enter(engine, "b1", code, address=f"10.0.0.{number}")
        except LoginRefusedError:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(attempt, range(4))) == 1


def test_a_code_ends_after_a_quarter_of_an_hour_and_with_the_next_code(engine: Engine) -> None:
    first, second = code_of_b1(engine), code_of_b1(engine)
    for code, at in ((first, NOW), (second, NOW + 15 * MINUTE)):
        with pytest.raises(LoginRefusedError, match=REFUSED):
            enter(engine, "b1", code, at)
    enter(engine, "b1", second, NOW + 15 * MINUTE - SECOND)


def test_five_failures_in_a_minute_close_the_door_for_as_long(engine: Engine) -> None:
    for username in ("anna", "nobody"):
        for _ in range(5):
            with pytest.raises(LoginRefusedError, match=REFUSED):
                enter(engine, username, "wrong")
        with pytest.raises(LoginThrottledError, match="too many tries; wait 40 seconds and try again") as throttled:
            enter(engine, username, PASSWORD, NOW + 20 * SECOND)
        assert throttled.value.retry_after == 40
    enter(engine, "anna", PASSWORD, NOW, address="10.0.0.2")
    enter(engine, "anna", PASSWORD, NOW + MINUTE)


def test_whoever_gets_in_begins_anew(engine: Engine) -> None:
    for _ in range(3):
        for _ in range(4):
            with pytest.raises(LoginRefusedError, match=REFUSED):
                enter(engine, "anna", "wrong")
        enter(engine, "anna", PASSWORD)


def test_one_account_from_many_addresses_and_many_accounts_from_one_have_their_limits(engine: Engine) -> None:
    for limit, vary in ((TO_ONE_ACCOUNT, "address"), (FROM_ONE_ADDRESS, "username")):
        outcomes = []
        for number in range(limit + 1):
            given = {"username": "carl", "address": f"10.0.{limit}.0"} | {vary: f"{vary}{number}"}
            with pytest.raises(LoginRefusedError) as refused:
                login.log_in(engine, given["username"], "wrong", given["address"], NOW, hasher=HASHER)
            outcomes.append(type(refused.value))
        assert outcomes == [LoginRefusedError] * limit + [LoginThrottledError]


def test_guesses_at_the_same_time_count_like_guesses_in_turn(engine: Engine) -> None:
    def guess(_: int) -> bool:
        try:
            enter(engine, "anna", "wrong")
        except LoginThrottledError:
            return False
        except LoginRefusedError:
            return True
        raise AssertionError("a wrong password opened a login")

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(guess, range(16))) == 5


def test_with_an_issuer_only_the_account_behind_the_glass_gets_in(engine: Engine) -> None:
    def attempt(username: str) -> None:
        login.log_in(
            engine, username, PASSWORD, "10.0.0.1", NOW, local_allowed=False, break_glass="Anna", hasher=HASHER
        )

    for username in ("pia", "nobody"):
        with pytest.raises(LocalLoginClosedError, match="log in as you do at work"):
            attempt(username)
    attempt("ANNA")
    with pytest.raises(LocalLoginClosedError):
        login.log_in(engine, "anna", PASSWORD, "10.0.0.1", NOW, local_allowed=False, hasher=HASHER)


def test_a_password_is_hashed_anew_when_the_cost_has_risen(engine: Engine) -> None:
    stronger = type(HASHER)((type(HASHER.hashers[0])(time_cost=2, memory_cost=16, parallelism=1),))  # type: ignore[call-arg]  # Argon2's own.
    login.log_in(engine, "anna", PASSWORD, "10.0.0.1", NOW, hasher=stronger)
    with reading(engine) as session:
        kept = session.scalars(select(Account.password_hash).where(Account.username == "anna")).one() or ""
    assert "m=16,t=2" in kept
    enter(engine, "anna", PASSWORD)


def test_two_processes_that_start_at_once_make_one_admin(database_url: str) -> None:
    engine = make_engine(database_url)

    def start(_: int) -> str | None:
        with writing(engine) as session:
            return accounts.first_admin(session, NOW, HASHER)

    with ThreadPoolExecutor(4) as pool:
        codes = [code for code in pool.map(start, range(4)) if code]
    assert len(codes) == 1
    enter(engine, "admin", codes[0])
    engine.dispose()
