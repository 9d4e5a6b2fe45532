"""How to reach the centre, as it stands at the foot and head of every page; known also while the database is away."""

from __future__ import annotations

import datetime as dt
import time
from contextlib import suppress

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from starlette.datastructures import State

from api.http.service import Service
from catalog.weeks import CENTRE_TIME
from scheduler.centre import Centre, read_centre_contact, shipped_contact

FRESH_SECONDS = 60.0


def centre_of(state: State) -> Centre:
    """How to reach the centre, asked again once a minute."""
    known: tuple[float, Centre] | None = getattr(state, "centre", None)
    if known is not None and time.monotonic() < known[0]:
        return known[1]
    today = dt.datetime.now(CENTRE_TIME).date()
    centre = known[1] if known is not None else shipped_contact(today)
    service: Service = state.service
    with suppress(SQLAlchemyError), Session(service.questions) as session:
        centre = read_centre_contact(session, today)
    state.centre = time.monotonic() + FRESH_SECONDS, centre
    return centre
