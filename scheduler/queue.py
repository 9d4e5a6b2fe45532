"""The run table as a queue: who asks for a run, which worker holds it, how it ends.

A worker holds a run by a lease that it renews. Whoever takes a run over raises its `fence`, so that whatever an earlier
worker still writes finds no row: every function that takes a `Claim` raises `LeaseLostError` then. Functions never
commit.

    QueueError
        LeaseLostError   another worker has the run, or it has ended
        RunClosedError   the run has ended already
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from sqlalchemy import Insert, Update, and_, case, func, literal, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from catalog.columns import UtcTime
from scheduler import clock
from scheduler.clock import DatabaseSeconds
from scheduler.runs import Outcome, Task, store
from scheduler.stored import find_run
from scheduler.tables import Run
from solver import Options

LEASE_SECONDS = 10.0
BEAT_SECONDS = 2.0
ATTEMPTS = 3
AGAIN_AFTER_SECONDS = 2.0  # a failed run waits, so that what failed may pass
OPEN = ("queued", "running")


class QueueError(RuntimeError):
    """The queue refuses; the message says what to do."""


class LeaseLostError(QueueError):
    """Another worker has the run, or it has ended: drop the work, store nothing."""


class RunClosedError(QueueError):
    """The run has ended already."""


@dataclass(frozen=True)
class Claim:
    """A run that one worker holds."""

    run_id: int
    fence: int
    attempt: int


def ask(session: Session, task: Task, requested_by: int | None = None, schedule_key: str | None = None) -> Run:
    """Put a run into the queue; with the schedule key of an earlier one, give that one back."""
    values: dict[str, Any] = {
        "week": task.week,
        "state": "queued",
        "seed": task.options.seed,
        "lottery_seed": task.options.seed,
        "parameters": asdict(task.options) | {"seats_only": task.seats_only, "town": task.town},
        "warm_from": task.warm_from,
        "created_at": clock.now(session),
        "requested_by": requested_by,
        "schedule_key": schedule_key,
    }
    if schedule_key is None:
        run = Run(**values)
        session.add(run)
        session.flush()
        return run
    session.execute(_insert_once(session, values | {"figures": {}, "trace": [], "progress": {}}))
    return session.scalars(select(Run).where(Run.schedule_key == schedule_key)).one()


def task_of(run: Run) -> Task:
    """What was asked for."""
    known = {field.name for field in fields(Options)}
    options = Options(**{name: value for name, value in run.parameters.items() if name in known})
    asked = run.parameters
    return Task(run.week, options, bool(asked.get("seats_only")), run.warm_from, asked.get("town"))


def weekly_key(week: str) -> str:
    """The schedule key of the one run of an ISO week that the clock asks for."""
    return f"weekly:{week}"


def schedule_weekly(session: Session, task: Task) -> Run:
    """Ask for the run of a week that the clock asks for; there is one, however often it does."""
    return ask(session, task, schedule_key=weekly_key(task.week))


def has_work(session: Session) -> bool:
    """Whether `claim` would find something; takes no lock."""
    return session.scalar(select(Run.id).where(_free()).limit(1)) is not None


def claim(session: Session, worker: str, lease_seconds: float = LEASE_SECONDS) -> Claim | None:
    """Take the oldest run that waits, or whose worker is silent; None where there is none."""
    _bury(session)
    now = DatabaseSeconds()
    oldest = select(Run.id).where(_free(), Run.attempt < ATTEMPTS).order_by(Run.id).limit(1)
    taken = (
        update(Run)
        .where(Run.id == oldest.with_for_update(skip_locked=True).scalar_subquery())
        .values(state="running", owner=worker, lease_until=now + lease_seconds)
        .values(fence=Run.fence + 1, attempt=Run.attempt + 1)
        .returning(Run.id, Run.fence, Run.attempt)
    )
    row = session.execute(_plain(taken)).one_or_none()
    return None if row is None else Claim(*row)


def beat(
    session: Session,
    held: Claim,
    progress: Mapping[str, Any],
    checkpoint: bytes | None = None,
    lease_seconds: float = LEASE_SECONDS,
) -> bool:
    """Renew the lease and say how far the run is; returns whether somebody wants it cancelled."""
    values: dict[str, Any] = {"lease_until": DatabaseSeconds() + lease_seconds, "progress": dict(progress)}
    if checkpoint is not None:
        values["checkpoint"] = checkpoint
    return bool(_write(session, held, values))


def is_cancelled(session: Session, held: Claim) -> bool:
    """Whether somebody wants the run cancelled; cheaper than a beat."""
    wanted = session.scalar(select(Run.cancel_requested).where(_held(held)))
    if wanted is None:
        raise _lost(held)
    return wanted


def keep_input(session: Session, held: Claim, data: bytes, rules_hash: str) -> None:
    """Keep the facts that the first attempt read, so that every later one computes from the same."""
    _write(session, held, {"input": data, "rules_hash": rules_hash})


def finish(session: Session, held: Claim, outcome: Outcome) -> Run:
    """Store the run's proposal: once, whatever happens to workers, for the lease and the plans are one transaction."""
    _write(session, held, {"state": "proposed", **_RELEASED, "checkpoint": None, "error": None})
    run = session.get_one(Run, held.run_id, populate_existing=True)
    run.finished_at = clock.now(session)
    return store(session, outcome, run)


def fail(session: Session, held: Claim, error: str, *, again: bool = True) -> None:
    """Let the run wait for another attempt with fresh facts, or end it with the error where no attempt is left.

    Parameters
    ----------
    again
        False where another attempt would fail alike.
    """
    if again and held.attempt < ATTEMPTS:
        later = {"lease_until": DatabaseSeconds() + AGAIN_AFTER_SECONDS, "input": None, "checkpoint": None}
        _write(session, held, {"state": "queued", **_RELEASED, **later, "error": error})
    else:
        _write(session, held, {"state": "failed", **_RELEASED, "finished_at": clock.now(session), "error": error})


def hand_back(session: Session, held: Claim) -> None:
    """Let another worker go on at once; the attempt does not count."""
    _write(session, held, {"state": "queued", **_RELEASED, "attempt": Run.attempt - 1})


def drop(session: Session, held: Claim) -> None:
    """End a run that somebody wants cancelled and that has no plan yet."""
    _write(session, held, {"state": "cancelled", **_RELEASED, "finished_at": clock.now(session)})


def cancel(session: Session, run_id: int) -> Run:
    """End a run that waits; ask the worker of one that runs to stop and to keep its best plan.

    Raises
    ------
    NotFoundError
        There is no such run.
    RunClosedError
        It has ended already.
    """
    waits = Run.state == "queued"
    ended = (
        update(Run)
        .where(Run.id == run_id, Run.state.in_(OPEN))
        .values(cancel_requested=True, state=case((waits, "cancelled"), else_=Run.state))
        .values(finished_at=case((waits, literal(clock.now(session), UtcTime())), else_=Run.finished_at))
        .returning(Run.id)
    )
    found = session.execute(_plain(ended)).one_or_none()
    run = find_run(session, run_id)
    session.refresh(run)
    if found is None:
        raise RunClosedError(f"run {run_id} is {run.state}: only a run that waits or runs can be cancelled")
    return run


_RELEASED: dict[str, Any] = {"owner": None, "lease_until": None}


def _free() -> Any:
    """Runs that nobody holds: waiting ones, and those whose worker has been silent for longer than its lease."""
    return and_(Run.state.in_(OPEN), or_(Run.lease_until.is_(None), Run.lease_until < DatabaseSeconds()))


def _bury(session: Session) -> None:
    """End the runs whose worker died in every attempt."""
    text = f"the worker was lost in each of {ATTEMPTS} attempts; see its log, and ask for the run again"
    ends = {"state": "failed", **_RELEASED, "finished_at": clock.now(session)}
    session.execute(
        _plain(update(Run).where(_free(), Run.attempt >= ATTEMPTS).values(**ends, error=func.coalesce(Run.error, text)))
    )


def _held(held: Claim) -> Any:
    return and_(Run.id == held.run_id, Run.fence == held.fence, Run.state == "running")


def _write(session: Session, held: Claim, values: Mapping[str, Any]) -> bool:
    """Write to a run that we hold; returns whether somebody wants it cancelled."""
    written = update(Run).where(_held(held)).values(**values).returning(Run.cancel_requested)
    row = session.execute(_plain(written)).one_or_none()
    if row is None:
        raise _lost(held)
    return bool(row.cancel_requested)


def _lost(held: Claim) -> LeaseLostError:
    return LeaseLostError(f"run {held.run_id} is no longer held by attempt {held.attempt}: drop the work")


def _plain(statement: Update) -> Update:
    """Leave the session's objects alone: whoever needs one reads it afterwards."""
    return statement.execution_options(synchronize_session=False)


def _insert_once(session: Session, values: Mapping[str, Any]) -> Insert:
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    once: Insert = insert(Run).values(**values).on_conflict_do_nothing(index_elements=["schedule_key"])
    return once
