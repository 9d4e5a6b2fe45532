"""The citizens over HTTP: who they are, what they wish, when they can come, what is locked, who looked."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Path
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field, model_validator
from sqlalchemy import select

from api.http.callers import Answer, Caller, may
from api.http.paging import After, Limit, Page, read_page
from api.http.problems import RequestError
from catalog.weeks import parse_week
from scheduler import audit, citizen_writing
from scheduler.citizen_writing import BlockFact, WishFact
from scheduler.importer.cpr import hide_cpr
from scheduler.scope import visible_citizens
from scheduler.tables import Citizen

routes = APIRouter(prefix="/v1/citizens", tags=["citizens"])
Number = Annotated[int, Path(description="A citizen's number.", ge=1, lt=2**31)]
IfMatch = Annotated[str | None, Header(description="The ETag that the change builds on.")]


class CitizenOut(BaseModel):
    """A citizen; a protected address is not among what is shown."""

    model_config = ConfigDict(from_attributes=True)
    id: int
    external_id: str
    name: str | None
    home_site_id: str
    joined: dt.date
    min_minutes: int
    max_minutes: int
    interpreter: str | None


class Interpreter(BaseModel):
    """The language in which a citizen needs an interpreter; empty where she needs none."""

    model_config = ConfigDict(extra="forbid", strict=True)
    language: str = Field(max_length=100)


class WishBody(BaseModel):
    """What a citizen thinks of an offering."""

    model_config = ConfigDict(extra="forbid", strict=True)
    offering_id: str = Field(min_length=1, max_length=100)
    strength: int = Field(ge=-5, le=5)
    refused: bool = False


class Wishes(BaseModel):
    """All wishes and refusals of a citizen."""

    model_config = ConfigDict(extra="forbid", strict=True)
    wishes: list[WishBody] = Field(max_length=200)


class BlockBody(BaseModel):
    """A time of the week: day 0 is Monday, minutes count from midnight."""

    model_config = ConfigDict(extra="forbid", strict=True)
    week: str | None = Field(default=None, max_length=10)
    day: int = Field(ge=0, le=6)
    start_min: int = Field(ge=0, le=1439)
    end_min: int = Field(ge=1, le=1440)
    kind: Literal["free", "own_block", "external"]

    @model_validator(mode="after")
    def _forwards(self) -> BlockBody:
        if self.end_min <= self.start_min:
            raise ValueError("expected end_min after start_min")
        if self.week is not None:
            self.week = parse_week(self.week)
        return self


class Availability(BaseModel):
    """All times at which a citizen can come or cannot."""

    model_config = ConfigDict(extra="forbid", strict=True)
    blocks: list[BlockBody] = Field(max_length=500)


class LockBody(BaseModel):
    """Why a group is locked into a citizen's plan."""

    model_config = ConfigDict(extra="forbid", strict=True)
    why: str = Field(min_length=1, max_length=500)


class Look(BaseModel):
    """One look at a citizen's data, or one that was refused: when, in which role, what for.

    Who it was, staff tell on request.
    """

    model_config = ConfigDict(from_attributes=True)
    at: dt.datetime
    role: str
    purpose: str
    action: str
    outcome: str


@routes.get("")
def citizens(
    caller: Annotated[Caller, may("citizen.list")], after: After = None, limit: Limit = 100
) -> Page[CitizenOut]:
    """List the citizens that the caller reaches."""
    with caller.reading() as session:
        mine = select(Citizen).where(Citizen.id.in_(visible_citizens(caller.actor, caller.action)))
        found, following = read_page(session, mine, Citizen.id, after, limit)
        page = Page(items=[CitizenOut.model_validate(row) for row in found], next=following)
    caller.look_at(row.id for row in page.items)
    return page


@routes.get("/{citizen_id}")
def citizen(citizen_id: Number, caller: Annotated[Caller, may("citizen.read")]) -> CitizenOut:
    """Show one citizen."""
    with caller.reading() as session:
        caller.permit(session, citizen_id)
        found = CitizenOut.model_validate(session.get_one(Citizen, citizen_id))
    caller.look_at([citizen_id])
    return found


@routes.put("/{citizen_id}/interpreter", status_code=204)
def set_interpreter(citizen_id: Number, body: Interpreter, caller: Annotated[Caller, may("citizen.write")]) -> Response:
    """Note whether a citizen needs an interpreter, and in which language."""

    def change() -> Answer:
        caller.permit(caller.session, citizen_id)
        citizen_writing.set_interpreter(caller.session, citizen_id, hide_cpr(body.language))
        return Answer(204)

    return caller.write(change, body=body, about=[citizen_id])


@routes.get("/{citizen_id}/wishes", response_model=Wishes)
def wishes(citizen_id: Number, caller: Annotated[Caller, may("citizen.read")]) -> Response:
    """Show a citizen's wishes; the ETag is what a change must name."""
    with caller.reading() as session:
        caller.permit(session, citizen_id)
        found = citizen_writing.wishes_of(session, citizen_id)
    caller.look_at([citizen_id])
    body = Wishes(wishes=[WishBody.model_validate(wish._asdict()) for wish in found])
    return JSONResponse(body.model_dump(mode="json"), headers={"ETag": _etag(found)})


@routes.put("/{citizen_id}/wishes", response_model=Wishes)
def set_wishes(
    citizen_id: Number, body: Wishes, caller: Annotated[Caller, may("wishes.write")], if_match: IfMatch = None
) -> Response:
    """Replace a citizen's wishes."""

    def change() -> Answer:
        caller.permit(caller.session, citizen_id)
        _check_match(if_match, citizen_writing.wishes_of(caller.session, citizen_id))
        citizen_writing.set_wishes(caller.session, citizen_id, [WishFact(**wish.model_dump()) for wish in body.wishes])
        caller.session.flush()
        return Answer(200, body, {"ETag": _etag(citizen_writing.wishes_of(caller.session, citizen_id))})

    return caller.write(change, body=body, about=[citizen_id])


@routes.get("/{citizen_id}/availability", response_model=Availability)
def availability(citizen_id: Number, caller: Annotated[Caller, may("citizen.read")]) -> Response:
    """Show when a citizen can come; the ETag is what a change must name."""
    with caller.reading() as session:
        caller.permit(session, citizen_id)
        found = citizen_writing.availability_of(session, citizen_id)
    caller.look_at([citizen_id])
    body = Availability(blocks=[BlockBody.model_validate(block._asdict()) for block in found])
    return JSONResponse(body.model_dump(mode="json"), headers={"ETag": _etag(found)})


@routes.put("/{citizen_id}/availability", response_model=Availability)
def set_availability(
    citizen_id: Number,
    body: Availability,
    caller: Annotated[Caller, may("availability.write")],
    if_match: IfMatch = None,
) -> Response:
    """Replace the times at which a citizen can come or not."""

    def change() -> Answer:
        caller.permit(caller.session, citizen_id)
        _check_match(if_match, citizen_writing.availability_of(caller.session, citizen_id))
        blocks = [BlockFact(**block.model_dump()) for block in body.blocks]
        citizen_writing.set_availability(caller.session, citizen_id, blocks)
        caller.session.flush()
        return Answer(200, body, {"ETag": _etag(citizen_writing.availability_of(caller.session, citizen_id))})

    return caller.write(change, body=body, about=[citizen_id])


@routes.put("/{citizen_id}/locks/{group_id}", status_code=204)
def lock(
    citizen_id: Number, group_id: Number, body: LockBody, caller: Annotated[Caller, may("lock.write")]
) -> Response:
    """Lock a group into a citizen's plan."""

    def change() -> Answer:
        caller.permit(caller.session, citizen_id)
        citizen_writing.set_lock(caller.session, citizen_id, group_id, caller.actor.name, body.why)
        return Answer(204)

    return caller.write(change, body=body, about=[citizen_id])


@routes.delete("/{citizen_id}/locks/{group_id}", status_code=204)
def unlock(citizen_id: Number, group_id: Number, caller: Annotated[Caller, may("lock.write")]) -> Response:
    """Take a lock away."""

    def change() -> Answer:
        caller.permit(caller.session, citizen_id)
        citizen_writing.remove_lock(caller.session, citizen_id, group_id)
        return Answer(204)

    return caller.write(change, about=[citizen_id])


@routes.get("/{citizen_id}/looks")
def looks(citizen_id: Number, caller: Annotated[Caller, may("audit.own")]) -> list[Look]:
    """Who looked at my data, newest first."""
    with caller.reading() as session:
        caller.permit(session, citizen_id)
        found = [Look.model_validate(entry) for entry in audit.who_looked(session, citizen_id)]
    caller.look_at([citizen_id])
    return found


def _etag(facts: Sequence[Any]) -> str:
    return f'"{hashlib.sha256(repr(facts).encode()).hexdigest()[:32]}"'


def _check_match(wanted: str | None, facts: Sequence[Any]) -> None:
    if wanted is not None and wanted not in ("*", _etag(facts)):
        raise RequestError("changed_since", "read it again, then send the change with the new ETag in If-Match")
