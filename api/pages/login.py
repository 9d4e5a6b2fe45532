"""Logging in and out in a browser; whatever somebody had entered when her login ended is there again afterwards."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from api.http.callers import COOKIE, find_caller, is_from_here
from api.http.login import begin_session, end_session, safe_path
from api.http.problems import KINDS, RequestError
from api.http.service import Service
from api.pages.callers import Page, may_page
from api.pages.forms import Form, Wrong, new_key, read_form
from api.pages.navigation import start_of
from api.pages.rendering import LANGUAGE_COOKIE, WARN_SECONDS, show
from api.pages.texts import LANGUAGES
from scheduler.sessions import Found
from scheduler.throttle import LoginRefusedError, LoginThrottledError

KEPT = "felt."  # before the names of what was entered in another form
YEAR = 365 * 86_400
LONGEST = 200

routes = APIRouter(include_in_schema=False)


@routes.get("/")
async def front(request: Request) -> Response:
    """Send everybody where she begins."""
    found = await find_caller(request)
    return RedirectResponse("/log-ind" if found is None else start_of(found.actor), 303)


@routes.get("/log-ind")
async def ask(request: Request, til: str = "") -> Response:
    """Show the form to log in with."""
    return ask_to_log_in(request, safe_path(til, ""))


@routes.post("/log-ind")
def log_in(request: Request, form: Annotated[Form, Depends(read_form)]) -> Response:
    """Begin a login."""
    service: Service = request.app.state.service
    if not is_from_here(request, service.settings):
        raise RequestError("other_origin")
    path = safe_path(form.value("til"), "")
    kept = [(name.removeprefix(KEPT), value) for name, value in form.sent() if name.startswith(KEPT)]
    wrong = {name: Wrong("field_missing") for name in ("username", "secret") if not form.value(name).strip()}
    wrong |= {name: Wrong("field_wrong") for name in ("username", "secret") if len(form.value(name)) > LONGEST}
    if wrong:
        return ask_to_log_in(request, path, kept, wrong=wrong, username=form.value("username"), status=422)
    try:
        token = begin_session(request, form.value("username"), form.value("secret"))
    except LoginThrottledError as error:
        return ask_to_log_in(
            request, path, kept, problem="login_wait", username=form.value("username"), status=429,
            headers={"Retry-After": str(error.retry_after)},
        )  # fmt: skip
    except LoginRefusedError:
        status = KINDS["login_refused"].status
        return ask_to_log_in(
            request, path, kept, problem="login_refused", username=form.value("username"), status=status
        )
    answer: Response = RedirectResponse(path or "/", 303)
    if kept and path:
        answer = show(request, "logged_in_again.html", action=path, kept=kept)
    answer.set_cookie(COOKIE, token, secure=True, httponly=True, samesite="lax", path="/")
    return answer


@routes.post("/log-ud")
def log_out(page: Annotated[Page, may_page("session.end")]) -> Response:
    """End the login."""
    if not page.is_own_form:
        return page.show_again(lambda: page.show("log_out.html"), "form_too_old", 403, new_key())
    end_session(page)
    answer = RedirectResponse("/log-ind?besked=logged_out", 303)
    answer.delete_cookie(COOKIE, secure=True, httponly=True, samesite="lax", path="/")
    return answer


@routes.get("/login-tid")
async def time_left(request: Request) -> Response:
    """Say how long the login still lasts, without making it last longer."""
    return _show_time_left(request, await find_caller(request, quiet=True))


@routes.post("/login-tid")
async def stay(request: Request) -> Response:
    """Let the login last longer, which every page does that somebody asks for."""
    await find_caller(request)
    return _show_time_left(request, await find_caller(request, quiet=True))


def _show_time_left(request: Request, found: Found | None) -> Response:
    now = dt.datetime.now(dt.UTC)
    until = found.until if found is not None else None
    left = None if until is None else round((until - now).total_seconds())
    warn = left is not None and left <= WARN_SECONDS
    # It is asked again when the warning is due, and then when the login is over.
    wait = None if left is None else max(1, left + 1 if warn else left - WARN_SECONDS)
    return show(request, "login_end.html", until=until, warn=warn, wait=wait)


@routes.get("/start")
def start(page: Annotated[Page, may_page("session.read")]) -> Response:
    """Show where somebody can go."""
    return page.show("start.html")


@routes.get("/sprog/{language}")
async def choose_language(language: str, til: str = "/") -> Response:
    """Keep the language that somebody chose, and show the same page in it."""
    if language not in LANGUAGES:
        raise RequestError("not_found")
    answer = RedirectResponse(safe_path(til), 303)
    answer.set_cookie(LANGUAGE_COOKIE, language, max_age=YEAR, secure=True, httponly=True, samesite="lax", path="/")
    return answer


def ask_to_log_in(
    request: Request,
    path: str,
    kept: list[tuple[str, str]] | None = None,
    *,
    problem: str = "",
    wrong: dict[str, Wrong] | None = None,
    username: str = "",
    status: int = 200,
    headers: dict[str, str] | None = None,
) -> Response:
    """The form to log in with; `kept` are the fields of the form that somebody sent when her login was over."""
    form = Form("", values={"username": [username]}, wrong=wrong or {}, problem=problem)
    service: Service = request.app.state.service
    return show(
        request, "log_in.html", status, headers=headers, form=form, path=path, kept=kept or [], prefix=KEPT,
        by_issuer=hasattr(request.app.state, "issuer"), local=service.settings.issuer is None,
    )  # fmt: skip
