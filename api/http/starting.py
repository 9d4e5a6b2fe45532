"""Makes ready what first requests would wait for: connections, statements, weeks that are not over, the newest run."""

from __future__ import annotations

import datetime as dt
import gc
from contextlib import suppress

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from api.http.service import Service
from catalog.weeks import week_of
from scheduler import publishing, requests, sessions
from scheduler.actions import Actor
from scheduler.asked import Asked
from scheduler.life import NotPublishedError
from scheduler.request_effects import Asker
from scheduler.scope import reaches_citizen
from scheduler.tables import Place, Run
from scheduler.week_state import MOST_WEEKS

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
        _make_weeks_ready(service, session)
        _make_run_ready(service, session)
    if service.settings.production:  # A process of our own: what is loaded stays, and need not be walked through again.
        gc.collect()
        gc.freeze()


def _make_weeks_ready(service: Service, session: Session) -> None:
    """Look for one answer in each published week that is not over, which loads its state and the kernel's code."""
    asker = Asker(0, dt.datetime.now(dt.UTC))
    to_come = select(Place.week, func.min(Place.citizen_id)).where(Place.week >= week_of(asker.today))
    for week, citizen_id in session.execute(to_come.group_by(Place.week).order_by(Place.week).limit(MOST_WEEKS)).all():
        # What is wrong with a week or with her facts is told to who asks about it.
        with suppress(LookupError, ValueError):
            state = service.states.of(session, week)
            requests.find_answer(session, state, citizen_id, Asked("more"), asker)


def _make_run_ready(service: Service, session: Session) -> None:
    """Count the newest run that nobody has published, which is what staff look at next."""
    newest = session.scalar(select(func.max(Run.id)).where(Run.state.in_(("proposed", "approved"))))
    # What is wrong with a run is told to who looks at it.
    with suppress(LookupError, ValueError):
        if newest is not None:
            service.comparisons.get_ready(session, newest)
