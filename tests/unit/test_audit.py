"""The audit's chain shows every change, holds with many writers, and tells a citizen who looked."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import Engine, delete, func, select, text, update

from catalog.database import reading, writing
from scheduler.audit import Entry, Head, head, record, verify_chain, who_looked
from scheduler.audit_log import AuditLog, AuditUnavailableError
from scheduler.tables import AuditEntry, Pseudonym
from tests.unit.records import NOW, either, engine

__all__ = ["either", "engine"]

LOOK = Entry(
    account_id=1, role="staff", purpose="week", citizen_id=1, action="week.read", outcome="shown", request_id="r",
    at=NOW,
)  # fmt: skip


def _of(*citizens: int | None) -> list[Entry]:
    return [replace(LOOK, citizen_id=citizen) for citizen in citizens]


@pytest.fixture
def log(engine: Engine) -> Iterator[AuditLog]:
    made = AuditLog(engine)
    yield made
    made.close()


@pytest.fixture
def log_of_either(either: Engine) -> Iterator[AuditLog]:
    made = AuditLog(either)
    yield made
    made.close()


@pytest.fixture
def recorded(engine: Engine) -> Engine:
    """Five entries about three citizens and nobody."""
    with writing(engine) as session:
        record(session, _of(1, 2))
    with writing(engine) as session:
        record(session, _of(1, None, 3))
    return engine


def _broken(engine: Engine, *noted: Head) -> int | None:
    with reading(engine) as session:
        return verify_chain(session, noted)


def test_entries_are_numbered_without_gaps_and_each_covers_the_one_before(either: Engine) -> None:
    for citizens in ((1, 2), (1, None, 3)):
        with writing(either) as session:
            record(session, _of(*citizens))
    with reading(either) as session:
        chain = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
        assert [entry.id for entry in chain] == [1, 2, 3, 4, 5]
        assert [entry.previous_hash for entry in chain[1:]] == [entry.hash for entry in chain[:-1]]
        assert len({entry.hash for entry in chain}) == 5
    assert _broken(either) is None


def test_an_empty_chain_is_whole_and_recording_nothing_leaves_it_empty(engine: Engine) -> None:
    with writing(engine) as session:
        record(session, [])
        assert (verify_chain(session), head(session).id) == (None, 0)


@pytest.mark.parametrize(
    ("column", "value"),
    [("account_id", 2), ("role", "admin"), ("purpose", "x"), ("subject", ""), ("action", "x"), ("outcome", "x"),
     ("request_id", "x"), ("at", NOW.replace(year=2020)), ("previous_hash", "0" * 64), ("hash", "0" * 64)],
)  # fmt: skip
def test_a_changed_entry_is_found(recorded: Engine, column: str, value: object) -> None:
    with writing(recorded) as session:
        session.execute(update(AuditEntry).where(AuditEntry.id == 3).values({column: value}))
    assert _broken(recorded) == 3


@pytest.mark.parametrize("gone", [1, 3])
def test_a_missing_entry_is_found(recorded: Engine, gone: int) -> None:
    with writing(recorded) as session:
        session.execute(delete(AuditEntry).where(AuditEntry.id == gone))
    assert _broken(recorded) == gone


def test_a_cut_end_is_found_by_a_head_that_was_noted(recorded: Engine) -> None:
    with reading(recorded) as session:
        noted = head(session)
    with writing(recorded) as session:
        session.execute(delete(AuditEntry).where(AuditEntry.id > 3))
    assert (_broken(recorded), _broken(recorded, noted)) == (None, 4)


def test_a_chain_computed_anew_is_found_by_a_head_that_was_noted(recorded: Engine) -> None:
    with reading(recorded) as session:
        noted = head(session)
    with writing(recorded) as session:
        session.execute(delete(AuditEntry))
        record(session, _of(1, 2, 3, 3, 3, 3))
    assert (_broken(recorded), _broken(recorded, noted)) == (None, 5)


def test_subjects_are_random_pseudonyms_kept_for_each_citizen(recorded: Engine) -> None:
    with reading(recorded) as session:
        subjects = session.scalars(select(AuditEntry.subject).order_by(AuditEntry.id)).all()
        kept = dict(session.execute(select(Pseudonym.citizen_id, Pseudonym.subject)).all())
    assert list(subjects) == [kept[1], kept[2], kept[1], "", kept[3]]
    assert {len(subject) for subject in kept.values()} == {32}


def test_a_number_that_no_citizen_has_is_recorded_without_a_subject(engine: Engine) -> None:
    with writing(engine) as session:
        record(session, _of(99))
        assert session.scalars(select(AuditEntry.subject)).all() == [""]


def test_a_citizen_reads_who_looked_without_names(recorded: Engine) -> None:
    with reading(recorded) as session:
        first, second = who_looked(session, 1), who_looked(session, 3)
    assert [(look.at, look.role, look.purpose, look.action) for look in first] == [
        (NOW, "staff", "week", "week.read"),
        (NOW, "staff", "week", "week.read"),
    ]
    assert len(second) == 1
    assert "account" not in "".join(first[0]._fields)


def test_a_list_view_of_thousands_is_one_row_each(either: Engine) -> None:
    with writing(either) as session:
        record(session, _of(*([1, 2, 3] * 2_000)))
        assert session.scalar(select(func.count()).select_from(AuditEntry)) == 6_000
        assert verify_chain(session) is None


def test_writers_at_once_make_one_chain(either: Engine) -> None:
    at_once = threading.Barrier(6)

    def write(number: int) -> None:
        at_once.wait()
        for _ in range(10):
            with writing(either) as session:
                record(session, _of(1 + number % 3))

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(write, range(6)))
    assert _broken(either) is None
    with reading(either) as session:
        assert head(session).id == 60


def test_readings_of_many_threads_share_commits_and_are_on_disk_when_told(
    either: Engine, log_of_either: AuditLog
) -> None:
    at_once, unwritten = threading.Barrier(16), []

    def look(number: int) -> None:
        at_once.wait()
        for turn in range(5):
            name = f"{number}-{turn}"
            log_of_either.write(replace(LOOK, request_id=name))
            with reading(either) as session:
                if session.scalar(select(AuditEntry.id).where(AuditEntry.request_id == name)) is None:
                    unwritten.append(name)

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(look, range(16)))
    assert unwritten == []
    assert 1 <= log_of_either.commits < 80
    assert _broken(either) is None


def test_a_group_of_entries_is_written_whole(engine: Engine, log: AuditLog) -> None:
    log.write(_of(1, 2, 3))
    with reading(engine) as session:
        assert head(session).id == 3


def test_what_cannot_be_recorded_is_refused_and_later_readings_go_on(either: Engine, log_of_either: AuditLog) -> None:
    with writing(either) as session:
        session.execute(text("ALTER TABLE audit_entry RENAME TO elsewhere"))
    with pytest.raises(AuditUnavailableError, match="cannot be written"):
        log_of_either.write(LOOK)
    with writing(either) as session:
        session.execute(text("ALTER TABLE elsewhere RENAME TO audit_entry"))
    log_of_either.write(LOOK)
    with reading(either) as session:
        assert head(session).id == 1


def test_a_log_that_is_closed_refuses(engine: Engine) -> None:
    log = AuditLog(engine)
    log.write(LOOK)
    log.close()
    with pytest.raises(AuditUnavailableError, match="closed"):
        log.write(LOOK)


def test_a_log_that_gets_no_turn_says_so_in_time(either: Engine, log_of_either: AuditLog) -> None:
    with writing(either) as session:
        record(session, _of(2))
        with pytest.raises(AuditUnavailableError, match=r"within 0\.05 s"):
            log_of_either.write(LOOK, timeout=0.05)


def test_waiting_without_a_thread_ends_when_the_entries_are_on_disk(engine: Engine, log: AuditLog) -> None:
    async def look() -> None:
        await asyncio.gather(*(log.write_meanwhile(entry) for entry in _of(1, 2, 3)))

    asyncio.run(look())
    with reading(engine) as session:
        assert head(session).id == 3


def test_who_stops_waiting_does_not_stop_the_log(either: Engine, log_of_either: AuditLog) -> None:
    async def leave() -> None:
        await log_of_either.write_meanwhile(_of(1), timeout=0.05)

    with writing(either) as session:
        record(session, _of(2))
        with pytest.raises(AuditUnavailableError, match=r"within 0\.05 s"):
            asyncio.run(leave())
    log_of_either.write(_of(3))
    with reading(either) as session:
        assert head(session).id == 3


def test_the_first_entry_after_a_pause_does_not_wait_for_others(engine: Engine) -> None:
    log = AuditLog(engine, gather_seconds=3_600.0)
    log.write(LOOK, timeout=60.0)
    with pytest.raises(AuditUnavailableError, match="within"):
        log.write(LOOK, timeout=0.05)
    log.close()
    with reading(engine) as session:
        assert head(session).id == 2
