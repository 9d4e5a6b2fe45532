"""A private PostgreSQL cluster from the installed binaries: a folder of its own, a socket in it, no network."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

DEBIAN = Path("/usr/lib/postgresql")
UNPRIVILEGED = ("postgres", "nobody")  # PostgreSQL refuses to run as root.
SUPERUSER = "igang"
MISSING = (
    "PostgreSQL's initdb and pg_ctl are not on the path: install them with make setup, "
    "or apt-get install postgresql (Debian), or brew install postgresql (macOS)"
)


class MissingPostgresError(RuntimeError):
    """PostgreSQL is not installed; the message says how to install it."""


class Cluster:
    """A PostgreSQL server in a folder.

    Parameters
    ----------
    durable
        Whether a commit waits for the disk; needed only where the machine itself may fail.
    """

    def __init__(self, folder: Path, *, durable: bool = False) -> None:
        self.folder, self.data = folder, folder / "data"
        self._bin = find_binaries()
        self._owner = _unprivileged()
        if self._owner:
            shutil.chown(folder, self._owner)
        self._run("initdb", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync", f"--username={SUPERUSER}")
        settings = {
            "listen_addresses": "''",
            "unix_socket_directories": f"'{folder}'",
            "max_connections": "100",
            "fsync": "on" if durable else "off",
        }
        with (self.data / "postgresql.conf").open("a") as file:
            file.writelines(f"{name} = {value}\n" for name, value in settings.items())

    def start(self) -> None:
        """Start the server and wait until it answers."""
        self._run("pg_ctl", "start", "--wait", "--silent", f"--log={self.folder}/log")

    def stop(self, mode: str = "fast") -> None:
        """Stop the server; `immediate` is what a crash does."""
        self._run("pg_ctl", "stop", "--wait", "--silent", f"--mode={mode}")

    def url(self, database: str = "postgres") -> str:
        """The URL of one of the cluster's databases."""
        return f"postgresql+psycopg://{SUPERUSER}@/{database}?host={self.folder}"

    def create(self, database: str, template: str = "template1") -> str:
        """Make a database, as a copy of `template`; returns its URL."""
        self.sql(f"CREATE DATABASE {database} TEMPLATE {template}")
        return self.url(database)

    def sql(self, statement: str) -> None:
        """Run one statement as the superuser."""
        subprocess.run(
            [self._bin / "psql", "--quiet", f"--host={self.folder}", f"--username={SUPERUSER}", "postgres"],
            input=statement,
            check=True,
            text=True,
            stdout=subprocess.DEVNULL,
        )

    def _run(self, program: str, *words: str) -> None:
        done = subprocess.run(
            [self._bin / program, f"--pgdata={self.data}", *words],
            cwd=self.folder,
            user=self._owner,
            group=None if self._owner is None else pwd.getpwnam(self._owner).pw_gid,
            extra_groups=None if self._owner is None else [],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.STDOUT,
            check=False,
        )
        if done.returncode:
            log = self.folder / "log"
            said = log.read_text()[-2000:] if log.exists() else ""
            raise RuntimeError(f"{program} {' '.join(words)} ended with {done.returncode}: {said}")


@contextmanager
def running_cluster(*, durable: bool = False) -> Iterator[Cluster]:
    """A running cluster in a new folder; stopped and removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix="igang-pg-"))
    try:
        cluster = Cluster(folder, durable=durable)
        cluster.start()
        try:
            yield cluster
        finally:
            cluster.stop("immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def find_binaries() -> Path:
    """The folder of initdb and pg_ctl: from the path, or where Debian keeps the newest version.

    Raises
    ------
    MissingPostgresError
        There is none.
    """
    on_path = shutil.which("pg_ctl")
    versions = sorted(DEBIAN.glob("*/bin"), key=lambda folder: float(folder.parent.name), reverse=True)
    for folder in [Path(on_path).resolve().parent, *versions] if on_path else versions:
        if all(os.access(folder / name, os.X_OK) for name in ("initdb", "pg_ctl", "postgres", "psql")):
            return folder
    raise MissingPostgresError(MISSING)


def _unprivileged() -> str | None:
    """Whom to run the server as where we are root."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in UNPRIVILEGED if name in known)
