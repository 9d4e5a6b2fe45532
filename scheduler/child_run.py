"""One run inside a worker's child: solve what comes in, tell of every round, send what comes out.

Every few seconds the process copies itself. The copy stops as if it had been told to and sends the whole outcome, while
the original goes on: so there is always a checked plan to keep, whenever the run is cancelled or its worker is lost.
"""

from __future__ import annotations

import fcntl
import os
import pickle
import signal
import sys
import tempfile
import time
from types import FrameType
from typing import Any, BinaryIO

from scheduler.runs import Input, Outcome, compute
from scheduler.worker_child import die_with
from solver.solution import Round

RUN_NICENESS = 15  # Whoever asks the service something goes before a run.
COPY_NICENESS = 4  # The copy must not slow the run that it is a copy of.


class Messages:
    """Whole messages to the worker, from the run and its copies."""

    def __init__(self, target: BinaryIO) -> None:
        self._target, self._lock = target, tempfile.TemporaryFile()  # noqa: SIM115  # Held as long as the process.

    def send(self, kind: str, content: Any) -> None:
        """Write one message while no other process writes."""
        data = pickle.dumps((kind, content), pickle.HIGHEST_PROTOCOL)
        fcntl.lockf(self._lock, fcntl.LOCK_EX)
        try:
            self._target.write(data)
            self._target.flush()
        finally:
            fcntl.lockf(self._lock, fcntl.LOCK_UN)


class Rounds:
    """What the run asks and tells after each round."""

    def __init__(self, messages: Messages, every_seconds: float) -> None:
        self._messages, self._every = messages, every_seconds
        self._copied_at = float("-inf")
        self._copy: int | None = None
        self.is_copy = False
        self.must_stop = False

    def progress(self, state: Round) -> None:
        """Tell the worker, and from time to time let a copy of this process end here."""
        self._messages.send("round", state)
        if state.gap_percent is None or time.monotonic() - self._copied_at < self._every or not self._reaped():
            return
        self._copied_at = time.monotonic()
        original = os.getpid()
        self._copy = os.fork()
        if self._copy == 0:
            self.is_copy = True
            os.nice(COPY_NICENESS)
            die_with(original)

    def should_stop(self) -> bool:
        """Whether the run ends after this round."""
        return self.must_stop or self.is_copy

    def stop(self, _number: int, _frame: FrameType | None) -> None:
        """End the run after this round."""
        self.must_stop = True

    def _reaped(self) -> bool:
        """Whether the copy before has ended."""
        if self._copy is not None and os.waitpid(self._copy, os.WNOHANG)[0]:
            self._copy = None
        return self._copy is None


def run(target: BinaryIO, checkpoint_seconds: float) -> None:
    """Solve the run that comes in, and send what comes out."""
    messages = Messages(target)
    rounds = Rounds(messages, checkpoint_seconds)
    signal.signal(signal.SIGTERM, rounds.stop)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})  # A wish to stop that came before is heard now.
    given: Input
    given, must_stop = pickle.load(sys.stdin.buffer)
    os.nice(RUN_NICENESS)
    rounds.must_stop |= must_stop
    try:
        outcome: Outcome | None = compute(given, progress=rounds.progress, should_stop=rounds.should_stop)
    except Exception as error:  # noqa: BLE001  # The run is marked failed with it.
        outcome = None
        if not rounds.is_copy:
            messages.send("error", f"{type(error).__name__}: {error}")
    if outcome is not None:
        messages.send("checkpoint" if rounds.is_copy else "outcome", outcome)
    os._exit(0)  # Nothing of the original's is closed by a copy.
