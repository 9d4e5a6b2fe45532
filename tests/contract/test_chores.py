"""A worker's chores: each done by one of many workers, in the way of no run, and one that fails stops no other."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Engine

from catalog.database import reading, writing
from scheduler import privacy, queue
from scheduler.channels import Channel, Outgoing
from scheduler.chore_thread import ChorePace, ChoreThread
from scheduler.lease import Lease
from scheduler.messages import queue as queue_message
from scheduler.runs import Task
from scheduler.tables import CitizenJob, Message, Run
from scheduler.turns import take_period
from tests.contract.asking import Asking, asking
from tests.unit.records import either, engine

__all__ = ["asking", "either", "engine"]

PACE = ChorePace(look=0.02, holds=0.02, messages=0.05, retention=0.05)
PATIENCE_SECONDS = 30.0
LONG_AGO = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)  # by every clock on which the tests run


class Slow:
    """A gateway that takes nothing until it is let."""

    def __init__(self) -> None:
        self.asked, self.let, self.took = threading.Event(), threading.Event(), 0

    def send(self, _: Outgoing) -> None:
        self.asked.set()
        assert self.let.wait(PATIENCE_SECONDS)
        self.took += 1


class Broken:
    """A gateway with a fault of its own."""

    def send(self, _: Outgoing) -> None:
        raise RuntimeError("a fault")


def _thread(engine: Engine, channel: Channel, folder: Path) -> ChoreThread:
    url = engine.url.render_as_string(hide_password=False)
    return ChoreThread(url, {"sms": channel}, folder / "erased.jsonl", PACE)


def _message(engine: Engine) -> int:
    with writing(engine) as session:
        return queue_message(session, 1, "sms", "plan_published", {"week": 48}, LONG_AGO).id


def _until(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.02)


def test_a_chore_is_due_for_one_of_many_and_for_nobody_until_its_time_has_passed(either: Engine) -> None:
    with writing(either) as session:
        assert [take_period(session, "messages", 900) for _ in range(2)] == [True, False]
    with writing(either) as session:
        assert (take_period(session, "messages", 900), take_period(session, "retention", 0)) == (False, True)
    with writing(either) as session:
        assert take_period(session, "retention", 0)


def test_two_workers_send_a_message_once_and_a_run_keeps_its_lease_meanwhile(either: Engine, tmp_path: Path) -> None:
    message = _message(either)
    with writing(either) as session:
        queue.ask(session, Task("2026-W48"))
    with writing(either) as session:
        held = queue.claim(session, "w", 5.0)
    assert held is not None

    def lease() -> float:
        with reading(either) as session:
            return session.get_one(Run, held.run_id).lease_until or 0.0

    slow = Slow()
    with _thread(either, slow, tmp_path), _thread(either, slow, tmp_path):
        assert slow.asked.wait(PATIENCE_SECONDS)
        with Lease(either, held, 5.0, 0.05) as kept:
            for _ in range(3):
                before = lease()
                _until(lambda before=before: lease() > before)  # type: ignore[misc]  # mypy cannot infer the lambda.
        assert not kept.is_lost
        slow.let.set()
        _until(lambda: _is_sent(either, message))
    assert slow.took == 1


def test_what_somebody_asked_for_is_done_although_another_chore_fails(engine: Engine, tmp_path: Path) -> None:
    message = _message(engine)
    with _thread(engine, Broken(), tmp_path):
        _until(lambda: _is_taken(engine, message))
        with writing(engine) as session:
            job = privacy.ask_copy(session, 1, 1, LONG_AGO).id
        _until(lambda: _is_done(engine, job))
    assert not _is_sent(engine, message)


def _is_taken(engine: Engine, message: int) -> bool:
    with reading(engine) as session:
        return session.get_one(Message, message).send_at > LONG_AGO


def _is_sent(engine: Engine, message: int) -> bool:
    with reading(engine) as session:
        return session.get_one(Message, message).sent_at is not None


def _is_done(engine: Engine, job: int) -> bool:
    with reading(engine) as session:
        return session.get_one(CitizenJob, job).done_at is not None


def test_what_was_held_too_long_is_let_go_by_one_of_two_workers(asking: Asking, tmp_path: Path) -> None:
    where = asking.held()
    asking.let_time_pass()
    with _thread(asking.engine, Broken(), tmp_path), _thread(asking.engine, Broken(), tmp_path):
        _until(lambda: asking.send("citizen", "GET", where).json()["state"] == "expired")
