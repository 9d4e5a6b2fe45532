"""What a browser shows where something goes wrong: the same statuses as the interface's, in plain words."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode, urlsplit

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from api.http.login import safe_path
from api.http.problems import KINDS, RETRY_SECONDS
from api.pages.forms import AGAIN, Form
from api.pages.login import ask_to_log_in
from api.pages.rendering import show


def show_problem(request: Request, slug: str, more: dict[str, Any]) -> Response:
    """The page for one kind of problem; whoever is not logged in is asked to, and keeps what she has entered."""
    kind = KINDS[slug]
    if slug == "not_logged_in":
        return _log_in_first(request)
    headers = {}
    if kind.status in (429, 503):
        headers["Retry-After"] = str(more.get("retry_after", RETRY_SECONDS))
    caller = getattr(request.state, "caller", None)
    return show(
        request, "problem.html", kind.status, headers=headers, slug=slug, found=getattr(caller, "found", None),
        number=getattr(request.state, "request_id", ""),
    )  # fmt: skip


def _log_in_first(request: Request) -> Response:
    is_part = "hx-request" in request.headers
    asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    if request.method in ("GET", "HEAD"):
        here = _path_of(request.headers.get("hx-current-url", "")) if is_part else asked
        way = _way(here)
        return Response(status_code=401, headers={"HX-Redirect": way.headers["location"]}) if is_part else way
    form: Form | None = getattr(request.state, "form", None)
    entered = form.kept() if form is not None else []
    # A button alone has nothing to keep; its page is to be shown again all the same.
    answer = ask_to_log_in(request, asked, entered or [(AGAIN, "1")], problem="login_over", status=401)
    if is_part:  # The whole page is to be seen, not a part of it.
        answer.headers["HX-Retarget"], answer.headers["HX-Reswap"] = "body", "innerHTML"
    return answer


def _way(here: str) -> Response:
    return RedirectResponse(f"/log-ind?{urlencode({'til': here})}" if here else "/log-ind", 303)


def _path_of(url: str) -> str:
    parts = urlsplit(url)
    return safe_path(parts.path + (f"?{parts.query}" if parts.query else ""), "")
