"""`/adgangskode`: a password of one's own, which whoever came in by a one-time code chooses next without an old one."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import BaseModel, Field

from api.http.callers import Answer
from api.http.login import choose_password, count_password_try, login_token
from api.pages.callers import Page, may_page
from api.pages.forms import FormError, Wrong
from scheduler.accounts import LONGEST_PASSWORD, SHORTEST_PASSWORD
from scheduler.own_password import WrongPasswordError, asks_for_password
from scheduler.throttle import LoginThrottledError

routes = APIRouter(prefix="/adgangskode", include_in_schema=False)


class PasswordIn(BaseModel):
    """The present password where it is asked for, and a new one, twice, for nobody sees what she writes."""

    current: str = Field(default="", max_length=LONGEST_PASSWORD)
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
        try:
            choose_password(page, given.current, given.password)
        except WrongPasswordError as error:
            raise FormError({"current": Wrong("field_wrong" if given.current else "field_missing")}) from error
        return page.go_to("/log-ind", done="password_set")

    return page.submit(
        change,
        lambda: _show(page),
        first=lambda: count_password_try(page) if page.form.value("current") else None,
        words={LoginThrottledError: "login_wait"},
        secret=True,
    )


def _show(page: Page) -> Response:
    with page.reading() as session:
        asks = asks_for_password(session, page.actor.account_id, login_token(page))
    return page.show("password.html", shortest=SHORTEST_PASSWORD, asks=asks)
