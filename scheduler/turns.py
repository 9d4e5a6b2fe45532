"""One at a time: transactions that must not overlap wait for each other, and one process does what recurs."""

from __future__ import annotations

import zlib

from sqlalchemy import text, update
from sqlalchemy.orm import Session

from scheduler.clock import DatabaseSeconds
from scheduler.idempotency import insert_new
from scheduler.tables import Chore

_TURN = text("SELECT pg_advisory_xact_lock(:turn)")


def take_turn(session: Session, name: str) -> None:
    """Wait until nobody else has the turn of this name, and keep it until the transaction ends.

    On SQLite a session that writes has every turn from its beginning.
    """
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        connection.execute(_TURN, {"turn": zlib.crc32(name.encode())})


def take_period(session: Session, name: str, seconds: float) -> bool:
    """Whether a chore is due; the one who hears so does it, and for everybody else it is due again so much later."""
    session.execute(insert_new(session, Chore).values(name=name, due=0.0))
    taken = (
        update(Chore)
        .where(Chore.name == name, Chore.due <= DatabaseSeconds())
        .values(due=DatabaseSeconds() + seconds)
        .returning(Chore.name)
        .execution_options(synchronize_session=False)
    )
    return session.scalar(taken) is not None
