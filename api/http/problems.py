"""Answers to what goes wrong, as RFC 9457 problem details in Danish or English: one table from error to status."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException

from api.http.troubles import TROUBLES, trouble_of
from scheduler.throttle import LoginThrottledError

PROBLEM = "application/problem+json"


class RequestError(Exception):
    """A request that cannot be answered as it stands; raised by the HTTP edge itself."""

    def __init__(self, slug: str, detail: str = "", **more: Any) -> None:
        self.slug, self.detail, self.more = slug, detail, more
        super().__init__(detail or slug)


@dataclass(frozen=True)
class Kind:
    """A kind of problem: its status and its title in both languages."""

    status: int
    da: str
    en: str


KINDS: Mapping[str, Kind] = {
    "bad_request": Kind(400, "Forespørgslen kan ikke læses", "The request cannot be read"),
    "not_logged_in": Kind(401, "Log ind først", "Log in first"),
    "login_refused": Kind(401, "Navn eller kode passer ikke", "The name or the code does not fit"),
    "not_permitted": Kind(403, "Det har du ikke adgang til", "You may not do this"),
    "other_origin": Kind(403, "Forespørgslen kom fra en anden side", "The request came from another site"),
    "not_found": Kind(404, "Findes ikke", "There is no such thing"),
    "wrong_method": Kind(405, "Det kan man ikke her", "This cannot be done here"),
    "conflict": Kind(409, "Det kan ikke lade sig gøre nu", "This cannot be done now"),
    "reason_needed": Kind(409, "Skriv en begrundelse", "Give a reason"),
    "full": Kind(409, "Der er ikke plads mere", "There is no place left"),
    "request_over": Kind(409, "Det gælder ikke mere. Spørg igen", "This no longer holds. Ask again"),
    "too_slow": Kind(408, "Forespørgslen kom for langsomt", "The request came too slowly"),
    "changed_since": Kind(412, "Det er ændret siden du så det", "It has changed since you saw it"),
    "too_large": Kind(413, "Forespørgslen er for stor", "The request is too large"),
    "invalid": Kind(422, "Noget i forespørgslen er forkert", "Something in the request is wrong"),
    "key_reused": Kind(422, "Nøglen er brugt til noget andet", "The key was used for something else"),
    "key_missing": Kind(428, "Send en Idempotency-Key", "Send an Idempotency-Key"),
    "too_many": Kind(429, "Vent lidt, og prøv igen", "Wait a little, then try again"),
    "broken": Kind(500, "Der skete en fejl hos os", "Something broke on our side"),
    "busy": Kind(503, "Vi har travlt, prøv igen om lidt", "We are busy, try again soon"),
    "read_only": Kind(503, "Der kan kun læses lige nu", "Only reading is possible now"),
    "database_away": Kind(503, "Databasen kan ikke nås lige nu", "The database cannot be reached now"),
    "storage_failed": Kind(503, "Disken svarer med fejl", "The disk answers with errors"),
    "disk_full": Kind(507, "Der er ikke plads til mere", "There is no room for more"),
}
BY_STATUS = {
    400: "bad_request",
    401: "not_logged_in",
    403: "not_permitted",
    404: "not_found",
    405: "wrong_method",
    408: "too_slow",
    413: "too_large",
}
ERRORS: dict[type[Exception], str] = {}  # filled by `declare`
RETRY_SECONDS = 2


def declare(errors: Mapping[type[Exception], str]) -> None:
    """Say which kind of problem an error of the inner rooms is."""
    ERRORS.update(errors)


def problem(request: Request, slug: str, detail: str = "", **more: Any) -> Response:
    """The answer for one kind of problem; `more` stands in it beside the standard members."""
    kind = KINDS[slug]
    show_page = getattr(request.app.state, "show_problem", None)
    if show_page is not None and wants_page(request):
        page: Response = show_page(request, slug, more)
        return page
    headers = {"Cache-Control": "no-store"}
    if kind.status in (429, 503):
        headers["Retry-After"] = str(more.get("retry_after", RETRY_SECONDS))
    if kind.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    headers["Content-Language"] = language_of(request)
    return JSONResponse(members(request, slug, detail) | more, kind.status, headers, media_type=PROBLEM)


def wants_page(request: Request) -> bool:
    """Whether a browser asks, in the place of which somebody reads the answer; the interface answers with documents."""
    return "text/html" in request.headers.get("accept", "")


def members(request: Request, slug: str, detail: str = "") -> dict[str, Any]:
    """The standard members of a problem."""
    kind = KINDS[slug]
    return {
        "type": f"urn:igang:problem:{slug}",
        "title": kind.da if language_of(request) == "da" else kind.en,
        "status": kind.status,
        "detail": detail,
        "instance": getattr(request.state, "request_id", ""),
    }


def language_of(request: Request) -> str:
    """The language of an answer: Danish, or English where that is what the reader likes best."""
    return "en" if request.headers.get("accept-language", "da").lower().startswith("en") else "da"


def add_problems(app: FastAPI) -> None:
    """Let every error leave the service as a problem."""
    app.add_exception_handler(RequestError, _request_error)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(DBAPIError, _database)
    app.add_exception_handler(PoolTimeoutError, _database)
    for error in ERRORS:
        app.add_exception_handler(error, declared)


def _request_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestError)
    return problem(request, error.slug, error.detail, **error.more)


def declared(request: Request, error: Exception) -> Response:
    """The answer to an error of the inner rooms."""
    slug = next(ERRORS[kind] for kind in type(error).__mro__ if kind in ERRORS)
    # What is foreign answers as what is absent: in the same words.
    wait = {"retry_after": error.retry_after} if isinstance(error, LoginThrottledError) else {}
    return problem(request, slug, "" if slug == "not_found" else str(error), **wait)


def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    found = [
        {"place": ".".join(str(part) for part in entry["loc"]), "expected": entry["msg"]} for entry in error.errors()
    ]
    return problem(request, "invalid", "; ".join(f"{one['place']}: {one['expected']}" for one in found), errors=found)


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    answer = problem(
        request,
        BY_STATUS.get(error.status_code, "bad_request"),
        error.detail if error.status_code in (408, 413) else "",
    )
    answer.headers.update(error.headers or {})
    if error.status_code == 405:
        answer.headers["Allow"] = ", ".join(sorted(_methods(request)))
    return answer


def _methods(request: Request) -> set[str]:
    """Everything that can be done at an address; the framework names the methods of one route only."""
    found = request.scope["route"]
    routes = [route for part in request.app.parts for route in part.routes]
    same = [route.methods for route in routes if route.path == getattr(found, "path", None)]
    return set().union(*same) or set(found.methods)


def _database(request: Request, error: Exception) -> Response:
    """The database is busy, gone, full or may not be written; the same request may come again."""
    request.state.error = error
    slug = trouble_of(error)
    told = TROUBLES[slug]
    wait = {"retry_after": told.wait} if KINDS[slug].status == 503 else {}
    return problem(request, slug, told.da if language_of(request) == "da" else told.en, **wait)
