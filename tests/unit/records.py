"""A database file with one account and a few citizens, for the tests of what is recorded."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from catalog.database import make_engine, writing
from catalog.tables import Site
from scheduler.tables import Account, Citizen

NOW = dt.datetime(2026, 11, 22, 9, 30, tzinfo=dt.UTC)
PERSON = {"home_site_id": "nord", "joined": dt.date(2026, 1, 5), "energy": 5, "daily_limit": 2}


def fill(engine: Engine) -> None:
    """Add a site, a planner (account 1) and the citizens B1, B2 and B3 (numbers 1 to 3)."""
    with writing(engine) as session:
        session.add(Site(id="nord", name="Nordre"))
        session.flush()
        session.add(Account(username="pia", name="Pia", role="planner", created_at=NOW))
        for name in ("B1", "B2", "B3"):
            session.add(Citizen(external_id=name, name=f"Name of {name}", min_minutes=60, max_minutes=600, **PERSON))  # type: ignore[arg-type]  # A dict of mixed values.
            session.flush()


@pytest.fixture
def engine(migrated_file: Path, tmp_path: Path) -> Iterator[Engine]:
    """A filled SQLite file of its own, which several threads may open."""
    yield from _filled(f"sqlite:///{shutil.copy(migrated_file, tmp_path / 'igang.db')}")


@pytest.fixture
def either(database_url: str) -> Iterator[Engine]:
    """A filled database of its own, on SQLite and then on PostgreSQL."""
    yield from _filled(database_url)


def _filled(url: str) -> Iterator[Engine]:
    made = make_engine(url)
    fill(made)
    yield made
    made.dispose()
