"""The run table as a queue, on both databases: who holds a run, how it ends, and that it ends once."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from catalog.database import make_engine, reading, writing
from catalog.tables import Rule
from catalog.weeks import CENTRE_TIME
from scheduler import clock, queue, weekly
from scheduler.queue import ATTEMPTS, Claim, LeaseLostError, RunClosedError
from scheduler.replay import compute_again, recount
from scheduler.runs import Outcome, Task, compute, read_input
from scheduler.shipped import load_shipped
from scheduler.stored import NotFoundError
from scheduler.tables import PlanEntry, Run
from scheduler.town import make_town
from solver import Options

WEEK = "2026-W48"
TASK = Task(WEEK, Options(time_limit=None, max_rounds=12, threads=1))


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    made = make_engine(database_url)
    yield made
    made.dispose()


def _ask(engine: Engine, task: Task = TASK) -> int:
    with writing(engine) as session:
        return queue.ask(session, task).id


def _claim(engine: Engine, worker: str = "one", lease_seconds: float = 60.0) -> Claim:
    with writing(engine) as session:
        held = queue.claim(session, worker, lease_seconds)
    assert held is not None
    return held


def _run(engine: Engine, run_id: int) -> Run:
    with reading(engine) as session:
        return session.get_one(Run, run_id)


def test_the_oldest_run_is_claimed_first_and_once(engine: Engine) -> None:
    first, second = _ask(engine), _ask(engine)
    assert [_claim(engine).run_id, _claim(engine, "two").run_id] == [first, second]
    with writing(engine) as session:
        assert queue.claim(session, "three") is None
    assert (_run(engine, first).state, _run(engine, first).owner) == ("running", "one")


def test_workers_who_claim_at_once_never_get_the_same_run(engine: Engine) -> None:
    asked = {_ask(engine) for _ in range(12)}
    held: list[int] = []

    def work() -> None:
        while True:
            with writing(engine) as session:
                found = queue.claim(session, "some", 60.0)
            if found is None:
                return
            held.append(found.run_id)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # A claim that meets only rows that others are just taking finds none, and the worker looks again later.
    work()
    assert sorted(held) == sorted(asked)


def test_a_silent_workers_run_is_taken_over_and_its_writes_find_no_row(engine: Engine) -> None:
    run = _ask(engine)
    silent = _claim(engine, lease_seconds=-1.0)
    other = _claim(engine, "two")
    assert (other.run_id, other.fence, other.attempt) == (run, silent.fence + 1, 2)
    for write in (
        lambda session: queue.beat(session, silent, {}),
        lambda session: queue.is_cancelled(session, silent),
        lambda session: queue.fail(session, silent, "too late"),
        lambda session: queue.hand_back(session, silent),
        lambda session: queue.drop(session, silent),
    ):
        with pytest.raises(LeaseLostError, match="drop the work"), writing(engine) as session:
            write(session)
    assert (_run(engine, run).owner, _run(engine, run).error) == ("two", None)


def test_a_beat_keeps_the_lease_and_tells_how_far_the_run_is(engine: Engine) -> None:
    run = _ask(engine)
    held = _claim(engine, lease_seconds=-1.0)
    with writing(engine) as session:
        assert not queue.beat(session, held, {"number": 7}, b"best so far", 60.0)
    with writing(engine) as session:
        assert queue.claim(session, "two") is None
    found = _run(engine, run)
    assert (found.progress, found.checkpoint) == ({"number": 7}, b"best so far")
    with writing(engine) as session:
        queue.beat(session, held, {"number": 8}, None, 60.0)
    assert _run(engine, run).checkpoint == b"best so far"


def test_a_run_fails_after_three_attempts_and_says_why(engine: Engine) -> None:
    run = _ask(engine)
    for attempt in range(1, ATTEMPTS + 1):
        with writing(engine) as session:
            row = session.get_one(Run, run)
            row.lease_until = None  # The wait before another attempt is over.
        held = _claim(engine)
        assert held.attempt == attempt
        with writing(engine) as session:
            queue.fail(session, held, f"broken {attempt}")
    found = _run(engine, run)
    assert (found.state, found.error) == ("failed", "broken 3")
    assert found.finished_at is not None


def test_a_failed_attempt_waits_before_the_next(engine: Engine) -> None:
    run = _ask(engine)
    with writing(engine) as session:
        held = queue.claim(session, "one")
        assert held is not None
        queue.fail(session, held, "broken")
    with writing(engine) as session:
        assert queue.claim(session, "two") is None
    assert _run(engine, run).state == "queued"


def test_a_run_that_kills_its_workers_ends_and_stops_no_other(engine: Engine) -> None:
    deadly, healthy = _ask(engine), _ask(engine)
    for _ in range(ATTEMPTS):
        assert _claim(engine, lease_seconds=-1.0).run_id == deadly
    assert _claim(engine).run_id == healthy
    found = _run(engine, deadly)
    assert found.state == "failed"
    assert "in each of 3 attempts" in str(found.error)


def test_a_run_that_is_handed_back_is_free_at_once_and_loses_no_attempt(engine: Engine) -> None:
    run = _ask(engine)
    with writing(engine) as session:
        held = queue.claim(session, "one")
        assert held is not None
        queue.hand_back(session, held)
    again = _claim(engine, "two")
    assert (again.run_id, again.attempt, again.fence) == (run, 1, 2)


def test_a_waiting_run_is_cancelled_at_once_and_a_running_one_by_its_worker(engine: Engine) -> None:
    running, waiting = _ask(engine), _ask(engine)
    held = _claim(engine)
    for run, state in ((waiting, "cancelled"), (running, "running")):
        with writing(engine) as session:
            assert queue.cancel(session, run).state == state
    with writing(engine) as session:
        assert queue.is_cancelled(session, held)
        assert queue.beat(session, held, {})
        queue.drop(session, held)
    assert _run(engine, running).state == "cancelled"
    assert _run(engine, waiting).finished_at is not None
    with pytest.raises(RunClosedError, match="is cancelled"), writing(engine) as session:
        queue.cancel(session, running)
    with pytest.raises(NotFoundError), writing(engine) as session:
        queue.cancel(session, 999)


def test_the_clock_asks_for_a_week_once_however_often_it_does(engine: Engine) -> None:
    with writing(engine) as session:
        first = queue.schedule_weekly(session, Task(WEEK)).id
    with writing(engine) as session:
        assert queue.schedule_weekly(session, Task(WEEK)).id == first
        assert queue.schedule_weekly(session, Task("2026-W49")).id != first
    with reading(engine) as session:
        assert session.scalar(select(func.count()).select_from(Run)) == 2


@pytest.mark.parametrize("night", [dt.date(2026, 10, 25), dt.date(2027, 3, 28)])
def test_a_night_on_which_the_clock_changes_asks_once(engine: Engine, night: dt.date) -> None:
    midnight = dt.datetime.combine(night, dt.time(), CENTRE_TIME).astimezone(dt.UTC)
    with writing(engine) as session:
        value = {"day": night.weekday(), "minute": 150}  # 02:30 comes twice, or never.
        session.add(Rule(slug="schedule", key="weekly", value=value, valid_from=dt.date(2026, 1, 1)))
    asked = [weekly.ask_if_due(engine, midnight + dt.timedelta(minutes=15 * quarter)) for quarter in range(24)]
    assert asked[0] is None
    assert asked[-1] is not None
    assert len(set(asked)) == 2


def test_without_the_rule_no_clock_asks(engine: Engine) -> None:
    assert weekly.ask_if_due(engine) is None


def test_the_time_is_the_databases_and_goes_on_inside_a_transaction(engine: Engine) -> None:
    with writing(engine) as session:
        first, second = clock.seconds(session), clock.now(session).timestamp()
        assert abs(first - dt.datetime.now(dt.UTC).timestamp()) < 60
        while clock.seconds(session) == first:
            pass
        assert second >= first - 0.001


@pytest.fixture
def outcome(engine: Engine) -> Outcome:
    """What a small town's run computes."""
    with writing(engine) as session:
        load_shipped(session)
        make_town(session, 30, 7, 0.5, WEEK)
    with reading(engine) as session:
        given = read_input(session, TASK)
    return compute(given)


def test_a_run_is_stored_once_and_can_be_counted_and_computed_again(engine: Engine, outcome: Outcome) -> None:
    run = _ask(engine)
    late = _claim(engine, lease_seconds=-1.0)
    held = _claim(engine, "two")
    with writing(engine) as session:
        assert queue.finish(session, held, outcome).state == "proposed"
    for again in (held, late):
        with pytest.raises(LeaseLostError), writing(engine) as session:
            queue.finish(session, again, outcome)
    with reading(engine) as session:
        entries = session.scalar(select(func.count()).select_from(PlanEntry).where(PlanEntry.run_id == run))
        stored = recount(session, run)
    assert entries == len(outcome.solution.plans.group) > 0
    assert stored.verdict.violations == ()
    assert stored.verdict.objective == stored.run.objective == outcome.solution.objective
    assert (stored.run.owner, stored.run.lease_until, stored.run.checkpoint) == (None, None, None)
    assert compute_again(stored, threads=1).is_same


def test_a_proposal_that_cannot_be_stored_whole_leaves_the_run_with_its_worker(
    engine: Engine, outcome: Outcome
) -> None:
    run = _ask(engine)
    held = _claim(engine)

    with Session(engine) as broken:
        queue.finish(broken, held, outcome)
        broken.rollback()
    with reading(engine) as session:
        assert session.scalar(select(func.count()).select_from(PlanEntry)) == 0
    assert _run(engine, run).state == "running"
    with writing(engine) as session:
        queue.finish(session, held, outcome)
    assert _run(engine, run).state == "proposed"
