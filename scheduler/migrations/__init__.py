"""The way of a database from any earlier shape of the tables to today's."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, event, select

from catalog.database import make_engine, writing
from catalog.weeks import CENTRE_TIME, week_of
from scheduler.supplies import make_supplies
from scheduler.tables import Run, Supply


class BrokenReferenceError(RuntimeError):
    """A migration would have left rows that refer to nothing; it was rolled back."""


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the tables of a database to a revision, today's by default, in one transaction.

    Weeks to come that were published before there were supplies get theirs.

    Raises
    ------
    BrokenReferenceError
        Rows of an SQLite database would refer to nothing afterwards; names the first table.
    """
    engine = make_engine(url)
    if engine.dialect.name == "sqlite":
        # Rebuilding a table would empty the tables that refer to it while SQLite holds references.
        event.listen(engine, "connect", _let_references_rest)
    try:
        with engine.begin() as connection:
            command.upgrade(settings(connection), revision)
            _check_references(connection)
    finally:
        engine.dispose()
    if revision == "head":
        _make_missing_supplies(url)


def settings(connection: Connection) -> Config:
    """What Alembic's commands need to work on an open connection."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def _make_missing_supplies(url: str) -> None:
    engine = make_engine(url)
    try:
        with writing(engine) as session:
            this_week = week_of(dt.datetime.now(CENTRE_TIME).date())
            published = select(Run.week).where(Run.state == "published", Run.week >= this_week).order_by(Run.week)
            for week in session.scalars(published).all():
                if session.scalar(select(Supply.id).where(Supply.week == week).limit(1)) is None:
                    make_supplies(session, week)
    finally:
        engine.dispose()


def _let_references_rest(connection: Any, _: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys=OFF")
    cursor.close()


def _check_references(connection: Connection) -> None:
    if connection.dialect.name != "sqlite":
        return
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if broken is not None:
        raise BrokenReferenceError(f"a row of {broken[0]} would refer to no row of {broken[2]}")
