"""Makes ready what the first requests would wait for: connections, and the statements that all of them ask."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from api.http.callers import Service
from scheduler import publishing, sessions
from scheduler.actions import Actor
from scheduler.life import NotPublishedError
from scheduler.scope import reaches_citizen

NO_WEEK = "0001-W01"


def make_ready(service: Service) -> None:
    """Ask once what finds nothing; a database that is away is told by the first request and by `/ready`."""
    nobody = Actor(0, "", "citizen", "caseload", 0, None, None, False)
    with suppress(SQLAlchemyError), Session(service.questions) as session:
        sessions.find_session(session, "", dt.datetime.now(dt.UTC))
        reaches_citizen(session, nobody, "plan.read", 0)
        publishing.current(session, NO_WEEK)
        with suppress(NotPublishedError):
            service.weeks.of(session, NO_WEEK, 0)
        service.weeks.read_newest(session)
        service.log.connect()
