"""A worker as a real process: it proposes, is killed, is told to stop, and hears that a run is cancelled."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, update

from benchmarks.chaos_count import Found, ask, count, make_ready
from benchmarks.chaos_workers import descendants
from catalog.database import make_engine, reading, writing
from scheduler import queue
from scheduler.replay import compute_again, recount
from scheduler.runs import Task
from scheduler.tables import Run
from scheduler.worker import Pace, Worker
from solver import Options

ROOT = Path(__file__).parents[2]
WEEK = "2026-W48"
LONG = Task(WEEK, Options(time_limit=500.0, threads=1))
PATIENCE_SECONDS = 120.0  # before a test gives up on a slow machine


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """A small town with no run."""
    make_ready(database_url).dispose()
    made = make_engine(database_url)
    yield made
    made.dispose()


@pytest.fixture
def start(engine: Engine) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """Starts workers with a lease of two seconds; they end with the test."""
    started: list[subprocess.Popen[bytes]] = []

    def one() -> subprocess.Popen[bytes]:
        url = engine.url.render_as_string(hide_password=False)
        started.append(subprocess.Popen([sys.executable, "-m", "benchmarks.chaos_workers", url, "2"], cwd=ROOT))
        return started[-1]

    yield one
    for worker in started:
        worker.terminate()
    for worker in started:
        worker.wait()


def _ask(engine: Engine, task: Task) -> int:
    with writing(engine) as session:
        return queue.ask(session, task).id


def _until(engine: Engine, run_id: int, holds: Callable[[Run], bool]) -> Run:
    """Wait until something holds for the run."""
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        with reading(engine) as session:
            run = session.get_one(Run, run_id)
        if holds(run):
            return run
        time.sleep(0.05)
    raise TimeoutError(f"run {run_id} is {run.state}, attempt {run.attempt}, error {run.error}")


def _ended(run: Run) -> bool:
    return run.state not in queue.OPEN


def test_a_worker_proposes_what_was_asked_for_and_says_why_it_cannot(
    engine: Engine, start: Callable[[], subprocess.Popen[bytes]]
) -> None:
    good = _ask(engine, Task(WEEK, Options(time_limit=None, max_rounds=12, threads=1)))
    without_groups = _ask(engine, Task("2027-W10"))
    start()
    assert _until(engine, good, _ended).state == "proposed"
    with reading(engine) as session:
        stored = recount(session, good)
    assert stored.verdict.violations == ()
    assert compute_again(stored, threads=1).is_same
    failed = _until(engine, without_groups, _ended)
    assert (failed.state, failed.attempt) == ("failed", 1)
    assert "igang weeks create 2027-W10" in str(failed.error)


def test_a_killed_workers_run_goes_on_elsewhere_from_its_checkpoint_and_a_cancel_keeps_its_plan(
    engine: Engine, start: Callable[[], subprocess.Popen[bytes]]
) -> None:
    run = _ask(engine, LONG)
    killed = start()
    _until(engine, run, lambda found: found.checkpoint is not None)
    below = descendants(killed.pid)
    killed.kill()
    killed.wait()
    start()
    taken_over = _until(engine, run, lambda found: found.attempt == 2)
    assert taken_over.fence == 2
    assert below
    assert not any(_is_alive(pid) for pid in below)
    with writing(engine) as session:
        queue.cancel(session, run)
    assert _until(engine, run, _ended).state == "proposed"
    with reading(engine) as session:
        stored = recount(session, run)
    assert stored.verdict.violations == ()
    assert stored.archive.warm is not None
    assert stored.run.termination_limit == "interrupt"
    assert compute_again(stored, threads=1).is_same


def test_a_worker_that_is_told_to_stop_hands_its_run_back(
    engine: Engine, start: Callable[[], subprocess.Popen[bytes]]
) -> None:
    run = _ask(engine, LONG)
    worker = start()
    _until(engine, run, lambda found: bool(found.progress))
    below = descendants(worker.pid)
    worker.terminate()
    assert worker.wait() == 0
    found = _until(engine, run, lambda found: found.state == "queued")
    assert (found.attempt, found.owner, found.lease_until) == (0, None, None)
    assert not any(_is_alive(pid) for pid in below)


def test_a_plan_that_was_told_of_is_kept_though_it_is_not_checked_yet(engine: Engine) -> None:
    run = _ask(engine, LONG)
    worker = Worker(engine, Pace(beat=0.02, look=0.01, patience=0.0))
    thread = threading.Thread(target=worker.run)
    thread.start()
    try:
        _until(engine, run, lambda found: found.progress.get("objective") is not None)
        with writing(engine) as session:
            queue.cancel(session, run)
        assert _until(engine, run, _ended).state == "proposed"
    finally:
        worker.stop()
        thread.join()


def test_the_count_after_chaos_sees_what_is_lost_and_what_is_stored_twice(database_url: str) -> None:
    engine = make_ready(database_url)
    with writing(engine) as session:
        for seed in (1, 2):
            ask(session, seed)
    for _ in range(2):
        with writing(engine) as session:  # As a worker would that looks at no fence.
            session.execute(update(Run).where(Run.id == 1).values(state="proposed"))
    found = Found("any", 2)
    with reading(engine) as session:
        count(session, found, cancelled=set())
    engine.dispose()
    assert (found.stored_twice, found.lost, found.is_good) == (1, 2, False)


def _is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
