"""A race for few free seats: `python -m benchmarks.race N [sqlite|postgresql] [--broken]`; `make race N=5000 DB=sqlite`

Eight processes make N requests for changes of a published week at once, against a real database, also for the same
citizen and about the same request. Then the seats are counted by themselves, and the counters against the places and
holds. It ends with one line of JSON, and with exit code 1 where a group is overbooked, a counter has drifted or the
database refused a step. With `--broken` the processes read and then write the counters, which must be caught.

It says how far it is. Ctrl-C and SIGTERM let each process end its request, and what was made is counted. With
`--keep` it becomes a row of `results/`, and the requests of several races add up.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import multiprocessing
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

from sqlalchemy import Engine, text

from benchmarks.arguments import whole
from benchmarks.faults import database
from benchmarks.load_town import WEEK, make_published_town
from benchmarks.machine import commit, machine
from benchmarks.race_child import Work, work_off
from catalog.database import make_engine, reading
from scheduler.runs import code_version
from scheduler.supplies import recount

PROCESSES, CITIZENS = 8, 150
MOST_REQUESTS = 10_000_000
SHOWN_EVERY = 10.0  # seconds
RESULTS = Path(__file__).parent / "results"
SUMMED = ("requests", "overbooked", "drift", "errors", "confirmed", "full", "stale")
# Nothing of what it counts is kept by the counters: the people and holds of a group beyond its seats.
BEYOND_SEATS = text(
    "SELECT g.id, g.seats, count(*) FROM week_group g JOIN ("
    " SELECT group_id FROM place WHERE week = :week UNION ALL SELECT group_id FROM hold WHERE week = :week"
    ") taken ON taken.group_id = g.id GROUP BY g.id, g.seats HAVING count(*) > g.seats ORDER BY g.id"
)


@dataclass
class Raced:
    """What the race showed."""

    database: str
    requests: int
    overbooked: int = 0  # people and holds beyond the seats of their groups
    drift: int = 0  # counters that are not what the places and holds add up to
    errors: int = 0  # steps that the database refused
    confirmed: int = 0
    full: int = 0
    stale: int = 0
    steps: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    per_second: float = 0.0

    @property
    def is_good(self) -> bool:
        """Whether nothing was overbooked or miscounted, and there was a race at all."""
        return not (self.overbooked or self.drift or self.errors) and self.confirmed > 0 < self.full


class Crew:
    """The processes; they are there before anything starts a thread, which a fork would lose."""

    def __init__(self) -> None:
        fork = multiprocessing.get_context("fork")
        self.stop, self.made = fork.Event(), fork.Value("q", 0)
        self.members: list[tuple[BaseProcess, Connection]] = []
        for _ in range(PROCESSES):
            ours, theirs = fork.Pipe()
            process = fork.Process(target=work_off, args=(theirs, self.stop, self.made), daemon=True)
            process.start()
            theirs.close()
            self.members.append((process, ours))

    def tell(self, what: Sequence[object]) -> list[Counter[str]]:
        """Send each process something and wait for all answers."""
        for (_, pipe), each in zip(self.members, what, strict=True):
            pipe.send(each)
        return [pipe.recv() for _, pipe in self.members]

    def race(self, count: int) -> list[Counter[str]]:
        """Let all begin and wait for their answers; a signal lets each end the request that it is at."""
        over = threading.Event()
        before = {sign: signal.signal(sign, lambda *_: self.stop.set()) for sign in (signal.SIGINT, signal.SIGTERM)}
        watch = threading.Thread(target=self._show, args=(count, over), daemon=True)
        print(f"{count:,} requests begin", file=sys.stderr, flush=True)
        if sys.stderr.isatty():
            watch.start()
        try:
            return self.tell([None] * PROCESSES)
        finally:
            over.set()
            for sign, handler in before.items():
                signal.signal(sign, handler)

    def _show(self, count: int, over: threading.Event) -> None:
        began = time.monotonic()
        while not over.wait(SHOWN_EVERY):
            made = self.made.value
            rate = made / (time.monotonic() - began)
            left = (count - made) / rate / 60 if rate else 0.0
            print(f"{made:,} of {count:,} requests, {rate:.0f} a second, {left:.0f} min left", file=sys.stderr)


def race(url: str, count: int, crew: Crew, *, broken: bool = False) -> Raced:
    """Let so many requests race for the seats of a new town."""
    make_published_town(url, CITIZENS)
    engine = make_engine(url)
    before = _beyond_seats(engine)
    crew.tell([Work(url, WEEK, number, count, broken) for number in range(PROCESSES)])
    began = time.monotonic()
    steps = sum(crew.race(count), Counter[str]())
    raced = Raced(engine.dialect.name, crew.made.value, seconds=round(time.monotonic() - began, 1))
    raced.overbooked = _beyond_seats(engine) - before
    with reading(engine) as session:
        raced.drift = len(recount(session, WEEK))
    engine.dispose()
    raced.errors, raced.confirmed, raced.full, raced.stale = (
        steps[name] for name in ("errors", "confirm", "full", "stale")
    )
    raced.steps, raced.per_second = dict(sorted(steps.items())), round(raced.requests / raced.seconds, 1)
    return raced


def keep(raced: Raced) -> None:
    """Append a row, with its version, machine and time."""
    at = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    row = {"version": code_version(), "commit": commit(), "at": at, "machine": machine(), **asdict(raced)}
    with (RESULTS / f"race-{raced.database}.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(row) + "\n")


def race_lines(folder: Path) -> Iterator[str]:
    """A table of all races kept in a folder, added up by database."""
    yield "| database | races | requests | overbooked | drift | errors | confirmed | full | stale |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for file in sorted(folder.glob("race-*.jsonl")):
        rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
        sums = (sum(row[name] for row in rows) for name in SUMMED)
        yield f"| {rows[0]['database']} | {len(rows)} | {' | '.join(f'{total:,}' for total in sums)} |"


def _beyond_seats(engine: Engine) -> int:
    with reading(engine) as session:
        return sum(taken - seats for _, seats, taken in session.execute(BEYOND_SEATS, {"week": WEEK}))


def main() -> None:
    """Race on the database that is named."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # The server ends with us.
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("requests", type=whole(1, MOST_REQUESTS), nargs="?", default=5000)
    words.add_argument("database", choices=["sqlite", "postgresql"], nargs="?", default="sqlite")
    words.add_argument("--broken", action="store_true")
    words.add_argument("--keep", action="store_true", help="append what it showed to results/")
    asked = words.parse_args()
    crew = Crew()
    with (
        tempfile.TemporaryDirectory(prefix="igang-race-") as folder,
        database(asked.database, Path(folder)) as url,
    ):
        raced = race(url, asked.requests, crew, broken=asked.broken)
    if asked.keep:
        keep(raced)
    print(json.dumps(asdict(raced)))
    sys.exit(not raced.is_good)


if __name__ == "__main__":
    main()
