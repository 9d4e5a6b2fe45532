"""The thread of a worker that keeps a run's lease and hears whether somebody wants the run cancelled."""

from __future__ import annotations

import threading
import time
from types import TracebackType
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.exc import InterfaceError, OperationalError

from catalog.database import reading, writing
from scheduler.queue import BEAT_SECONDS, LEASE_SECONDS, Claim, LeaseLostError, beat, is_cancelled

LOOK_SECONDS = 0.1  # between two looks for a wish to cancel
DATABASE_AWAY = (OperationalError, InterfaceError)


class Lease:
    """Keeps a run while the worker works on it; `progress` and `checkpoint` go with the next beat.

    Where the database is away it tries on: whether the run is still ours, only the database can tell.
    """

    def __init__(
        self, engine: Engine, held: Claim, lease_seconds: float = LEASE_SECONDS, beat_seconds: float = BEAT_SECONDS
    ) -> None:
        self._engine, self._held = engine, held
        self._lease_seconds, self._beat_seconds = lease_seconds, beat_seconds
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._keep, name=f"lease of run {held.run_id}", daemon=True)
        self.progress: dict[str, Any] = {}
        self.checkpoint: bytes | None = None
        self.is_cancelled = False
        self.is_lost = False

    def __enter__(self) -> Lease:
        self._thread.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()

    def _keep(self) -> None:
        due = time.monotonic()
        while not self._ended.is_set():
            try:
                if time.monotonic() >= due:
                    self._beat()
                    due = time.monotonic() + self._beat_seconds
                else:
                    with reading(self._engine) as session:
                        self.is_cancelled |= is_cancelled(session, self._held)
            except LeaseLostError:
                self.is_lost = True
                return
            except DATABASE_AWAY:
                due = time.monotonic()
            self._ended.wait(LOOK_SECONDS)

    def _beat(self) -> None:
        checkpoint, self.checkpoint = self.checkpoint, None
        try:
            with writing(self._engine) as session:
                self.is_cancelled |= beat(session, self._held, self.progress, checkpoint, self._lease_seconds)
        except DATABASE_AWAY:
            self.checkpoint = self.checkpoint or checkpoint
            raise
