"""Which runs there are, and how far each week has come; nothing large is read."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session, defer

from scheduler.queue import OPEN
from scheduler.tables import Run

LARGE = (Run.input, Run.prices, Run.checkpoint, Run.trace)
# How far a run has brought its week: the furthest counts.
ORDER = ("cancelled", "failed", "proposed", "approved", "queued", "running", "published")


class Standing(NamedTuple):
    """The run that says how far a week has come."""

    run_id: int
    state: str


def standings(session: Session, weeks: Collection[str]) -> dict[str, Standing]:
    """How far each week has come: published, being planned, or as its newest run stands; none where it has no run."""
    found: dict[str, Standing] = {}
    runs = select(Run.week, Run.id, Run.state).where(Run.week.in_(weeks)).order_by(Run.id)
    for week, run_id, state in session.execute(runs):
        known = found.get(week)
        if known is None or known.state not in (*OPEN, "published") or _rank(state) > _rank(known.state):
            found[week] = Standing(run_id, state)
    return found


def _rank(state: str) -> int:
    return ORDER.index(state)


def runs_of(session: Session, week: str) -> Sequence[Run]:
    """The runs of a week, newest first."""
    return session.scalars(
        select(Run).where(Run.week == week).order_by(Run.id.desc()).options(*map(defer, LARGE))
    ).all()


def run_page(session: Session, number: int, size: int) -> tuple[Sequence[Run], int]:
    """One page of all runs, newest first, and how many pages there are."""
    total = session.scalar(select(func.count()).select_from(Run)) or 0
    query = select(Run).order_by(Run.id.desc()).limit(size).offset((number - 1) * size).options(*map(defer, LARGE))
    return session.scalars(query).all(), max(1, -(-total // size))
