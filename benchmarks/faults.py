"""Sudden deaths: `python -m benchmarks.faults N [sqlite|postgresql] [--broken=two|late]`; `make faults N=200 DB=sqlite`

A child serves real writes of the real application and is killed by SIGKILL after a random time, N times; a request that
got no answer is repeated with its key to the next child. In the end the database is counted against what was answered.
It ends with one line of JSON, and with exit code 1 where a write was lost, doubled, half done or wrongly refused.
With `--broken` the service writes in a way that must be caught.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import random
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from fastapi import FastAPI
from sqlalchemy import Engine, text

from api.http import make_app
from benchmarks import faults_child
from benchmarks.faults_child import Answered, Request
from benchmarks.faults_count import Found, count
from benchmarks.faults_writes import Desk, Write, make_town
from catalog.database import make_engine, reading
from tests.contract.postgres import running_cluster

LONGEST_LIFE = 2.0  # writes' time, from the moment at which a child is ready
WARM = 60  # writes, among them each kind
SHOWN = 5
PATIENCE_SECONDS = 60.0  # a child that neither answers nor ends
ENDING_SECONDS = 0.05


@dataclass
class Killer:
    """Asks one write after the other, of one child after the other."""

    app: FastAPI
    desk: Desk
    rng: random.Random
    found: Found
    open: Write | None = None  # the write that waits for its answer
    again: bool = False  # whether it was sent before
    longest_life: float = 0.0

    def warm_up(self) -> None:
        """Have a few writes answered by this process, so that each child begins with all code in place."""
        seconds = []
        for _ in range(WARM):
            began = time.monotonic()
            self.open = self.desk.draw()
            self.found.requests += 1
            self._learn(*faults_child.warm_up(self.app, [self._request(self.open)]))
            seconds.append(time.monotonic() - began)
        self.longest_life = LONGEST_LIFE * statistics.median(seconds)

    def strike(self) -> None:
        """Start a child, let it serve for a random time, and kill it."""
        pid, pipe = self._start()
        ends_at = time.monotonic() + self.rng.uniform(0.0, self.longest_life)
        try:
            self._ask_until(pipe, ends_at)
        finally:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        self.found.faults += 1
        if self.open is not None:
            self._take(pipe, 0.0)  # An answer that was sent before the end is an answer.
        self.again = self.open is not None
        pipe.close()

    def finish(self) -> None:
        """Have the last open write answered by a child that nobody kills."""
        pid, pipe = self._start()
        if self.open is not None:
            self._send(pipe)
            self._take(pipe, PATIENCE_SECONDS)
        pipe.close()
        os.waitpid(pid, 0)

    def _start(self) -> tuple[int, Connection]:
        pid, pipe = faults_child.start(self.app)
        if not pipe.poll(PATIENCE_SECONDS):
            raise RuntimeError("a child does not start")
        pipe.recv()
        return pid, pipe

    def _ask_until(self, pipe: Connection, ends_at: float) -> None:
        while True:
            if self.open is None:
                self.open = self.desk.draw()
                self.found.requests += 1
            self._send(pipe)
            if not self._take(pipe, max(0.0, ends_at - time.monotonic())):
                return

    def _send(self, pipe: Connection) -> None:
        assert self.open is not None
        self.found.repeated += self.again
        pipe.send(self._request(self.open))

    def _request(self, write: Write) -> Request:
        headers = {"authorization": f"Bearer {self.desk.town.people[write.who][1]}", "idempotency-key": write.key}
        if write.match is not None:
            headers["if-match"] = write.match
        return Request(write.method, write.path, write.body, headers)

    def _take(self, pipe: Connection, seconds: float) -> bool:
        """Take the answer to the open write, if it comes in time and whole."""
        assert self.open is not None
        with suppress(EOFError, OSError):
            if pipe.poll(seconds):
                self._learn(pipe.recv())
                return True
        return False

    def _learn(self, answered: Answered) -> None:
        assert self.open is not None
        done = self.desk.learn(self.open, answered.status, answered.headers.get("etag"), again=self.again)
        self.found.acknowledged += done
        if not done and len(self.desk.refused) <= SHOWN:
            said = f"{answered.status} {answered.body.decode(errors='replace')}"
            print(f"refused: {self.open.kind} {self.open.number}: {said}", file=sys.stderr)
        self.open, self.again = None, False


def run(url: str, faults: int, broken: str | None = None, seed: int = 1) -> Found:
    """Let so many faults fall upon one database, and count."""
    town = make_town(url)
    found, rng = Found(url.partition(":")[0].partition("+")[0]), random.Random(seed)
    desk = Desk(town, random.Random(seed))
    if broken is not None:
        faults_child.break_writes(broken)
    killer = Killer(make_app(make_engine(url)), desk, rng, found)
    killer.warm_up()
    gc.collect()
    gc.freeze()  # What is there already is not copied by each child's collector.
    began = time.monotonic()
    while found.faults < faults:
        killer.strike()
    killer.finish()
    engine = make_engine(url)
    _wait_for_others(engine)
    with reading(engine) as session:
        count(session, desk, found)
    engine.dispose()
    found.seconds = round(time.monotonic() - began, 1)
    return found


def _wait_for_others(engine: Engine) -> None:
    """Until PostgreSQL has noticed that the last child is gone, what it did is not settled."""
    if engine.dialect.name != "postgresql":
        return
    others = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
        "AND backend_type = 'client backend'"
    )
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        with reading(engine) as session:
            if session.scalar(others) == 0:
                return
        time.sleep(ENDING_SECONDS)
    raise RuntimeError("PostgreSQL still works for a child that is gone")


@contextmanager
def database(name: str, folder: Path) -> Iterator[str]:
    """The URL of an empty database; its server, if any, is stopped at the end."""
    if name == "sqlite":
        yield f"sqlite:///{folder}/faults.db"
        return
    with running_cluster() as cluster:
        yield cluster.create("faults")


def main() -> None:
    """Let faults fall upon the database that is named."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # The server ends with us.
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("faults", type=int, nargs="?", default=200)
    words.add_argument("database", choices=["sqlite", "postgresql"], nargs="?", default="sqlite")
    words.add_argument("--broken", choices=sorted(faults_child.BROKEN), nargs="?", const="two")
    asked = words.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="igang-faults-") as folder,
        database(asked.database, Path(folder)) as url,
    ):
        found = run(url, asked.faults, asked.broken)
    for example in found.examples:
        print(example, file=sys.stderr)
    print(json.dumps({name: value for name, value in asdict(found).items() if name != "examples"}))
    sys.exit(not found.is_good)


if __name__ == "__main__":
    main()
