"""Erases a citizen: a tombstone takes her place, so that groups keep their counts and the audit its chain.

Her id is first written to a list outside the database, so that a restored backup erases her again. What stays is the
tombstone's number in what runs proposed and in the documents that went out, which name nobody.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from sqlalchemy import Table, delete, select, update
from sqlalchemy.orm import Session

from scheduler.leaving import leave_all
from scheduler.personal import mentions, personal_columns
from scheduler.stored import NotFoundError
from scheduler.stripping import remove_inputs
from scheduler.tables import (
    Account,
    ApiKey,
    Base,
    Citizen,
    CitizenJob,
    CitizenPeriod,
    LoginAttempt,
    LoginSession,
    PlanEntry,
    StoredAnswer,
    WeekPrint,
)

DEFAULT_LIST = Path("igang-erased.jsonl")
TOMBSTONE = "erased-"  # How a tombstone's external id begins.
# Accounts get a tombstone, plan entries count seats, and whoever asked for an erasure sees that it is done.
KEPT = {Account.__tablename__, PlanEntry.__tablename__, CitizenJob.__tablename__}


class ErasedListError(ValueError):
    """The list of erased citizens cannot be read; names the file and the line."""


@dataclass(frozen=True)
class Erased:
    """What an erasure did."""

    external_id: str
    runs: int  # that can no longer be replayed


def erase(session: Session, citizen_id: int, listed: Path, now: dt.datetime) -> Erased:
    """Note the citizen's id in the list, then put a tombstone in her place.

    Raises
    ------
    NotFoundError
        There is no such citizen, or she is erased already.
    """
    external_id = list_and_bury(session, citizen_id, listed, now)
    return Erased(external_id, remove_inputs(session, now))


def list_and_bury(session: Session, citizen_id: int, listed: Path, now: dt.datetime) -> str:
    """As `erase`, but leave the runs' inputs to the caller; returns the id that she had.

    Raises
    ------
    NotFoundError
        There is no such citizen, or she is erased already.
    """
    citizen = session.get(Citizen, citizen_id)
    if citizen is None or citizen.external_id.startswith(TOMBSTONE):
        raise NotFoundError(f"there is no citizen {citizen_id} who could be erased")
    external_id = citizen.external_id
    _note(listed, external_id, now)
    bury(session, citizen, now)
    return external_id


def erase_again(session: Session, listed: Path, now: dt.datetime) -> int:
    """Erase everybody on the list whom a restored backup brought back, and say how many; no list erases nobody.

    Somebody who joined after her erasure has come anew, and stays.
    """
    count = 0
    for external_id, moment in read_list(listed):
        citizen = session.scalar(select(Citizen).where(Citizen.external_id == external_id))
        if citizen is not None and citizen.joined <= moment.date():
            bury(session, citizen, now)
            count += 1
    if count:
        remove_inputs(session, now)
    return count


def bury(session: Session, citizen: Citizen, now: dt.datetime) -> None:
    """Make a tombstone of a citizen, whose places others can have; the list and the runs' inputs are the caller's."""
    words = {citizen.external_id, citizen.name or citizen.external_id}
    leave_all(session, citizen.id, now)
    _drop_answers(session, citizen.id, words)
    session.execute(delete(WeekPrint))  # Each names everybody.
    _close_accounts(session, citizen.id, now)
    session.execute(delete(CitizenJob).where(CitizenJob.citizen_id == citizen.id, CitizenJob.kind != "erasure"))
    for table in reversed(Base.metadata.sorted_tables):
        if table.name not in KEPT:
            for column in personal_columns(table):
                session.execute(delete(table).where(column == citizen.id))
    citizen.external_id = f"{TOMBSTONE}{secrets.token_hex(8)}"
    citizen.name = citizen.interpreter = None
    citizen.joined = citizen.joined.replace(month=1, day=1)
    citizen.min_minutes = citizen.max_minutes = citizen.energy = citizen.daily_limit = 0
    citizen.weight_percent, citizen.out_of_work_since, citizen.protected_address = 100, None, False
    session.add(CitizenPeriod(citizen_id=citizen.id, start=citizen.joined, kind="exit"))  # No week plans a tombstone.
    session.flush()
    session.expire_all()


def read_list(listed: Path) -> list[tuple[str, dt.datetime]]:
    """The external ids of the erased, and when.

    Raises
    ------
    ErasedListError
        A line cannot be read. Nothing may be restored without it.
    """
    if not listed.exists():
        return []
    found = []
    for number, line in enumerate(listed.read_text(encoding="utf-8").splitlines(), 1):
        try:
            entry = json.loads(line)
            found.append((str(entry["external_id"]), dt.datetime.fromisoformat(entry["erased_at"])))
        except (ValueError, KeyError, TypeError) as error:
            raise ErasedListError(f"{listed}, line {number}: expected an erased id with its time: {error}") from error
    return found


def _note(listed: Path, external_id: str, now: dt.datetime) -> None:
    entry = json.dumps({"external_id": external_id, "erased_at": now.isoformat()}, ensure_ascii=False)
    number = os.open(listed, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(number, f"{entry}\n".encode())
        os.fsync(number)
    finally:
        os.close(number)


def _drop_answers(session: Session, citizen_id: int, words: set[str]) -> None:
    """Drop stored answers, also of staff, that tell of her."""
    for answer in session.scalars(select(StoredAnswer).execution_options(yield_per=500)):
        if mentions(answer.body, citizen_id, words):
            session.delete(answer)


def _close_accounts(session: Session, citizen_id: int, now: dt.datetime) -> None:
    for account in session.scalars(select(Account).where(Account.citizen_id == citizen_id)).all():
        session.execute(delete(LoginAttempt).where(LoginAttempt.username == account.username))
        for table in (LoginSession, ApiKey, StoredAnswer):
            theirs = cast(Table, table.__table__)
            session.execute(delete(theirs).where(theirs.c.account_id == account.id))
        gone: dict[str, Any] = {"password_hash": None, "code_hash": None, "code_until": None, "closed_at": now}
        tombstone = f"{TOMBSTONE}{secrets.token_hex(8)}"
        session.execute(update(Account).where(Account.id == account.id).values(username=tombstone, name="", **gone))
