"""What every test stands on: reproducible property tests and real databases of its own."""

from __future__ import annotations

import itertools
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from scheduler.migrations import upgrade
from tests.contract.postgres import Cluster, running_cluster

# Timings are never asserted, and the first example of a test may compile a kernel.
settings.register_profile("igang", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)
settings.load_profile("igang")

_numbers = itertools.count(1)
# What mostly waits, for minutes: begun last, it would keep one process busy and the others idle.
LONG = ("test_faults.py", "test_race.py", "test_load.py", "test_request_life.py", "test_worker.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let each process of the tests, which gets the next part of the list, begin with its share of the long ones."""
    processes = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    long, rest = ([item for item in items if (item.path.name in LONG) is wanted] for wanted in (True, False))
    size = -(-len(rest) // processes)
    items[:] = [item for at in range(processes) for item in (*long[at::processes], *rest[at * size : (at + 1) * size])]


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Cluster]:
    """A running PostgreSQL, started once; its database `migrated` has today's tables and no rows."""
    with running_cluster() as cluster:
        upgrade(cluster.create("migrated"))
        yield cluster


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with today's tables and no rows."""
    path = tmp_path_factory.mktemp("migrated") / "igang.db"
    upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database of the test's own with today's tables and no rows, on SQLite and then on PostgreSQL."""
    if request.param == "sqlite":
        return f"sqlite:///{shutil.copy(request.getfixturevalue('migrated_file'), tmp_path / 'igang.db')}"
    cluster: Cluster = request.getfixturevalue("postgresql")
    return cluster.create(f"test_{next(_numbers)}", template="migrated")
