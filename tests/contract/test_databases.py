"""What the two databases share: the migrated tables are the declared ones, and a missing PostgreSQL says what to do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from catalog.database import make_engine, reading, writing
from scheduler.migrations import settings, upgrade
from scheduler.supplies import recount
from scheduler.tables import Place, Supply, SupplyUse
from tests.contract import postgres
from tests.contract.postgres import Cluster, MissingPostgresError, find_binaries
from tests.unit.plan_town import PlanTown

FAR_WEEK = "2099-W10"  # It is to come whenever this runs.


def test_alembic_finds_nothing_left_to_do_on_either(database_url: str) -> None:
    upgrade(database_url)
    engine = make_engine(database_url)
    with engine.begin() as connection:
        command.check(settings(connection))
    engine.dispose()


def test_a_machine_without_postgresql_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(postgres, "DEBIAN", tmp_path)
    with pytest.raises(MissingPostgresError, match="make setup"):
        find_binaries()


def test_a_server_that_crashed_is_used_again_without_a_failing_request(postgresql: Cluster) -> None:
    engine = make_engine(postgresql.url())
    with engine.connect() as connection:
        connection.execute(text("SELECT 1"))
    postgresql.stop("immediate")
    postgresql.start()
    with engine.connect() as connection:
        assert connection.execute(text("SELECT 1")).scalar_one() == 1
    engine.dispose()


def _prepared(engine: Engine) -> int:
    with reading(engine) as session:
        found = session.execute(text("SELECT statement FROM pg_prepared_statements")).scalars()
        return sum("answer" in statement for statement in found)


def test_what_a_server_has_prepared_outlives_readings_and_refusals(postgresql: Cluster) -> None:
    engine = make_engine(postgresql.url())
    for _ in range(8):
        with reading(engine) as session:
            assert session.execute(text("SELECT 42 AS answer")).scalar_one() == 42
    assert _prepared(engine) == 1

    def refuse() -> None:
        with writing(engine) as session:
            session.execute(text("CREATE TABLE never (id int)"))
            raise RuntimeError("refused")

    with pytest.raises(RuntimeError, match="refused"):
        refuse()
    assert _prepared(engine) == 1
    with reading(engine) as session:
        assert session.execute(text("SELECT to_regclass('never')")).scalar_one() is None
    engine.dispose()


def test_a_statement_whose_table_has_changed_fails_once_and_is_prepared_anew(postgresql: Cluster) -> None:
    engine = make_engine(postgresql.url())
    with writing(engine) as session:
        session.execute(text("CREATE TABLE changing AS SELECT 1 AS answer"))

    def answer() -> str:
        with reading(engine) as session:
            return str(session.execute(text("SELECT answer FROM changing")).scalar_one())

    assert {answer() for _ in range(8)} == {"1"}
    postgresql.sql("ALTER TABLE changing ALTER answer TYPE text")
    with pytest.raises(DBAPIError, match="cached plan"):
        answer()
    assert answer() == "1"
    with writing(engine) as session:
        session.execute(text("DROP TABLE changing"))
    engine.dispose()


def test_a_connection_that_broke_during_a_reading_is_made_anew(postgresql: Cluster) -> None:
    engine, seen = make_engine(postgresql.url()), list[int]()

    def read(*, broken: bool) -> None:
        with reading(engine) as session:
            seen.append(session.execute(text("SELECT pg_backend_pid()")).scalar_one())
            if broken:
                postgresql.sql(f"SELECT pg_terminate_backend({seen[0]}, 5000)")

    with pytest.raises(DBAPIError):
        read(broken=True)
    read(broken=False)
    assert seen[0] != seen[1]
    engine.dispose()


def test_weeks_published_before_there_were_places_get_theirs(database_url: str) -> None:
    upgrade(database_url)
    engine = make_engine(database_url)
    with writing(engine) as session:
        town = PlanTown(session)
        for code in ("motion", "dansk"):
            town.add_group(code, code, 540 if code == "motion" else 600, FAR_WEEK)
        town.published({1: ["motion"], 2: ["motion"], 3: ["kor"]})
        town.published({1: ["motion", "dansk"], 2: ["motion"]}, FAR_WEEK)
        town.propose({1: ["kor"]})
        before, supplies = _places(session), _supplies(session, FAR_WEEK)
    with engine.begin() as connection:
        command.downgrade(settings(connection), "0002")
    upgrade(database_url)
    with reading(engine) as session:
        assert _places(session) == before
        assert len(before) == 6
        assert _supplies(session, FAR_WEEK) == supplies
        assert len(supplies) >= 2
        assert recount(session, FAR_WEEK) == []
    engine.dispose()


def _places(session: Session) -> list[tuple[Any, ...]]:
    rows = session.execute(select(Place.citizen_id, Place.week, Place.offering_id, Place.group_id))
    return sorted(tuple(row) for row in rows)


def _supplies(session: Session, week: str) -> list[tuple[Any, ...]]:
    query = select(Supply.kind, Supply.most, Supply.used, SupplyUse.group_id).join(SupplyUse)
    return sorted(tuple(row) for row in session.execute(query.where(Supply.week == week)))
