"""One line a request in the log that names nobody: the route, not the address, and the role, not the person."""

from __future__ import annotations

import time
from typing import Any

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.settings import Settings
from scheduler.logs import ACCESS, describe_error

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")

log = structlog.get_logger(ACCESS)


class AccessLog:
    """Notes how each request ended."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app, self.settings = app, settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, status = time.perf_counter(), 0

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, noted)
        finally:
            state = scope.get("state", {})
            if self.settings.access_log or "error" in state:
                _write(scope, state, status, time.perf_counter() - began)


def _write(scope: Scope, state: dict[str, Any], status: int, seconds: float) -> None:
    route, method = scope.get("route"), scope["method"]
    error = state.get("error")
    (log.error if error is not None or status >= 500 else log.info)(
        "request",
        method=method if method in METHODS else "other",
        route=getattr(route, "path", None) or "none",
        status=status,
        ms=round(seconds * 1000, 1),
        request_id=state.get("request_id", ""),
        role=state.get("role", ""),
        **({} if error is None else describe_error(error)),
    )
