"""`/ring-ind`: whom somebody on the telephone means, by a name or by the id in the centre's own system."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import RedirectResponse, Response

from api.pages.callers import Page, may_page
from scheduler.finding import find_citizens

routes = APIRouter()
MOST = 20


@routes.get("/ring-ind")
def find(page: Annotated[Page, may_page("citizen.list")], navn: Annotated[str, Query(max_length=200)] = "") -> Response:
    """Show the field to search in and whom it finds; where that is one person only, go to her at once."""
    with page.reading() as session:
        sought = find_citizens(session, page.actor, page.action, navn, MOST)
    page.look_at(known.id for known in sought.citizens)
    if len(sought.citizens) == 1:
        return RedirectResponse(f"/ring-ind/{sought.citizens[0].id}", 303)
    return page.show("staff/find.html", text=navn.strip(), sought=sought)
