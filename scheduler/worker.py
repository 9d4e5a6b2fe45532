"""The worker: a process that takes runs from the queue, has each solved in a child process and stores its proposal.

`python -m scheduler.worker [URL]`; without one, the database is that of `IGANG_DATABASE_URL`. SIGTERM or Ctrl-C lets it
hand its run back and end.
"""

from __future__ import annotations

import os
import queue
import secrets
import signal
import socket
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import partial
from typing import Any

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from catalog.database import make_engine, reading, writing
from catalog.weeks import WeekError
from scheduler import weekly
from scheduler.archive import ArchiveError, pack, unpack
from scheduler.checkpoint import pack_checkpoint, unpack_checkpoint
from scheduler.course import Course
from scheduler.lease import DATABASE_AWAY, Lease
from scheduler.points import PointsError
from scheduler.queue import (
    BEAT_SECONDS,
    LEASE_SECONDS,
    Claim,
    LeaseLostError,
    claim,
    drop,
    fail,
    finish,
    hand_back,
    has_work,
    keep_input,
    task_of,
)
from scheduler.runs import Input, Outcome, RunError, read_input
from scheduler.solving import CHECKPOINT_SECONDS, SolverProcess
from scheduler.stored import NotFoundError, find_run
from scheduler.worker_child import die_with
from solver.problem import InvalidProblemError

log = structlog.get_logger("igang.worker")

BAD_FACTS = (InvalidProblemError, NotFoundError, PointsError, RunError, WeekError)  # that no other attempt mends
WEEKLY_SECONDS = 60.0
End = Callable[[Session, Claim], object]


@dataclass(frozen=True)
class Pace:
    """How often a worker does what, in seconds."""

    lease: float = LEASE_SECONDS
    beat: float = BEAT_SECONDS
    poll: float = 0.5  # between two looks for a run
    look: float = 0.05  # for news from the solver, the lease and signals
    patience: float = 0.3  # for the round of a cancelled run to end
    checkpoint: float = CHECKPOINT_SECONDS


class Worker:
    """Works on one run after the other until it is told to stop."""

    def __init__(self, engine: Engine, pace: Pace | None = None) -> None:
        self.name = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        self._engine, self._pace = engine, pace or Pace()
        self._is_stopping = False
        self._weekly_at = float("-inf")

    def stop(self, *_: Any) -> None:
        """Claim nothing more, and hand back the run that it has."""
        self._is_stopping = True

    def run(self) -> None:
        """Work until `stop`; a database that is away is waited for."""
        log.info("worker started", worker=self.name)
        while not self._is_stopping:
            try:
                held = self._claim()
            except DATABASE_AWAY as error:
                log.warning("the database is away", error=type(error).__name__)
                held = None
            if held is None:
                time.sleep(self._pace.poll)
            else:
                self._work_on(held)
        log.info("worker stopped", worker=self.name)

    def _claim(self) -> Claim | None:
        if time.monotonic() - self._weekly_at > WEEKLY_SECONDS:
            self._weekly_at = time.monotonic()
            weekly.ask_if_due(self._engine)
        with reading(self._engine) as session:
            if not has_work(session):
                return None
        with writing(self._engine) as session:
            return claim(session, self.name, self._pace.lease)

    def _work_on(self, held: Claim) -> None:
        began = time.monotonic()
        log.info("run begun", run=held.run_id, attempt=held.attempt)
        with Lease(self._engine, held, self._pace.lease, self._pace.beat) as lease:
            end = self._solve(held, lease)
        word = self._settle(held, end)
        log.info(word, run=held.run_id, attempt=held.attempt, seconds=round(time.monotonic() - began, 2))

    def _solve(self, held: Claim, lease: Lease) -> End:
        """Compute the run; returns how it ends."""
        try:
            with reading(self._engine) as session:
                given, goes_on = read_given(session, held)
            if not goes_on:
                data = pack(given.archive)
                with writing(self._engine) as session:
                    keep_input(session, held, data, given.rules_hash)
        except BAD_FACTS as error:
            return partial(fail, error=str(error), again=False)
        except LeaseLostError:
            return _leave
        except DATABASE_AWAY:
            return hand_back
        except SQLAlchemyError as error:
            return partial(fail, error=f"{type(error).__name__} while the facts were read")
        if lease.is_cancelled and not goes_on:
            return drop
        must_stop = lease.is_cancelled
        with SolverProcess(given, must_stop=must_stop, checkpoint_seconds=self._pace.checkpoint) as child:
            return self._follow(child, lease, must_stop=must_stop, has_plan=goes_on and given.archive.warm is not None)

    def _follow(self, child: SolverProcess, lease: Lease, *, must_stop: bool, has_plan: bool) -> End:
        """Hear from the child until the run ends, somebody ends it or this worker must leave it.

        A plan that was told of, in a round or by an earlier attempt, is waited for, however long the child takes to
        check it: whoever stops a run does so to keep that plan.
        """
        best: Outcome | None = None
        course = Course()
        until = float("inf")
        while time.monotonic() < until:
            kind, content = _next(child, self._pace.look)
            if kind == "round":
                lease.progress = course.add(content)
                has_plan |= content.gap_percent is not None
            elif kind == "checkpoint":
                best, lease.checkpoint = content, pack_checkpoint(content)
            elif kind == "outcome":
                return partial(finish, outcome=content)
            elif kind in ("error", "end") and not lease.is_cancelled:
                return partial(fail, error=content)
            elif kind in ("error", "end"):
                break
            if lease.is_lost:
                return _leave
            if self._is_stopping:
                return hand_back
            if lease.is_cancelled and not must_stop:
                must_stop = True
                child.stop()
            if must_stop and until == float("inf") and (best is not None or not has_plan):
                until = time.monotonic() + self._pace.patience
        return drop if best is None else partial(finish, outcome=best)

    def _settle(self, held: Claim, end: End) -> str:
        """Write how the run ends; returns that in words. A database that is away is waited for."""
        while True:
            try:
                with writing(self._engine) as session:
                    end(session, held)
                return _WORDS.get(getattr(end, "func", end), "run left")
            except LeaseLostError:
                return "run left"
            except DATABASE_AWAY as error:
                log.warning("the database is away", run=held.run_id, error=type(error).__name__)
                time.sleep(self._pace.poll)
            except SQLAlchemyError as error:
                end = partial(fail, error=f"{type(error).__name__} while the proposal was stored")


def read_given(session: Session, held: Claim) -> tuple[Input, bool]:
    """The facts of a run, and whether an earlier attempt has read them.

    A lost attempt's checkpoint is gone on from, or else its facts are computed from again.
    """
    run = find_run(session, held.run_id)
    task = task_of(run)
    archive = unpack_checkpoint(run.checkpoint)
    if archive is None and run.input is not None:
        try:
            archive = unpack(run.input)
        except ArchiveError:
            archive = None
    if archive is None:
        return read_input(session, task), False
    return Input(task, archive, run.rules_hash, 0.0), True


def _next(child: SolverProcess, seconds: float) -> tuple[str, Any]:
    try:
        return child.messages.get(timeout=seconds)
    except queue.Empty:
        return "", None


def _leave(_session: Session, _held: Claim) -> None:
    """Write nothing: another worker has the run."""


_WORDS: dict[Any, str] = {
    finish: "run proposed",
    fail: "run failed",
    hand_back: "run handed back",
    drop: "run cancelled",
}


def main(url: str, parent: int | None = None, chores: AbstractContextManager[object] | None = None) -> None:
    """Work until SIGTERM or Ctrl-C, or until `parent` ends, where one is named; `chores` are done meanwhile."""
    if parent is not None:
        die_with(parent)
    worker = Worker(make_engine(url))
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, worker.stop)
    with chores or nullcontext():
        worker.run()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else os.environ["IGANG_DATABASE_URL"])
