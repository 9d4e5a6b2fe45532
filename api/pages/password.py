"""`/adgangskode`: a password of one's own, which whoever came in by a one-time code chooses next."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import BaseModel, Field

from api.http.callers import Answer
from api.pages.callers import Page, may_page
from api.pages.forms import FormError, Wrong
from scheduler.accounts import LONGEST_PASSWORD, SHORTEST_PASSWORD, set_password

routes = APIRouter(prefix="/adgangskode", include_in_schema=False)


class PasswordIn(BaseModel):
    """A new password, twice, for nobody sees what she writes."""

    password: str = Field(min_length=SHORTEST_PASSWORD, max_length=LONGEST_PASSWORD)
    again: str = Field(max_length=LONGEST_PASSWORD)


@routes.get("")
def show_password(page: Annotated[Page, may_page("session.read")]) -> Response:
    """Show the form."""
    return _show(page)


@routes.post("")
def change_password(page: Annotated[Page, may_page("session.read")]) -> Response:
    """Keep the password; every login with the account ends."""

    def change() -> Answer:
        given = page.form.read(PasswordIn)
        if given.again != given.password:
            raise FormError({"again": Wrong("again_differs")})
        set_password(page.session, page.actor.account_id, given.password)
        return page.go_to("/log-ind", done="password_set")

    return page.submit(change, lambda: _show(page), secret=True)


def _show(page: Page) -> Response:
    return page.show("password.html", shortest=SHORTEST_PASSWORD)
