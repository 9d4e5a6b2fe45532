"""The migrations make the tables that the code declares, and lose nothing on the way."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import IntegrityError

from catalog.database import make_engine, reading, writing
from catalog.tables import Base, Site
from scheduler.migrations import BrokenReferenceError, settings, upgrade
from scheduler.tables import Citizen, CitizenSite, CitizenWeek


def _schema(engine: Engine) -> dict[str, list[str]]:
    """Each table's columns and constraints and each index, whatever order they are written in."""
    with reading(engine) as session:
        rows = session.execute(
            text("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'alembic%'")
        )
        return {
            name: sorted(re.sub(r"\s+", " ", line).strip(" ,").replace('"', "") for line in sql.split("\n"))
            for name, sql in rows
        }


def test_the_migrations_make_exactly_the_tables_that_the_code_declares(tmp_path: Path) -> None:
    migrated, declared = f"sqlite:///{tmp_path}/migrated.db", make_engine(f"sqlite:///{tmp_path}/declared.db")
    upgrade(migrated)
    Base.metadata.create_all(declared)
    assert _schema(make_engine(migrated)) == _schema(declared)
    assert "citizen" in _schema(declared)


def test_alembic_finds_nothing_left_to_do(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/igang.db"
    upgrade(url)
    with make_engine(url).begin() as connection:
        command.check(settings(connection))


def test_a_second_upgrade_keeps_what_is_there(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/igang.db"
    upgrade(url)
    with writing(make_engine(url)) as session:
        session.add(Site(id="nord", name="Nordre"))
    upgrade(url)
    with reading(make_engine(url)) as session:
        assert session.get_one(Site, "nord").name == "Nordre"


def test_an_upgrade_that_makes_a_table_anew_keeps_what_refers_to_it(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/igang.db"
    before = make_engine(url)
    with before.begin() as connection:
        command.upgrade(settings(connection), "0005")
    person = "external_id, home_site_id, joined, min_minutes, max_minutes, energy, daily_limit, weight_percent"
    with writing(before) as session:
        session.execute(text("INSERT INTO site (id, name, address) VALUES ('nord', 'Nordre', '')"))
        values = "'B1', 'nord', '2026-01-01', 0, 60, 3, 3, 100, 0"
        session.execute(text(f"INSERT INTO citizen ({person}, protected_address) VALUES ({values})"))
        session.execute(text("INSERT INTO citizen_site (citizen_id, site_id, preference) VALUES (1, 'nord', 2)"))
        carried = "citizen_id, week, best, given, weight_percent, energy, max_minutes"
        session.execute(text(f"INSERT INTO citizen_week ({carried}) VALUES (1, '2026-W40', 9, 4, 120, 3, 60)"))
    before.dispose()
    upgrade(url)
    with reading(make_engine(url)) as session:
        assert session.scalars(select(Citizen.interpreter)).all() == [None]
        assert session.get_one(CitizenSite, (1, "nord")).preference == 2
        carried_week = session.get_one(CitizenWeek, (1, "2026-W40"))
        assert (carried_week.weight_percent, carried_week.behind_weeks) == (120, 0)


def test_an_upgrade_that_leaves_a_row_without_its_reference_is_refused(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/igang.db"
    upgrade(url)
    raw = make_engine(url).raw_connection()
    raw.cursor().execute("PRAGMA foreign_keys=OFF")
    raw.cursor().execute("INSERT INTO site_travel (from_site_id, to_site_id, minutes) VALUES ('a', 'b', 5)")
    raw.close()
    with pytest.raises(BrokenReferenceError, match="site_travel"):
        upgrade(url)


def test_no_table_has_a_place_for_a_cpr_number_or_a_reason_to_keep_two_apart() -> None:
    columns = {column.name for table in Base.metadata.tables.values() for column in table.columns}
    assert not [name for name in columns if "cpr" in name or "ssn" in name]
    assert {column.name for column in Base.metadata.tables["keep_apart"].columns} == {
        "first_citizen_id",
        "second_citizen_id",
    }


def test_every_constraint_has_a_name_of_its_own_so_that_a_migration_can_find_it() -> None:
    for table in Base.metadata.tables.values():
        for constraint in table.constraints:
            assert constraint.name, (table.name, constraint)


def test_references_are_held_and_time_is_kept_in_utc(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/igang.db"
    upgrade(url)
    engine = make_engine(url)
    citizen = {"home_site_id": "nowhere", "joined": dt.date(2026, 1, 5), "energy": 5, "daily_limit": 2}
    with pytest.raises(IntegrityError, match="FOREIGN KEY"), writing(engine) as session:
        session.add(Citizen(external_id="a", min_minutes=0, max_minutes=60, **citizen))  # type: ignore[arg-type]  # A dict of mixed values.
    with reading(engine) as session:
        assert session.execute(text("PRAGMA journal_mode")).scalar_one() == "wal"
        assert session.execute(text("SELECT count(*) FROM citizen")).scalar_one() == 0
