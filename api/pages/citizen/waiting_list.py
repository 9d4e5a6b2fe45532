"""`/venteliste`: what a citizen waits for, her place in line, and the seats that are offered to her."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import Response
from sqlalchemy.orm import Session

from api.http.callers import Answer
from api.http.waiting import waiting_out
from api.pages.callers import Page, may_page
from api.pages.citizen.change import OVER
from api.pages.citizen.whose import Whose, change, find_whose, looking, show
from api.pages.rendering import language_of
from scheduler import offers, waiting
from scheduler.request_effects import Asker

routes = APIRouter(prefix="/venteliste")
Number = Annotated[int, Path(ge=1, lt=2**31)]


@routes.get("")
def show_waiting(page: Annotated[Page, may_page("request.read")]) -> Response:
    """Show what she waits for."""
    her = find_whose(page)
    with looking(page, her) as session:
        rows = waiting.waits_of(session, her.id)
        found = [waiting_out(session, row, page.now, language_of(page.request)) for row in rows]
    return show(page, her, "waiting.html", waits=found)


@routes.post("/{waiting_id}/ja")
def accept(waiting_id: Number, page: Annotated[Page, may_page("request.write")]) -> Response:
    """Take the seat that is offered to her."""
    her = find_whose(page)
    return _step(
        page,
        her,
        lambda session, asker: offers.accept(session, waiting_id, her.id, asker.at, asker.account_id),
        page.go_to(her.at("/min-uge"), done="seat_taken"),
    )


@routes.post("/{waiting_id}/nej")
def decline(waiting_id: Number, page: Annotated[Page, may_page("request.write")]) -> Response:
    """Let the seat go to the next; she waits on."""
    her = find_whose(page)
    answer = page.go_to(her.at("/venteliste"), done="seat_declined")
    return _step(page, her, lambda session, _: offers.decline(session, waiting_id, her.id), answer)


@routes.post("/{offering_id}/stop")
def leave(
    offering_id: Annotated[str, Path(max_length=100)], page: Annotated[Page, may_page("request.write")]
) -> Response:
    """Let her wait no longer."""
    her = find_whose(page)
    answer = page.go_to(her.at("/venteliste"), done="waits_no_longer")
    return _step(page, her, lambda session, asker: waiting.leave(session, her.id, offering_id, asker), answer)


def _step(page: Page, her: Whose, do: Callable[[Session, Asker], object], answer: Answer) -> Response:
    def step(session: Session, asker: Asker) -> Answer:
        do(session, asker)
        return answer

    return change(page, her, step, lambda: show_waiting(page), OVER)
