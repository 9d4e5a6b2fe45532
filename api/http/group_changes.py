"""Groups that the centre cancels, moves or gives other seats, over HTTP; the answer is what everybody in it has now."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from api.http.callers import Answer, Caller, may
from api.http.catalog import Week
from api.http.problems import RequestError
from api.http.request_bodies import TimeBody
from catalog.tables import Group
from catalog.weeks import parse_week
from scheduler import cancelled, group_seats, messages, policy
from scheduler.cancelled import Given
from scheduler.group_seats import MOST_SEATS
from scheduler.importer.cpr import hide_cpr
from scheduler.request_effects import Asker
from scheduler.tables import Message

routes = APIRouter(prefix="/v1/weeks/{week}/groups/{group_id}", tags=["requests"])
Number = Annotated[int, Path(ge=1, lt=2**31)]


class CancelIn(BaseModel):
    """Why a group does not take place."""

    model_config = ConfigDict(extra="forbid", strict=True)
    reason: str = Field(min_length=1, max_length=500)


class MoveIn(CancelIn):
    """When a group meets instead."""

    times: list[TimeBody] = Field(min_length=1, max_length=7)


class SeatsIn(BaseModel):
    """How many citizens a group has room for."""

    model_config = ConfigDict(extra="forbid", strict=True)
    seats: int = Field(ge=1, le=MOST_SEATS)


class GivenOut(BaseModel):
    """What somebody has in place of the group, and the message that goes out to her."""

    citizen_id: int
    before: list[int]
    after: list[int]
    needs_person: bool
    text: str


class ChangedOut(BaseModel):
    """Everybody who was in the group."""

    given: list[GivenOut]


@routes.post("/cancel", response_model=ChangedOut)
def cancel_group(
    week: Week, group_id: Number, body: CancelIn, caller: Annotated[Caller, may("group.change")]
) -> Response:
    """Cancel a group of a published week; everybody in it gets the best in place of it, and nobody else moves."""
    parsed = parse_week(week)
    with caller.reading() as session:
        policy.permit_group(session, caller.actor, caller.action, group_id)
        caller.service.states.of(session, parsed)  # Made here, so that no writer waits for it.

    def cancel(asker: Asker) -> list[Given]:
        state = caller.service.states.of(caller.session, parsed)
        return cancelled.cancel_group(caller.session, state, group_id, hide_cpr(body.reason), asker)

    return _change(caller, parsed, group_id, body, cancel)


@routes.post("/move", response_model=ChangedOut)
def move_group(week: Week, group_id: Number, body: MoveIn, caller: Annotated[Caller, may("group.change")]) -> Response:
    """Let a group of a published week meet at other times of it; who cannot come then gets another."""
    times = tuple((time.day, time.start, time.end) for time in body.times)

    def move(asker: Asker) -> list[Given]:
        return cancelled.move_group(caller.session, group_id, times, hide_cpr(body.reason), asker)

    return _change(caller, parse_week(week), group_id, body, move)


@routes.put("/seats", status_code=204)
def set_seats(week: Week, group_id: Number, body: SeatsIn, caller: Annotated[Caller, may("group.change")]) -> Response:
    """Give a group of a week that is not sent out other seats, never fewer than somebody counts on."""
    parsed = parse_week(week)

    def change() -> Answer:
        _need_group(caller, group_id, parsed)
        asker = Asker(caller.actor.account_id, caller.now, is_staff=True)
        group_seats.set_seats(caller.session, group_id, body.seats, asker)
        return Answer(204)

    return caller.write(change, body=body)


def _change(caller: Caller, week: str, group_id: int, body: CancelIn, do: Callable[[Asker], list[Given]]) -> Response:
    about: list[int | None] = []

    def change() -> Answer:
        _need_group(caller, group_id, week)
        given = do(Asker(caller.actor.account_id, caller.now, is_staff=True))
        about.extend(each.citizen_id for each in given)
        return Answer(200, ChangedOut(given=[_out(caller, each) for each in given]))

    return caller.write(change, body=body, about=about)


def _need_group(caller: Caller, group_id: int, week: str) -> None:
    """Refuse a group that the caller may not see, or that is not of the week."""
    policy.permit_group(caller.session, caller.actor, caller.action, group_id)
    if caller.session.get_one(Group, group_id).week != week:
        raise RequestError("not_found")


def _out(caller: Caller, given: Given) -> GivenOut:
    text = messages.render(caller.session.get_one(Message, given.message_id))
    return GivenOut(
        citizen_id=given.citizen_id, before=list(given.before), after=list(given.after),
        needs_person=given.needs_person, text=text,
    )  # fmt: skip
