"""Restores a backup into an empty place, and releases it only when what was erased is erased again and plans count."""

from __future__ import annotations

import datetime as dt
import shutil
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import delete, inspect
from sqlalchemy.orm import Session

from catalog.database import make_engine, read_url, writing
from scheduler.archive import ArchiveError
from scheduler.audit import verify_chain
from scheduler.backup import Backup, BackupError, count_rows, count_sqlite, read_note, run_tool, to_disk
from scheduler.erasure import erase_again
from scheduler.migrations import upgrade
from scheduler.replay import recount
from scheduler.runs import UnsoundSolutionError
from scheduler.stored import NotFoundError, latest_run
from scheduler.tables import LoginSession

KINDS = {b"SQLite format 3\0": "sqlite", b"PGDMP": "postgresql"}  # by the file's first bytes


@dataclass(frozen=True)
class Restored:
    """What a restore found."""

    rows: int
    erased: int  # citizens erased again
    run: int | None  # the newest, whose plans were counted again
    note: str  # why they were not, if so


def restore(url: str, file: Path, erased: Path, now: dt.datetime) -> Restored:
    """Restore a backup: today's tables, everybody on the list `erased` erased again, nobody logged in.

    An SQLite file appears only at the end. A PostgreSQL database that fails a check is to be dropped.

    Raises
    ------
    BackupError
        The place is not empty, or the file is damaged or of another kind of database.
    ErasedListError
        The list of the erased cannot be read.
    UnsoundSolutionError
        The newest run's plans do not count as they did, or the audit was changed.
    """
    kind = read_url(url).get_backend_name()
    found = _kind_of(file)
    if found != kind:
        raise BackupError(
            f"{file} is a backup of {found}, and {url!r} is {kind}: restore it into a database of its kind"
        )
    note = read_note(file)
    return (_restore_sqlite if kind == "sqlite" else _restore_postgresql)(url, file, erased, now, note)


def _restore_sqlite(url: str, file: Path, erased: Path, now: dt.datetime, note: Backup | None) -> Restored:
    target = Path(read_url(url).database or "")
    for taken in (target, target.with_name(target.name + "-wal")):
        if taken.exists():
            raise BackupError(f"{taken} exists and is not overwritten: move it away, or restore into another file")
    part = target.with_name(target.name + ".part")
    try:
        shutil.copyfile(file, part)
        part.chmod(0o600)
        _compare(note, count_sqlite(part))
        done = _bring_up(str(read_url(url).set(database=str(part))), erased, now)
        to_disk(part)
        part.rename(target)
        to_disk(target.absolute().parent)
    finally:
        for left in (part, part.with_name(part.name + "-wal"), part.with_name(part.name + "-shm")):
            left.unlink(missing_ok=True)
    return done


def _restore_postgresql(url: str, file: Path, erased: Path, now: dt.datetime, note: Backup | None) -> Restored:
    engine = make_engine(url)
    try:
        if inspect(engine).get_table_names():
            raise BackupError("the database has tables and is not overwritten: make an empty one (createdb NAME)")
        words = ["--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges", str(file)]
        run_tool("pg_restore", engine.url, words)
        with engine.connect() as connection:
            _compare(note, count_rows(connection))
    finally:
        engine.dispose()
    return _bring_up(url, erased, now)


def _bring_up(url: str, erased: Path, now: dt.datetime) -> Restored:
    upgrade(url)
    engine = make_engine(url)
    try:
        with writing(engine) as session:
            broken = verify_chain(session)
            if broken is not None:
                raise UnsoundSolutionError(f"the audit was changed at entry {broken}: take an earlier backup")
            again = erase_again(session, erased, now)
            session.execute(delete(LoginSession))
            run, why = _count_newest(session)
        with engine.connect() as connection:
            return Restored(sum(count_rows(connection).values()), again, run, why)
    finally:
        engine.dispose()


def _count_newest(session: Session) -> tuple[int | None, str]:
    """Count the newest run's plans again; gives why not where that cannot be done."""
    try:
        run = latest_run(session)
        counted = recount(session, run.id)
    except (NotFoundError, ArchiveError) as error:
        return None, str(error)
    if counted.verdict.violations or counted.verdict.objective != run.objective:
        raise UnsoundSolutionError(
            f"run {run.id} counts {counted.verdict.objective} with {len(counted.verdict.violations)} broken rules, "
            f"expected {run.objective} and none: take another backup"
        )
    return run.id, ""


def _compare(note: Backup | None, rows: dict[str, int]) -> None:
    if note is not None and note.rows != rows:
        differing = sorted(name for name in note.rows | rows if note.rows.get(name) != rows.get(name))
        raise BackupError(f"the restored tables {', '.join(differing)} have other numbers of rows than the backup")


def _kind_of(file: Path) -> str:
    if not file.is_file():
        raise BackupError(f"there is no file {file}")
    with file.open("rb") as content:
        begin = content.read(16)
    for mark, kind in KINDS.items():
        if begin.startswith(mark):
            return kind
    raise BackupError(f"{file} is no backup: expected a file that igang backup wrote")
