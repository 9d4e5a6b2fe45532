"""`/borger/17/kode`: a one-time code that staff tell a citizen, so that she can log in."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy.orm import Session

from api.http.callers import Answer
from api.http.requests import Number
from api.pages.callers import Page, may_page
from api.pages.staff.person import about, change
from scheduler import accounts
from scheduler.accounts import CitizenCode
from scheduler.request_effects import Asker

routes = APIRouter(prefix="/borger/{citizen_id}/kode")


@routes.get("")
def show_code(citizen_id: Number, page: Annotated[Page, may_page("code.write")]) -> Response:
    """Show what a code is, and the button that makes one."""
    return _show(page, citizen_id, None)


@routes.post("")
def make_code(citizen_id: Number, page: Annotated[Page, may_page("code.write")]) -> Response:
    """Make a code and show it, this once."""
    made: list[CitizenCode] = []

    def make(session: Session, _: Asker) -> Answer:
        made.append(accounts.code_for_citizen(session, citizen_id, page.now))
        return Answer(200, secret=True)

    answer = change(page, citizen_id, make, lambda: _show(page, citizen_id, None))
    return _show(page, citizen_id, made[0]) if made and answer.status_code == 200 else answer


def _show(page: Page, citizen_id: int, code: CitizenCode | None) -> Response:
    with about(page, citizen_id) as (_, her):
        pass
    return page.show("staff/code.html", her=her, code=code)
