"""What a user is told while the database is full, read-only, locked, exhausted or broken, and that nothing is lost."""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
import resource
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from httpx2 import Response
from sqlalchemy import Engine, event, func, select, text
from starlette.testclient import TestClient

from api.http import make_app
from api.settings import Settings
from catalog.database import PATIENCE_SECONDS, make_engine, reading, writing
from scheduler import audit, sessions
from scheduler.citizen_writing import wishes_of
from scheduler.migrations import upgrade
from scheduler.tables import AuditEntry, StoredAnswer
from tests.contract.postgres import Cluster
from tests.unit.people import fill

NOBODY = 65534
PATIENCE = 0.2  # seconds, so that a test need not wait the ten of every day
SMALL_DISK = "4m"
numbers = count(1)


@dataclasses.dataclass(frozen=True)
class Desk:
    """A service and a citizen who changes her wishes."""

    engine: Engine
    client: TestClient
    key: str
    citizen: int

    def wish(self, strength: int, key: str, language: str = "en") -> Response:
        """Ask that her only wish be so strong."""
        headers = {"Authorization": f"Bearer {self.key}", "Idempotency-Key": key, "Accept-Language": language}
        body = {"wishes": [{"offering_id": "motion", "strength": strength}]}
        return self.client.put(f"/v1/citizens/{self.citizen}/wishes", json=body, headers=headers)

    @property
    def url(self) -> str:
        """Of the database."""
        return self.engine.url.render_as_string(hide_password=False)

    def left(self) -> tuple[list[int], int, int]:
        """What the database holds: her wishes, kept answers and audit entries; the chain is whole."""
        aside = make_engine(self.url)
        with reading(aside) as session:
            assert audit.verify_chain(session) is None
            answers, entries = (
                session.scalar(select(func.count()).select_from(of)) for of in (StoredAnswer, AuditEntry)
            )
            wishes = [wish.strength for wish in wishes_of(session, self.citizen)]
        aside.dispose()
        return wishes, answers or 0, entries or 0


def add_citizen(url: str) -> tuple[str, int]:
    """Fill a migrated database without rows; gives a citizen's key and number."""
    engine = make_engine(url)
    with writing(engine) as session:
        people = fill(session)
        account = people.account("hun", "citizen", people.hers)
        key = sessions.make_key(session, account, "test", dt.datetime.now(dt.UTC))
    engine.dispose()
    return key, people.hers


@contextmanager
def serve(url: str, key: str, citizen: int) -> Iterator[Desk]:
    """The service on a database."""
    engine = make_engine(url, patience=PATIENCE)
    with TestClient(make_app(engine), base_url="https://testserver") as client:
        yield Desk(engine, client, key, citizen)
    engine.dispose()


@contextmanager
def open_desk(url: str) -> Iterator[Desk]:
    """The service on a migrated database without rows, where the citizen has told one wish of strength 1."""
    with serve(url, *add_citizen(url)) as desk:
        assert desk.wish(1, "before").status_code == 200
        yield desk


@pytest.fixture
def desk(database_url: str) -> Iterator[Desk]:
    with open_desk(database_url) as opened:
        yield opened


@pytest.fixture
def file_desk(migrated_file: Path, tmp_path: Path) -> Iterator[Desk]:
    with open_desk(f"sqlite:///{shutil.copy(migrated_file, tmp_path / 'igang.db')}") as opened:
        yield opened


@pytest.fixture
def server_desk(postgresql: Cluster) -> Iterator[Desk]:
    with open_desk(postgresql.create(f"faults_{next(numbers)}", template="migrated")) as opened:
        yield opened


def check(desk: Desk, slug: str, status: int, mend: Callable[[], Any]) -> None:
    """While the fault lasts a write is refused in both languages and leaves nothing; then the same one is done once."""
    before = desk.left()
    for language, to_do in (("en", "same request again with the same key"), ("da", "samme forespørgsel igen")):
        refused = desk.wish(4, "during", language)
        told = refused.json()
        assert (refused.status_code, told["type"]) == (status, f"urn:igang:problem:{slug}"), told
        assert refused.headers["content-type"] == "application/problem+json"
        assert to_do in told["detail"]
        assert told["title"]
        assert status == 507 or int(refused.headers["retry-after"]) == told["retry_after"] > 0
    mend()
    assert desk.left() == before
    assert [desk.wish(4, "during").status_code for _ in range(2)] == [200, 200]
    assert desk.left() == ([4], before[1] + 1, before[2] + 1)


def test_a_file_that_may_not_grow_is_a_full_disk(file_desk: Desk) -> None:
    def limit(pages: int) -> None:
        file_desk.engine.dispose()
        event.listen(file_desk.engine, "connect", lambda opened, _: opened.execute(f"PRAGMA max_page_count={pages}"))

    limit(1)  # As many as there are: SQLite lets no file shrink by it.
    _use_up_pages(file_desk)
    check(file_desk, "disk_full", 507, lambda: limit(1_000_000))


def _use_up_pages(desk: Desk) -> None:
    """Fill the free pages that the file has with answers, until one has no room."""
    for number in range(2_000):
        if desk.wish(1, f"fills-{number}-{'x' * 150}").status_code != 200:
            return
    raise AssertionError("the file did not become full")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a small disk; the test above needs none")
def test_a_full_disk_is_told_and_loses_nothing(tmp_path: Path) -> None:
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SMALL_DISK}", "tmpfs", tmp_path], check=True)
    try:
        url = f"sqlite:///{tmp_path}/igang.db"
        upgrade(url)
        filler = tmp_path / "filler"
        with open_desk(url) as desk:
            with suppress(OSError), filler.open("wb", buffering=0) as file:  # Until there is no space left.
                while file.write(b"x" * 1024):
                    pass
            _use_up_pages(desk)
            check(desk, "disk_full", 507, filler.unlink)
    finally:
        subprocess.run(["umount", "--lazy", tmp_path], check=True)


def test_a_file_that_may_only_be_read_is_told_and_written_again_once_it_may(migrated_file: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="igang-readonly-") as folder:
        path = Path(shutil.copy(migrated_file, folder))
        url = f"sqlite:///{path}"
        citizen = add_citizen(url)
        with _ordinary_user(path):
            path.chmod(0o444)
            with serve(url, *citizen) as desk:
                check(desk, "read_only", 503, lambda: _let_write(path.parent))


def _let_write(folder: Path) -> None:
    for file in folder.iterdir():
        file.chmod(0o644)


@contextmanager
def _ordinary_user(path: Path) -> Iterator[None]:
    """Be nobody where the tests are run by root, whom no file refuses."""
    if os.geteuid() != 0:
        yield
        return
    for owned in (path.parent, *path.parent.iterdir()):
        os.chown(owned, NOBODY, NOBODY)
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


def test_where_every_connection_is_taken_a_request_is_told_to_come_again(server_desk: Desk) -> None:
    with ExitStack() as held:
        for _ in range(8):
            held.enter_context(server_desk.engine.connect())
        check(server_desk, "busy", 503, held.close)


def test_a_write_does_not_wait_for_a_lock_that_is_held_for_long(desk: Desk) -> None:
    other = make_engine(desk.url)
    with other.connect() as holder:  # On SQLite it has its turn as the only writer.
        holder.execute(text("LOCK TABLE wish IN EXCLUSIVE MODE" if "postgresql" in desk.url else "SELECT 1"))
        check(desk, "busy", 503, holder.rollback)
    other.dispose()


def test_an_engine_of_every_day_gives_up_a_lock_before_the_request_is_over(database_url: str) -> None:
    engine = make_engine(database_url)
    asks = "SHOW lock_timeout" if engine.dialect.name == "postgresql" else "PRAGMA busy_timeout"
    with reading(engine) as session:
        found = session.scalar(text(asks))
    engine.dispose()
    assert found == (f"{PATIENCE_SECONDS:g}s" if isinstance(found, str) else 1_000 * PATIENCE_SECONDS)
    assert PATIENCE_SECONDS < Settings().answer_seconds <= 30


def test_a_disk_that_fails_at_the_commit_is_told_and_leaves_nothing(file_desk: Desk) -> None:
    with file_desk.engine.connect() as connection:
        connection.rollback()
        driver: Any = connection.connection.driver_connection
        driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8_192, hard))  # The log may not grow beyond its first page.
    try:
        check(file_desk, "storage_failed", 503, lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard)))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    with reading(file_desk.engine) as session:
        assert session.scalar(text("PRAGMA integrity_check")) == "ok"


def test_a_connection_that_breaks_at_the_commit_is_told_and_the_write_is_done_once(
    server_desk: Desk, postgresql: Cluster
) -> None:
    def terminate(connection: Any) -> None:
        pid = connection.connection.driver_connection.info.backend_pid
        postgresql.sql(f"SELECT pg_terminate_backend({pid}, 5000)")

    event.listen(server_desk.engine, "commit", terminate)
    check(server_desk, "database_away", 503, lambda: event.remove(server_desk.engine, "commit", terminate))


def test_a_rule_that_fails_at_the_commit_is_told_and_leaves_nothing(server_desk: Desk) -> None:
    def run(statement: str) -> None:
        with server_desk.engine.begin() as connection:
            connection.execute(text(statement))

    run("INSERT INTO wish SELECT 2, offering_id, 4, refused FROM wish")
    run("ALTER TABLE wish ADD CONSTRAINT lone UNIQUE (strength) DEFERRABLE INITIALLY DEFERRED")
    check(server_desk, "busy", 503, lambda: run("ALTER TABLE wish DROP CONSTRAINT lone"))
