"""The record of who read or wrote whose personal data, in a chain that shows a later change.

Entries are numbered from 1 without gaps, and each hash covers its entry and the hash before. Citizens stand in it by
random pseudonyms, so that an erasure does not touch the chain. Cutting off the newest entries leaves a whole chain:
note `head` outside the database now and then, and give it to `verify_chain`.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import secrets
from collections.abc import Iterable, Sequence, Set
from contextlib import closing
from dataclasses import dataclass
from typing import Any, NamedTuple, cast

from sqlalchemy import Table, bindparam, insert, select
from sqlalchemy.orm import Session

from catalog.database import insert_rows, padded
from scheduler.tables import AuditEntry, Citizen, Pseudonym
from scheduler.turns import take_turn

GENESIS = "0" * 64  # What stands before the first entry.
NOBODY = ""  # The subject of an entry about no citizen, or about a number that no citizen has.
_FEW = 5_000  # Citizens asked for in one statement.
# Made once and run on the connection: to build them anew took two thirds of a reading's time.
_CHAIN, _PSEUDONYM = (cast(Table, table.__table__) for table in (AuditEntry, Pseudonym))
_ADD = insert(_CHAIN)
_NEWEST = select(_CHAIN.c.id, _CHAIN.c.hash).order_by(_CHAIN.c.id.desc()).limit(1)
_SUBJECTS = select(_PSEUDONYM.c.citizen_id, _PSEUDONYM.c.subject).where(
    _PSEUDONYM.c.citizen_id.in_(bindparam("citizens", expanding=True))
)
_HASHED = ("account_id", "role", "purpose", "subject", "action", "outcome", "request_id")


@dataclass(frozen=True)
class Entry:
    """Somebody does something with one citizen's data (`citizen_id`), or with nobody's."""

    account_id: int | None
    role: str
    purpose: str
    citizen_id: int | None
    action: str
    outcome: str
    request_id: str
    at: dt.datetime


class Head(NamedTuple):
    """The newest entry's number and hash."""

    id: int
    hash: str


class Look(NamedTuple):
    """What a citizen is told about a use of her data; not which member of staff it was."""

    at: dt.datetime
    role: str
    purpose: str
    action: str
    outcome: str


def record(session: Session, entries: Iterable[Entry]) -> None:
    """Add entries to the chain.

    Writers take turns until they commit, so this is the last thing a transaction does before its commit.
    """
    entries = list(entries)
    if not entries:
        return
    citizens = {entry.citizen_id for entry in entries if entry.citizen_id is not None}
    subjects = _pseudonyms(session, citizens)  # While others have the turn.
    take_turn(session, "audit")
    subjects |= _make_pseudonyms(session, citizens - subjects.keys())
    last = head(session)
    rows = []
    for entry in entries:
        values = {name: getattr(entry, name) for name in _HASHED if name != "subject"}
        values["subject"] = NOBODY if entry.citizen_id is None else subjects.get(entry.citizen_id, NOBODY)
        number = last.id + 1
        made = _hash(last.hash, number, entry.at, values)
        rows.append(values | {"id": number, "at": entry.at, "previous_hash": last.hash, "hash": made})
        last = Head(number, made)
    session.connection().execute(_ADD, rows)


def head(session: Session) -> Head:
    """The end of the chain; number 0 where there is no entry yet."""
    newest = session.connection().execute(_NEWEST).first()
    return Head(0, GENESIS) if newest is None else Head(*newest)


def verify_chain(session: Session, noted: Sequence[Head] = ()) -> int | None:
    """Compute the chain again and give the number of the first entry that is missing or was changed, if any.

    Parameters
    ----------
    noted
        Heads that were noted earlier; the chain must still hold them.
    """
    expected = {mark.id: mark.hash for mark in noted}
    number, before = 0, GENESIS
    query = select(_CHAIN).order_by(_CHAIN.c.id).execution_options(yield_per=1_000)
    with closing(session.execute(query)) as chain:
        for entry in chain.mappings():
            number += 1
            made = _hash(before, number, entry["at"], {name: entry[name] for name in _HASHED})
            found = (entry["id"], entry["previous_hash"], entry["hash"])
            if found != (number, before, made) or expected.pop(number, made) != made:
                return number
            before = made
    return number + 1 if any(mark > 0 for mark in expected) else None


def who_looked(session: Session, citizen_id: int) -> list[Look]:
    """Every use of a citizen's data, newest first."""
    rows = session.execute(
        select(AuditEntry.at, AuditEntry.role, AuditEntry.purpose, AuditEntry.action, AuditEntry.outcome)
        .join(Pseudonym, Pseudonym.subject == AuditEntry.subject)
        .where(Pseudonym.citizen_id == citizen_id)
        .order_by(AuditEntry.id.desc())
    )
    return [Look(*row) for row in rows]


def _pseudonyms(session: Session, citizens: Set[int]) -> dict[int, str]:
    """The pseudonyms of those who have one."""
    wanted, known = sorted(citizens), dict[int, str]()
    for start in range(0, len(wanted), _FEW):
        part = {"citizens": padded(wanted[start : start + _FEW])}
        for key, subject in session.connection().execute(_SUBJECTS, part):
            known[key] = subject
    return known


def _make_pseudonyms(session: Session, citizens: Set[int]) -> dict[int, str]:
    """Pseudonyms for citizens who had none; a number that no citizen has gets none."""
    if not citizens:
        return {}
    known = _pseudonyms(session, citizens)  # Another writer may have made some.
    wanted, made = sorted(citizens - known.keys()), dict[int, str]()
    for start in range(0, len(wanted), _FEW):
        found = session.scalars(select(Citizen.id).where(Citizen.id.in_(wanted[start : start + _FEW])))
        made |= {key: secrets.token_hex(16) for key in found}
    insert_rows(session, Pseudonym, [{"citizen_id": key, "subject": subject} for key, subject in made.items()])
    return known | made


def _hash(before: str, number: int, at: dt.datetime, values: dict[str, Any]) -> str:
    document = values | {"id": number, "at": at.astimezone(dt.UTC).isoformat(timespec="microseconds")}
    text_of_it = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(f"{before}{text_of_it}".encode()).hexdigest()
