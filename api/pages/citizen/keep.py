"""`/min-uge/samme-igen`: a citizen asks that her next week be as this one, or takes that back."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy.orm import Session

from api.http.callers import Answer
from api.pages.callers import Page, may_page
from api.pages.citizen.week import show_week
from api.pages.citizen.whose import change, find_whose
from catalog.weeks import CENTRE_TIME, shift_week, week_of
from scheduler import keeping
from scheduler.request_effects import Asker

routes = APIRouter(prefix="/min-uge/samme-igen")


@routes.post("")
def say_keep(page: Annotated[Page, may_page("plan.answer")]) -> Response:
    """Keep what she says of next week."""
    her = find_whose(page)
    following = shift_week(week_of(page.now.astimezone(CENTRE_TIME).date()), 1)

    def say(session: Session, asker: Asker) -> Answer:
        keep = not page.form.has("fortryd", 1)
        keeping.say(session, her.id, following, asker.account_id, asker.at, keep=keep)
        return page.go_to(her.at("/min-uge"), done="keeps_week" if keep else "keeps_no_week")

    return change(page, her, say, lambda: show_week(page), {keeping.TooLateError: "keep_too_late"})
