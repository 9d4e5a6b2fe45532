"""The citizen that a page of staff is about: who she is, looking at what is hers, and changing it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple

from fastapi.responses import Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.http.callers import Answer
from api.http.problems import RequestError
from api.http.requests import asker_of
from api.pages.callers import Page
from catalog.tables import StaffMember
from catalog.weeks import CENTRE_TIME
from scheduler.representation import list_for_citizen
from scheduler.request_effects import Asker
from scheduler.tables import Account, Citizen, Contact


class Helper(NamedTuple):
    """Somebody who sees her week or acts for her, until a day."""

    name: str
    may: str
    until: dt.date


@dataclass(frozen=True)
class Person:
    """Who she is, who of the staff is there for her, who sees or acts for her, and the language of her interpreter."""

    id: int
    external_id: str
    name: str
    contacts: list[str]
    helpers: list[Helper]
    interpreter: str


@contextmanager
def about(page: Page, citizen_id: int) -> Iterator[tuple[Session, Person]]:
    """A session for reading what is hers; afterwards the look is on record, before anything is shown."""
    with page.reading() as session:
        _permit(page, session, citizen_id)
        yield session, _read(session, citizen_id, page)
    page.look_at([citizen_id])


def change(
    page: Page,
    citizen_id: int,
    do: Callable[[Session, Asker], Answer],
    again: Callable[[], Response],
    *,
    first: Callable[[], None] = lambda: None,
    words: Mapping[type[Exception], str] | None = None,
) -> Response:
    """Do what a form about her asks for, once; where that cannot be, show its page `again`."""

    def make() -> Answer:
        _permit(page, page.session, citizen_id)
        return do(page.session, asker_of(page, citizen_id))

    return page.submit(make, again, first=first, about=[citizen_id], words=words)


def _permit(page: Page, session: Session, citizen_id: int) -> None:
    """Refuse what `permit` refuses, and to citizens, who have pages of their own, these ones."""
    if not page.actor.is_staff:
        raise RequestError("not_found")
    page.permit(session, citizen_id)


def _read(session: Session, citizen_id: int, page: Page) -> Person:
    citizen = session.get_one(Citizen, citizen_id)
    contacts = select(StaffMember.name).join(Contact, Contact.staff_id == StaffMember.id)
    names = session.scalars(contacts.where(Contact.citizen_id == citizen_id).order_by(Contact.role))
    today = page.now.astimezone(CENTRE_TIME).date()
    helpers = [
        Helper(session.get_one(Account, one.account_id).name, one.may, one.until)
        for one in list_for_citizen(session, citizen_id, today)
    ]
    return Person(
        citizen_id, citizen.external_id, citizen.name or citizen.external_id, list(dict.fromkeys(names)), helpers,
        citizen.interpreter or "",
    )  # fmt: skip
