"""A pricer in a process of its own on this machine, at the end of two pipes."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
from typing import Any

from scheduler.shard_child import read_message, write_message
from solver.problem import Ints
from solver.shards import Answer, PricerLostError, Query, Shard

PATIENCE = 600.0  # seconds


class ProcessPricer:
    """Prices a shard in a child; `load` starts one, also in place of one that ended.

    The child ends with the thread that loaded it. `loaded` counts the bytes of the shard, `sent` and `received` those
    of all calls.
    """

    def __init__(self, name: str, patience: float = PATIENCE) -> None:
        """Remember what to call it where it is lost, and the seconds after which no answer means that it is."""
        self.name, self.patience = name, patience
        self.loaded = self.sent = self.received = 0
        self._process: subprocess.Popen[bytes] | None = None

    def load(self, shard: Shard) -> None:
        """Start a child and give it the shard."""
        self.close()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "scheduler.shard_child", str(os.getpid())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        _, self.loaded, _ = self._ask("load", shard)

    def price(self, query: Query, prices: Ints) -> Answer:
        """Ask the child."""
        answer: Answer
        answer, sent, received = self._ask("price", query, prices)
        self.sent += sent
        self.received += received
        return answer

    def kill(self) -> bool:
        """End the child as a power cut does; returns whether there was one. Who waits for it hears that it is lost."""
        process = self._process
        was_running = process is not None and process.poll() is None
        if process is not None:
            process.kill()
            process.wait()
        return was_running

    def close(self) -> None:
        """End the child; the shard goes with it."""
        self.kill()
        process, self._process = self._process, None
        for pipe in () if process is None else (process.stdin, process.stdout):
            assert pipe is not None  # Both are pipes.
            with contextlib.suppress(BrokenPipeError):  # What it never read.
                pipe.close()

    def _ask(self, name: str, *given: Any) -> tuple[Any, int, int]:
        """Answer, bytes sent and bytes received."""
        process = self._process
        if process is None:
            raise PricerLostError(f"{self.name} has not been started")
        assert process.stdin is not None  # Both are pipes.
        assert process.stdout is not None
        patience = threading.Timer(self.patience, process.kill)
        patience.start()
        try:
            sent = write_message(process.stdin, (name, given))
            answer, received = read_message(process.stdout)
        except (EOFError, OSError) as error:
            process.kill()
            raise PricerLostError(f"{self.name} ended with code {process.wait()}") from error
        finally:
            patience.cancel()
        return answer, sent, received
