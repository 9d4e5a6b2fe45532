"""How long a request may take: to send its body, and then to be answered."""

from __future__ import annotations

import asyncio

from fastapi import Request
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.borders import IMPORTS
from api.http.problems import problem
from api.settings import Settings


class Deadlines:
    """Ends requests whose body comes too slowly, and says so to those whose answer has not begun in time.

    What computes is not broken off: a write may still be done, and the same request again with its key is told so. A
    stream is in time once it has begun.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app, self.settings = app, settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        settings, imports = self.settings, scope["path"].startswith(IMPORTS)
        deadline = _Deadline(
            Request(scope), receive, send,
            settings.import_body_seconds if imports else settings.body_seconds,
            settings.import_answer_seconds if imports else settings.answer_seconds,
        )  # fmt: skip
        try:
            await self.app(scope, deadline.receive, deadline.send)
        finally:
            await deadline.end()


class _Deadline:
    """The deadlines of one request."""

    def __init__(self, request: Request, receive: Receive, send: Send, body: float, answer: float) -> None:
        self._request, self._receive, self._send = request, receive, send
        self._loop = asyncio.get_running_loop()
        self._body_seconds, self._answer_seconds = body, answer
        self._body_until = self._loop.time() + body
        self._is_whole = False
        self._refusal: asyncio.Task[None] | None = None
        headers = request.headers
        waits_for_body = headers.get("content-length", "0") != "0" or "transfer-encoding" in headers
        self._timer = self._loop.call_later(answer + (body if waits_for_body else 0.0), self._refuse)

    async def receive(self) -> Message:
        """The next part of the request's body."""
        if self._is_whole:
            return await self._receive()
        try:
            async with asyncio.timeout_at(self._body_until):
                message = await self._receive()
        except TimeoutError as error:
            said = f"the body did not come within {self._body_seconds:g} s"
            raise HTTPException(408, said, {"Connection": "close"}) from error
        if not message.get("more_body", False):
            self._is_whole = True
            self._timer.cancel()
            self._timer = self._loop.call_later(self._answer_seconds, self._refuse)
        return message

    async def send(self, message: Message) -> None:
        """Send a part of the answer, unless it comes too late."""
        self._timer.cancel()
        if self._refusal is None:
            await self._send(message)

    async def end(self) -> None:
        """Let a refusal that is under way go out."""
        self._timer.cancel()
        if self._refusal is not None:
            await self._refusal

    def _refuse(self) -> None:
        said = f"no answer within {self._answer_seconds:g} s; it may still be done: send the same request again"
        answer = problem(self._request, "busy", said)
        self._refusal = self._loop.create_task(answer(self._request.scope, self._receive, self._send))
