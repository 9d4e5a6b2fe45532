"""A write that is sent again does nothing again and gives its first answer, however the repeats fall in time."""

from __future__ import annotations

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from catalog.database import reading, writing
from catalog.tables import Site
from scheduler.idempotency import (
    AnswerLostError,
    IdempotencyError,
    KeyReusedError,
    begin,
    forget_before,
    remember,
)
from scheduler.tables import StoredAnswer
from tests.unit.records import NOW, either

__all__ = ["either"]


def _write(engine: Engine, key: str, request: str = "r1") -> bytes:
    """Do one write as the edge does it: a site more, and an answer that says how many there are."""
    with writing(engine) as session:
        before = begin(session, 1, key, request, NOW)
        if before is not None:
            return before.body
        session.add(Site(id=f"site-{key}", name=key))
        session.flush()
        body = str(session.scalar(select(func.count()).select_from(Site))).encode()
        remember(session, 1, key, request, 201, {"location": f"/v1/sites/{key}"}, body, NOW)
        return body


def test_a_repeated_write_gets_its_first_answer_and_is_done_once(either: Engine) -> None:
    assert [_write(either, "k1"), _write(either, "k2"), _write(either, "k1")] == [b"2", b"3", b"2"]
    with reading(either) as session:
        kept = session.get_one(StoredAnswer, (1, "k1"))
        assert (kept.status, kept.headers, kept.at) == (201, {"location": "/v1/sites/k1"}, NOW)


def test_a_key_with_another_request_is_refused_and_keeps_its_answer(either: Engine) -> None:
    _write(either, "k1")
    with pytest.raises(KeyReusedError, match="'k1'"):
        _write(either, "k1", request="r2")
    assert _write(either, "k1") == b"2"


def test_a_write_that_is_rolled_back_takes_its_key_along(either: Engine) -> None:
    with Session(either) as session:
        assert begin(session, 1, "k1", "r1", NOW) is None
        session.add(Site(id="half", name="half"))
        session.flush()
        session.rollback()
    assert _write(either, "k1", request="r2") == b"2"


def test_equal_keys_at_once_do_the_write_once(either: Engine) -> None:
    at_once = threading.Barrier(8)

    def press(_: int) -> bytes:
        at_once.wait()
        return _write(either, "k1")

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(press, range(8))) == {b"2"}
    with reading(either) as session:
        assert session.scalar(select(func.count()).select_from(Site)) == 2


def test_a_write_committed_without_its_answer_is_told_and_not_done_again(either: Engine) -> None:
    with writing(either) as session:
        begin(session, 1, "k1", "r1", NOW)
    with pytest.raises(AnswerLostError, match="read what is there"):
        _write(either, "k1")


def test_an_answer_without_its_claim_is_refused(either: Engine) -> None:
    with pytest.raises(IdempotencyError, match="begin"), writing(either) as session:
        remember(session, 1, "k1", "r1", 200, {}, b"", NOW)


def test_old_answers_are_forgotten_and_newer_ones_kept(either: Engine) -> None:
    _write(either, "k1")
    with writing(either) as session:
        assert forget_before(session, NOW) == 0
        assert forget_before(session, NOW + dt.timedelta(seconds=1)) == 1
    with writing(either) as session:
        assert begin(session, 1, "k1", "another", NOW) is None
