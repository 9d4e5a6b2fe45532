"""Whose pages these are: a citizen's own, or hers for somebody who sees or acts for her, under `/for/17`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from fastapi.responses import Response
from sqlalchemy.orm import Session

from api.http.callers import LARGEST, Answer
from api.http.problems import RequestError
from api.http.requests import asker_of
from api.pages.callers import Page
from scheduler.request_effects import Asker
from scheduler.scope import reaches_citizen
from scheduler.tables import Citizen


@dataclass(frozen=True)
class Whose:
    """The citizen whose page it is; `base` stands before every address of hers."""

    id: int
    base: str = ""
    name: str = ""  # where somebody else looks
    acts: bool = True  # Whoever may only see has no buttons.

    def at(self, path: str) -> str:
        """The address of a page of hers."""
        return f"{self.base}{path}"


def find_whose(page: Page) -> Whose:
    """The citizen that the address names, or else the caller herself.

    Raises
    ------
    RequestError
        The caller is no citizen, and the address names none.
    NotFoundError
        The caller does not reach her.
    """
    asked = page.request.path_params.get("citizen_id")
    if asked is None:
        if page.actor.citizen_id is None:
            raise RequestError("not_found")
        return Whose(page.actor.citizen_id)
    number = int(asked) if asked.isdecimal() and len(asked) < len(str(LARGEST)) else 0
    with page.reading() as session:
        page.permit(session, number)
        citizen = session.get_one(Citizen, number)
        acts = reaches_citizen(session, page.actor, "request.write", number)
        return Whose(number, f"/for/{number}", citizen.name or citizen.external_id, acts)


@contextmanager
def looking(page: Page, her: Whose) -> Iterator[Session]:
    """A session for reading what is hers; afterwards the look is on record, before anything is shown."""
    with page.reading() as session:
        page.permit(session, her.id)
        yield session
    page.look_at([her.id])


def show(page: Page, her: Whose, template: str, **context: Any) -> Response:
    """Answer with a page of hers."""
    return page.show(f"citizen/{template}", her=her, **context)


def change(
    page: Page,
    her: Whose,
    do: Callable[[Session, Asker], Answer],
    again: Callable[[], Response],
    words: Mapping[type[Exception], str] | None = None,
    first: Callable[[], None] = lambda: None,
) -> Response:
    """Do what a form of hers asks for, once; where that cannot be, show its page `again`. See `Page.submit`."""

    def make() -> Answer:
        page.permit(page.session, her.id)
        return do(page.session, asker_of(page, her.id))

    return page.submit(make, again, about=[her.id], words=words, first=first)
