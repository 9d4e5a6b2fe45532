"""The logs of the running service, web and worker, name nobody: no person, no number, no key and no address."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy import update

from benchmarks.matrix import WEEK, Asker, make_askers
from catalog.database import make_engine, writing
from scheduler import calendar
from scheduler.tables import Citizen

NAME, PHONE, WRONG = "Ragnhild Overgaard", "+4520304050", "igk_a-key-that-never-was"
SECONDS = 60  # in which everything must have come up


@dataclass(frozen=True)
class Running:
    """A service in production with a worker beside it, and where both write their logs."""

    client: httpx2.Client
    askers: dict[str, Asker]
    feed: str
    log: Path

    def lines(self) -> list[dict[str, Any]]:
        """What was logged, without what is said to whoever started it."""
        return [json.loads(line) for line in self.log.read_text().splitlines() if line.startswith("{")]

    def wait_for(self, event: str) -> None:
        """Wait until something was logged."""
        for _ in range(SECONDS * 5):
            if any(line["event"] == event for line in self.lines()):
                return
            time.sleep(0.2)
        raise AssertionError(f"{event} was not logged: {self.log.read_text()}")


@pytest.fixture
def running(migrated_file: Path, tmp_path: Path) -> Iterator[Running]:
    """The service of a small town in which everybody has the same name."""
    url = f"sqlite:///{shutil.copy(migrated_file, tmp_path / 'igang.db')}"
    engine = make_engine(url)
    askers = {asker.role: asker for asker in make_askers(engine)}
    with writing(engine) as session:
        session.execute(update(Citizen).values(name=NAME))
        feed = calendar.make_feed(session, askers["citizen"].own["citizen_id"], dt.datetime.now(dt.UTC))
    engine.dispose()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = tmp_path / "log"
    command = [sys.executable, "-m", "api.cli", "serve", "--port", str(port), "--database", url]
    with log.open("w") as file:
        process = subprocess.Popen(
            command, env=os.environ | {"IGANG_PRODUCTION": "1"}, stdout=subprocess.DEVNULL, stderr=file
        )
    with httpx2.Client(base_url=f"http://127.0.0.1:{port}") as client:
        try:
            _wait_until_alive(client, log)
            yield Running(client, askers, feed, log)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(SECONDS)


def _wait_until_alive(client: httpx2.Client, log: Path) -> None:
    for _ in range(SECONDS * 5):
        try:
            client.get("/health")
        except httpx2.HTTPError:
            time.sleep(0.2)
        else:
            return
    raise AssertionError(f"it does not answer: {log.read_text()}")


def test_a_line_a_request_and_nobody_in_it(running: Running) -> None:
    own = running.askers["citizen"].own["citizen_id"]
    headers = {"Authorization": f"Bearer {running.askers['planner'].key}", "Idempotency-Key": "one"}
    hers = {"Authorization": f"Bearer {running.askers['citizen'].key}"}
    ask = running.client.request
    assert ask("RAGNHILD", "/v1/me", headers=headers).status_code == 400  # The server itself knows no such method.

    answers = [
        ask("GET", f"/v1/citizens/{own}", headers=hers, params={"name": NAME}),
        ask("GET", f"/v1/feeds/{running.feed}.ics", headers={"User-Agent": NAME}),
        ask("GET", f"/{NAME}/{PHONE}", headers={"Referer": f"https://{PHONE}"}),
        ask("GET", "/v1/me", headers={"Authorization": f"Bearer {WRONG}"}),
        ask("POST", "/v1/login", json={"username": NAME, "secret": PHONE}),
        ask("POST", "/v1/login", content=f'{{"username": "{NAME}'),
        ask("PUT", "/v1/weeks/2026-W48", headers=headers | {"Idempotency-Key": NAME, "X-Request-Id": NAME}),
        ask("PROPFIND", "/v1/me", headers=headers),
        ask("POST", f"/v1/weeks/{WEEK}/runs", json={"time_limit": 1}, headers=headers),
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 404, 401, 401, 422, 428, 405, 202]
    assert NAME in answers[0].text
    running.wait_for("run begun")

    asked = [line for line in running.lines() if line["event"] == "request" and line["route"] != "/health"]
    assert [(line["method"], line["route"], line["status"], line["role"]) for line in asked] == [
        ("GET", "/v1/citizens/{citizen_id}", 200, "citizen"),
        ("GET", "/v1/feeds/{token}.ics", 200, ""),
        ("GET", "none", 404, ""),
        ("GET", "/v1/me", 401, ""),
        ("POST", "/v1/login", 401, ""),
        ("POST", "/v1/login", 422, ""),
        ("PUT", "/v1/weeks/{week}", 428, "planner"),
        ("other", "/v1/me", 405, ""),
        ("POST", "/v1/weeks/{week}/runs", 202, "planner"),
    ]
    assert [line["request_id"] for line in asked] == [answer.headers["x-request-id"] for answer in answers]
    assert all(line["ms"] >= 0 for line in asked)
    text = running.log.read_text()
    keys = [asker.key for asker in running.askers.values()]
    assert [word for word in (*NAME.split(), PHONE[3:], running.feed, WRONG, *keys) if word in text] == []
