"""Waiting for a place over HTTP: a citizen, or somebody for her, joins a line, leaves it, and answers an offer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import Response
from pydantic import BaseModel
from sqlalchemy.orm import Session

from api.http.callers import Answer, Caller, may
from api.http.problems import language_of
from api.http.requests import STALE, asker_of
from scheduler import offers, waiting
from scheduler.request_words import waiting_words
from scheduler.tables import Waiting

routes = APIRouter(prefix="/v1/citizens/{citizen_id}/waiting", tags=["requests"])
Number = Annotated[int, Path(ge=1, lt=2**31)]
OfferingId = Annotated[str, Path(max_length=100)]


class WaitingOut(BaseModel):
    """What a citizen waits for: her band in line, and the seats that came free lately where they are many enough.

    `offered_until` stands where a seat of the group is kept for her; `say` can be read aloud.
    """

    id: int
    offering_id: str
    state: str
    since: dt.datetime
    first: int | None
    last: int | None
    freed: int | None
    group_id: int | None
    offered_until: dt.datetime | None
    say: str


@routes.get("")
def waits(citizen_id: Number, caller: Annotated[Caller, may("request.read")]) -> list[WaitingOut]:
    """List what a citizen waits for."""
    with caller.reading() as session:
        caller.permit(session, citizen_id)
        language = language_of(caller.request)
        rows = waiting.waits_of(session, citizen_id)
        found = [waiting_out(session, row, caller.now, language) for row in rows]
    caller.look_at([citizen_id])
    return found


@routes.put("/{offering_id}", response_model=WaitingOut)
def join_line(citizen_id: Number, offering_id: OfferingId, caller: Annotated[Caller, may("request.write")]) -> Response:
    """Wait for a place in an offering; need decides the order, and what earlier weeks owe."""
    asker = asker_of(caller, citizen_id)
    return _write(caller, citizen_id, lambda: waiting.join(caller.session, citizen_id, offering_id, asker))


@routes.delete("/{offering_id}", response_model=WaitingOut)
def leave_line(
    citizen_id: Number, offering_id: OfferingId, caller: Annotated[Caller, may("request.write")]
) -> Response:
    """Wait no longer; a seat that is offered to her goes to the next."""
    asker = asker_of(caller, citizen_id)
    return _write(caller, citizen_id, lambda: waiting.leave(caller.session, citizen_id, offering_id, asker))


@routes.post("/{waiting_id}/accept", response_model=WaitingOut, responses=STALE)
def accept_offer(citizen_id: Number, waiting_id: Number, caller: Annotated[Caller, may("request.write")]) -> Response:
    """Take the seat that is offered to her."""
    who = caller.actor.account_id
    return _write(caller, citizen_id, lambda: offers.accept(caller.session, waiting_id, citizen_id, caller.now, who))


@routes.post("/{waiting_id}/decline", response_model=WaitingOut)
def decline_offer(citizen_id: Number, waiting_id: Number, caller: Annotated[Caller, may("request.write")]) -> Response:
    """Let the seat that is offered to her go to the next; she waits on, and it costs her nothing."""
    return _write(caller, citizen_id, lambda: offers.decline(caller.session, waiting_id, citizen_id))


def _write(caller: Caller, citizen_id: int, do: Callable[[], Waiting]) -> Response:
    def step() -> Answer:
        caller.permit(caller.session, citizen_id)
        return Answer(200, waiting_out(caller.session, do(), caller.now, language_of(caller.request)))

    return caller.write(step, about=[citizen_id])


def waiting_out(session: Session, row: Waiting, now: dt.datetime, language: str) -> WaitingOut:
    """What somebody waits for, in words of a language."""
    is_open = row.state in waiting.OPEN
    line = waiting.place_in_line(session, row.citizen_id, row.offering_id, now) if is_open else None
    offer = offers.open_offer(session, row.citizen_id, now)
    seat = offer if offer is not None and offer.waiting_id == row.id else None
    first, last = (None, None) if line is None else line.band
    return WaitingOut(
        id=row.id, offering_id=row.offering_id, state=row.state, since=row.since, first=first, last=last,
        freed=None if line is None else line.freed, group_id=None if seat is None else seat.group_id,
        offered_until=None if seat is None else seat.until,
        say=waiting_words(session, row, line, seat, language),
    )  # fmt: skip
