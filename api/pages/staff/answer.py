"""`/ring-ind/17/svar/5`: what the centre can give instead, with words to read aloud; held, confirmed, undone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from api.http.callers import Answer
from api.http.request_bodies import request_out
from api.http.requests import Number, find_request, prepare, wish_of
from api.pages.callers import Page, may_page
from api.pages.rendering import language_of
from api.pages.staff.person import about, change
from scheduler import messages, requests
from scheduler.places import StaleError
from scheduler.request_effects import CHANNEL, GRANTED, Asker
from scheduler.request_words import read_named
from scheduler.requests import RequestStateError
from scheduler.supplies import FullError
from scheduler.tables import ChangeRequest, Message

routes = APIRouter(prefix="/ring-ind/{citizen_id}/svar/{request_id}")
SHOWN = 3  # answers at first; the others stand behind a click
OVER = {FullError: "call_full", StaleError: "call_stale", RequestStateError: "call_over"}


class ChoiceIn(BaseModel):
    """The answer that she wants."""

    choice: int = Field(ge=0, lt=100)


@routes.get("")
def show_answer(citizen_id: Number, request_id: Number, page: Annotated[Page, may_page("request.read")]) -> Response:
    """Show what was asked, where it stands and what there is to choose from."""
    return _show(page, citizen_id, request_id)


@routes.post("/vaelg")
def hold(citizen_id: Number, request_id: Number, page: Annotated[Page, may_page("request.write")]) -> Response:
    """Keep the seats of an answer while she thinks."""

    def choose(session: Session, asker: Asker) -> None:
        requests.hold(session, request_id, citizen_id, page.form.read(ChoiceIn).choice, asker)

    return _step(page, citizen_id, request_id, choose)


@routes.post("/bekraeft")
def confirm(citizen_id: Number, request_id: Number, page: Annotated[Page, may_page("request.write")]) -> Response:
    """Make the answer her week; she gets a message."""
    return _step(
        page, citizen_id, request_id, lambda session, asker: requests.confirm(session, request_id, citizen_id, asker)
    )


@routes.post("/fortryd")
def undo(citizen_id: Number, request_id: Number, page: Annotated[Page, may_page("request.write")]) -> Response:
    """Give her back the week that she had."""
    return _step(
        page, citizen_id, request_id, lambda session, asker: requests.undo(session, request_id, citizen_id, asker)
    )


@routes.post("/slip")
def let_go(citizen_id: Number, request_id: Number, page: Annotated[Page, may_page("request.write")]) -> Response:
    """Let go of the answers; her week stays as it is."""
    return _step(page, citizen_id, request_id, lambda session, _: requests.let_go(session, request_id, citizen_id))


@routes.post("/igen")
def ask_again(citizen_id: Number, request_id: Number, page: Annotated[Page, may_page("request.write")]) -> Response:
    """Ask for the same once more: a seat has gone, or too much time."""
    keep = []

    def look() -> None:
        with page.reading() as session:
            page.permit(session, citizen_id)
            before = find_request(session, citizen_id, request_id)
            page.service.states.of(session, before.week).vacancies.forget()
            wish, week = wish_of(before), before.week
        keep.append(prepare(page, citizen_id, week, wish))

    def answer(session: Session, asker: Asker) -> Answer:
        request: ChangeRequest = keep[0]()
        return page.go_to(f"/ring-ind/{citizen_id}/svar/{request.id}")

    return change(page, citizen_id, answer, lambda: _show(page, citizen_id, request_id), first=look)


def _step(page: Page, citizen_id: int, request_id: int, do: Callable[[Session, Asker], object]) -> Response:
    def step(session: Session, asker: Asker) -> Answer:
        do(session, asker)
        return page.go_to(f"/ring-ind/{citizen_id}/svar/{request_id}")

    return change(page, citizen_id, step, lambda: _show(page, citizen_id, request_id), words=OVER)


def _show(page: Page, citizen_id: int, request_id: int) -> Response:
    with about(page, citizen_id) as (session, her):
        request = find_request(session, citizen_id, request_id)
        named = read_named(session, [request], language_of(page.request))
        shown = request_out(request, named, with_points=False)
        message = _message(page, request)
    return page.show("staff/answer.html", her=her, asked=shown, few=SHOWN, message=message, now=page.now)


def _message(page: Page, request: ChangeRequest) -> str:
    """The text that tells her of the change, as it goes out when it is confirmed."""
    if request.state not in ("held", "confirmed"):
        return ""
    draft = Message(
        citizen_id=request.citizen_id, channel=CHANNEL, slug=GRANTED, arguments={"week": request.week},
        created_at=page.now, send_at=page.now,
    )  # fmt: skip
    return messages.render(draft)
