"""The workers that chaos is made of: started, killed, halted and replaced; needs Linux for its list of processes.

`python -m benchmarks.chaos_workers URL LEASE` is one of them.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Container
from dataclasses import dataclass, field
from pathlib import Path

from catalog.database import make_engine
from scheduler.queue import BEAT_SECONDS, LEASE_SECONDS
from scheduler.solving import CHECKPOINT_SECONDS
from scheduler.worker import Pace, Worker

GONE_SECONDS = 2.0  # that a killed worker's processes may take to end


@dataclass
class Crew:
    """A number of workers on one database."""

    url: str
    size: int
    lease_seconds: float
    log: Path
    working: dict[int, subprocess.Popen[bytes]] = field(default_factory=dict)
    halted: dict[int, tuple[subprocess.Popen[bytes], float]] = field(default_factory=dict)  # and when it goes on
    orphans: int = 0

    def fill(self) -> None:
        """Start as many workers as are missing; one that ended by itself counts as missing."""
        self.working = {pid: worker for pid, worker in self.working.items() if worker.poll() is None}
        while len(self.working) < self.size:
            with self.log.open("ab") as log:
                command = [sys.executable, "-m", "benchmarks.chaos_workers", self.url, str(self.lease_seconds)]
                started = subprocess.Popen(command, stdout=log, stderr=log)
            self.working[started.pid] = started

    def kill(self, pid: int) -> None:
        """End a worker as a power cut does, and count what it leaves behind."""
        worker, below = self.working.pop(pid), descendants(pid)
        worker.kill()
        worker.wait()
        self.orphans += len(_still_there(below))

    def halt(self, pid: int, seconds: float, can_others_work: Callable[[], bool]) -> bool:
        """Stop a worker's clock, as a machine that sleeps does, unless others could not work in its place."""
        worker = self.working[pid]
        worker.send_signal(signal.SIGSTOP)
        if not can_others_work():
            worker.send_signal(signal.SIGCONT)
            return False
        self.halted[pid] = self.working.pop(pid), time.monotonic() + seconds
        return True

    def wake(self) -> None:
        """Let the workers go on whose time has come; they find their run taken, and stop."""
        for pid, (worker, until) in list(self.halted.items()):
            if time.monotonic() >= until:
                del self.halted[pid]
                worker.send_signal(signal.SIGCONT)
                time.sleep(GONE_SECONDS / 2)  # It writes what it still has to write before it hears that it shall stop.
                self._end(worker)

    def pick(self, owners: Container[int], rng: random.Random) -> int | None:
        """One of the working that are among `owners`."""
        found = sorted(pid for pid in self.working if pid in owners)
        return rng.choice(found) if found else None

    def stop(self) -> None:
        """Let everybody end in good order."""
        for worker, _ in self.halted.values():
            worker.send_signal(signal.SIGCONT)
        for worker in [*self.working.values(), *(worker for worker, _ in self.halted.values())]:
            self._end(worker)
        self.working, self.halted = {}, {}

    def _end(self, worker: subprocess.Popen[bytes]) -> None:
        below = descendants(worker.pid)
        worker.terminate()
        try:
            worker.wait(30.0)
        except subprocess.TimeoutExpired:
            worker.kill()
            worker.wait()
            self.orphans += 1
        self.orphans += len(_still_there(below))


def descendants(pid: int) -> set[int]:
    """The processes below one, at every depth."""
    below: dict[int, list[int]] = {}
    for child, (parent, _) in _processes().items():
        below.setdefault(parent, []).append(child)
    found, waiting = set[int](), [pid]
    while waiting:
        children = below.get(waiting.pop(), [])
        found.update(children)
        waiting += children
    return found


def _still_there(pids: set[int]) -> set[int]:
    """Those that have not ended in time; they are ended now."""
    until = time.monotonic() + GONE_SECONDS
    while left := {pid for pid, (_, state) in _processes().items() if pid in pids and state != "Z"}:
        if time.monotonic() > until:
            for pid in left:
                os.kill(pid, signal.SIGKILL)
            break
        time.sleep(0.02)
    return left


def _processes() -> dict[int, tuple[int, str]]:
    """Parent and state of every process."""
    found = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent = entry.read_text().rpartition(")")[2].split()[:2]
        except (FileNotFoundError, ProcessLookupError):
            continue
        found[int(entry.parent.name)] = int(parent), state
    return found


def main(url: str, lease_seconds: float) -> None:
    """Be a worker whose lease is as long as asked for, with beats and checkpoints in proportion."""
    share = lease_seconds / LEASE_SECONDS
    worker = Worker(make_engine(url), Pace(lease_seconds, share * BEAT_SECONDS, checkpoint=share * CHECKPOINT_SECONDS))
    signal.signal(signal.SIGTERM, worker.stop)
    worker.run()


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]))
