"""Who is logged in, by the cookie of a browser or the key of a machine; only their hashes are kept."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, delete, or_, select, update
from sqlalchemy.orm import Session

from catalog.tables import StaffMember
from scheduler.account_tables import Account, ApiKey, LoginSession
from scheduler.accounts import find_account
from scheduler.actions import Actor
from scheduler.stored import NotFoundError

IDLE_STAFF, IDLE_CITIZEN = dt.timedelta(minutes=15), dt.timedelta(minutes=30)
LONGEST_LOGIN = dt.timedelta(hours=8)
SEEN_EVERY = dt.timedelta(minutes=1)
KEY_PREFIX = "igk_"


class UnknownKeyError(NotFoundError):
    """There is no such key."""


@dataclass(frozen=True)
class Found:
    """Who is logged in; `stale` where `touch` should note that she is still there."""

    actor: Actor
    stale: bool


def open_session(session: Session, account_id: int, now: dt.datetime) -> tuple[str, LoginSession]:
    """Begin a login of somebody who has shown who she is, and return the cookie's value."""
    session.execute(delete(LoginSession).where(LoginSession.created_at <= now - LONGEST_LOGIN))
    token = secrets.token_urlsafe(32)
    opened = LoginSession(
        token_hash=_hash(token),
        account_id=account_id,
        form_token=secrets.token_urlsafe(32),
        created_at=now,
        seen_at=now,
    )
    session.add(opened)
    session.flush()
    return token, opened


def find_session(session: Session, token: str, now: dt.datetime) -> Found | None:
    """Who is logged in by a cookie's value; nobody after a time without her, after 8 hours, or in a closed account."""
    logins = _open_accounts().add_columns(LoginSession).join(LoginSession, LoginSession.account_id == Account.id)
    found = session.execute(logins.where(LoginSession.token_hash == _hash(token))).one_or_none()
    if found is None:
        return None
    account, team, login = found
    idle = IDLE_CITIZEN if account.role in ("citizen", "representative") else IDLE_STAFF
    if now >= login.created_at + LONGEST_LOGIN or now >= login.seen_at + idle:
        return None
    return Found(_actor(account, team, login.form_token), now >= login.seen_at + SEEN_EVERY)


def touch(session: Session, token: str, now: dt.datetime) -> None:
    """Note that somebody who is logged in is still there."""
    session.execute(
        update(LoginSession)
        .where(LoginSession.token_hash == _hash(token), LoginSession.seen_at < now)
        .values(seen_at=now)
    )


def log_out(session: Session, token: str) -> None:
    """End a login; nothing happens where it has ended already."""
    session.execute(delete(LoginSession).where(LoginSession.token_hash == _hash(token)))


def make_key(session: Session, account_id: int, label: str, now: dt.datetime) -> str:
    """Make a key that lets a machine act as an account; it is shown this once."""
    key = KEY_PREFIX + secrets.token_urlsafe(32)
    find_account(session, account_id)
    session.add(ApiKey(key_hash=_hash(key), account_id=account_id, label=label.strip() or "key", created_at=now))
    session.flush()
    return key


def find_key(session: Session, key: str, now: dt.datetime) -> Actor | None:
    """As whom a machine with this key acts; nobody where the key is revoked or the account closed."""
    holds = or_(ApiKey.revoked_at.is_(None), ApiKey.revoked_at > now)
    accounts = _open_accounts().join(ApiKey, ApiKey.account_id == Account.id)
    found = session.execute(accounts.where(ApiKey.key_hash == _hash(key), holds)).one_or_none()
    return None if found is None else _actor(*found, None)


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


def _open_accounts() -> Select[Account, str]:
    teams = select(Account, StaffMember.team).outerjoin(StaffMember, StaffMember.id == Account.staff_id)
    return teams.where(Account.closed_at.is_(None))


def _actor(account: Account, team: str | None, form_token: str | None) -> Actor:
    return Actor(
        account_id=account.id,
        name=account.name,
        role=account.role,
        scope=account.scope,
        citizen_id=account.citizen_id,
        staff_id=account.staff_id,
        team=team,
        sees_protected=account.sees_protected,
        form_token=form_token,
    )


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
