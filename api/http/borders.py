"""The border of the service: sizes, headers and request numbers, before any route sees a request."""

from __future__ import annotations

import secrets

from fastapi import Request
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.problems import problem
from api.settings import Settings

HEADERS = {
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
DOCS_POLICY = "default-src 'self' 'unsafe-inline' https:; img-src 'self' data: https:; frame-ancestors 'none'"
DOCS = ("/docs", "/docs/oauth2-redirect")
IMPORTS = "/v1/imports"


class Border:
    """Numbers requests, refuses bodies that are too large, sets every answer's headers, and answers for what broke."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app, self.settings = app, settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        scope.setdefault("state", {})["request_id"] = secrets.token_hex(8)
        limit = self.settings.import_limit if scope["path"].startswith(IMPORTS) else self.settings.body_limit
        request = Request(scope)
        announced = request.headers.get("content-length", "0")
        if not announced.isdigit() or int(announced) > limit:
            slug = "too_large" if announced.isdigit() else "bad_request"
            await problem(request, slug, f"at most {limit} bytes")(scope, receive, self._dressed(scope, send))
            return
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > limit:
                raise HTTPException(413, f"at most {limit} bytes")
            return message

        dressed = self._dressed(scope, send)
        try:
            await self.app(scope, counted, dressed)
        except Exception as error:  # noqa: BLE001  # The server would log its words, which may name somebody.
            request.state.error = error
            if not getattr(request.state, "begun", False):
                await problem(request, "broken")(scope, receive, dressed)

    def _dressed(self, scope: Scope, send: Send) -> Send:
        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                scope["state"]["begun"] = True
                _dress(MutableHeaders(scope=message), scope)
            await send(message)

        return dressed


def _dress(headers: MutableHeaders, scope: Scope) -> None:
    for name, value in HEADERS.items():
        headers.setdefault(name, value)
    if scope["path"] in DOCS:
        headers["Content-Security-Policy"] = DOCS_POLICY
    headers.setdefault("Cache-Control", "no-store")
    headers["X-Request-Id"] = scope["state"]["request_id"]
