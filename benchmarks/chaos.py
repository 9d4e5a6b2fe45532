"""Runs under chaos: `python -m benchmarks.chaos RUNS [sqlite|postgresql]`; `make chaos RUNS=20` does both databases.

Three workers do small runs while this program kills, halts and replaces them at random, asks that some runs be
cancelled, and, on PostgreSQL, lets the server crash. It ends with one line of JSON for each database, and with exit
code 1 where a run was lost or stored twice, taken over or cancelled too late, or left a process behind.
"""

from __future__ import annotations

import datetime as dt
import json
import random
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from pysqlite3 import dbapi2 as sqlite
from sqlalchemy import Engine, Row, select

from benchmarks.chaos_count import Found, ask, count, make_ready
from benchmarks.chaos_workers import Crew
from catalog.database import reading, writing
from scheduler import queue
from scheduler.queue import ATTEMPTS, LEASE_SECONDS, RunClosedError
from scheduler.tables import Run
from tests.contract.postgres import Cluster, running_cluster

WORKERS = 3
CANCELLED = 0.2  # share of the runs
KILLED = 0.7  # share of the struck workers; the others are halted
HALT_LEASES = 1.3  # so long that the lease runs out
DOWN_SECONDS = 1.0
MOST_STRUCK = 2  # runs without a worker at a time, so that a worker is free to take one over
CRASH_EVERY = 5  # blows: workers need time between two to be struck themselves
CHAOS_SECONDS = (1.0, 5.0)  # between two blows
LOOK_SECONDS = 0.02
LOCKED_SECONDS = 1.0  # a lock of the file that lasts longer is a halted worker's
PATIENCE_SECONDS = 60.0  # a run more than that counts as lost
Rows = list[Row[int, str, str | None, int, int, dict[str, object]]]


@dataclass
class Chaos:
    """The blows on one database and what came of them."""

    engine: Engine
    crew: Crew
    found: Found
    rng: random.Random
    cluster: Cluster | None = None
    waiting: list[int] = field(default_factory=list)  # seeds of the runs that are not asked for yet
    endless: set[int] = field(default_factory=set)  # seeds of the runs that end only where they are cancelled
    wanted: set[int] = field(default_factory=set)  # runs to cancel once they have a plan
    cancelled: set[int] = field(default_factory=set)
    blows: int = 0
    struck: dict[int, tuple[int, float]] = field(default_factory=dict)  # run -> fence and moment of a lost worker

    def until_done(self) -> None:
        """Strike until every run has ended."""
        blow_at, ends_at = time.monotonic(), time.monotonic() + PATIENCE_SECONDS * self.found.runs
        while time.monotonic() < ends_at:
            self.crew.wake()
            self.crew.fill()
            rows = self._open_runs()
            if not rows and not self.waiting:
                return
            self._ask_more(len(rows))
            self._see_take_overs(rows)
            self._cancel_one(rows)
            if time.monotonic() >= blow_at and len(self.struck) < MOST_STRUCK:
                self._strike(rows)
                blow_at = time.monotonic() + self.rng.uniform(*CHAOS_SECONDS)
            time.sleep(LOOK_SECONDS)

    def _ask_more(self, is_open: int) -> None:
        """Keep one worker free, so that the time of a take-over is the queue's and not that of a full house."""
        for _ in range(WORKERS - 1 - is_open):
            if self.waiting:
                seed = self.waiting.pop(0)
                with writing(self.engine) as session:
                    run = ask(session, seed, endless=seed in self.endless).id
                if seed in self.endless:
                    self.wanted.add(run)

    def _note(self, what: str) -> None:
        """Tell whoever reads the workers' log."""
        with self.crew.log.open("a") as log:
            log.write(f"{dt.datetime.now(dt.UTC):%Y-%m-%d %H:%M:%S} [chaos    ] {what}\n")

    def _open_runs(self) -> Rows:
        query = select(Run.id, Run.state, Run.owner, Run.fence, Run.attempt, Run.progress)
        with reading(self.engine) as session:
            return list(session.execute(query.where(Run.state.in_(queue.OPEN)).order_by(Run.id)))

    def _strike(self, rows: Rows) -> None:
        """Kill or halt a worker that has a run, or let the server crash.

        A run whose worker is lost in its last attempt fails by design, so those are spared.
        """
        held = {_pid(row.owner): row for row in rows if row.state == "running" and row.attempt < ATTEMPTS}
        pid = self.crew.pick(held, self.rng)
        self.blows += 1
        if self.cluster is not None and self.blows % CRASH_EVERY == 0:
            self.found.crashes += 1
            began = time.monotonic()
            self._note("crash")
            self.cluster.stop("immediate")
            time.sleep(DOWN_SECONDS)
            self.cluster.start()
            self.engine.dispose()
            self._note("server is back")
            # Nobody can take a run over while the server is away.
            self.struck = {run: (fence, at + time.monotonic() - began) for run, (fence, at) in self.struck.items()}
        elif pid is not None:
            self.struck[held[pid].id] = held[pid].fence, time.monotonic()
            if self.rng.random() < KILLED:
                self.found.kills += 1
                self._note(f"kill {pid}, run {held[pid].id}")
                self.crew.kill(pid)
            elif self.crew.halt(pid, HALT_LEASES * self.crew.lease_seconds, self._can_write):
                self.found.halts += 1
                self._note(f"halt {pid}, run {held[pid].id}")
            else:
                del self.struck[held[pid].id]

    def _can_write(self) -> bool:
        """Whether no halted process holds the lock of an SQLite file, for which everybody would have to wait."""
        if self.cluster is not None:
            return True
        file = sqlite.connect(self.engine.url.database, timeout=LOCKED_SECONDS, isolation_level=None)
        try:
            file.execute("BEGIN IMMEDIATE")
        except sqlite.OperationalError:
            return False
        finally:
            file.close()
        return True

    def _see_take_overs(self, rows: Rows) -> None:
        for row in rows:
            fence, since = self.struck.get(row.id, (row.fence, 0.0))
            if row.fence > fence:
                del self.struck[row.id]
                self._note(f"run {row.id} taken over after {time.monotonic() - since:.1f} s")
                self.found.take_overs += 1
                self.found.take_over_seconds = max(self.found.take_over_seconds, time.monotonic() - since)

    def _cancel_one(self, rows: Rows) -> None:
        """Cancel a run that is under way and wait until it has ended."""
        for row in rows:
            if row.id in self.wanted and row.progress and _pid(row.owner) in self.crew.working:
                self.wanted.discard(row.id)
                began = time.monotonic()
                try:
                    with writing(self.engine) as session:
                        queue.cancel(session, row.id)
                except RunClosedError:
                    return
                self.cancelled.add(row.id)
                while any(other.id == row.id for other in self._open_runs()):
                    time.sleep(LOOK_SECONDS)
                    if time.monotonic() - began > PATIENCE_SECONDS:
                        break
                self.found.cancels += 1
                self.found.cancel_seconds = max(self.found.cancel_seconds, time.monotonic() - began)
                return


def _pid(owner: str | None) -> int:
    return int(owner.split(":")[1]) if owner else -1


def chaos(
    url: str, runs: int, log: Path, cluster: Cluster | None = None, lease_seconds: float = LEASE_SECONDS
) -> Found:
    """Let so many runs be done under chaos."""
    rng = random.Random(1)
    endless = set(rng.sample(range(1, runs + 1), max(1, round(CANCELLED * runs))))
    engine, began = make_ready(url), time.monotonic()
    found = Found(engine.dialect.name, runs)
    crew = Crew(url, WORKERS, lease_seconds, log)
    made = Chaos(engine, crew, found, rng, cluster, list(range(1, runs + 1)), endless)
    try:
        made.until_done()
    finally:
        crew.stop()
    with reading(engine) as session:
        count(session, found, made.cancelled)
    engine.dispose()
    found.orphans, found.seconds = crew.orphans, time.monotonic() - began
    return found


@contextmanager
def database(name: str, folder: Path) -> Iterator[tuple[str, Cluster | None]]:
    """The URL of an empty database, and the server that is ours to crash."""
    if name == "sqlite":
        yield f"sqlite:///{folder}/chaos.db", None
        return
    with running_cluster(durable=True) as cluster:
        yield cluster.create("chaos"), cluster


def main() -> None:
    """Make chaos on the databases named, a line of figures each."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # Whatever was started ends with us.
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    good = True
    for name in sys.argv[2:] or ["sqlite", "postgresql"]:
        with tempfile.TemporaryDirectory(prefix="igang-chaos-") as folder:
            log = Path(folder) / "workers.log"
            with database(name, Path(folder)) as (url, cluster):
                found = chaos(url, runs, log, cluster)
            if not found.is_good:
                sys.stderr.write(log.read_text()[-20_000:])
        print(
            json.dumps(
                {key: round(value, 3) if isinstance(value, float) else value for key, value in asdict(found).items()}
            )
        )
        good &= found.is_good
    sys.exit(not good)


if __name__ == "__main__":
    main()
