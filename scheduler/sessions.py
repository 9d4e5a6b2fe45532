"""Who is logged in, by the cookie of a browser or the key of a machine; only their hashes are kept."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, delete, func, lambda_stmt, or_, select, update
from sqlalchemy.orm import Session

from catalog.columns import UtcTime
from catalog.database import padded, run_made
from catalog.tables import StaffMember
from scheduler.account_tables import Account, ApiKey, LoginSession
from scheduler.accounts import find_account
from scheduler.actions import Actor
from scheduler.request_tables import PlanChange
from scheduler.stored import NotFoundError

IDLE_STAFF, IDLE_CITIZEN = dt.timedelta(minutes=15), dt.timedelta(minutes=30)
LONGEST_LOGIN = dt.timedelta(hours=8)
SEEN_EVERY = dt.timedelta(minutes=1)
KEY_PREFIX = "igk_"
MOST_TOKENS = 64  # looked up in one statement
# Made once, for every request asks them: an account that is not closed, in the order of an actor's fields.
_ACTORS = (
    select(
        Account.id,
        Account.name,
        Account.role,
        Account.scope,
        Account.citizen_id,
        Account.staff_id,
        StaffMember.team,
        Account.sees_protected,
    )
    .outerjoin(StaffMember, StaffMember.id == Account.staff_id)
    .where(Account.closed_at.is_(None))
)
_CHANGE = (
    select(func.max(PlanChange.id)).where(PlanChange.citizen_id == Account.citizen_id).correlate(Account)
).scalar_subquery()
_LOGIN = (
    _ACTORS.add_columns(
        LoginSession.form_token,
        LoginSession.token_hash,
        LoginSession.created_at,
        LoginSession.seen_at,
        func.coalesce(_CHANGE, 0),
    )
    .join(LoginSession, LoginSession.account_id == Account.id)
    .where(LoginSession.token_hash.in_(bindparam("hashes", expanding=True)))
)
_KEY = _ACTORS.join(ApiKey, ApiKey.account_id == Account.id).where(
    ApiKey.key_hash == bindparam("hash"),
    or_(ApiKey.revoked_at.is_(None), ApiKey.revoked_at > bindparam("now", type_=UtcTime)),
)
_BY_LOGIN, _BY_KEY = lambda_stmt(lambda: _LOGIN), lambda_stmt(lambda: _KEY)


class UnknownKeyError(NotFoundError):
    """There is no such key."""


@dataclass(frozen=True)
class Found:
    """Who is logged in; `stale` where `touch` should note that she is still there; a key has no end."""

    actor: Actor
    stale: bool
    change: int | None  # the last change of any week of the citizen that she is, 0 = none; a key does not tell
    until: dt.datetime | None = None  # the end of a login in which nothing more is asked


def open_session(
    session: Session, account_id: int, now: dt.datetime, *, by_code: bool = False
) -> tuple[str, LoginSession]:
    """Begin a login of somebody who has shown who she is, and return the cookie's value."""
    session.execute(delete(LoginSession).where(LoginSession.created_at <= now - LONGEST_LOGIN))
    token = secrets.token_urlsafe(32)
    opened = LoginSession(
        token_hash=hash_of(token),
        account_id=account_id,
        form_token=secrets.token_urlsafe(32),
        created_at=now,
        seen_at=now,
        by_code=by_code,
    )
    session.add(opened)
    session.flush()
    return token, opened


def find_session(session: Session, token: str, now: dt.datetime) -> Found | None:
    """Who is logged in by a cookie's value; nobody after a time without her, after 8 hours, or in a closed account."""
    return find_sessions(session, (token,), now).get(token)


def find_sessions(session: Session, tokens: Collection[str], now: dt.datetime) -> dict[str, Found]:
    """Who is logged in by each of at most `MOST_TOKENS` cookies' values, as `find_session` says."""
    token_of = {hash_of(token): token for token in tokens}
    found = {}
    asked = {"hashes": padded(list(token_of))}
    for *who, token_hash, created_at, seen_at, change in run_made(session, _BY_LOGIN, asked):
        actor = Actor(*who)
        idle = IDLE_CITIZEN if actor.role in ("citizen", "representative") else IDLE_STAFF
        until = min(created_at + LONGEST_LOGIN, seen_at + idle)
        if now < until:
            found[token_of[token_hash]] = Found(actor, now >= seen_at + SEEN_EVERY, change, until)
    return found


def touch(session: Session, token: str, now: dt.datetime) -> None:
    """Note that somebody who is logged in is still there."""
    session.execute(
        update(LoginSession)
        .where(LoginSession.token_hash == hash_of(token), LoginSession.seen_at < now)
        .values(seen_at=now)
    )


def log_out(session: Session, token: str) -> None:
    """End a login; nothing happens where it has ended already."""
    session.execute(delete(LoginSession).where(LoginSession.token_hash == hash_of(token)))


def make_key(session: Session, account_id: int, label: str, now: dt.datetime) -> str:
    """Make a key that lets a machine act as an account; it is shown this once."""
    key = KEY_PREFIX + secrets.token_urlsafe(32)
    find_account(session, account_id)
    session.add(ApiKey(key_hash=hash_of(key), account_id=account_id, label=label.strip() or "key", created_at=now))
    session.flush()
    return key


def find_key(session: Session, key: str, now: dt.datetime) -> Actor | None:
    """As whom a machine with this key acts; nobody where the key is revoked or the account closed."""
    found = run_made(session, _BY_KEY, {"hash": hash_of(key), "now": now}).one_or_none()
    return None if found is None else Actor(*found)


def list_keys(session: Session, account_id: int) -> Sequence[ApiKey]:
    """The keys of an account, the newest first."""
    keys = select(ApiKey).where(ApiKey.account_id == account_id)
    return session.scalars(keys.order_by(ApiKey.created_at.desc(), ApiKey.key_hash)).all()


def revoke_key(session: Session, key_hash: str, now: dt.datetime) -> None:
    """End a key, named by its hash, or raise UnknownKeyError."""
    key = session.get(ApiKey, key_hash)
    if key is None:
        raise UnknownKeyError("key: no such key; look it up in the list of the account's keys")
    key.revoked_at = key.revoked_at or now


def hash_of(token: str) -> str:
    """What is kept of a key or of a cookie's value, which are long and random."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
