"""How somebody gets in with a name and a password or a one-time code; the front door to `throttle` and `sessions`."""

from __future__ import annotations

import datetime as dt
import secrets
import threading
from dataclasses import dataclass
from functools import cache

import structlog
from pwdlib import PasswordHash
from sqlalchemy import Engine, select, true, update
from sqlalchemy.orm import Session

from catalog.database import reading, writing
from scheduler.account_tables import Account, LoginSession
from scheduler.accounts import HASHER, LONGEST_PASSWORD, read_code, tidy_password, tidy_username
from scheduler.sessions import (
    Found,
    UnknownKeyError,
    find_key,
    find_session,
    list_keys,
    log_out,
    make_key,
    open_session,
    revoke_key,
    touch,
)
from scheduler.throttle import LocalLoginClosedError, LoginRefusedError, LoginThrottledError, forget_tries, note_try

__all__ = [
    "Found",
    "LocalLoginClosedError",
    "LoginRefusedError",
    "LoginThrottledError",
    "UnknownKeyError",
    "find_key",
    "find_session",
    "list_keys",
    "log_in",
    "log_out",
    "make_key",
    "open_session",
    "revoke_key",
    "touch",
]

LONGEST_QUEUE = 5  # seconds
_HASHING = threading.BoundedSemaphore(2)  # A hash takes 64 MiB and a core.


@dataclass(frozen=True)
class _Claim:
    """An account that somebody says is hers, and the kept hash of the password or code that she gave."""

    account_id: int
    hash: str
    by_code: bool


def log_in(
    engine: Engine,
    username: str,
    password_or_code: str,
    address: str,
    now: dt.datetime,
    *,
    local_allowed: bool = True,
    break_glass: str | None = None,
    hasher: PasswordHash = HASHER,
) -> tuple[str, LoginSession]:
    """Log somebody in and return the cookie's value.

    It takes the engine, for it is three transactions: the try is kept although the login is refused, and the slow hash
    must not hold the database. Every try computes one hash, whether there is such an account or not.

    Parameters
    ----------
    local_allowed
        False where an issuer is configured; then only the account `break_glass` may log in here.

    Raises
    ------
    LocalLoginClosedError, LoginThrottledError, LoginRefusedError
    """
    wanted = tidy_username(username)
    opens_glass = break_glass is not None and wanted == tidy_username(break_glass)
    if not (local_allowed or opens_glass):
        raise LocalLoginClosedError("names and passwords are not used here; log in as you do at work")
    code = read_code(password_or_code)
    with writing(engine) as session:
        note_try(session, wanted, address, now)
    with reading(engine) as session:
        claim = _find_claim(session, wanted, code is not None, now)
    secret = tidy_password(code or password_or_code[: LONGEST_PASSWORD + 1])
    right, better_hash = _verify(hasher, secret, claim)
    with writing(engine) as session:
        if claim is None or not right or not _use(session, claim, better_hash):
            raise LoginRefusedError("wrong name, password or code; ask at the centre for a new code")
        forget_tries(session, wanted, address)
        if opens_glass:
            structlog.get_logger().warning("break_glass_login", account_id=claim.account_id)
        token, opened = open_session(session, claim.account_id, now, by_code=claim.by_code)
        session.expunge(opened)  # so that it can be read after the commit
        return token, opened


def _find_claim(session: Session, username: str, by_code: bool, now: dt.datetime) -> _Claim | None:
    column = Account.code_hash if by_code else Account.password_hash
    holds = Account.code_until > now if by_code else true()
    found = session.execute(
        select(Account.id, column).where(Account.username == username, Account.closed_at.is_(None), holds)
    ).one_or_none()
    return None if found is None or found[1] is None else _Claim(found[0], found[1], by_code)


def _verify(hasher: PasswordHash, secret: bytes, claim: _Claim | None) -> tuple[bool, str | None]:
    """Say whether a secret is right and how to keep it better; where nobody claims anything, take as long to say no."""
    nobody = _hash_of_nobody(hasher)
    if not _HASHING.acquire(timeout=LONGEST_QUEUE):
        raise LoginThrottledError(LONGEST_QUEUE)
    try:
        return hasher.verify_and_update(secret, nobody if claim is None else claim.hash)
    finally:
        _HASHING.release()


def _use(session: Session, claim: _Claim, better_hash: str | None) -> bool:
    """Use a code up, or keep a password; false where somebody else was first or the account has changed."""
    column = Account.code_hash if claim.by_code else Account.password_hash
    kept = None if claim.by_code else better_hash or claim.hash
    used = session.execute(
        update(Account)
        .where(Account.id == claim.account_id, column == claim.hash, Account.closed_at.is_(None))
        .values({column: kept})
        .returning(Account.id)
    )
    return used.first() is not None


@cache
def _hash_of_nobody(hasher: PasswordHash) -> str:
    return hasher.hash(secrets.token_urlsafe(32))
