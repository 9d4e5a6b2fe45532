"""What a citizen may ask of her data, over HTTP: a copy of it, and her erasure. A worker does them; the asker looks."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from fastapi import APIRouter, Path
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from api.http.callers import Answer, Caller, may
from scheduler import privacy
from scheduler.tables import CitizenJob

routes = APIRouter(prefix="/v1/citizens/{citizen_id}", tags=["privacy"])
Number = Annotated[int, Path(ge=1, lt=2**31)]


class JobOut(BaseModel):
    """A job that somebody asked for; `error` says why it still waits. Whose data it is about stands in its address."""

    id: int
    kind: Literal["copy", "erasure"]
    state: Literal["waiting", "done"]
    asked_at: dt.datetime
    done_at: dt.datetime | None
    error: str


class EraseIn(BaseModel):
    """The citizen's id in the centre's own system, written once more, so that nobody is erased by a wrong number."""

    model_config = ConfigDict(extra="forbid")
    external_id: str = Field(min_length=1, max_length=200)


@routes.post("/copies", status_code=202, response_model=JobOut)
def ask_copy(citizen_id: Number, caller: Annotated[Caller, may("citizen.export")]) -> Response:
    """Ask for a copy of everything that is kept about a citizen; it is kept for a week."""

    def ask() -> Answer:
        caller.permit(caller.session, citizen_id)
        job = privacy.ask_copy(caller.session, citizen_id, caller.actor.account_id, caller.now)
        return Answer(202, _job_out(job), {"Location": f"/v1/citizens/{citizen_id}/copies/{job.id}"})

    return caller.write(ask, about=[citizen_id])


@routes.get("/copies/{job_id}")
def copy(citizen_id: Number, job_id: Number, caller: Annotated[Caller, may("citizen.export")]) -> JobOut:
    """Show whether a copy that the caller asked for is made."""
    with caller.reading() as session:
        caller.permit(session, citizen_id)
        found = _job_out(privacy.find_copy(session, citizen_id, job_id, caller.actor.account_id))
    caller.look_at([citizen_id])
    return found


@routes.get(
    "/copies/{job_id}/document",
    response_class=Response,
    responses={200: {"content": {"application/json": {}}}, 409: {"description": "It is not made yet."}},
)
def copy_document(citizen_id: Number, job_id: Number, caller: Annotated[Caller, may("citizen.export")]) -> Response:
    """Fetch a copy that the caller asked for, as a JSON document."""
    with caller.reading() as session:
        caller.permit(session, citizen_id)
        content = privacy.document_of(privacy.find_copy(session, citizen_id, job_id, caller.actor.account_id))
    caller.look_at([citizen_id])
    headers = {"Content-Disposition": f'attachment; filename="copy-{job_id}.json"', "Cache-Control": "no-store"}
    return Response(content, media_type="application/json", headers=headers)


@routes.post("/erasure", status_code=202, response_model=JobOut)
def ask_erasure(citizen_id: Number, body: EraseIn, caller: Annotated[Caller, may("citizen.erase")]) -> Response:
    """Ask for a citizen's erasure, for good."""

    def ask() -> Answer:
        caller.permit(caller.session, citizen_id)
        account = caller.actor.account_id
        job = privacy.ask_erasure(caller.session, citizen_id, body.external_id, account, caller.now)
        return Answer(202, _job_out(job), {"Location": f"/v1/citizens/{citizen_id}/erasure"})

    return caller.write(ask, body=body, about=[citizen_id])


@routes.get("/erasure")
def erasure(citizen_id: Number, caller: Annotated[Caller, may("citizen.erase")]) -> JobOut:
    """Show whether a citizen whose erasure was asked for is erased."""
    with caller.reading() as session:
        caller.permit(session, citizen_id)
        found = _job_out(privacy.find_erasure(session, citizen_id))
    caller.look_at([None])  # Of a citizen who is erased nothing is recorded.
    return found


def _job_out(job: CitizenJob) -> JobOut:
    state = "waiting" if job.done_at is None else "done"
    return JobOut.model_validate(
        {"id": job.id, "kind": job.kind, "state": state, "asked_at": job.asked_at, "done_at": job.done_at,
         "error": job.error}
    )  # fmt: skip
