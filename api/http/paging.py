"""Pages of lists: at most 200 rows, and a cursor to the next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Query
from pydantic import BaseModel
from sqlalchemy import Integer, Select
from sqlalchemy.orm import Session

from api.http.problems import RequestError

MOST = 200
LARGEST = 2**31

Limit = Annotated[int, Query(ge=1, le=MOST, description="How many rows at most.")]
After = Annotated[str | None, Query(max_length=200, description="The `next` of the page before.")]


Row = TypeVar("Row")


class Page(BaseModel, Generic[Row]):
    """A page of a list; `next` is empty on the last one."""

    items: list[Row]
    next: str | None = None


def read_page(
    session: Session, rows: Select[Any], key: Any, after: str | None, limit: int, *, falling: bool = False
) -> tuple[Sequence[Any], str | None]:
    """One page of the rows of a single table, in the order of its `key` column, and the cursor to the next."""
    wanted = rows.order_by(key.desc() if falling else key).limit(limit + 1)
    if after is not None:
        cursor = _read_cursor(key, after)
        wanted = wanted.where(key < cursor if falling else key > cursor)
    found = session.scalars(wanted).all()
    more = len(found) > limit
    page = found[:limit]
    return page, str(getattr(page[-1], key.key)) if more else None


def _read_cursor(key: Any, after: str) -> int | str:
    """The value of the key column after which a page begins."""
    if not isinstance(key.type, Integer) and after.isprintable():
        return after
    if isinstance(key.type, Integer) and after.isdecimal() and int(after) < LARGEST:
        return int(after)
    raise RequestError("invalid", "after: expected the `next` of the page before")
