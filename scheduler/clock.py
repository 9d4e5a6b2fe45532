"""The time, told by the database: the one clock that every process of a centre shares."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import Double, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.functions import FunctionElement


class DatabaseSeconds(FunctionElement[float]):
    """Seconds since 1970 at the moment the statement runs, also late in a long transaction."""

    type = Double()
    inherit_cache = True


@compiles(DatabaseSeconds, "postgresql")
def _of_postgresql(_element: Any, _compiler: Any, **_: Any) -> str:
    return "EXTRACT(EPOCH FROM clock_timestamp())::double precision"


@compiles(DatabaseSeconds, "sqlite")
def _of_sqlite(_element: Any, _compiler: Any, **_: Any) -> str:
    return "((julianday('now') - 2440587.5) * 86400.0)"


def seconds(session: Session) -> float:
    """Seconds since 1970 by the database's clock."""
    return session.scalars(select(DatabaseSeconds())).one()


def now(session: Session) -> dt.datetime:
    """The moment by the database's clock, in UTC."""
    return dt.datetime.fromtimestamp(seconds(session), dt.UTC)
