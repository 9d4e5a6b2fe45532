"""Scenarios that somebody asked the service for: kept with their results for a month, planned by a worker.

A result counts people and names none, so it stays when somebody is erased.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Engine, delete, or_, select
from sqlalchemy.orm import Session

from catalog.database import reading, writing
from scheduler import clock
from scheduler.archive import ArchiveError
from scheduler.lab.apart import MOST_SECONDS, PlanningError, plan_apart
from scheduler.lab.scenario import Scenario, ScenarioError
from scheduler.lab.what_if import read_task
from scheduler.points import PointsError
from scheduler.stored import NotFoundError
from scheduler.tables import AskedScenario
from solver.problem import InvalidProblemError

SCENARIOS_KEPT = dt.timedelta(days=30)
SILENT = dt.timedelta(seconds=MOST_SECONDS + 60)  # after which the worker that took one up is taken to be dead
ATTEMPTS = 3
REFUSED = (ArchiveError, InvalidProblemError, NotFoundError, PlanningError, PointsError, ScenarioError)


def ask_scenario(session: Session, scenario: Scenario, by: int, now: dt.datetime) -> AskedScenario:
    """Keep a scenario until a worker plans it."""
    body = scenario.model_dump(mode="json", exclude_defaults=True)
    asked = AskedScenario(asked_by=by, asked_at=now, scenario=body)
    session.add(asked)
    session.flush()
    return asked


def find_scenario(session: Session, key: int) -> AskedScenario:
    """One that is kept.

    Raises
    ------
    NotFoundError
        There is none of this number.
    """
    found = session.get(AskedScenario, key)
    if found is None:
        raise NotFoundError(f"scenario {key}: no such scenario is kept")
    return found


def newest_scenarios(session: Session, most: int) -> list[AskedScenario]:
    """What was asked for last, the newest first."""
    return list(session.scalars(select(AskedScenario).order_by(AskedScenario.id.desc()).limit(most)))


def plan_scenarios(engine: Engine) -> int:
    """Plan every scenario that waits, one after the other, and say how many."""
    done = 0
    while True:
        with reading(engine) as session:
            if session.scalars(_waiting(clock.now(session)).limit(1)).first() is None:
                return done
        with writing(engine) as session:
            taken = _take(session)
        if taken is not None:
            done += _plan(engine, *taken)


def drop_scenarios(session: Session, now: dt.datetime) -> int:
    """Delete what was asked for a month ago, and say how many."""
    old = delete(AskedScenario).where(AskedScenario.asked_at < now - SCENARIOS_KEPT)
    return len(session.scalars(old.returning(AskedScenario.id)).all())


def _waiting(now: dt.datetime) -> Any:
    silent = or_(AskedScenario.tried_at.is_(None), AskedScenario.tried_at < now - SILENT)
    return select(AskedScenario).where(AskedScenario.done_at.is_(None), silent).order_by(AskedScenario.id)


def _take(session: Session) -> tuple[int, int, Mapping[str, Any]] | None:
    """The oldest that waits, for this process alone; one that has cost several processes their life is given up."""
    now = clock.now(session)
    found: AskedScenario | None = session.scalars(_waiting(now).limit(1).with_for_update(skip_locked=True)).first()
    if found is None:
        return None
    if found.attempt == ATTEMPTS:
        found.done_at, found.error = now, f"it was tried {ATTEMPTS} times, and no process came back with a plan"
        return None
    found.tried_at, found.attempt = now, found.attempt + 1
    return found.id, found.attempt, found.scenario


def _plan(engine: Engine, key: int, attempt: int, body: Mapping[str, Any]) -> bool:
    result, error = None, ""
    try:
        with reading(engine) as session:
            task = read_task(session, Scenario.model_validate(body))
        result = plan_apart(task)
    except REFUSED as refused:
        error = str(refused)
    with writing(engine) as session:
        mine = (AskedScenario.id == key, AskedScenario.attempt == attempt, AskedScenario.done_at.is_(None))
        found = session.scalars(select(AskedScenario).where(*mine).with_for_update()).one_or_none()
        if found is None:
            return False
        found.result, found.error, found.done_at = result, error, clock.now(session)
    return True
