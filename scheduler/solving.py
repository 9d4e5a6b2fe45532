"""A run's solver as a child process of its worker: start it, hear from it, stop it."""

from __future__ import annotations

import os
import pickle
import queue
import signal
import subprocess
import sys
import threading
from types import TracebackType
from typing import Any

from scheduler.runs import Input

CHECKPOINT_SECONDS = 10.0


class SolverProcess:
    """A child that solves one input; `messages` holds pairs of kind and content.

    `round` comes with a `Round`, `checkpoint` and `outcome` with an `Outcome`, `error` with words; `end` comes last.
    Start it in the main thread: the child ends with the thread that started it.
    """

    def __init__(
        self, given: Input, *, must_stop: bool = False, checkpoint_seconds: float = CHECKPOINT_SECONDS
    ) -> None:
        self.messages: queue.Queue[tuple[str, Any]] = queue.Queue()
        self._given, self._must_stop = given, must_stop
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})  # The child begins with it blocked.
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "scheduler.worker_child", str(os.getpid()), str(checkpoint_seconds)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        self._listener = threading.Thread(target=self._listen, name="solver", daemon=True)
        self._listener.start()

    def __enter__(self) -> SolverProcess:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()
        self._listener.join()

    @property
    def pid(self) -> int:
        """The child's number."""
        return self._process.pid

    def stop(self) -> None:
        """End the run after its round, with the best plan so far."""
        self._process.terminate()

    def _listen(self) -> None:
        assert self._process.stdin is not None  # Both are pipes.
        assert self._process.stdout is not None
        try:
            with self._process.stdin as target:
                pickle.dump((self._given, self._must_stop), target, pickle.HIGHEST_PROTOCOL)
            with self._process.stdout as source:
                while True:
                    self.messages.put(pickle.load(source))
        except (EOFError, OSError, pickle.UnpicklingError):
            self.messages.put(("end", f"the solver ended with code {self._process.wait()} before it had a plan"))
