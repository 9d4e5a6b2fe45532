"""Where a run stands in its life: proposed, approved, published; and which run of a week is the published one."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import bindparam, lambda_stmt, select
from sqlalchemy.orm import Session

from catalog.database import run_made
from scheduler.stored import NotFoundError
from scheduler.tables import Publication, Run

OPEN = ("proposed", "approved")
# The version of a week that stands: the last that was not withdrawn.
STANDING = (
    select(Publication.id)
    .where(Publication.week == bindparam("week"), Publication.withdrawn_at.is_(None))
    .order_by(Publication.version.desc())
    .limit(1)
)
_PUBLISHED = select(Publication.run_id).where(Publication.id == STANDING.scalar_subquery())
_BY_WEEK = lambda_stmt(lambda: _PUBLISHED)  # A lambda is found among the compiled statements at once.


class ClosedRunError(ValueError):
    """The run's state does not allow this; the message says why and what to do."""


class NotPublishedError(NotFoundError):
    """The week has no published plan."""

    def __init__(self, week: str) -> None:
        super().__init__(f"week {week} is not published: approve a run of it and publish that")


class HeldRun(NamedTuple):
    """A run whose state nobody else changes until this transaction ends."""

    id: int
    week: str
    state: str


def hold_run(session: Session, run_id: int, states: tuple[str, ...]) -> HeldRun:
    """Take a run that must be in one of these states; whoever else wants it waits.

    Raises
    ------
    NotFoundError
        There is no such run.
    ClosedRunError
        It is in another state.
    """
    query = select(Run.id, Run.week, Run.state).where(Run.id == run_id).with_for_update(key_share=True)
    row = session.execute(query).one_or_none()
    if row is None:
        raise NotFoundError(f"there is no run {run_id}: igang runs lists them")
    held = HeldRun(*row)
    if held.state not in states:
        raise ClosedRunError(f"run {run_id} is {held.state}, expected {' or '.join(states)}")
    return held


def hold_week(session: Session, week: str) -> None:
    """Wait until nobody else approves, publishes or withdraws a run of this week, and keep it so."""
    session.execute(select(Run.id).where(Run.week == week).order_by(Run.id).with_for_update(key_share=True)).all()


def published_run(session: Session, week: str) -> int | None:
    """The run whose plan stands as the published one of a week."""
    found = run_made(session, _BY_WEEK, {"week": week}).first()
    return None if found is None else found.run_id


def need_published_run(session: Session, week: str) -> int:
    """The run whose plan stands as the published one of a week.

    Raises
    ------
    NotPublishedError
        None does.
    """
    found = published_run(session, week)
    if found is None:
        raise NotPublishedError(week)
    return found
