"""Whose a key, a login or a name is that opens nothing, for the record of who was refused."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.account_tables import Account, ApiKey, LoginSession
from scheduler.accounts import tidy_username
from scheduler.sessions import hash_of


def holder_of(session: Session, secret: str) -> Account | None:
    """The account of a key or of a login's cookie, whether it still opens anything or not."""
    kept = hash_of(secret)
    for table, column in ((ApiKey, ApiKey.key_hash), (LoginSession, LoginSession.token_hash)):
        found = session.scalar(select(Account).join(table, table.account_id == Account.id).where(column == kept))
        if found is not None:
            return found
    return None


def named(session: Session, username: str) -> Account | None:
    """The account of a name that somebody gave at the door."""
    return session.scalar(select(Account).where(Account.username == tidy_username(username)))
