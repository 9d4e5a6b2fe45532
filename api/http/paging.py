"""Pages of lists: at most 200 rows, and a cursor to the next."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Query
from pydantic import BaseModel
from sqlalchemy import Select
from sqlalchemy.orm import Session

MOST = 200

Limit = Annotated[int, Query(ge=1, le=MOST, description="How many rows at most.")]
After = Annotated[str | None, Query(max_length=200, description="The `next` of the page before.")]


Row = TypeVar("Row")


class Page(BaseModel, Generic[Row]):
    """A page of a list; `next` is empty on the last one."""

    items: list[Row]
    next: str | None = None


def read_page(
    session: Session, rows: Select[Any], key: Any, after: Any, limit: int
) -> tuple[Sequence[Any], str | None]:
    """One page of the rows of a single table, in the order of its `key` column, and the cursor to the next."""
    wanted = rows.order_by(key).limit(limit + 1)
    if after is not None:
        wanted = wanted.where(key > after)
    found = session.scalars(wanted).all()
    more = len(found) > limit
    page = found[:limit]
    return page, str(getattr(page[-1], key.key)) if more else None
