"""Attendance over HTTP: the register of a group in one look, and a citizen's word that she will not come."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from fastapi import APIRouter, Path
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from api.http.callers import Answer, Caller, may
from api.http.catalog import Week
from api.http.plans import ParticipantOut
from api.http.requests import asker_of
from catalog.weeks import parse_week
from scheduler import attendance, calling_off, coming, policy, registers
from scheduler.attendance import Mark
from scheduler.importer.cpr import hide_cpr
from scheduler.registers import Register
from scheduler.request_effects import Asker

routes = APIRouter(prefix="/v1", tags=["progress"])
Number = Annotated[int, Path(ge=1, lt=2**31)]
State = Literal["attended", "excused", "sick", "absent", "cancelled_by_us"]
MOST_MARKS = 1_000


class MarkIn(BaseModel):
    """What is noted of somebody at one meeting, which begins on a day at so many minutes after midnight."""

    model_config = ConfigDict(extra="forbid")
    citizen_id: int = Field(ge=1, lt=2**31)
    date: dt.date
    start_min: int = Field(ge=0, le=1439)
    state: State
    reason: str = Field(default="", max_length=500)


class RegisterIn(BaseModel):
    """What is noted at once: all of it, or nothing where one of it cannot be."""

    model_config = ConfigDict(extra="forbid")
    marks: list[MarkIn] = Field(max_length=MOST_MARKS)


class MarkOut(MarkIn):
    """What was noted, and when."""

    model_config = ConfigDict(from_attributes=True)
    group_id: int
    at: dt.datetime


class ComingOut(BaseModel):
    """Somebody has said that she comes to a meeting, and when."""

    model_config = ConfigDict(from_attributes=True)
    citizen_id: int
    group_id: int
    date: dt.date
    start_min: int
    at: dt.datetime


class TimeOut(BaseModel):
    """A meeting of a group; times are minutes after midnight."""

    model_config = ConfigDict(from_attributes=True)
    date: dt.date
    start_min: int
    end_min: int


class RegisterOut(BaseModel):
    """A group's meetings, everybody who is in it or was noted in it, what was noted, and who says that she comes."""

    meetings: list[TimeOut]
    participants: list[ParticipantOut]
    marks: list[MarkOut]
    coming: list[ComingOut]


class CallOffIn(BaseModel):
    """She will not come on a day, or to one group of it, because she is sick or excused."""

    model_config = ConfigDict(extra="forbid")
    date: dt.date
    state: Literal["sick", "excused"]
    reason: str = Field(default="", max_length=500)
    group_id: int | None = Field(default=None, ge=1, lt=2**31)


class ComingIn(BaseModel):
    """She comes to what she has with a group on a day, or takes it back."""

    model_config = ConfigDict(extra="forbid")
    date: dt.date
    group_id: int = Field(ge=1, lt=2**31)
    yes: bool = True


class AttendanceOut(BaseModel):
    """Everything that was noted of a citizen, and to what she says that she comes, the newest first."""

    citizen_id: int
    marks: list[MarkOut]
    coming: list[ComingOut]


@routes.get("/weeks/{week}/groups/{group_id}/register")
def register(week: Week, group_id: Number, caller: Annotated[Caller, may("register.read")]) -> RegisterOut:
    """Show the register of a group of a published week."""
    with caller.reading() as session:
        policy.permit_group(session, caller.actor, caller.action, group_id)
        found = _register_out(registers.read_register(session, parse_week(week), group_id))
    caller.look_at(person.citizen_id for person in found.participants)
    return found


@routes.put("/weeks/{week}/groups/{group_id}/register", response_model=RegisterOut)
def fill_register(
    week: Week, group_id: Number, body: RegisterIn, caller: Annotated[Caller, may("register.write")]
) -> Response:
    """Note many at once, all of them or none. Who is sick or excused ahead frees her seat."""
    marks = [Mark(**mark.model_dump() | {"reason": hide_cpr(mark.reason)}) for mark in body.marks]
    asker = Asker(caller.actor.account_id, caller.now, is_staff=True, on_behalf=True)

    def note() -> Answer:
        policy.permit_group(caller.session, caller.actor, caller.action, group_id)
        return Answer(200, _register_out(registers.record(caller.session, parse_week(week), group_id, marks, asker)))

    return caller.write(note, body=body, about=sorted({mark.citizen_id for mark in marks}) or [None])


@routes.get("/citizens/{citizen_id}/attendance")
def own_attendance(citizen_id: Number, caller: Annotated[Caller, may("attendance.read")]) -> AttendanceOut:
    """Show everything that was noted of a citizen."""
    with caller.reading() as session:
        caller.permit(session, citizen_id)
        found = _attendance_out(session, citizen_id)
    caller.look_at([citizen_id])
    return found


@routes.post("/citizens/{citizen_id}/attendance/off", response_model=AttendanceOut)
def call_off(citizen_id: Number, body: CallOffIn, caller: Annotated[Caller, may("attendance.write")]) -> Response:
    """Say that she will not come to what she has on a day: it costs her nothing, and her seat is free at once."""

    def say() -> Answer:
        caller.permit(caller.session, citizen_id)
        wish = (body.date, body.state, hide_cpr(body.reason), asker_of(caller, citizen_id), body.group_id)
        calling_off.call_off(caller.session, citizen_id, *wish)
        return Answer(200, _attendance_out(caller.session, citizen_id))

    return caller.write(say, body=body, about=[citizen_id])


@routes.post("/citizens/{citizen_id}/attendance/coming", response_model=AttendanceOut)
def say_coming(citizen_id: Number, body: ComingIn, caller: Annotated[Caller, may("attendance.write")]) -> Response:
    """Say that she comes, or take it back; whoever has the group sees it in the register."""

    def say() -> Answer:
        caller.permit(caller.session, citizen_id)
        asker = asker_of(caller, citizen_id)
        coming.say_coming(caller.session, citizen_id, body.group_id, body.date, asker, yes=body.yes)
        return Answer(200, _attendance_out(caller.session, citizen_id))

    return caller.write(say, body=body, about=[citizen_id])


def _register_out(found: Register) -> RegisterOut:
    return RegisterOut(
        meetings=[TimeOut.model_validate(each) for each in found.meetings],
        participants=[ParticipantOut.model_validate(each) for each in found.participants],
        marks=[MarkOut.model_validate(each) for each in found.marks],
        coming=[ComingOut.model_validate(each) for each in found.coming],
    )


def _attendance_out(session: Session, citizen_id: int) -> AttendanceOut:
    return AttendanceOut(
        citizen_id=citizen_id,
        marks=[MarkOut.model_validate(each) for each in attendance.attendance_of(session, citizen_id)],
        coming=[ComingOut.model_validate(each) for each in coming.coming_of(session, citizen_id)],
    )
