"""Writes checked rows into the tables, in the order in which they refer to each other."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import bindparam, delete, inspect, select, update
from sqlalchemy.orm import Session

from catalog.columns import Base
from catalog.database import insert_rows
from catalog.offerings import store_catalog
from catalog.tables import Group, GroupStaff, Meeting, Offering
from catalog.weeks import monday_of
from scheduler.importer.bookings import is_appointment
from scheduler.importer.checking import Checked
from scheduler.importer.columns import (
    CATALOG_TARGETS,
    CITIZEN_TARGETS,
    SERIES,
    SERIES_PARTS,
    Row,
    Target,
    citizen_row,
    series_row,
    times,
)
from scheduler.importer.errors import Place
from scheduler.tables import Citizen, Lock

Rows = Sequence[tuple[Place, Any]]


def store_rows(session: Session, checked: Checked) -> None:
    """Write all good rows; nothing is committed."""
    for catalog in checked.catalogs:
        store_catalog(session, catalog)
    for _, row in checked.of("offerings"):
        session.merge(row.row())
    session.flush()
    for name, targets in CATALOG_TARGETS.items():
        _fill(session, targets, [row for _, row in checked.of(name)], {})
    kinds = dict(session.execute(select(Offering.id, Offering.kind)).all())
    series = [row for _, row in checked.of("series")]
    put_rows(session, SERIES, [series_row(row, kinds[row.offering]) for row in series])
    _fill(session, SERIES_PARTS, series, {})
    _store_groups(session, [row for _, row in checked.of("groups")], kinds)
    _store_citizens(session, checked)


def _store_citizens(session: Session, checked: Checked) -> None:
    put_rows(session, Citizen, [citizen_row(row) for _, row in checked.of("citizens")], ("external_id",))
    number: dict[str, int] = dict(session.execute(select(Citizen.external_id, Citizen.id)).all())
    for name, targets in CITIZEN_TARGETS.items():
        _fill(session, targets, [row for _, row in checked.of(name)], number)
    groups = {(week, code): key for week, code, key in session.execute(select(Group.week, Group.code, Group.id))}
    locks = [
        {
            "citizen_id": number[row.citizen],
            "group_id": groups[row.week, row.group],
            "locked_by": row.locked_by,
            "why": row.why,
        }
        for _, row in checked.of("locks")
    ]
    put_rows(session, Lock, locks)


def _fill(session: Session, targets: Iterable[Target], sheet: Sequence[Any], number: dict[str, int]) -> None:
    """Fill each table from one sheet's rows, with citizens' ids turned into the tables' numbers."""
    for target in targets:
        rows = [_with_numbers(row, number) for line in sheet for row in target.rows(line)]
        if target.owner:
            owners = {line.id if hasattr(line, "id") else line.citizen for line in sheet}
            clear(session, target.table, target.owner, {number.get(owner, owner) for owner in owners})
            insert_rows(session, target.table, rows)
        else:
            put_rows(session, target.table, rows)


def _with_numbers(row: Row, number: dict[str, int]) -> Row:
    for column in ("citizen_id", "first_citizen_id", "second_citizen_id"):
        if column in row:
            row[column] = number[row[column]]
    if "first_citizen_id" in row and row["first_citizen_id"] > row["second_citizen_id"]:
        row["first_citizen_id"], row["second_citizen_id"] = row["second_citizen_id"], row["first_citizen_id"]
    return row


def clear(session: Session, table: type[Base], column: str, values: Iterable[Any]) -> None:
    """Delete a table's rows whose column has one of the values."""
    owner = table.__table__.c[column]
    rows = [{"owner": value} for value in values]
    if rows:
        session.connection().execute(delete(table).where(owner == bindparam("owner")), rows)


def put_rows(session: Session, table: type[Base], rows: Sequence[Row], key: Sequence[str] = ()) -> None:
    """Insert rows, or change those whose key, the primary key by default, the table has. Later rows win."""
    names = [*key] or [column.name for column in inspect(table).primary_key]
    columns = [table.__table__.c[name] for name in names]
    last = {tuple(row[name] for name in names): row for row in rows}
    present = {tuple(there) for there in session.execute(select(*columns))} if last else set()
    insert_rows(session, table, [row for words, row in last.items() if words not in present])
    changed = [{f"key_{name}": value for name, value in row.items()} for words, row in last.items() if words in present]
    others = [name for name in (rows[0] if rows else ()) if name not in names]
    if changed and others:
        same = [column == bindparam(f"key_{column.name}") for column in columns]
        new: dict[str, Any] = {name: bindparam(f"key_{name}") for name in others}
        session.connection().execute(update(table).where(*same).values(**new), changed)


def _store_groups(session: Session, groups: Sequence[Any], kinds: dict[str, str]) -> None:
    rows = [
        {
            "week": row.week,
            "code": row.id,
            "offering_id": row.offering,
            "site_id": row.site,
            "seats": row.seats,
            "minimum": row.minimum,
            "appointment": is_appointment(kinds[row.offering], row.appointment),
            "open_intake": row.open_intake,
        }
        for row in groups
    ]
    put_rows(session, Group, rows, ("week", "code"))
    weeks = {row.week for row in groups}
    number = {
        (week, code): key
        for week, code, key in session.execute(select(Group.week, Group.code, Group.id).where(Group.week.in_(weeks)))
    }
    keys = [number[row.week, row.id] for row in groups]
    for table in (Meeting, GroupStaff):
        clear(session, table, "group_id", keys)
    insert_rows(
        session, Meeting, [meeting for row, key in zip(groups, keys, strict=True) for meeting in _meetings(row, key)]
    )
    held = [
        {"group_id": key, "staff_id": person}
        for row, key in zip(groups, keys, strict=True)
        for person in dict.fromkeys(row.staff)
    ]
    insert_rows(session, GroupStaff, held)


def _meetings(row: Any, key: int) -> Iterable[Row]:
    for meeting in times("group_id", key, row.meetings):
        date = monday_of(row.week) + dt.timedelta(days=meeting["day"])
        yield meeting | {"date": date, "room_id": row.room}
