"""Runs over HTTP: asked for, watched, cancelled, reviewed, approved, published, withdrawn."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Path
from fastapi.responses import Response, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select

from api.http.callers import Answer, Caller, may
from api.http.catalog import Week
from api.http.paging import After, Limit, Page, read_page
from api.http.problems import RequestError
from catalog.weeks import parse_week
from scheduler import approval, policy, publishing, queue
from scheduler.course import COURSE
from scheduler.difference import Against, Difference, difference
from scheduler.figures import in_points
from scheduler.review import Review
from scheduler.runs import Task
from scheduler.scope import visible_citizens
from scheduler.stored import find_run
from scheduler.summary import summarize
from scheduler.tables import Run
from solver import Options

routes = APIRouter(prefix="/v1", tags=["runs"])
Number = Annotated[int, Path(description="A run's number.", ge=1, lt=2**31)]
ENDED = ("proposed", "approved", "published", "failed", "cancelled")
EVENT_SECONDS = 0.5


class RunIn(BaseModel):
    """What a run is asked for; it ends at the first of its limits."""

    model_config = ConfigDict(extra="forbid", strict=True)
    time_limit: float = Field(default=60.0, gt=0, le=3600, description="Seconds.")
    gap_percent: float = Field(default=0.0, ge=0, le=100)
    seed: int = Field(default=1, ge=0, lt=2**31)
    warm_from: int | None = Field(default=None, ge=1, lt=2**31)
    seats_only: bool = False


class RunOut(BaseModel):
    """The state of a run, its best plan and bound so far, in points."""

    id: int
    week: str
    state: str
    created_at: dt.datetime
    finished_at: dt.datetime | None
    progress: dict[str, Any]
    objective: float | None
    bound: float | None
    gap_percent: float | None
    closed_percent: float | None
    attempt: int
    error: str | None


class Approve(BaseModel):
    """Whose plans are approved (`team` empty: everybody's), with a reason where the review asks for one."""

    model_config = ConfigDict(extra="forbid", strict=True)
    team: str = Field(default="", max_length=100)
    reason: str = Field(default="", max_length=2000)


class PublicationOut(BaseModel):
    """A version of a week's plan that went out."""

    model_config = ConfigDict(from_attributes=True)
    week: str
    version: int
    run_id: int
    at: dt.datetime
    etag: str


def run_out(run: Run) -> RunOut:
    """A run's row in points."""
    return RunOut(
        id=run.id, week=run.week, state=run.state, created_at=run.created_at, finished_at=run.finished_at,
        progress={name: known for name, known in run.progress.items() if name != COURSE},
        objective=None if run.objective is None else in_points(run.objective),
        bound=None if run.bound is None else in_points(run.bound), gap_percent=run.gap_percent,
        closed_percent=run.closed_percent, attempt=run.attempt, error=run.error,
    )  # fmt: skip


@routes.post("/weeks/{week}/runs", status_code=202, response_model=RunOut)
def ask_run(week: Week, body: RunIn, caller: Annotated[Caller, may("run.ask")]) -> Response:
    """Ask for a run of a week; a worker takes it up."""
    options = Options(seed=body.seed, time_limit=body.time_limit, gap_percent=body.gap_percent)
    task = Task(parse_week(week), options, body.seats_only, body.warm_from)

    def ask() -> Answer:
        if body.warm_from is not None and caller.session.get(Run, body.warm_from) is None:
            raise RequestError("invalid", "warm_from: there is no such run; leave it out to begin from the newest")
        run = queue.ask(caller.session, task, requested_by=caller.actor.account_id)
        caller.session.flush()
        return Answer(202, run_out(run), {"Location": f"/v1/runs/{run.id}"})

    return caller.write(ask, body=body)


@routes.get("/runs")
def runs(caller: Annotated[Caller, may("run.read")], after: After = None, limit: Limit = 50) -> Page[RunOut]:
    """List the runs, oldest first."""
    with caller.reading() as session:
        found, following = read_page(session, select(Run), Run.id, after, limit)
        return Page(items=[run_out(run) for run in found], next=following)


@routes.get("/runs/{run_id}")
def run(run_id: Number, caller: Annotated[Caller, may("run.read")]) -> RunOut:
    """Show a run."""
    with caller.reading() as session:
        return run_out(find_run(session, run_id))


@routes.get("/runs/{run_id}/trace")
def trace(run_id: Number, caller: Annotated[Caller, may("run.read")]) -> list[dict[str, Any]]:
    """Show a run round by round."""
    with caller.reading() as session:
        return list(find_run(session, run_id).trace)


@routes.get("/runs/{run_id}/summary")
def summary(run_id: Number, caller: Annotated[Caller, may("figures.read")]) -> dict[str, Any]:
    """Show a run's figures: counts, hours, wishes, legs, gap. No citizen is named."""
    with caller.reading() as session:
        found = summarize(session, find_run(session, run_id))
    return {name: value for name, value in found.items() if not isinstance(value, list)}


@routes.get(
    "/runs/{run_id}/events",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {}}}},
)
def events(run_id: Number, caller: Annotated[Caller, may("run.read")]) -> StreamingResponse:
    """Watch a run: its state as server-sent events until it ends, or for an hour; a browser then asks anew."""
    with caller.reading() as session:
        find_run(session, run_id)
    return StreamingResponse(_events(caller, run_id), media_type="text/event-stream")


async def _events(caller: Caller, run_id: int) -> AsyncIterator[str]:
    def read() -> RunOut:
        with caller.reading() as session:
            return run_out(find_run(session, run_id))

    shown, until = None, time.monotonic() + caller.service.settings.stream_seconds
    while True:
        now = await to_thread.run_sync(read)
        if now != shown:
            yield f"event: run\ndata: {json.dumps(now.model_dump(mode='json'))}\n\n"
            shown = now
        if now.state in ENDED or time.monotonic() >= until:
            return
        await asyncio.sleep(EVENT_SECONDS)


@routes.post("/runs/{run_id}/cancel", response_model=RunOut)
def cancel(run_id: Number, caller: Annotated[Caller, may("run.cancel")]) -> Response:
    """Stop a run; the best plan so far is kept as a proposal."""

    def stop() -> Answer:
        queue.cancel(caller.session, run_id)
        caller.session.flush()
        caller.session.expire_all()
        return Answer(200, run_out(find_run(caller.session, run_id)))

    return caller.write(stop)


@routes.get("/runs/{run_id}/review")
def review(run_id: Number, caller: Annotated[Caller, may("run.approve")]) -> Review:
    """Show what a person must look at before approving: exceptions first, then what is worse than its limit."""
    with caller.reading() as session:
        team = caller.actor.team or "" if caller.actor.scope == "team" else ""
        found = caller.service.comparisons.review(session, run_id, team)
        mine = set(session.scalars(visible_citizens(caller.actor, caller.action)))
    seen = replace(found, citizens=tuple(person for person in found.citizens if person.citizen_id in mine))
    caller.look_at(person.citizen_id for person in seen.citizens)
    return seen


@routes.get("/runs/{run_id}/difference")
def differences(
    run_id: Number, caller: Annotated[Caller, may("run.approve")], against: Against = "published"
) -> Difference:
    """Compare a run with the published week, or with last week."""
    with caller.reading() as session:
        found = difference(session, run_id, against)
        mine = set(session.scalars(visible_citizens(caller.actor, caller.action)))
    seen = replace(found, moves=tuple(move for move in found.moves if move.citizen_id in mine))
    caller.look_at(move.citizen_id for move in seen.moves)
    return seen


@routes.post("/runs/{run_id}/approvals", status_code=201, response_model=RunOut)
def approve(run_id: Number, body: Approve, caller: Annotated[Caller, may("run.approve")]) -> Response:
    """Approve a run for one team, or whole."""
    policy.permit_team(caller.actor, caller.action, body.team)

    def sign() -> Answer:
        approval.approve(caller.session, run_id, body.team, caller.actor.account_id, caller.now, body.reason)
        caller.session.flush()
        return Answer(201, run_out(find_run(caller.session, run_id)))

    return caller.write(sign, body=body)


@routes.post("/runs/{run_id}/publish", status_code=201, response_model=PublicationOut)
def publish(run_id: Number, caller: Annotated[Caller, may("run.publish")]) -> Response:
    """Send an approved run out as the week's plan."""

    def send() -> Answer:
        sent = publishing.publish(caller.session, run_id, caller.actor.account_id, caller.now)
        caller.session.flush()
        return Answer(201, PublicationOut.model_validate(sent))

    answer = caller.write(send)
    caller.service.weeks.forget_standing()
    return answer


@routes.post("/weeks/{week}/withdraw", status_code=204)
def withdraw(week: Week, caller: Annotated[Caller, may("run.withdraw")]) -> Response:
    """Take a mistaken publication back while nobody has acted on it."""
    name = parse_week(week)

    def take_back() -> Answer:
        publishing.withdraw(caller.session, name, caller.actor.account_id, caller.now)
        return Answer(204)

    answer = caller.write(take_back)
    caller.service.weeks.forget_standing()
    return answer
