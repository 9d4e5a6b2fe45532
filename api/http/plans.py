"""Plans over HTTP: a citizen's week and her answer, a group's participants, a worker's week, the whole week."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from typing import Annotated, Literal

from fastapi import APIRouter, Header, Path
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.exc import SQLAlchemyError
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool

from api.http.callers import Answer, Caller, may
from api.http.catalog import Week
from api.http.problems import RequestError
from catalog.weeks import parse_week
from scheduler import answers, keeping, policy, publishing, weeks_of
from scheduler.life import NotPublishedError
from scheduler.published_weeks import OwnWeek

routes = APIRouter(prefix="/v1", tags=["plans"])
Number = Annotated[int, Path(ge=1, lt=2**31)]
IfNoneMatch = Annotated[str | None, Header(description="The ETag that the reader has already.")]


class _Row(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class MeetingOut(_Row):
    """One meeting: date, weekday (0 = Monday) and minutes after midnight."""

    date: dt.date
    day: int
    start: int
    end: int
    room: str


class ActivityOut(_Row):
    """One group of somebody's week."""

    group_id: int
    offering_id: str
    da: str
    en: str
    neutral_da: str
    site: str
    staff: list[str]
    meetings: list[MeetingOut]


class WeekOfOut(_Row):
    """A citizen's week: the version of the publication it comes from, or none where it is a proposal.

    `change` numbers the changes of her plan since the week was published first.
    """

    week: str
    run_id: int
    version: int | None
    change: int = 0
    groups: list[ActivityOut]


class ParticipantOut(_Row):
    """Somebody in a group."""

    citizen_id: int
    external_id: str
    name: str | None


class HeldOut(ActivityOut):
    """A group that a worker holds."""

    participants: int


class StaffWeekOut(_Row):
    """A worker's published week."""

    week: str
    run_id: int
    staff_id: str
    groups: list[HeldOut]


class AnswerIn(BaseModel):
    """What a citizen says to her proposal."""

    model_config = ConfigDict(extra="forbid", strict=True)
    answer: Literal["yes", "change", "call_me"]
    text: str = Field(default="", max_length=1000)


class KeepIn(BaseModel):
    """Whether a citizen wants a week to be as the one before it."""

    model_config = ConfigDict(extra="forbid", strict=True)
    keep: bool


class KeepOut(BaseModel):
    """What a citizen wants of a week."""

    citizen_id: int
    week: str
    keep: bool


@routes.get("/citizens/{citizen_id}/weeks/{week}", response_model=WeekOfOut)
async def own_week(citizen_id: Number, week: Week, caller: Annotated[Caller, may("plan.read")]) -> Response:
    """Show a citizen's published week as it stands; its ETag changes with every publication and every change of it."""
    parsed = parse_week(week)
    # A thread only where the database must be asked: citizens look at their own week far more often than at all else.
    known = caller.change if caller.is_herself(citizen_id) else None
    found = caller.service.weeks.at_hand(parsed, citizen_id, known)
    if found is None:
        found = await run_in_threadpool(_read_own_week, caller, parsed, citizen_id)
    await caller.look_at_meanwhile(citizen_id)
    renewal = BackgroundTask(_renew, caller, parsed) if caller.service.weeks.must_renew(parsed) else None
    return Response(
        found.body, media_type="application/json", headers={"ETag": f'"{found.version}"'}, background=renewal
    )


def _renew(caller: Caller, week: str) -> None:
    # The next who asks is told what is wrong.
    with suppress(SQLAlchemyError, NotPublishedError), caller.reading() as session:
        caller.service.weeks.renew(session, week)


def _read_own_week(caller: Caller, week: str, citizen_id: int) -> OwnWeek:
    with caller.reading() as session:
        caller.permit(session, citizen_id)
        return caller.service.weeks.of(session, week, citizen_id)


@routes.get("/citizens/{citizen_id}/proposals/{run_id}")
def proposal(citizen_id: Number, run_id: Number, caller: Annotated[Caller, may("plan.read")]) -> WeekOfOut:
    """Show what a run proposes for a citizen."""
    with caller.reading() as session:
        caller.permit(session, citizen_id)
        found = weeks_of.proposed_week(session, run_id, citizen_id)
    caller.look_at([citizen_id])
    return WeekOfOut.model_validate(found)


@routes.put("/citizens/{citizen_id}/proposals/{run_id}/answer", status_code=204)
def answer(
    citizen_id: Number, run_id: Number, body: AnswerIn, caller: Annotated[Caller, may("plan.answer")]
) -> Response:
    """Answer a proposal; a later answer replaces the earlier, and silence blocks nothing."""

    def say() -> Answer:
        caller.permit(caller.session, citizen_id)
        who = caller.actor.account_id
        answers.answer(caller.session, run_id, citizen_id, body.answer, body.text, who, caller.now)
        return Answer(204)

    return caller.write(say, body=body, about=[citizen_id])


@routes.get("/citizens/{citizen_id}/weeks/{week}/keep")
def keeps(citizen_id: Number, week: Week, caller: Annotated[Caller, may("plan.read")]) -> KeepOut:
    """Show whether a citizen wants a week to be as the one before it."""
    parsed = parse_week(week)
    with caller.reading() as session:
        caller.permit(session, citizen_id)
        keep = keeping.is_kept(session, citizen_id, parsed)
    caller.look_at([citizen_id])
    return KeepOut(citizen_id=citizen_id, week=parsed, keep=keep)


@routes.put("/citizens/{citizen_id}/weeks/{week}/keep", response_model=KeepOut)
def keep_week(citizen_id: Number, week: Week, body: KeepIn, caller: Annotated[Caller, may("plan.answer")]) -> Response:
    """Ask that a week be as the one before it, or take that back; she has it so where nothing else is agreed."""
    parsed = parse_week(week)

    def keep() -> Answer:
        caller.permit(caller.session, citizen_id)
        keeping.say(caller.session, citizen_id, parsed, caller.actor.account_id, caller.now, keep=body.keep)
        return Answer(200, KeepOut(citizen_id=citizen_id, week=parsed, keep=body.keep))

    return caller.write(keep, body=body, about=[citizen_id])


@routes.get("/weeks/{week}/groups/{group_id}/participants")
def participants(
    week: Week, group_id: Number, caller: Annotated[Caller, may("group.participants")]
) -> list[ParticipantOut]:
    """List who is in a group of the published week."""
    with caller.reading() as session:
        policy.permit_group(session, caller.actor, caller.action, group_id)
        found = [
            ParticipantOut.model_validate(row) for row in weeks_of.participants(session, parse_week(week), group_id)
        ]
    caller.look_at(row.citizen_id for row in found)
    return found


@routes.get("/staff/{staff_id}/weeks/{week}")
def staff_week(
    staff_id: Annotated[str, Path(max_length=100)], week: Week, caller: Annotated[Caller, may("staff.week")]
) -> StaffWeekOut:
    """Show a worker's published week."""
    with caller.reading() as session:
        policy.permit_staff(session, caller.actor, caller.action, staff_id)
        return StaffWeekOut.model_validate(weeks_of.staff_week(session, parse_week(week), staff_id))


@routes.get(
    "/weeks/{week}/plan",
    response_class=Response,
    responses={200: {"content": {"application/json": {}}}, 304: {"description": "The reader has it already."}},
)
def whole_week(
    week: Week, caller: Annotated[Caller, may("export.read")], if_none_match: IfNoneMatch = None
) -> Response:
    """Show the whole published week: encoded once when it was published, and the same bytes ever since."""
    with caller.reading() as session:
        found = publishing.current(session, parse_week(week))
        if found is None:
            raise RequestError("not_found")
        etag = f'"{found.etag}"'
        same = if_none_match is not None and etag in [part.strip() for part in if_none_match.split(",")]
        body = b"" if same else found.body
    caller.look_at([None])
    headers = {"ETag": etag, "Cache-Control": "private, no-cache", "Content-Encoding": "gzip"}
    if same:
        del headers["Content-Encoding"]
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type="application/json")
