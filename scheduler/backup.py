"""Copies a running database into one file, checks the copy and writes beside it what it holds."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pysqlite3 import dbapi2 as sqlite
from sqlalchemy import URL, Connection, inspect

from catalog.database import make_engine, read_url

DEBIAN = Path("/usr/lib/postgresql")  # Where Debian keeps PostgreSQL's programs, a folder a version.
NOTE = ".json"  # What the file's name is followed by for the note beside it.


class BackupError(RuntimeError):
    """A backup cannot be made, read or restored; the message says what to do."""


@dataclass(frozen=True)
class Backup:
    """What is in a backup."""

    made_at: str
    kind: str  # sqlite or postgresql
    sha256: str
    rows: dict[str, int]  # by table


def make_backup(url: str, file: Path, now: dt.datetime) -> Backup:
    """Write a backup and its note; the service goes on meanwhile. The file appears only when it is whole.

    Raises
    ------
    BackupError
        The file exists, the copy is damaged or PostgreSQL's programs are missing.
    """
    if file.exists():
        raise BackupError(f"{file} exists: give every backup a name of its own")
    part = file.with_name(file.name + ".part")
    part.unlink(missing_ok=True)
    os.close(os.open(part, os.O_WRONLY | os.O_CREAT, 0o600))  # Only its owner may read what follows.
    parsed = read_url(url)
    try:
        kind = parsed.get_backend_name()
        rows = _copy_sqlite(url, part) if kind == "sqlite" else _dump_postgresql(url, part)
        made = Backup(now.isoformat(), kind, sha256_of(part), rows)
        note = file.with_name(file.name + NOTE)
        note.write_text(json.dumps(asdict(made), indent=1) + "\n", encoding="utf-8")
        for written in (part, note):
            to_disk(written)
        part.rename(file)
        to_disk(file.absolute().parent)
    finally:
        part.unlink(missing_ok=True)
    return made


def read_note(file: Path) -> Backup | None:
    """The note beside a backup, if it is there.

    Raises
    ------
    BackupError
        The note cannot be read, or the file is not the one it was written for.
    """
    note = file.with_name(file.name + NOTE)
    if not note.exists():
        return None
    try:
        found = Backup(**json.loads(note.read_text(encoding="utf-8")))
    except (ValueError, TypeError) as error:
        raise BackupError(f"{note} is no note of a backup: {error}") from error
    if sha256_of(file) != found.sha256:
        raise BackupError(f"{file} is not what {note.name} was written for: it was changed or damaged; take another")
    return found


def count_sqlite(file: Path) -> dict[str, int]:
    """Check an SQLite file as a whole, and count its rows by table.

    Raises
    ------
    BackupError
        The file is damaged.
    """
    connection = sqlite.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)
    try:
        found = connection.execute("PRAGMA integrity_check").fetchone()[0]
        if found != "ok":
            raise BackupError(f"{file} is damaged: {found}")
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {
            name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]
            for name in sorted(names)
            if not name.startswith("sqlite_")
        }
    except sqlite.DatabaseError as error:
        raise BackupError(f"{file} is damaged: {error}") from error
    finally:
        connection.close()


def count_rows(connection: Connection) -> dict[str, int]:
    """The rows of every table."""
    quote = connection.dialect.identifier_preparer.quote
    return {
        name: connection.exec_driver_sql(f"SELECT count(*) FROM {quote(name)}").scalar_one()
        for name in sorted(inspect(connection).get_table_names())
    }


def run_tool(name: str, url: URL, words: Sequence[str]) -> None:
    """Run one of PostgreSQL's programs on a database; its password does not appear among the processes.

    Raises
    ------
    BackupError
        The program is missing or failed.
    """
    found = sorted(DEBIAN.glob(f"*/bin/{name}"), key=lambda path: float(path.parent.parent.name))
    program = str(found[-1]) if found else shutil.which(name)
    if program is None:
        raise BackupError(f"{name} is not installed: install PostgreSQL's client (Debian: postgresql-client)")
    target = url.set(drivername="postgresql", password=None).render_as_string()
    password = {"PGPASSWORD": str(url.password)} if url.password else {}
    done = subprocess.run(
        [program, f"--dbname={target}", *words],
        env=os.environ | password,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise BackupError(f"{name} failed: {done.stderr.strip()[-1000:]}")


def sha256_of(file: Path) -> str:
    """The file's SHA-256."""
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def to_disk(path: Path) -> None:
    """Return when a file or a folder's list of files is on disk."""
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def _copy_sqlite(url: str, part: Path) -> dict[str, int]:
    engine = make_engine(url)
    source = engine.url.database
    if not source or not Path(source).exists():
        raise BackupError(f"there is no file {source}: name the database with --database URL")
    raw: Any = engine.raw_connection()
    try:
        raw.cursor().execute("VACUUM INTO ?", (str(part),))
    except sqlite.DatabaseError as error:
        raise BackupError(f"{source} cannot be copied to {part}: {error}") from error
    finally:
        raw.close()
        engine.dispose()
    return count_sqlite(part)


def _dump_postgresql(url: str, part: Path) -> dict[str, int]:
    engine = make_engine(url)
    try:
        with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
            snapshot = connection.exec_driver_sql("SELECT pg_export_snapshot()").scalar_one()
            rows = count_rows(connection)  # of the very moment that is dumped
            run_tool("pg_dump", engine.url, ["--format=custom", f"--snapshot={snapshot}", f"--file={part}"])
    finally:
        engine.dispose()
    return rows
