"""The answers to writes with an idempotency key: a key that comes again gets its first answer again.

The edge opens one transaction, calls `begin`, does the write, calls `remember` and commits: a crash loses all of it or
nothing. A refused write is rolled back with its key, so the same key may try again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import cache
from typing import Any, cast

from sqlalchemy import Table, bindparam, delete, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from catalog.columns import Base
from catalog.database import run_made
from scheduler.tables import StoredAnswer

UNANSWERED = 0  # The status of a key whose write is under way; seen only inside its own transaction.
# Made once and run on the connection, for every write asks them.
_ANSWERS = cast(Table, StoredAnswer.__table__)
_CLAIM = {
    "postgresql": postgresql.insert(_ANSWERS).on_conflict_do_nothing().returning(_ANSWERS.c.key),
    "sqlite": sqlite.insert(_ANSWERS).on_conflict_do_nothing().returning(_ANSWERS.c.key),
}
_KEEP = (
    update(_ANSWERS)
    .where(
        _ANSWERS.c.account_id == bindparam("of_account"),
        _ANSWERS.c.key == bindparam("of_key"),
        _ANSWERS.c.request_hash == bindparam("of_request"),
        _ANSWERS.c.status == UNANSWERED,
    )
    .values({name: bindparam(name) for name in ("status", "headers", "body", "at")})
    .returning(_ANSWERS.c.key)
)


class IdempotencyError(ValueError):
    """A key cannot be used; the message says what to do. Its kinds: `KeyReusedError`, `AnswerLostError`."""


class KeyReusedError(IdempotencyError):
    """The key came before with another request."""


class AnswerLostError(IdempotencyError):
    """The key's write was committed without its answer."""


def begin(session: Session, account_id: int, key: str, request_hash: str, now: dt.datetime) -> StoredAnswer | None:
    """Claim a key for the write that follows, or give the answer that it got before.

    Of two equal keys at once the second waits here until the first's transaction has ended.

    Raises
    ------
    KeyReusedError
        The same key came with another request.
    AnswerLostError
        Its write was committed, but `remember` was not called.
    """
    claim = {
        "account_id": account_id, "key": key, "request_hash": request_hash, "status": UNANSWERED, "headers": {},
        "body": b"", "at": now,
    }  # fmt: skip
    connection = session.connection()
    if connection.execute(_CLAIM[connection.dialect.name], claim).first() is not None:
        return None
    found = session.get_one(StoredAnswer, (account_id, key), populate_existing=True)
    if found.request_hash != request_hash:
        raise KeyReusedError(f"the key {key!r} was used for another request: give every new request a key of its own")
    if found.status == UNANSWERED:
        raise AnswerLostError(f"the write with key {key!r} is done, but its answer was not kept: read what is there")
    return found


def remember(
    session: Session,
    account_id: int,
    key: str,
    request_hash: str,
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    now: dt.datetime,
) -> None:
    """Keep the answer in the transaction that did the write."""
    kept = {
        "of_account": account_id, "of_key": key, "of_request": request_hash,
        "status": status, "headers": dict(headers), "body": body, "at": now,
    }  # fmt: skip
    changed = run_made(session, _KEEP, kept)
    if changed.first() is None:
        raise IdempotencyError(f"the key {key!r} was not claimed in this transaction: call begin first")


def forget_before(session: Session, moment: dt.datetime) -> int:
    """Drop the answers older than a moment, and say how many; their keys count as new again."""
    old = session.execute(delete(StoredAnswer).where(StoredAnswer.at < moment).returning(StoredAnswer.key))
    return len(old.all())


def insert_new(session: Session, table: type[Base]) -> Any:
    """An insert that leaves rows alone which are there already, on either database."""
    return _insert_new(session.get_bind().dialect.name, table)


@cache
def _insert_new(database: str, table: type[Base]) -> Any:
    insert = postgresql.insert if database == "postgresql" else sqlite.insert
    return insert(table).on_conflict_do_nothing()


def replace_row(session: Session, table: type[Base], row: Mapping[str, Any]) -> None:
    """Insert a row, or let it take the place of the one with its primary key, whoever else does the same meanwhile."""
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    made = (postgresql.insert if is_postgresql else sqlite.insert)(table).values(**row)
    key = [column.name for column in table.__table__.primary_key]
    others = {name: made.excluded[name] for name in row if name not in key}
    session.execute(made.on_conflict_do_update(index_elements=key, set_=others))
