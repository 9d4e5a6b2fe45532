"""Who acts for whom, over HTTP: a citizen, or staff for her, gives leave and takes it back, and who has it looks."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from fastapi import APIRouter, Path
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select

from api.http.callers import Answer, Caller, may
from catalog.weeks import CENTRE_TIME
from scheduler import representation
from scheduler.tables import Account, Citizen, Representation

routes = APIRouter(prefix="/v1", tags=["representation"])
Number = Annotated[int, Path(ge=1, lt=2**31)]


class LeaveIn(BaseModel):
    """Whom a citizen lets see her week (`see`) or also act for her (`act`), and until which day."""

    model_config = ConfigDict(extra="forbid")
    username: str = Field(min_length=1, max_length=200)
    may: Literal["see", "act"]
    until: dt.date


class LeaveOut(BaseModel):
    """A leave that a citizen has given."""

    id: int
    name: str
    may: str
    until: dt.date
    granted_at: dt.datetime


class RepresentedOut(BaseModel):
    """A citizen for whom the caller sees or acts."""

    id: int
    citizen_id: int
    name: str | None
    may: str
    until: dt.date


@routes.get("/me/representations")
def represented(caller: Annotated[Caller, may("representation.own")]) -> list[RepresentedOut]:
    """List the citizens for whom the caller may see or act today."""
    with caller.reading() as session:
        leaves = representation.list_for_account(session, caller.actor.account_id, _today(caller))
        citizens = [leave.citizen_id for leave in leaves]
        names = dict(session.execute(select(Citizen.id, Citizen.name).where(Citizen.id.in_(citizens))).all())
        found = [
            RepresentedOut(
                id=leave.id, citizen_id=leave.citizen_id, name=names[leave.citizen_id], may=leave.may, until=leave.until
            )
            for leave in leaves
        ]
    caller.look_at(citizens)
    return found


@routes.get("/citizens/{citizen_id}/representations")
def leaves(citizen_id: Number, caller: Annotated[Caller, may("representation.read")]) -> list[LeaveOut]:
    """List who may see or act for a citizen today."""
    with caller.reading() as session:
        caller.permit(session, citizen_id)
        given = representation.list_for_citizen(session, citizen_id, _today(caller))
        found = [_leave_out(leave, session.get_one(Account, leave.account_id)) for leave in given]
    caller.look_at([citizen_id])
    return found


@routes.post("/citizens/{citizen_id}/representations", status_code=201, response_model=LeaveOut)
def give_leave(citizen_id: Number, body: LeaveIn, caller: Annotated[Caller, may("representation.write")]) -> Response:
    """Let somebody see a citizen's week or act for her; it takes the place of an earlier leave to the same."""

    def give() -> Answer:
        caller.permit(caller.session, citizen_id)
        leave = representation.grant(
            caller.session, citizen_id, body.username, body.may, body.until, caller.actor.account_id, caller.now
        )
        made = _leave_out(leave, caller.session.get_one(Account, leave.account_id))
        return Answer(201, made, {"Location": f"/v1/citizens/{citizen_id}/representations/{leave.id}"})

    return caller.write(give, body=body, about=[citizen_id])


@routes.delete("/citizens/{citizen_id}/representations/{representation_id}", status_code=204)
def end_leave(
    citizen_id: Number, representation_id: Number, caller: Annotated[Caller, may("representation.write")]
) -> Response:
    """Take a leave back, at once."""

    def end() -> Answer:
        caller.permit(caller.session, citizen_id)
        representation.revoke(caller.session, citizen_id, representation_id, caller.now)
        return Answer(204)

    return caller.write(end, about=[citizen_id])


def _leave_out(leave: Representation, account: Account) -> LeaveOut:
    return LeaveOut(id=leave.id, name=account.name, may=leave.may, until=leave.until, granted_at=leave.granted_at)


def _today(caller: Caller) -> dt.date:
    return caller.now.astimezone(CENTRE_TIME).date()
