"""A process that serves the real application over a pipe until it is killed, and the broken variants of its writes."""

from __future__ import annotations

import asyncio
import json
import os
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import Any

from fastapi import FastAPI
from fastapi.responses import Response
from pydantic import BaseModel
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session
from starlette.types import Message

from api.http.callers import Answer, Caller
from api.http.service import Service
from catalog.database import reading, writing
from scheduler import audit, idempotency
from scheduler.tables import StoredAnswer


@dataclass(frozen=True)
class Request:
    """A request as it goes over the pipe."""

    method: str
    path: str
    body: Any
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Answered:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def warm_up(app: FastAPI, requests: Iterable[Request]) -> list[Answered]:
    """Serve requests here, so that no child has to begin cold; afterwards no connection and no thread is left."""

    async def ask_all() -> list[Answered]:
        return [await ask(app, request) for request in requests]

    answered = asyncio.run(ask_all())
    service: Service = app.state.service
    service.engine.dispose()
    while threading.active_count() > 1:  # The threads of the loop end a moment after it.
        time.sleep(0.001)
    return answered


def start(app: FastAPI) -> tuple[int, Connection]:
    """Fork a process that serves; returns its number and our end of the pipe."""
    ours, theirs = Pipe()
    pid = os.fork()
    if pid:
        theirs.close()
        return pid, ours
    ours.close()
    status = 1
    try:
        asyncio.run(_serve(theirs, app))
        status = 0
    finally:
        os._exit(status)  # Nothing that the parent has to clean up is cleaned up twice.


async def _serve(pipe: Connection, app: FastAPI) -> None:
    """Answer until the other end is closed; the pool and all its connections are this process's own."""
    engine: Engine = app.state.service.engine
    engine.dispose(close=False)
    with reading(engine) as session:
        session.execute(text("SELECT 1"))
    pipe.send(None)  # ready
    while True:
        try:
            request: Request = pipe.recv()
        except EOFError:
            return
        pipe.send(await ask(app, request))
        while _late:
            _late.pop()()


async def ask(app: FastAPI, request: Request) -> Answered:
    """Ask the application as a server would, without a socket."""
    body = b"" if request.body is None else json.dumps(request.body).encode()
    headers = {"host": "testserver", "content-length": str(len(body)), "content-type": "application/json"}
    named = [(name.encode(), value.encode()) for name, value in (headers | dict(request.headers)).items()]
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "scheme": "https", "root_path": "",
        "method": request.method, "path": request.path, "raw_path": request.path.encode(), "query_string": b"",
        "headers": named, "client": ("127.0.0.1", 1), "server": ("testserver", 443),
    }  # fmt: skip
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    try:
        await app(scope, receive, send)
    except Exception:  # The application has answered 500 and then lets its error out.
        if not sent:
            raise
    said = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return Answered(sent[0]["status"], said, b"".join(part.get("body", b"") for part in sent[1:]))


def _write_in_two(
    caller: Caller,
    make: Callable[[], Answer],
    *,
    body: BaseModel | bytes | None = None,
    about: Iterable[int | None] = (None,),
) -> Response:
    """What `Caller.write` must not be: the effect is committed before the key and the audit entry."""
    key, account, wanted = (
        caller.request.headers["idempotency-key"],
        caller.actor.account_id,
        caller._request_hash(body),
    )
    with writing(caller.service.engine) as session:
        stored = session.get(StoredAnswer, (account, key))
        if stored is not None:
            return Response(stored.body, stored.status, dict(stored.headers))
        caller._session = session
        answer = make()
        content = b"" if answer.body is None else answer.body.model_dump_json().encode()
    with writing(caller.service.engine) as session:
        idempotency.begin(session, account, key, wanted, caller.now)
        idempotency.remember(session, account, key, wanted, answer.status, answer.headers, content, caller.now)
        audit.record(session, [caller._entry(citizen, "done") for citizen in about])
    return Response(content, answer.status, dict(answer.headers))


_write_whole = Caller.write
_late: list[Callable[[], object]] = []  # what a broken service has yet to write


def _write_late(caller: Caller, make: Callable[[], Answer], **more: Any) -> Response:
    """What `Caller.write` must not be either: it answers first and writes afterwards."""
    with Session(caller.service.engine) as session:  # Rolled back: only to know what to answer.
        caller._session = session
        answer = make()
        content = b"" if answer.body is None else answer.body.model_dump_json().encode()
    _late.append(lambda: _write_whole(caller, make, **more))
    return Response(content, answer.status, dict(answer.headers))


def break_writes(how: str) -> None:
    """Let the service write in one of the ways that must be caught; for the rest of this process's life."""
    Caller.write = BROKEN[how]  # type: ignore[method-assign]  # It is meant to be broken.


BROKEN: Mapping[str, Callable[..., Response]] = {"two": _write_in_two, "late": _write_late}
