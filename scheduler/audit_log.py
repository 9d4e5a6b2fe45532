"""Records readings of personal data before they are answered, many threads' entries in one commit."""

from __future__ import annotations

import asyncio
import queue
import threading
import time
from collections.abc import Iterable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from catalog.database import make_engine, reading, writing
from scheduler.audit import Entry, head, record

GATHER_SECONDS = 0.01  # from one commit to the next: it costs more than answering a request, so it serves several
MOST_AT_ONCE = 2_000  # entries of one commit


class AuditUnavailableError(RuntimeError):
    """The entries are not on disk, so the data must not be shown; the message says why."""


@dataclass(frozen=True)
class _Waiting:
    entries: tuple[Entry, ...]
    written: Future[None] | asyncio.Future[None]


class AuditLog:
    """One writer for a process's readings.

    It has a connection of its own: where every connection of the pool waits for the log, the log must not wait for one
    of them. A transaction that writes calls `record` itself, for on SQLite the log would wait for it in vain.
    """

    def __init__(self, engine: Engine, gather_seconds: float = GATHER_SECONDS) -> None:
        in_memory = engine.dialect.name == "sqlite" and engine.url.database in (None, "", ":memory:")
        self._engine = engine if in_memory else make_engine(engine.url.render_as_string(hide_password=False))
        self._gather = gather_seconds
        self._next_at = 0.0  # Who comes after a pause does not wait.
        self._queue: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._open = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closed = self._is_connected = False
        self.commits = 0

    def write(self, entries: Entry | Iterable[Entry], timeout: float = 15.0) -> None:
        """Return when the entries are on disk.

        Raises
        ------
        AuditUnavailableError
            They could not be written, or not in time.
        """
        written: Future[None] = Future()
        written.set_running_or_notify_cancel()  # Who stops waiting does not call the entries back.
        self._begin(entries, written)
        try:
            written.result(timeout)
        except TimeoutError as error:
            raise _too_slow(timeout) from error

    async def write_meanwhile(self, entries: Entry | Iterable[Entry], timeout: float = 15.0) -> None:
        """Do as `write` does, without holding a thread while the disk is waited for."""
        written: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._begin(entries, written)
        try:
            async with asyncio.timeout(timeout):
                await written
        except TimeoutError as error:
            raise _too_slow(timeout) from error

    def _begin(self, entries: Entry | Iterable[Entry], written: Future[None] | asyncio.Future[None]) -> None:
        """Queue the entries; the future ends when they are on disk."""
        waiting = _Waiting((entries,) if isinstance(entries, Entry) else tuple(entries), written)
        if not waiting.entries:
            _end([waiting], None)
            return
        with self._open:
            if self._closed:
                raise AuditUnavailableError("the audit log is closed: the process is stopping")
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._write_groups, name="audit-log", daemon=True)
                self._thread.start()
            self._queue.put(waiting)

    def connect(self) -> None:
        """Open the writer's connection before the first entry waits for it."""
        self._is_connected = True
        with reading(self._engine) as session:
            head(session)

    def close(self) -> None:
        """Write what waits, and end."""
        with self._open:
            self._closed = True
            thread = self._thread
            self._queue.put(None)
        if thread is not None:
            thread.join()
        if thread is not None or self._is_connected:
            self._engine.dispose()

    def _write_groups(self) -> None:
        ended = False
        while not ended:
            group, ended = self._next_group()
            if group:
                self._commit(group)

    def _next_group(self) -> tuple[list[_Waiting], bool]:
        """Wait for one, and then for those that come before the next commit's time; true where `close` came."""
        first = self._queue.get()
        if first is None:
            return [], True
        group, size = [first], len(first.entries)
        while size < MOST_AT_ONCE:
            try:
                following = self._queue.get(timeout=max(0.0, self._next_at - time.monotonic()))
            except queue.Empty:
                break
            if following is None:
                return group, True
            group.append(following)
            size += len(following.entries)
        return group, False

    def _commit(self, group: list[_Waiting]) -> None:
        try:
            with writing(self._engine) as session:
                record(session, [entry for waiting in group for entry in waiting.entries])
        except (SQLAlchemyError, OSError) as error:
            said = getattr(error, "orig", error)  # Without the statement and its values.
            failed = AuditUnavailableError(f"the audit log cannot be written, so nothing is shown: {said}")
            _end(group, failed)
        except BaseException as error:  # Nobody may wait for ever for a thread that ends here.
            _end(group, error)
            raise
        else:
            self.commits += 1
            self._next_at = time.monotonic() + self._gather
            _end(group, None)


def _end(group: Iterable[_Waiting], error: BaseException | None) -> None:
    """Tell all who wait; those of one event loop at once, for each call into it lets another thread go first."""
    loops: dict[asyncio.AbstractEventLoop, list[asyncio.Future[None]]] = {}
    for waiting in group:
        if isinstance(waiting.written, asyncio.Future):
            loops.setdefault(waiting.written.get_loop(), []).append(waiting.written)
        else:
            _tell([waiting.written], error)
    for loop, written in loops.items():
        with suppress(RuntimeError):  # It is closed, and nobody waits there.
            loop.call_soon_threadsafe(_tell, written, error)


def _tell(written: Iterable[Future[None] | asyncio.Future[None]], error: BaseException | None) -> None:
    for answer in written:
        if answer.done():  # Who has gone away waits no longer.
            continue
        if error is not None:
            answer.set_exception(error)
        else:
            answer.set_result(None)


def _too_slow(timeout: float) -> AuditUnavailableError:
    return AuditUnavailableError(f"the audit log did not write within {timeout:g} s: try again")
