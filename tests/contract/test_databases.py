"""What the two databases share: the migrated tables are the declared ones, and a missing PostgreSQL says what to do."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import text

from catalog.database import make_engine
from scheduler.migrations import settings, upgrade
from tests.contract import postgres
from tests.contract.postgres import Cluster, MissingPostgresError, find_binaries


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
