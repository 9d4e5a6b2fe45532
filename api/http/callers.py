"""Who calls: every route asks `may(action)` for its caller, through whom it reads and writes.

A write is one transaction: the idempotency key, what is written, the audit entry and the answer stand or fall together.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from fastapi import Depends, Request
from fastapi.responses import Response
from pydantic import BaseModel
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool

from api.http.problems import RequestError
from api.http.service import Service
from api.settings import Settings
from catalog.database import writing
from scheduler import audit, ended_logins, idempotency, policy, sessions
from scheduler.audit import Entry
from scheduler.sessions import Found

COOKIE = "__Host-session"
SAFE = ("GET", "HEAD", "OPTIONS")
KEYLESS = ("session.end",)  # Doing it twice is doing it once, and stores nothing.
LARGEST = 2**31
MOST_KEY = 200  # characters of an idempotency key
KEY = re.compile("[!-~]+")


@dataclass(frozen=True)
class Answer:
    """What a write answers."""

    status: int
    body: BaseModel | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    secret: bool = False  # shown once and kept nowhere, so the same request again is told that it was answered


class Caller:
    """Somebody who is known and may do this kind of thing; whose data it is about, each route asks for itself."""

    def __init__(self, request: Request, found: Found, action: str, key: str = "") -> None:
        self.request, self.actor, self.action, self.key = request, found.actor, action, key
        self.change = found.change
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
        with Session(self.service.questions) as session:
            yield session

    def look_at(self, citizens: Iterable[int | None]) -> None:
        """Record that these citizens' data are about to be shown; returns when that is on disk."""
        self.service.log.write([self._entry(citizen, "shown") for citizen in citizens])

    async def look_at_meanwhile(self, citizen_id: int) -> None:
        """Do as `look_at` does, without holding a thread while the disk is waited for."""
        await self.service.log.write_meanwhile(self._entry(citizen_id, "shown"))

    def record_refusal(self) -> None:
        """Record that this was refused, and about whom where the address names a citizen."""
        number = self.request.path_params.get("citizen_id", "")
        known = number.isdecimal() and int(number) < LARGEST
        record_refusal(
            self.request, self.actor.account_id, self.actor.role, self.action, int(number) if known else None
        )

    def permit(self, session: Session, citizen_id: int) -> None:
        """Refuse where this is not about somebody whose data the caller may see or change."""
        policy.permit_citizen(session, self.actor, self.action, citizen_id)

    def is_herself(self, citizen_id: int) -> bool:
        """Whether a citizen asks about herself, which needs no `permit`."""
        return policy.is_herself(self.actor, self.action, citizen_id)

    def write(
        self,
        make: Callable[[], Answer],
        *,
        body: BaseModel | bytes | None = None,
        about: Iterable[int | None] = (None,),
    ) -> Response:
        """Do a write once, however often the same request comes; `about` names the citizens concerned."""
        key, account, wanted = self.key, self.actor.account_id, self._request_hash(body)  # `May` has looked at the key.
        with writing(self.service.engine) as session:
            stored = idempotency.begin(session, account, key, wanted, self.now)
            if stored is not None:
                return Response(stored.body, stored.status, dict(stored.headers))
            self._session = session
            answer = make()
            content = b"" if answer.body is None else answer.body.model_dump_json().encode()
            headers = ({"Content-Type": "application/json"} if content else {}) | dict(answer.headers)
            if not answer.secret:
                idempotency.remember(session, account, key, wanted, answer.status, headers, content, self.now)
            audit.record(session, [self._entry(citizen, "done") for citizen in about])
        self._session = None
        return Response(content, answer.status, headers)

    def _request_hash(self, body: BaseModel | bytes | None) -> str:
        content = body.model_dump_json().encode() if isinstance(body, BaseModel) else body or b""
        line = f"{self.request.method} {self.request.url.path}?{self.request.url.query}\n"
        return hashlib.sha256(line.encode() + content).hexdigest()

    def _entry(self, citizen_id: int | None, outcome: str) -> Entry:
        return Entry(
            account_id=self.actor.account_id, role=self.actor.role, purpose=self.action.split(".")[0],
            citizen_id=citizen_id, action=self.action, outcome=outcome,
            request_id=self.request.state.request_id, at=self.now,
        )  # fmt: skip


@dataclass(frozen=True)
class May:
    """A route's policy: the caller is known, and the role may do `action`."""

    action: str

    async def __call__(self, request: Request) -> Caller:
        """Find out who calls."""
        found = await need_caller(request, self.action)
        caller = Caller(request, found, self.action, request.headers.get("idempotency-key", ""))
        await let_in(caller)
        if request.method not in SAFE and self.action not in KEYLESS:
            check_key(caller.key)
        return caller


def may(action: str) -> Any:
    """The caller of a route, who must be allowed to do `action`."""
    return Depends(May(action))


async def need_caller(request: Request, action: str) -> Found:
    """Who calls, or a refusal that leaves a trace where she was logged in before."""
    found = await find_caller(request)
    if found is None:
        service: Service = request.app.state.service
        service.rates.count_stranger(request)
        await run_in_threadpool(_record_ended_login, request, action)
        raise RequestError("not_logged_in")
    return found


async def let_in(caller: Caller) -> None:
    """Refuse whom the limits, another site's page or the policy keep out."""
    request, service = caller.request, caller.service
    service.rates.count_account(caller.actor.account_id)
    request.state.caller, request.state.role = caller, caller.actor.role
    if _is_from_elsewhere(request, service.settings):
        await run_in_threadpool(caller.record_refusal)
        raise RequestError("other_origin")
    policy.permit(caller.actor, caller.action)


async def find_caller(request: Request, *, quiet: bool = False) -> Found | None:
    """Who calls, by the key in the Authorization header or else by a login's cookie, which `quiet` leaves alone."""
    service: Service = request.app.state.service
    kind, secret = _shown(request)
    if kind == "bearer":
        return await run_in_threadpool(_find_key, service, secret)
    if kind != COOKIE:
        return None
    found = await service.logins.find(secret)
    if found is not None and found.stale and not quiet and not _is_from_elsewhere(request, service.settings):
        await run_in_threadpool(_touch, service, secret)
    return found


def _find_key(service: Service, secret: str) -> Found | None:
    with Session(service.questions) as session:
        actor = sessions.find_key(session, secret, dt.datetime.now(dt.UTC))
    return None if actor is None else Found(actor, stale=False, change=None)


def _touch(service: Service, secret: str) -> None:
    with writing(service.engine) as session:
        sessions.touch(session, secret, dt.datetime.now(dt.UTC))


def _shown(request: Request) -> tuple[str, str]:
    """What a request shows of who asks: the kind of its Authorization header and the secret, or its cookie."""
    kind, _, key = request.headers.get("authorization", "").partition(" ")
    return (
        (kind.lower(), key) if kind else (COOKIE if COOKIE in request.cookies else "", request.cookies.get(COOKIE, ""))
    )


def _record_ended_login(request: Request, action: str) -> None:
    """Record a refusal of somebody whose key is revoked, whose login is over or whose account is closed."""
    kind, secret = _shown(request)
    if kind not in ("bearer", COOKIE) or not secret:
        return
    service: Service = request.app.state.service
    with Session(service.questions) as session:
        account = ended_logins.holder_of(session, secret)
    if account is not None:
        record_refusal(request, account.id, account.role, action, None)


def record_refusal(request: Request, account_id: int, role: str, action: str, citizen_id: int | None) -> None:
    """Record that an account was refused; returns when that is on disk."""
    service: Service = request.app.state.service
    service.log.write(
        Entry(
            account_id=account_id, role=role, purpose=action.split(".")[0], citizen_id=citizen_id, action=action,
            outcome="refused", request_id=request.state.request_id, at=dt.datetime.now(dt.UTC),
        )
    )  # fmt: skip


def check_key(key: str) -> None:
    """Refuse an idempotency key that is none."""
    if not KEY.fullmatch(key) or len(key) > MOST_KEY:
        raise RequestError("key_missing", f"a header Idempotency-Key of 1 to {MOST_KEY} visible characters is needed")


def _is_from_elsewhere(request: Request, settings: Settings) -> bool:
    """Whether another site's page asks for a change with this browser's cookie."""
    return request.method not in SAFE and _shown(request)[0] == COOKIE and not is_from_here(request, settings)


def is_from_here(request: Request, settings: Settings) -> bool:
    """Whether one of our own pages sends this."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    host = settings.host or request.url.netloc
    return request.headers.get("origin", "").removeprefix("https://").removeprefix("http://") == host
