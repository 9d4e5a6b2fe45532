"""One at a time: transactions that must not overlap wait here for each other."""

from __future__ import annotations

import zlib

from sqlalchemy import text
from sqlalchemy.orm import Session

_TURN = text("SELECT pg_advisory_xact_lock(:turn)")


def take_turn(session: Session, name: str) -> None:
    """Wait until nobody else has the turn of this name, and keep it until the transaction ends.

    On SQLite a session that writes has every turn from its beginning.
    """
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        connection.execute(_TURN, {"turn": zlib.crc32(name.encode())})
