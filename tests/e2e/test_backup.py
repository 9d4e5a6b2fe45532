"""The drill: a centre's database is backed up, lost and restored, on SQLite and on PostgreSQL."""

from __future__ import annotations

import datetime as dt
import io
import json
import shutil
import sqlite3
import sys
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from api import cli
from catalog.database import make_engine, writing
from scheduler.messages import queue
from tests.contract.postgres import Cluster
from tests.unit.import_centre import centre, write_xlsx

WEEK = "2026-W48"


class Place:
    """A folder in which `igang` runs, with two databases: the one that is used and an empty one."""

    def __init__(self, folder: Path, used: str, empty: str) -> None:
        self.folder, self.used, self.empty = folder, used, empty

    def __call__(self, *words: str, database: str | None = None, code: int = 0) -> str:
        written, argv = io.StringIO(), sys.argv
        sys.argv = ["igang", *words, "--database", database or self.used]
        try:
            with (
                chdir(self.folder),
                redirect_stdout(written),
                redirect_stderr(written),
                pytest.raises(SystemExit) as end,
            ):
                cli.main()
        finally:
            sys.argv = argv
        assert (end.value.code or 0) == code, written.getvalue()
        return written.getvalue()

    def json(self, *words: str, database: str | None = None, code: int = 0) -> dict[str, Any]:
        document = json.loads(self(*words, "--json", database=database, code=code).splitlines()[0])
        assert isinstance(document, dict)
        return document


def _plan(place: Place) -> None:
    write_xlsx(place.folder / "centre.xlsx", centre())
    for words in (["init"], ["import", "centre.xlsx"], ["weeks", "create", WEEK], ["plan", WEEK, "--rounds", "5"]):
        place(*words)


@pytest.fixture(scope="session")
def planned_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("to-back-up")
    _plan(Place(folder, "sqlite:///igang.db", ""))
    return folder


@pytest.fixture
def place(planned_sqlite: Path, tmp_path: Path) -> Place:
    """A planned centre on SQLite."""
    shutil.copytree(planned_sqlite, tmp_path, dirs_exist_ok=True)
    return Place(tmp_path, "sqlite:///igang.db", "sqlite:///restored.db")


def _drill(place: Place) -> None:
    """Back up, erase one citizen afterwards, restore into the empty place, and look at what is there."""
    citizen = json.loads(place("show", "B2", "--json").splitlines()[0])
    made = place.json("backup", "week.backup")
    place("citizen", "copy", "B1", "copy.json")
    assert json.loads((place.folder / "copy.json").read_text())["citizen"]["external_id"] == "B1"
    place("citizen", "erase", "B1", "--yes", "--erased", "erased.jsonl")
    assert "whole: 2 entries" in place("audit", "verify")

    plain = place.json("restore", "week.backup", "--erased", "none.jsonl", database=place.empty)
    assert plain["rows"] == made["rows"]
    assert (plain["erased_again"], plain["verified_run"]) == (0, 1)
    assert json.loads(place("show", "B2", "--json", database=place.empty).splitlines()[0]) == citizen
    assert "counted the same" in place("verify", "1", database=place.empty)
    assert "overwritten" in place("restore", "week.backup", database=place.empty, code=2)


def test_a_lost_sqlite_database_is_restored_with_its_plans(place: Place) -> None:
    _drill(place)


def test_a_lost_postgresql_database_is_restored_with_its_plans(postgresql: Cluster, tmp_path: Path) -> None:
    place = Place(tmp_path, postgresql.create("drilled"), postgresql.create("restored"))
    _plan(place)
    _drill(place)


def test_whoever_was_erased_after_the_backup_is_erased_again(place: Place) -> None:
    place("backup", "week.backup")
    place("citizen", "erase", "B1", "--yes", "--erased", "erased.jsonl")
    done = place.json("restore", "week.backup", "--erased", "erased.jsonl", database=place.empty)
    assert (done["erased_again"], done["verified_run"]) == (1, None)
    assert "it held somebody who is erased" in done["note"]
    assert "no citizen" in place("show", "B1", database=place.empty, code=2)
    assert "cannot be replayed" in place("replay", "1", database=place.empty, code=2)


def test_a_backup_in_use_is_whole_and_never_replaces_a_file(place: Place) -> None:
    engine = make_engine(f"sqlite:///{place.folder / 'igang.db'}")
    with writing(engine) as session:
        session.execute(text("UPDATE citizen SET name = 'half written'"))
        place("backup", "week.backup")
        session.rollback()
    engine.dispose()
    assert "name of its own" in place("backup", "week.backup", code=2)
    assert (place.folder / "week.backup").stat().st_mode & 0o777 == 0o600
    connection = sqlite3.connect(place.folder / "week.backup")
    assert connection.execute("SELECT count(*) FROM citizen WHERE name = 'half written'").fetchone() == (0,)
    connection.close()


@pytest.mark.parametrize("damage", ["note", "file", "both", "kind", "plan", "audit"])
def test_a_damaged_backup_is_refused_and_leaves_no_file(place: Place, damage: str) -> None:
    place("citizen", "copy", "B1", "copy.json")
    place("backup", "week.backup")
    backup, note = place.folder / "week.backup", place.folder / "week.backup.json"
    content = bytearray(backup.read_bytes())
    if damage in ("file", "both"):
        content[len(content) // 2 : len(content) // 2 + 4096] = b"\xff" * 4096
        backup.write_bytes(content)
    if damage == "note":
        note.write_text("{}")
    if damage == "kind":
        backup.write_bytes(b"PK" + content)
    if damage in ("plan", "audit"):
        changes = {"plan": "DELETE FROM plan_entry", "audit": "UPDATE audit_entry SET role = 'nobody'"}
        connection = sqlite3.connect(backup)
        connection.execute(changes[damage])
        connection.commit()
        connection.close()
    if damage in ("both", "plan", "audit"):
        note.unlink()  # The checks hold without it.
    code = 1 if damage in ("plan", "audit") else 2
    assert place("restore", "week.backup", database=place.empty, code=code)
    assert [path.name for path in place.folder.glob("restored.db*")] == []


def test_the_chores_send_what_waits_into_a_folder_once(place: Place) -> None:
    engine = make_engine(f"sqlite:///{place.folder / 'igang.db'}")
    with writing(engine) as session:
        queue(session, 1, "letter", "plan_published", {"week": 48}, dt.datetime.now(dt.UTC))
    engine.dispose()
    assert place.json("chores", "--outbox", "out")["sent"] == 1
    assert place.json("chores", "--outbox", "out")["sent"] == 0
    (letter,) = (place.folder / "out" / "letter.jsonl").read_text().splitlines()
    assert "uge 48" in json.loads(letter)["text"]
