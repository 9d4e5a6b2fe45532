"""Logging in and out with a local account, and who one is."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from api.http.callers import COOKIE, Caller, may, record_refusal
from api.http.service import Service
from catalog.database import reading, writing
from scheduler import login as logins
from scheduler import own_password, sessions
from scheduler.ended_logins import named
from scheduler.throttle import LoginRefusedError, LoginThrottledError

routes = APIRouter(prefix="/v1", tags=["login"])


class LoginIn(BaseModel):
    """A name with a password or a one-time code."""

    model_config = ConfigDict(extra="forbid", strict=True)
    username: str = Field(min_length=1, max_length=200)
    secret: str = Field(min_length=1, max_length=200)


class Me(BaseModel):
    """Who is logged in."""

    account_id: int
    name: str
    role: str
    scope: str
    citizen_id: int | None
    staff_id: str | None
    form_token: str | None


@routes.post("/login", status_code=204, responses={401: {}})
def log_in(given: LoginIn, request: Request) -> Response:
    """Begin a session, whose cookie is all that a browser keeps; a second login is a second session."""
    token = begin_session(request, given.username, given.secret)
    answer = Response(status_code=204)
    answer.set_cookie(COOKIE, token, secure=True, httponly=True, samesite="lax", path="/")
    return answer


def begin_session(request: Request, username: str, secret: str) -> str:
    """Log somebody in and return the cookie's value; a refusal of an account leaves a trace."""
    service: Service = request.app.state.service
    service.rates.count_stranger(request)
    address = address_of(request)
    now = dt.datetime.now(dt.UTC)
    try:
        token, _ = logins.log_in(
            service.engine, username, secret, address, now,
            local_allowed=service.settings.issuer is None, break_glass=service.settings.break_glass,
        )  # fmt: skip
    except LoginThrottledError:
        raise  # A flood of tries leaves no flood of entries.
    except LoginRefusedError:
        with reading(service.engine) as session:
            account = named(session, username)
        if account is not None:
            record_refusal(request, account.id, account.role, "session.begin", None)
        raise
    return token


@routes.post("/logout", status_code=204)
def log_out(caller: Annotated[Caller, may("session.end")]) -> Response:
    """End the session."""
    end_session(caller)
    answer = Response(status_code=204)
    answer.delete_cookie(COOKIE, secure=True, httponly=True, samesite="lax", path="/")
    return answer


def end_session(caller: Caller) -> None:
    """End the session of the browser that asks."""
    with writing(caller.service.engine) as session:
        sessions.log_out(session, caller.request.cookies.get(COOKIE, ""))


@routes.get("/me")
def me(caller: Annotated[Caller, may("session.read")]) -> Me:
    """Tell who is logged in."""
    actor = caller.actor
    return Me(
        account_id=actor.account_id, name=actor.name, role=actor.role, scope=actor.scope, citizen_id=actor.citizen_id,
        staff_id=actor.staff_id, form_token=actor.form_token,
    )  # fmt: skip


def login_token(caller: Caller) -> str:
    """The cookie of the login that asks; empty where a key does."""
    return "" if "authorization" in caller.request.headers else caller.request.cookies.get(COOKIE, "")


def count_password_try(caller: Caller) -> None:
    """Count a try to choose a password; see `scheduler.own_password.count_try`."""
    engine, account = caller.service.engine, caller.actor.account_id
    own_password.count_try(engine, account, login_token(caller), address_of(caller.request), caller.now)


def choose_password(caller: Caller, current: str, password: str) -> None:
    """Set the password of who asks; see `scheduler.own_password.choose_password`."""
    account, address = caller.actor.account_id, address_of(caller.request)
    own_password.choose_password(caller.session, account, login_token(caller), current, password, address)


def address_of(request: Request) -> str:
    """Where a request comes from; empty where that is not known."""
    return request.client.host if request.client else ""


def safe_path(asked: str, otherwise: str = "/") -> str:
    """An address to go on to, if it is one of ours: nobody is sent away from here by a link that somebody made."""
    is_ours = asked.startswith("/") and not asked.startswith(("//", "/\\")) and asked.isprintable()
    return asked if is_ours and len(asked) <= 2_000 else otherwise
