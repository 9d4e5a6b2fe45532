"""`/beskeder`: the messages to a citizen, those that were sent and those that wait, newest first."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, NamedTuple

from fastapi import APIRouter, Query
from fastapi.responses import Response
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.pages.callers import Page, may_page
from api.pages.citizen.whose import find_whose, looking, show
from scheduler import messages
from scheduler.tables import Message
from scheduler.texts import LANGUAGES

routes = APIRouter(prefix="/beskeder")
AT_ONCE = 20
Side = Annotated[int, Query(ge=1, lt=2**20)]


class Shown(NamedTuple):
    """A message as it reads."""

    at: dt.datetime
    is_sent: bool
    channel: str
    text: str
    language: str


class MessagePage(NamedTuple):
    """A page of messages, its number and the last one's."""

    messages: list[Shown]
    side: int
    last: int


@routes.get("")
def show_messages(page: Annotated[Page, may_page("message.own")], side: Side = 1) -> Response:
    """Show a page of them."""
    her = find_whose(page)
    with looking(page, her) as session:
        found = read_messages(session, her.id, side)
    return show(page, her, "messages.html", **found._asdict())


def read_messages(session: Session, citizen_id: int, side: int) -> MessagePage:
    """The messages to a citizen of this page, or of the last where there is no such page."""
    wanted = messages.messages_to(citizen_id)
    total = session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
    last = max(1, -(-total // AT_ONCE))
    side = min(side, last)
    rows = session.scalars(wanted.order_by(Message.id.desc()).limit(AT_ONCE).offset((side - 1) * AT_ONCE))
    return MessagePage([_shown(row) for row in rows], side, last)


def _shown(row: Message) -> Shown:
    language = row.arguments.get("language", LANGUAGES[0])
    return Shown(row.sent_at or row.send_at, row.sent_at is not None, row.channel, messages.render(row), language)
