"""Puts pages together: Jinja's templates with the words, dates and pictures of one language."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, partial
from typing import Any
from urllib.parse import quote, urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from api.pages.assets import ICONS
from api.pages.centre import centre_of
from api.pages.dates import Dates, sentence, week_number
from api.pages.forms import mask
from api.pages.import_words import wanted_in
from api.pages.navigation import Link, links_of
from api.pages.static_files import address
from api.pages.texts import LANGUAGES, Words, words_of
from scheduler.actions import Actor
from scheduler.centre import Centre
from scheduler.sessions import Found

LANGUAGE_COOKIE = "igang_language"
FROM_RIGHT = ("ar", "fa")  # languages that are written from the right
DONE = "besked"  # the part of an address that says what was just done
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    # An older browser then still says on our own forms where they come from.
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}
SMALLEST_COMPRESSED = 500  # bytes
WARN_SECONDS = 300  # before a login ends


@dataclass(frozen=True)
class Frame:
    """What stands around every page: who is logged in, where she can go, and how to reach the centre."""

    actor: Actor | None
    links: list[Link]
    path: str
    here: str
    centre: Centre
    done: str
    form_token: str
    seconds_left: int | None  # until she is warned that the login ends


def show(
    request: Request, template: str, status: int = 200, *, found: Found | None = None,
    seconds_left: float | None = None, headers: Mapping[str, str] | None = None, **context: Any,
) -> Response:  # fmt: skip
    """Answer with a page."""
    language = language_of(request)
    frame = _frame(request, found, seconds_left, words_of(language))
    body = templates(language).get_template(template).render(frame=frame, **context).encode()
    answer = HTMLResponse(body, status, HEADERS | {"Content-Language": language} | dict(headers or {}))
    return _compressed(request, answer)


def language_of(request: Request) -> str:
    """The language that somebody chose, or else Danish."""
    chosen = request.cookies.get(LANGUAGE_COOKIE, "")
    return chosen if chosen in LANGUAGES else LANGUAGES[0]


@cache
def templates(language: str) -> Environment:
    """The templates of a language."""
    environment = Environment(
        loader=PackageLoader("api.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    words, dates = words_of(language), Dates(language)
    environment.globals |= {
        "t": words,
        "count": words.count,
        "language": language,
        "direction": "rtl" if language in FROM_RIGHT else "ltr",
        "languages": LANGUAGES,
        "asset": address,
        "icon": icon,
    }
    for name in ("day", "weekday", "short_day", "long_day", "clock", "moment", "time_of", "number", "decimals"):
        environment.filters[name] = getattr(dates, name)
    environment.globals["times"] = dates.times
    environment.filters |= {
        "week_number": week_number,
        "sentence": sentence,
        "query": urlencode,
        "in_path": quote,
        "masked": mask,
        "wanted": partial(wanted_in, language),
    }
    return environment


def read_templates() -> None:
    """Compile every Danish page, which its first reader would wait for."""
    environment = templates(LANGUAGES[0])
    for name in environment.list_templates(extensions=["html"]):
        environment.get_template(name)


def icon(name: str, label: str = "") -> Markup:
    """A picture from DKFDS; without a label it only adorns the words beside it.

    Raises
    ------
    KeyError
        The picture is not among those that are installed.
    """
    if name not in ICONS:
        raise KeyError(f"{name}: no such picture in api.pages.assets.ICONS")
    said = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
    place = f"{address('img/icons.svg')}#{name}"
    return Markup('<svg class="icon-svg" focusable="false" {}><use href="{}"></use></svg>').format(said, place)


def _frame(request: Request, found: Found | None, seconds_left: float | None, words: Words) -> Frame:
    actor = None if found is None else found.actor
    query = f"?{request.url.query}" if request.url.query else ""
    done = f"done_{request.query_params.get(DONE, '')}"
    return Frame(
        actor,
        [] if actor is None else links_of(actor),
        request.url.path,
        request.url.path + query if request.method == "GET" else request.url.path,
        centre_of(request.app.state),
        words(done) if done in words else "",
        (actor.form_token or "") if actor is not None else "",
        None if seconds_left is None else max(0, round(seconds_left - WARN_SECONDS)),
    )


def _compressed(request: Request, answer: Response) -> Response:
    answer.headers["Vary"] = "Accept-Encoding, Cookie"
    body = bytes(answer.body)
    if len(body) >= SMALLEST_COMPRESSED and "gzip" in request.headers.get("accept-encoding", ""):
        answer.body = gzip.compress(body, 6)
        answer.headers["Content-Encoding"] = "gzip"
        answer.headers["Content-Length"] = str(len(answer.body))
    return answer
