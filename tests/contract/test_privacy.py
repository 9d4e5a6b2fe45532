"""Copies and erasures that somebody asked for are done by a worker, also after one was killed in the middle."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from sqlalchemy import Engine

from catalog.database import reading, writing
from scheduler import privacy
from scheduler.erasure import list_and_bury, read_list
from scheduler.privacy import CopyNotReadyError, PrivacyError, do_jobs
from scheduler.stored import NotFoundError
from scheduler.tables import Account, Citizen, CitizenJob
from tests.unit.records import NOW, either, engine

__all__ = ["either", "engine"]

PIA = 1


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    """The list of the erased."""
    return tmp_path / "erased.jsonl"


def _ask_copy(engine: Engine, by: int = PIA) -> int:
    with writing(engine) as session:
        return privacy.ask_copy(session, 1, by, NOW).id


def _ask_erasure(engine: Engine, external_id: str = "B1") -> int:
    with writing(engine) as session:
        return privacy.ask_erasure(session, 1, external_id, PIA, NOW).id


def test_a_copy_is_made_once_and_given_to_who_asked_for_it(either: Engine, listed: Path) -> None:
    job = _ask_copy(either)
    assert _ask_copy(either) == job
    with reading(either) as session, pytest.raises(CopyNotReadyError):
        privacy.document_of(privacy.find_copy(session, 1, job, PIA))
    assert (do_jobs(either, listed), do_jobs(either, listed)) == (1, 0)
    with reading(either) as session:
        document = json.loads(privacy.document_of(privacy.find_copy(session, 1, job, PIA)))
        assert document["citizen"]["name"] == "Name of B1"
        for citizen, by in ((1, 99), (2, PIA)):
            with pytest.raises(NotFoundError):
                privacy.find_copy(session, citizen, job, by)


def test_who_may_not_see_protected_addresses_does_not_read_of_them_in_a_copy(engine: Engine, listed: Path) -> None:
    with writing(engine) as session:
        session.add(Account(username="b", name="B", role="citizen", citizen_id=1, created_at=NOW))
        session.add(Account(username="c", name="C", role="staff", sees_protected=True, created_at=NOW))
    jobs = [_ask_copy(engine, by) for by in (PIA, 2, 3)]
    do_jobs(engine, listed)
    with reading(engine) as session:
        told = [
            "protected_address" in json.loads(privacy.document_of(session.get_one(CitizenJob, job)))["citizen"]
            for job in jobs
        ]
    assert told == [False, True, True]


def test_an_erasure_leaves_a_tombstone_no_copy_and_a_job_that_is_done(either: Engine, listed: Path) -> None:
    copy = _ask_copy(either)
    do_jobs(either, listed)
    with pytest.raises(PrivacyError, match="external_id"):
        _ask_erasure(either, "B2")
    assert _ask_erasure(either) == _ask_erasure(either)
    assert do_jobs(either, listed) == 1
    with reading(either) as session:
        assert session.get_one(Citizen, 1).name is None
        assert session.get(CitizenJob, copy) is None
        assert privacy.find_erasure(session, 1).done_at is not None
    assert [external_id for external_id, _ in read_list(listed)] == ["B1"]


def test_an_erasure_whose_worker_was_killed_is_finished_by_the_next(either: Engine, listed: Path) -> None:
    _ask_erasure(either)
    with writing(either) as session:  # As far as a worker comes that is killed before it looks at the runs.
        list_and_bury(session, 1, listed, NOW)
    assert do_jobs(either, listed) == 1
    with reading(either) as session:
        assert privacy.find_erasure(session, 1).done_at is not None
    assert len(read_list(listed)) == 1


def test_nobody_is_erased_who_cannot_be_listed_and_the_job_waits_and_says_why(engine: Engine, tmp_path: Path) -> None:
    _ask_erasure(engine)
    assert do_jobs(engine, tmp_path / "no folder" / "erased.jsonl") == 0
    with reading(engine) as session:
        waiting = privacy.find_erasure(session, 1)
        assert (waiting.done_at, "cannot be written" in waiting.error) == (None, True)
        assert session.get_one(Citizen, 1).name == "Name of B1"
    assert do_jobs(engine, tmp_path / "erased.jsonl") == 1


def test_copies_are_deleted_after_a_week(either: Engine, listed: Path) -> None:
    job = _ask_copy(either)
    do_jobs(either, listed)
    with writing(either) as session:
        made = session.get_one(CitizenJob, job).done_at
        assert made is not None
        assert privacy.drop_copies(session, made + dt.timedelta(days=7)) == 0
        assert privacy.drop_copies(session, made + dt.timedelta(days=8)) == 1
