"""A centre that is served to somebody with a browser, and all that stands in its database."""

from __future__ import annotations

import datetime as dt
from contextlib import closing
from dataclasses import dataclass, field

from httpx2 import Response
from sqlalchemy import Engine
from starlette.testclient import TestClient

from api.http.callers import COOKIE
from catalog.columns import Base
from catalog.database import writing
from scheduler import sessions
from tests.contract.form_filling import File
from tests.contract.form_reading import Form, Sent
from tests.e2e.pages.town import Facts

SAME_SITE = {"Sec-Fetch-Site": "same-origin", "Accept": "text/html"}
# What tells of each request, whether it did anything or not.
RECORDS = {"audit_entry", "stored_answer", "login_session", "login_attempt"}
TABLES = sorted(Base.metadata.tables.keys() - RECORDS)


@dataclass
class Served:
    """A served centre, and everybody's login."""

    client: TestClient
    engine: Engine
    facts: Facts
    logins: dict[str, str] = field(default_factory=dict)

    def log_in(self, role: str, minutes: int = 0) -> None:
        """Begin a login of a role, or let it have begun some minutes ago."""
        if role:
            began = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=minutes)
            with writing(self.engine) as session:
                self.logins[role], _ = sessions.open_session(session, self.facts.account[role], began)

    def get(self, role: str, path: str) -> Response:
        """Ask for a page."""
        if role not in self.logins:
            self.log_in(role)
        answer = self.client.get(path, headers=self._headers(role))
        if answer.status_code == 303 and answer.headers["location"].startswith("/log-ind?til") and role:
            self.log_in(role)
            answer = self.client.get(path, headers=self._headers(role))
        return answer

    def send(self, role: str, form: Form, sent: Sent, files: dict[str, File] | None = None) -> Response:
        """Send what was entered."""
        given = dict(files) if files else None
        answer = self.client.post(form.path, data=sent, files=given, headers=self._headers(role))
        self.client.cookies.clear()
        return answer

    def content(self) -> dict[str, int]:
        """What stands in every table, as a hash."""
        with closing(self.engine.raw_connection()) as connection:
            cursor = connection.cursor()
            return {name: hash(tuple(cursor.execute(f"SELECT * FROM {name}").fetchall())) for name in TABLES}

    def _headers(self, role: str) -> dict[str, str]:
        cookie = self.logins.get(role)
        return SAME_SITE | ({"Cookie": f"{COOKIE}={cookie}"} if cookie else {})
