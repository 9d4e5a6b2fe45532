"""The database's engine and sessions: SQLite with settings that lose nothing, or PostgreSQL by its URL."""

from __future__ import annotations

import math
import select
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache, partial
from typing import Any, cast

import psycopg
from psycopg.pq import TransactionStatus
from pysqlite3 import dbapi2 as sqlite
from sqlalchemy import (
    URL,
    Connection,
    CursorResult,
    Dialect,
    Engine,
    ExceptionContext,
    Executable,
    Insert,
    Table,
    create_engine,
    event,
    insert,
    make_url,
    text,
)
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry, StaticPool

from catalog.columns import Base

# Older versions can corrupt a write-ahead log that several processes write (sqlite.org/wal.html#walresetbug).
SAFE_LOG_SINCE = (3, 51, 3)
PATIENCE_SECONDS = 10.0  # with somebody else's lock; shorter than a request may take, longer than any write does
# Of PostgreSQL: as many connections as a web process has threads, and a short wait for one instead of a long queue.
# The connection used last is used first: the server has planned its statements.
POOL: dict[str, Any] = {"pool_size": 8, "max_overflow": 0, "pool_timeout": 5, "pool_use_lifo": True}
KEPT_ERRORS = (sqlite.SQLITE_READONLY, sqlite.SQLITE_IOERR, sqlite.SQLITE_CANTOPEN)
RESTED_SECONDS = 1.0  # after which a connection of PostgreSQL is tried before it is used: the server may have restarted


def make_engine(url: str, *, patience: float = PATIENCE_SECONDS) -> Engine:
    """Make the engine of a database URL such as `sqlite:///igang.db` or `postgresql://user@host/name`.

    Nobody waits longer than `patience` seconds for a lock; a statement that would is refused.
    """
    parsed = read_url(url)
    if parsed.get_backend_name() != "sqlite":
        locks = f"{parsed.query.get('options', '')} -c lock_timeout={round(1_000 * patience)}".strip()
        waits = {"connect_args": {"options": locks}, "pool_timeout": min(patience, POOL["pool_timeout"])}
        engine = create_engine(parsed, **(POOL | waits))
        event.listen(engine, "do_connect", _connect)
        event.listen(engine, "checkin", _note_use)
        event.listen(engine, "checkout", partial(_try_rested, engine.dialect))
        return engine
    in_memory = parsed.database in (None, "", ":memory:")
    options: dict[str, Any] = (
        {"poolclass": StaticPool, "connect_args": {"check_same_thread": False}} if in_memory else {}
    )
    engine = create_engine(parsed, module=sqlite, **options)
    event.listen(engine, "connect", partial(_set_up, patience))
    event.listen(engine, "begin", _begin)
    if not in_memory:
        event.listen(engine, "handle_error", _give_up_broken)
    return engine


def read_url(url: str) -> URL:
    """A database's URL with the driver that this program uses, where the URL names none."""
    parsed = make_url(url)
    return parsed.set(drivername="postgresql+psycopg") if parsed.drivername == "postgresql" else parsed


@contextmanager
def writing(engine: Engine) -> Iterator[Session]:
    """A session that is the only writer; it is committed at the end, or rolled back where an error leaves it."""
    with Session(engine) as session, session.begin():
        session.connection()  # Its turn as the only writer begins here, not at its first statement.
        yield session


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """A session that reads one state of the database and never waits for a writer."""
    with Session(engine.execution_options(igang_reads=True)) as session:
        yield session


def for_questions(engine: Engine) -> Engine:
    """The engine for readings whose statements need not see one state; make it once.

    On PostgreSQL each statement stands alone, which saves the round trips that begin and end a transaction.
    """
    alone = {"isolation_level": "AUTOCOMMIT"} if engine.dialect.name == "postgresql" else {}
    return engine.execution_options(igang_reads=True, **alone)


def run_made(session: Session, statement: Executable, values: Mapping[str, Any]) -> CursorResult[*tuple[Any, ...]]:
    """Run a statement that was made once, in half the time of `session.execute`; it gives columns, no objects."""
    session.flush()
    return session.connection().execute(statement, values)


def padded(values: Sequence[Any]) -> list[Any]:
    """The values with the last repeated up to a power of four: a database compiles a list of each length by itself."""
    length = next(4**step for step in range(32) if 4**step >= len(values))
    return [*values, *values[-1:] * (length - len(values))]


def insert_rows(session: Session, table: type[Base], rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows of one table, several times as fast as objects. All rows have the same keys."""
    if rows:
        session.connection().execute(_insert(table), rows)


def count_rows(session: Session, tables: Iterable[type[Base]]) -> None:
    """Let the database know at once how much these tables hold now, after many rows were written.

    PostgreSQL finds out by itself some minutes later, and until then reads a whole week where one citizen is asked for.
    """
    if session.connection().dialect.name == "postgresql":
        session.connection().execute(text("ANALYZE " + ", ".join(sorted(table.__tablename__ for table in tables))))


@cache
def _insert(table: type[Base]) -> Insert:
    return insert(cast(Table, table.__table__))


class _Connection(psycopg.Connection[Any]):
    """One whose prepared statements outlive a reading, and a write that is taken back; psycopg would drop them all.

    It does so because what is rolled back may have made tables. Here migrations do; after an error they are dropped.
    """

    def rollback(self) -> None:
        """Roll back as psycopg does, but keep what is prepared where all statements went well."""
        if self.pgconn.transaction_status != TransactionStatus.INTRANS or self.pgconn.pipeline_status:
            super().rollback()
        elif error := self.pgconn.exec_(b"ROLLBACK").error_message:
            raise psycopg.OperationalError(error.decode(errors="replace"))


def _connect(_: Dialect, __: ConnectionPoolEntry, words: Sequence[Any], names: dict[str, Any]) -> _Connection:
    return _Connection.connect(*words, **names)


def _note_use(_: Any, record: ConnectionPoolEntry) -> None:
    record.info["used"] = time.monotonic()


def _try_rested(dialect: Dialect, connection: Any, record: ConnectionPoolEntry, _: Any) -> None:
    """Let the pool connect anew where the server has gone since the connection was last used.

    A server that goes closes the connection, which can be seen without asking it, unless the network is cut.
    """
    try:
        if time.monotonic() - record.info.get("used", math.inf) < RESTED_SECONDS:
            news = select.poll()
            news.register(connection.fileno(), select.POLLIN)
            if not news.poll(0):
                return
        dialect.do_ping(connection)
    except dialect.loaded_dbapi.Error as error:
        raise InvalidatePoolError from error


def _give_up_broken(context: ExceptionContext) -> None:
    """Open the file anew after an error that the connection itself would keep, such as a file opened for reading."""
    code = getattr(context.original_exception, "sqlite_errorcode", None)
    if code is not None and code & 0xFF in KEPT_ERRORS:
        context.is_disconnect = True


def _set_up(patience: float, connection: Any, _: Any) -> None:
    connection.isolation_level = None  # The `begin` event below says when a transaction begins.
    log = "WAL" if sqlite.sqlite_version_info >= SAFE_LOG_SINCE else "DELETE"
    cursor = connection.cursor()
    for setting in (
        f"busy_timeout={round(1_000 * patience)}",
        f"journal_mode={log}",
        "synchronous=FULL",
        "foreign_keys=ON",
    ):
        cursor.execute(f"PRAGMA {setting}")
    cursor.close()


def _begin(connection: Connection) -> None:
    reads = connection.get_execution_options().get("igang_reads", False)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")
