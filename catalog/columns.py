"""The tables' `Base`, the names of their constraints and the column types that SQLite and PostgreSQL share.

Days are numbered from 0 = Monday, times are minutes after midnight, weeks are ISO text such as `2026-W48`. A row
with `valid_from` and `valid_to` holds on both days and between; `valid_to` empty means until further notice.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, ClassVar, dataclass_transform

from sqlalchemy import JSON, Date, Dialect, ForeignKey, Integer, MetaData, Text, TypeDecorator
from sqlalchemy.orm import DeclarativeBase, MappedAsDataclass, mapped_column

CONSTRAINT_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcTime(TypeDecorator[dt.datetime]):
    """A moment as ISO text in UTC, which both databases keep and sort alike."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> str | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value}: expected a moment with its time zone")
        return value.astimezone(dt.UTC).isoformat(timespec="microseconds")

    def process_result_value(self, value: Any, dialect: Dialect) -> dt.datetime | None:
        return None if value is None else dt.datetime.fromisoformat(value)


@dataclass_transform(kw_only_default=True, field_specifiers=(mapped_column,))
class Base(MappedAsDataclass, DeclarativeBase, kw_only=True):
    """The tables of the whole program. A row is made with keywords: `Site(id="nord", name="Nordre")`."""

    metadata = MetaData(naming_convention=CONSTRAINT_NAMES)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: Text(),
        int: Integer(),
        dt.date: Date(),
        dt.datetime: UtcTime(),
        dict[str, Any]: JSON(),
        list[Any]: JSON(),
    }


TextKey = Annotated[str, mapped_column(Text, primary_key=True)]
RowNumber = Annotated[int, mapped_column(Integer, primary_key=True, autoincrement=True)]


def refers_to(column: str, *, key: bool = False, index: bool = False, **more: Any) -> Any:
    """Make a column that refers to `table.column`; as part of a key, the row goes with the row it refers to."""
    return mapped_column(ForeignKey(column, ondelete="CASCADE" if key else None), primary_key=key, index=index, **more)
