"""The thread of a worker that does the chores from time to time, while the worker does its runs.

Every chore is short transactions and never waits inside one, so a run's lease is renewed meanwhile. Of many workers one
does a chore at a time: whoever finds it due moves it ahead by its period first. What is asked for, and holds that are
over, each of them looks for, since that only reads where there is nothing to do.
"""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import structlog
from sqlalchemy import Engine

from catalog.database import make_engine, reading, writing
from scheduler import clock
from scheduler.asked_scenarios import plan_scenarios
from scheduler.channels import Channel
from scheduler.chores import drop_old, let_go_overdue, look_at_steps, offer_seats, remind_and_send
from scheduler.printing import make_prints
from scheduler.privacy import do_jobs
from scheduler.turns import take_period
from scheduler.week_state import WeekStates

log = structlog.get_logger("igang.chores")
STOP_SECONDS = 5.0


@dataclass(frozen=True)
class ChorePace:
    """How often which chore is done, in seconds."""

    look: float = 1.0  # for copies, erasures and prints that somebody asked for
    holds: float = 5.0
    messages: float = 60.0
    retention: float = 3600.0  # also for steps that are overdue


class ChoreThread:
    """Does the chores until it is left."""

    def __init__(
        self, url: str, channels: Mapping[str, Channel], listed: Path, pace: ChorePace | None = None,
        fonts: Path | None = None,
    ) -> None:  # fmt: skip
        self._engine: Engine = make_engine(url)
        self._fonts = fonts
        self._channels, self._listed, self._pace = channels, listed, pace or ChorePace()
        self._next = dict.fromkeys(("holds", "messages", "retention"), 0.0)  # when to ask the database again
        self._states = WeekStates()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="chores", daemon=True)
        # A scenario takes a quarter of a minute, for which nobody's hold or message must wait.
        self._planning = threading.Thread(target=self._keep_planning, name="scenarios", daemon=True)

    def __enter__(self) -> ChoreThread:
        self._thread.start()
        self._planning.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join(STOP_SECONDS)
        self._planning.join(1.0)  # Whatever it plans ends with this process, and another takes it up.
        self._engine.dispose()

    def _keep(self) -> None:
        while not self._ended.wait(self._pace.look):
            for name in ("jobs", *self._next):
                try:
                    self._do(name)
                except Exception as error:  # noqa: BLE001  # One chore that fails must not end the others.
                    log.warning("a chore failed; it is tried again", chore=name, error=type(error).__name__)

    def _keep_planning(self) -> None:
        while not self._ended.wait(self._pace.look):
            try:
                plan_scenarios(self._engine)
            except Exception as error:  # noqa: BLE001  # One that cannot be read must not end those that follow.
                log.warning("a scenario failed; it is tried again", error=type(error).__name__)

    def _do(self, name: str) -> None:
        if name == "jobs":
            do_jobs(self._engine, self._listed)
            make_prints(self._engine, self._fonts)
        elif name == "holds" and self._is_time(name, self._pace.holds):
            let_go_overdue(self._engine, self._now())
            offer_seats(self._engine, self._states, self._now())
        elif name == "messages" and self._is_ours(name, self._pace.messages):
            remind_and_send(self._engine, self._channels, self._now())
        elif name == "retention" and self._is_ours(name, self._pace.retention):
            drop_old(self._engine, self._now())
            look_at_steps(self._engine, self._now())

    def _now(self) -> dt.datetime:
        with reading(self._engine) as session:
            return clock.now(session)

    def _is_ours(self, name: str, seconds: float) -> bool:
        """Whether a chore is due and this process does it now."""
        if not self._is_time(name, seconds):
            return False
        with writing(self._engine) as session:
            return take_period(session, name, seconds)

    def _is_time(self, name: str, seconds: float) -> bool:
        """Whether this process has not looked at a chore for so long."""
        if time.monotonic() < self._next[name]:
            return False
        self._next[name] = time.monotonic() + seconds
        return True
