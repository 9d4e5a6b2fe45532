"""`/aendring/{request_id}`: the weeks that answer a wish, the one she chose to confirm, and the way back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import Response
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from api.http.callers import Answer
from api.http.request_bodies import ProposalOut, request_out
from api.http.requests import find_request, prepare, wish_of
from api.pages.callers import Page, may_page
from api.pages.citizen.whose import change, find_whose, looking, show
from api.pages.rendering import language_of
from api.pages.weeks import Day, Event, days_of
from catalog.weeks import CENTRE_TIME
from scheduler import requests
from scheduler.places import StaleError
from scheduler.request_effects import Asker
from scheduler.request_words import read_named
from scheduler.requests import RequestStateError
from scheduler.supplies import FullError
from scheduler.tables import ChangeRequest

routes = APIRouter(prefix="/aendring/{request_id}")
Number = Annotated[int, Path(ge=1, lt=2**31)]
OVER: Mapping[type[Exception], str] = {
    FullError: "change_full",
    StaleError: "change_stale",
    RequestStateError: "change_over",
}


class ChoiceIn(BaseModel):
    """The week that she chooses."""

    choice: int = Field(ge=0, lt=100)


@routes.get("")
def show_change(request_id: Number, page: Annotated[Page, may_page("request.read")]) -> Response:
    """Show where a wish stands, and what she can do."""
    her = find_whose(page)
    today = page.now.astimezone(CENTRE_TIME).date()
    with looking(page, her) as session:
        request = find_request(session, her.id, request_id)
        shown = request_out(request, read_named(session, [request], language_of(page.request)), with_points=False)
        decided = request.decided_at
    chosen = shown.proposals[shown.chosen] if shown.chosen is not None else None
    return show(
        page, her, "change.html", asked=shown, chosen=chosen,
        days=None if chosen is None else _days(chosen, shown.week, today, language_of(page.request)),
        can_undo=decided is not None and decided.astimezone(CENTRE_TIME).date() == today,
    )  # fmt: skip


@routes.post("/vaelg")
def hold(request_id: Number, page: Annotated[Page, may_page("request.write")]) -> Response:
    """Keep the seats of the week that she chooses for a while."""

    def choose(session: Session, citizen_id: int, asker: Asker) -> ChangeRequest:
        return requests.hold(session, request_id, citizen_id, page.form.read(ChoiceIn).choice, asker)

    return _step(page, request_id, choose)


@routes.post("/bekraeft")
def confirm(request_id: Number, page: Annotated[Page, may_page("request.write")]) -> Response:
    """Make the week that is held hers."""
    return _step(page, request_id, lambda session, her, asker: requests.confirm(session, request_id, her, asker))


@routes.post("/fortryd")
def undo(request_id: Number, page: Annotated[Page, may_page("request.write")]) -> Response:
    """Give her back the week that she had."""
    return _step(page, request_id, lambda session, her, asker: requests.undo(session, request_id, her, asker))


@routes.post("/slip")
def let_go(request_id: Number, page: Annotated[Page, may_page("request.write")]) -> Response:
    """Let go of what is held; her week stays as it is."""
    return _step(page, request_id, lambda session, her, _: requests.let_go(session, request_id, her))


@routes.post("/igen")
def ask_again(request_id: Number, page: Annotated[Page, may_page("request.write")]) -> Response:
    """Ask for the same once more: a seat has gone, or too much time."""
    her = find_whose(page)
    keep = []

    def look() -> None:
        with page.reading() as session:
            page.permit(session, her.id)
            before = find_request(session, her.id, request_id)
            page.service.states.of(session, before.week).vacancies.forget()
            wish, week = wish_of(before), before.week
        keep.append(prepare(page, her.id, week, wish))

    def say(_session: Session, _asker: Asker) -> Answer:
        request: ChangeRequest = keep[0]()
        return page.go_to(her.at(f"/aendring/{request.id}"))

    return change(page, her, say, lambda: show_change(request_id, page), OVER, look)


def _step(page: Page, request_id: int, do: Callable[[Session, int, Asker], ChangeRequest]) -> Response:
    her = find_whose(page)

    def step(session: Session, asker: Asker) -> Answer:
        do(session, her.id, asker)
        return page.go_to(her.at(f"/aendring/{request_id}"))

    return change(page, her, step, lambda: show_change(request_id, page), OVER)


def _days(chosen: ProposalOut, week: str, today: dt.date, language: str) -> list[Day]:
    """The week that she would have; what is new in it says so."""
    events = [
        Event(
            meeting.date, meeting.start, meeting.end, group.en if language == "en" else group.da, group.site,
            meeting.room, tuple(group.staff), group.group_id, group.offering_id,
            "new" if group.group_id in chosen.joined else "",
        )
        for group in chosen.groups
        for meeting in group.meetings
    ]  # fmt: skip
    return days_of(week, events, today)
