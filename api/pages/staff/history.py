"""`/borger/17/historik`: what was changed about a citizen, by whom and when."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from api.http.requests import Number
from api.pages.callers import Page, may_page
from api.pages.rendering import language_of
from api.pages.staff.choices import names_for
from api.pages.staff.person import about
from api.pages.texts import Words, words_of
from catalog.weeks import CENTRE_TIME
from scheduler.history import Change, changes_of
from scheduler.why_words import Names

routes = APIRouter(prefix="/borger/{citizen_id}/historik")
A_PAGE = 25


@routes.get("")
def show_history(
    citizen_id: Number,
    page: Annotated[Page, may_page("citizen.read")],
    efter: Annotated[int | None, Query(ge=1, lt=2**31)] = None,
) -> Response:
    """Show the changes, the newest first."""
    with about(page, citizen_id) as (session, her):
        found, following = changes_of(session, citizen_id, efter, A_PAGE)
        names = names_for(page, session)
    say = words_of(language_of(page.request))
    lines = [(one, _what(one, say, names), one.at.astimezone(CENTRE_TIME).date()) for one in found]
    return page.show("staff/history.html", her=her, lines=lines, following=following, is_first=efter is None)


def _what(change: Change, say: Words, names: Names) -> str:
    """What was changed, in a few words."""
    if change.detail in ("agreed", "broken"):
        return say(f"history_{change.detail}", title=names.offering[change.about])
    if change.detail == "step_reached":
        return say("history_step_reached", words=names.goal.get(change.about, change.about))
    if change.detail == "asked":
        return say("history_asked", what=say(f"call_{change.about}").lower())
    if change.detail:
        return say(f"history_plan_{change.detail}", number=int(change.about[6:]))
    slug = f"history_{change.action.replace('.', '_')}"
    return say(slug if slug in say else "history_other")
