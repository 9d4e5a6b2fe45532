"""Text messages that citizens send, from the provider's gateway, and the list of those who ask to be called."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select

from api.http.callers import Answer, Caller, may
from scheduler import inbound
from scheduler.asked import LONGEST_TEXT
from scheduler.tables import Citizen

routes = APIRouter(prefix="/v1", tags=["requests"])


class TextIn(BaseModel):
    """A text as the provider numbers it, from somebody whom the centre's own system knows by `external_id`."""

    model_config = ConfigDict(extra="forbid", strict=True)
    provider_id: str = Field(min_length=1, max_length=200)
    external_id: str = Field(min_length=1, max_length=100)
    text: str = Field(max_length=LONGEST_TEXT)


class OutcomeOut(BaseModel):
    """What came of a text: the slug of the answer that goes out, or that it had come before."""

    slug: str
    is_repeat: bool


class CallBackOut(BaseModel):
    """Somebody who asked to be called, and the worker who calls."""

    model_config = ConfigDict(from_attributes=True)
    task_id: int
    citizen_id: int
    external_id: str
    name: str | None
    since: dt.datetime
    worker: str | None
    site: str | None


@routes.post("/inbound-texts", response_model=OutcomeOut)
def receive_text(body: TextIn, caller: Annotated[Caller, may("text.receive")]) -> Response:
    """Take in a text: 1, 2, 3, yes or no answers what is open, and a person reads the rest."""
    about: list[int | None] = []

    def receive() -> Answer:
        came = inbound.receive(caller.session, body.provider_id, body.external_id, body.text, caller.now)
        about.append(caller.session.scalar(select(Citizen.id).where(Citizen.external_id == body.external_id)))
        return Answer(200, OutcomeOut(slug=came.slug, is_repeat=came.is_repeat))

    return caller.write(receive, body=body, about=about)


@routes.get("/call-backs")
def call_backs(
    caller: Annotated[Caller, may("task.read")],
    whose: Annotated[Literal["mine", "all"], Query(description="Mine to call, or all whom I reach.")] = "mine",
) -> list[CallBackOut]:
    """List who asked to be called, the longest wait first."""
    with caller.reading() as session:
        waiting = inbound.call_backs(session, caller.actor, all_in_reach=whose == "all")
        found = [CallBackOut.model_validate(row) for row in waiting]
    caller.look_at(row.citizen_id for row in found)
    return found
