"""Where the tables keep what belongs to one citizen, and the copy of it that she can ask for."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Column, LargeBinary, Table, select
from sqlalchemy.orm import Session

from scheduler.audit import who_looked
from scheduler.stored import NotFoundError, PlannedMeeting, clock, placed_meetings, planned_meetings
from scheduler.tables import Base, Citizen, KeepApart, Place, PlanEntry, Pseudonym, Run

# Of two citizens each may know her own data only; pseudonyms mean nothing outside the audit; her groups are in words.
NOT_COPIED = {KeepApart.__tablename__, Pseudonym.__tablename__, PlanEntry.__tablename__, Place.__tablename__}
SECRET = re.compile("hash|token")


def personal_columns(table: Table) -> list[Column[Any]]:
    """The columns of a table that refer to a citizen."""
    return [
        column for column in table.columns if any(key.column is Citizen.__table__.c.id for key in column.foreign_keys)
    ]


def copy_of(session: Session, citizen_id: int) -> dict[str, Any]:
    """Everything that is kept about a citizen, ready for JSON: her rows by table, her weeks in words, and who looked.

    Secrets are left out, and with whom she must not share a group: that names somebody else.

    Raises
    ------
    NotFoundError
        There is no such citizen.
    """
    if session.get(Citizen, citizen_id) is None:
        raise NotFoundError(f"there is no citizen {citizen_id}")
    document: dict[str, Any] = {"citizen": _rows(session, Base.metadata.tables["citizen"], "id", citizen_id)[0]}
    for table in Base.metadata.sorted_tables:
        columns = [] if table.name in NOT_COPIED else personal_columns(table)
        rows = [row for column in columns for row in _rows(session, table, column.name, citizen_id)]
        if rows:
            document[table.name] = rows
    document["weeks"] = _weeks(session, citizen_id)
    document["places"] = _in_words(placed_meetings(session, citizen_id))
    document["looks"] = [
        {name: _plain(value) for name, value in look._asdict().items()} for look in who_looked(session, citizen_id)
    ]
    return document


def mentions(content: bytes, citizen_id: int, words: Iterable[str]) -> bool:
    """Whether a JSON text tells of a citizen, by her number or by one of these words."""
    by_number = rb'"(citizen|citizen_id)":\s*%d\b' % citizen_id
    return re.search(by_number, content) is not None or any(word.encode() in content for word in words)


def _rows(session: Session, table: Table, column: str, citizen_id: int) -> list[dict[str, Any]]:
    shown = [one for one in table.columns if not SECRET.search(one.name) and not isinstance(one.type, LargeBinary)]
    rows = session.execute(select(*shown).where(table.columns[column] == citizen_id).order_by(*table.primary_key))
    return [{name: _plain(value) for name, value in row._mapping.items()} for row in rows]


def _weeks(session: Session, citizen_id: int) -> list[dict[str, Any]]:
    runs = session.execute(
        select(Run.id, Run.week, Run.state)
        .where(Run.id.in_(select(PlanEntry.run_id).where(PlanEntry.citizen_id == citizen_id)))
        .order_by(Run.week, Run.id)
    ).all()
    return [
        {
            "run": run_id,
            "week": week,
            "state": state,
            "meetings": _in_words(planned_meetings(session, run_id, citizen_id)),
        }
        for run_id, week, state in runs
    ]


def _in_words(meetings: Iterable[PlannedMeeting]) -> list[dict[str, str]]:
    return [
        {
            "date": meeting.date.isoformat(),
            "start": clock(meeting.start),
            "end": clock(meeting.end),
            "offering": meeting.offering,
            "site": meeting.site,
        }
        for meeting in meetings
    ]


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date | dt.datetime) else value
