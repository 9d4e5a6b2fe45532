"""Who calls: every route asks `may(action)` for its caller, through whom it reads and writes.

A write is one transaction: the idempotency key, what is written, the audit entry and the answer stand or fall together.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from fastapi import Depends, Request
from fastapi.responses import Response
from pydantic import BaseModel
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from api.http.problems import RequestError
from api.http.settings import Settings
from catalog.database import reading, writing
from scheduler import audit, idempotency, policy, sessions
from scheduler.audit import Entry
from scheduler.audit_log import AuditLog
from scheduler.policy import Actor

COOKIE = "__Host-session"
SAFE = ("GET", "HEAD", "OPTIONS")
MOST_KEY = 200  # characters of an idempotency key


@dataclass(frozen=True)
class Service:
    """What the running service consists of; kept in the application's state."""

    engine: Engine
    settings: Settings
    log: AuditLog


@dataclass(frozen=True)
class Answer:
    """What a write answers."""

    status: int
    body: BaseModel | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    secret: bool = False  # shown once and kept nowhere, so the same request again is told that it was answered


class Caller:
    """Somebody who is known and may do this kind of thing; whose data it is about, each route asks for itself."""

    def __init__(self, request: Request, actor: Actor, action: str) -> None:
        self.request, self.actor, self.action = request, actor, action
        self.service: Service = request.app.state.service
        self.now = dt.datetime.now(dt.UTC)
        self._session: Session | None = None

    @property
    def session(self) -> Session:
        """The session of the write that is going on."""
        assert self._session is not None  # Only `write` calls what asks for it.
        return self._session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session for reading."""
        with reading(self.service.engine) as session:
            yield session

    def look_at(self, citizens: Iterable[int | None]) -> None:
        """Record that these citizens' data are about to be shown; returns when that is on disk."""
        self.service.log.write([self._entry(citizen) for citizen in citizens])

    def permit(self, session: Session, citizen_id: int) -> None:
        """Refuse where this is not about somebody whose data the caller may see or change."""
        policy.permit_citizen(session, self.actor, self.action, citizen_id)

    def write(
        self,
        make: Callable[[], Answer],
        *,
        body: BaseModel | bytes | None = None,
        about: Iterable[int | None] = (None,),
    ) -> Response:
        """Do a write once, however often the same request comes; `about` names the citizens concerned."""
        key = self.request.headers.get("idempotency-key", "")
        if not 1 <= len(key) <= MOST_KEY:
            raise RequestError("key_missing", f"a header Idempotency-Key of 1 to {MOST_KEY} characters is needed")
        account, wanted = self.actor.account_id, self._request_hash(body)
        with writing(self.service.engine) as session:
            stored = idempotency.begin(session, account, key, wanted, self.now)
            if stored is not None:
                return Response(stored.body, stored.status, dict(stored.headers))
            self._session = session
            answer = make()
            content = b"" if answer.body is None else answer.body.model_dump_json().encode()
            headers = dict(answer.headers) | ({"Content-Type": "application/json"} if content else {})
            if not answer.secret:
                idempotency.remember(session, account, key, wanted, answer.status, headers, content, self.now)
            audit.record(session, [self._entry(citizen) for citizen in about])
        self._session = None
        return Response(content, answer.status, headers)

    def _request_hash(self, body: BaseModel | bytes | None) -> str:
        content = body.model_dump_json().encode() if isinstance(body, BaseModel) else body or b""
        line = f"{self.request.method} {self.request.url.path}?{self.request.url.query}\n"
        return hashlib.sha256(line.encode() + content).hexdigest()

    def _entry(self, citizen_id: int | None) -> Entry:
        return Entry(
            account_id=self.actor.account_id, role=self.actor.role, purpose=self.action.split(".")[0],
            citizen_id=citizen_id, action=self.action, outcome="done",
            request_id=self.request.state.request_id, at=self.now,
        )  # fmt: skip


@dataclass(frozen=True)
class May:
    """A route's policy: the caller is known, and the role may do `action`."""

    action: str

    def __call__(self, request: Request) -> Caller:
        """Find out who calls."""
        actor = find_actor(request)
        if actor is None:
            raise RequestError("not_logged_in")
        policy.permit(actor, self.action)
        return Caller(request, actor, self.action)


def may(action: str) -> Any:
    """The caller of a route, who must be allowed to do `action`."""
    return Depends(May(action))


def find_actor(request: Request) -> Actor | None:
    """Who calls, by the key in the Authorization header or else by the cookie of a login."""
    service: Service = request.app.state.service
    kind, _, key = request.headers.get("authorization", "").partition(" ")
    now = dt.datetime.now(dt.UTC)
    if kind:
        with reading(service.engine) as session:
            return sessions.find_key(session, key, now) if kind.lower() == "bearer" else None
    token = request.cookies.get(COOKIE)
    if token is None:
        return None
    if request.method not in SAFE:
        _check_origin(request, service.settings)
    with reading(service.engine) as session:
        found = sessions.find_session(session, token, now)
    if found is not None and found.stale:
        with writing(service.engine) as session:
            sessions.touch(session, token, now)
    return None if found is None else found.actor


def _check_origin(request: Request, settings: Settings) -> None:
    """Refuse a change that another site's page asks for with this browser's cookie."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        allowed = site == "same-origin"
    else:
        host = settings.host or request.url.netloc
        allowed = request.headers.get("origin", "").removeprefix("https://").removeprefix("http://") == host
    if not allowed:
        raise RequestError("other_origin")
