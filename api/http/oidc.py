"""Logging in at the centre's issuer: the way there, the way back, and a cookie that ties the two together."""

from __future__ import annotations

import datetime as dt
from typing import Annotated
from urllib.parse import quote, unquote

from fastapi import APIRouter, FastAPI, Query, Request
from fastapi.responses import RedirectResponse, Response

from api.http.callers import COOKIE
from api.http.issuer import Attempt, Issuer, IssuerRefusedError, IssuerSettings
from api.http.login import safe_path
from api.http.service import Service
from catalog.database import writing
from scheduler.login import open_session
from scheduler.vouched import admit

ATTEMPT_COOKIE = "__Host-attempt"
ATTEMPT_SECONDS = 600

routes = APIRouter(prefix="/v1/login", tags=["login"])


def add_issuer(app: FastAPI, settings: IssuerSettings) -> None:
    """Let people log in at an issuer."""
    app.state.issuer = Issuer(settings)
    app.include_router(routes)


@routes.get("/issuer", status_code=303, response_class=RedirectResponse)
def go(request: Request, til: Annotated[str, Query(max_length=2_000)] = "/") -> Response:
    """Send the browser to the issuer; afterwards it comes to the page `til`, if that is one of ours."""
    issuer: Issuer = request.app.state.issuer
    attempt = Attempt.draw()
    answer = RedirectResponse(issuer.login_address(attempt), 303)
    kept = f"{attempt.state}.{attempt.nonce}.{attempt.verifier}.{quote(safe_path(til), safe='')}"
    _set_cookie(answer, ATTEMPT_COOKIE, kept, ATTEMPT_SECONDS)
    return answer


@routes.get("/answer", status_code=303, response_class=RedirectResponse)
def come_back(request: Request) -> Response:
    """Begin a session for whom the issuer vouches."""
    issuer: Issuer = request.app.state.issuer
    service: Service = request.app.state.service
    *kept, path = request.cookies.get(ATTEMPT_COOKIE, "").split(".", 3)
    if len(kept) != 3 or not all(kept):
        raise IssuerRefusedError("this browser did not begin the login; log in again")
    claims = issuer.claims(Attempt(*kept), dict(request.query_params))
    now = dt.datetime.now(dt.UTC)
    with writing(service.engine) as session:
        account = admit(session, issuer.settings.url, claims, issuer.settings.claims, now)
        token, _ = open_session(session, account.id, now)
    answer = RedirectResponse(safe_path(unquote(path)), 303, {"Cache-Control": "no-store"})
    _set_cookie(answer, COOKIE, token, None)
    answer.delete_cookie(ATTEMPT_COOKIE, secure=True, httponly=True, samesite="lax", path="/")
    return answer


def _set_cookie(answer: Response, name: str, value: str, seconds: int | None) -> None:
    answer.set_cookie(name, value, max_age=seconds, secure=True, httponly=True, samesite="lax", path="/")
