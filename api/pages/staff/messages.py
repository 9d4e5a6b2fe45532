"""`/borger/17/beskeder`: what was sent to a citizen and what waits to be sent, as she reads it herself."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import Response

from api.http.requests import Number
from api.pages.callers import Page, may_page
from api.pages.citizen.messages import Side, read_messages
from api.pages.staff.person import about

routes = APIRouter(prefix="/borger/{citizen_id}/beskeder")


@routes.get("")
def show_messages(citizen_id: Number, page: Annotated[Page, may_page("message.read")], side: Side = 1) -> Response:
    """Show a page of them, the newest first."""
    with about(page, citizen_id) as (session, her):
        found = read_messages(session, citizen_id, side)
    return page.show("staff/messages.html", her=her, **found._asdict())
