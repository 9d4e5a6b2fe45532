"""Bulk insertion of columns into a table."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice, repeat
from typing import Any

import numpy as np
from sqlalchemy import insert
from sqlalchemy.orm import Session

from catalog.columns import Base

CHUNK = 50_000


def insert_columns(session: Session, table: type[Base], **columns: Any) -> None:
    """Insert rows given as columns: arrays or lists of one length, and single values that hold in every row."""
    lists = {name: _list(column) for name, column in columns.items()}
    count = max(len(column) for column in lists.values() if column is not None)
    rows = zip(
        *(repeat(columns[name], count) if column is None else column for name, column in lists.items()), strict=True
    )
    statement = insert(Base.metadata.tables[table.__tablename__])
    while chunk := [dict(zip(lists, row, strict=True)) for row in islice(rows, CHUNK)]:
        session.execute(statement, chunk)


def insert_tuples(
    session: Session, table: type[Base], names: Sequence[str], rows: Sequence[tuple[Any, ...]], **same: Any
) -> None:
    """Insert rows given as tuples of some columns, with single values that hold in every row."""
    if rows:
        insert_columns(session, table, **dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)), **same)


def _list(column: Any) -> list[Any] | None:
    if isinstance(column, np.ndarray):
        items: list[Any] = column.tolist()
        return items
    return list(column) if isinstance(column, list | tuple) else None


def named(names: Sequence[str], position: Any) -> list[str]:
    """The names at some positions."""
    return [names[place] for place in position.tolist()]
