"""Load on the service: `python -m benchmarks.load SECONDS [sqlite|postgresql]`; `make load SECONDS=10` does both.

The service runs as in production, a worker beside it solves a run all the while, and citizens ask for their own weeks
at a fixed rate, whether the answers keep up or not; then others ask for changes, as some did before the run began.
First one of staff asks for the whole published week: of a service just started, again, and with the ETag that she has.
It ends with one line of JSON for each database, and with exit code 1 where the bar on PostgreSQL is missed.
"""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import Engine

from benchmarks.chaos import database
from benchmarks.chaos_workers import descendants
from benchmarks.instances import BY_NAME, Figures, Instance
from benchmarks.load_arrivals import Came, Plan, send
from benchmarks.load_changes import Asker, table
from benchmarks.load_town import Town, ask_endless, askers, log_in_anew, make_published_town
from benchmarks.machine import load as load_average
from catalog.database import make_engine, reading
from scheduler.tables import Run

RATE = 300.0  # requests a second
STARTS = 3  # of the service, each asked for the whole week first thing
AGAIN = 20  # times that the whole week is asked for again, and then with its ETag
PATIENCE_SECONDS = 180.0  # until a process is ready
PROCESSES = {"sqlite": 1, "postgresql": 2}  # that serve


@dataclass(frozen=True)
class Load:
    """How much of it."""

    seconds: float = 10.0
    citizens: int = 6000
    rate: float = RATE
    starts: int = STARTS
    again: int = AGAIN
    changes_seconds: float = 5.0  # at each rate of change requests, idle and while a run is solving


def load(name: str, wanted: Load) -> Figures:
    """The figures of one database."""
    with tempfile.TemporaryDirectory(prefix="igang-load-") as folder, database(name, Path(folder)) as (url, _):
        town = make_published_town(url, wanted.citizens)
        engine = make_engine(url)
        try:
            ask_changes = askers(engine, town)
            with serving(url, PROCESSES[name]) as (port, _):
                log_in_anew(engine)
                idle = table(port, town.week, ask_changes, "idle", wanted.changes_seconds)
            with solving(engine, url) as run:
                figures = idle | _ask_everything(engine, url, name, town, ask_changes, wanted)
                figures["solving"] = _state(engine, run) == "running"
        finally:
            engine.dispose()
    return {"database": name, "citizens": wanted.citizens, **figures}


def _ask_everything(engine: Engine, url: str, name: str, town: Town, ask_changes: list[Asker], wanted: Load) -> Figures:
    began_load, firsts, figures = load_average(), [], Figures()
    log_in_anew(engine)
    for number in range(wanted.starts):
        with serving(url, PROCESSES[name]) as (port, service):
            whole, etag = _whole_week(port, town, {})
            firsts.append(whole)
            if number < wanted.starts - 1:
                continue
            agains = [_whole_week(port, town, {})[0] for _ in range(wanted.again)]
            sames = [_whole_week(port, town, {"If-None-Match": etag}, expected=304)[0] for _ in range(wanted.again)]
            log_in_anew(engine)
            asked = [(f"/v1/citizens/{key}/weeks/{town.week}", cookie) for key, cookie in town.citizens.items()]
            before = processor_seconds(service)
            came = send(Plan(port, wanted.rate, wanted.seconds, 1, asked))
            figures = _own_figures(came, wanted)
            figures["web_ms_each"] = 1e3 * (processor_seconds(service) - before) / came.asked
            figures |= table(port, town.week, ask_changes, "solving", wanted.changes_seconds)
    return figures | {
        "week_first_ms": max(firsts),
        "week_again_ms": float(np.median(agains)),
        "week_same_ms": float(np.median(sames)),
        "week_same_worst_ms": max(sames),
        "processes": PROCESSES[name],
        "load_before": began_load,
        "load_after": load_average(),
    }


def _own_figures(came: Came, wanted: Load) -> Figures:
    good = came.statuses.get("200", 0)
    p50, p95, p99, most = (float(value) for value in np.percentile(came.milliseconds or [np.inf], (50, 95, 99, 100)))
    return {
        "asked": came.asked,
        "errors": came.asked - good,
        "statuses": came.statuses,
        "rate": wanted.rate,
        "answered_per_second": good / came.seconds,
        "own_p50_ms": p50,
        "own_p95_ms": p95,
        "own_p99_ms": p99,
        "own_most_ms": most,
    }


def _whole_week(port: int, town: Town, headers: dict[str, str], expected: int = 200) -> tuple[float, str]:
    """Ask for it on a new connection; returns the milliseconds until its last byte, and its ETag."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    began = time.perf_counter()
    connection.request("GET", f"/v1/weeks/{town.week}/plan", headers={"Cookie": town.leader, **headers})
    answer = connection.getresponse()
    answer.read()
    taken = 1e3 * (time.perf_counter() - began)
    connection.close()
    if answer.status != expected:
        raise RuntimeError(f"the whole week answered {answer.status}, expected {expected}")
    return taken, answer.headers["ETag"]


@contextmanager
def serving(url: str, processes: int) -> Iterator[tuple[int, int]]:
    """The service on a free port of this machine, once it is ready; its port and the number of its first process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    command = [sys.executable, "-m", "api.cli", "serve", "--port", str(port), "--no-worker", "--database", url]
    command += ["--processes", str(processes)]
    with _process(command, os.environ | {"IGANG_PRODUCTION": "1"}) as service:
        _until(lambda: _is_ready(port), service)
        yield port, service.pid


@contextmanager
def solving(engine: Engine, url: str) -> Iterator[int]:
    """A worker that solves a run, once its first round is over; the run's number."""
    run = ask_endless(engine)
    with _process([sys.executable, "-m", "api.cli", "worker"], os.environ | {"IGANG_DATABASE_URL": url}) as worker:
        _until(lambda: bool(_progress(engine, run)), worker)
        yield run


def processor_seconds(pid: int) -> float:
    """What a process and those below it have computed so far."""
    total = 0.0
    for each in {pid, *descendants(pid)}:
        fields = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
        total += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return total


@contextmanager
def _process(command: Sequence[str], environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """A process that ends with us."""
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _until(is_so: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        if process.poll() is not None or time.monotonic() > until:
            raise RuntimeError(f"{process.args!r} is not ready; it ended with {process.poll()}")
        time.sleep(0.1)


def _is_ready(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/ready")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def _progress(engine: Engine, run: int) -> dict[str, Any]:
    with reading(engine) as session:
        return session.get_one(Run, run).progress


def _state(engine: Engine, run: int) -> str:
    with reading(engine) as session:
        return session.get_one(Run, run).state


def measure_load(instance: Instance, _seed: int) -> Figures:
    """The figures of an instance of the benchmark."""
    return load(instance.name.removeprefix("load-"), Load(instance.seconds, instance.citizens))


def main() -> None:
    """Load the databases named, a line of figures each."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # Whatever was started ends with us.
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 10.0
    good = True
    for name in sys.argv[2:] or ["sqlite", "postgresql"]:
        figures = load(name, Load(seconds))
        rounded = {key: round(value, 2) if isinstance(value, float) else value for key, value in figures.items()}
        print(json.dumps(rounded), flush=True)
        good &= all(bar.holds(figures) for bar in BY_NAME[f"load-{name}"].must)
    sys.exit(not good)


if __name__ == "__main__":
    main()
