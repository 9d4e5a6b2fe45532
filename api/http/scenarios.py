"""Scenarios over HTTP: a planned week with something different is asked for, and what it would be is read."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from fastapi import APIRouter, Path
from fastapi.responses import Response
from pydantic import BaseModel
from sqlalchemy import select

from api.http.callers import Answer, Caller, may
from api.http.paging import After, Limit, Page, read_page
from api.http.problems import RequestError
from scheduler import asked_scenarios
from scheduler.archive import ArchiveError
from scheduler.lab.scenario import Scenario, ScenarioError
from scheduler.lab.what_if import read_task
from scheduler.stored import NotFoundError
from scheduler.tables import AskedScenario
from solver.problem import InvalidProblemError

routes = APIRouter(prefix="/v1", tags=["scenarios"])
Number = Annotated[int, Path(description="A scenario's number.", ge=1, lt=2**31)]


class ScenarioOut(BaseModel):
    """A scenario that was asked for: `waiting`, `running`, `done` with its result, or `failed` with the reason."""

    id: int
    state: str
    asked_at: dt.datetime
    done_at: dt.datetime | None
    scenario: dict[str, Any]
    error: str
    result: dict[str, Any] | None


def scenario_out(row: AskedScenario) -> ScenarioOut:
    """A scenario's row; the result is the record of `igang what-if --json`."""
    state = "running" if row.tried_at else "waiting"
    if row.done_at is not None:
        state = "failed" if row.error else "done"
    return ScenarioOut(
        id=row.id, state=state, asked_at=row.asked_at, done_at=row.done_at, scenario=row.scenario, error=row.error,
        result=row.result,
    )  # fmt: skip


@routes.post("/scenarios", status_code=202, response_model=ScenarioOut)
def ask_scenario(body: Scenario, caller: Annotated[Caller, may("scenario.ask")]) -> Response:
    """Ask what a planned week would be with something different; a worker plans it, and nothing else changes."""
    _need_sense(caller, body)

    def keep() -> Answer:
        row = asked_scenarios.ask_scenario(caller.session, body, caller.actor.account_id, caller.now)
        return Answer(202, scenario_out(row), {"Location": f"/v1/scenarios/{row.id}"})

    return caller.write(keep, body=body)


@routes.get("/scenarios")
def scenarios(
    caller: Annotated[Caller, may("scenario.read")], after: After = None, limit: Limit = 20
) -> Page[ScenarioOut]:
    """List the scenarios that are kept and what came of them, newest first. No citizen is named."""
    with caller.reading() as session:
        found, following = read_page(session, select(AskedScenario), AskedScenario.id, after, limit, falling=True)
        return Page(items=[scenario_out(row) for row in found], next=following)


@routes.get("/scenarios/{scenario_id}")
def scenario(scenario_id: Number, caller: Annotated[Caller, may("scenario.read")]) -> ScenarioOut:
    """Show a scenario and what came of it. No citizen is named."""
    with caller.reading() as session:
        return scenario_out(asked_scenarios.find_scenario(session, scenario_id))


def _need_sense(caller: Caller, body: Scenario) -> None:
    """Refuse what names nothing of the week before anybody waits for it."""
    try:
        with caller.reading() as session:
            read_task(session, body)
    except ScenarioError as error:
        place = {"place": f"body.{error.edit}", "found": str(error.found), "expected": error.expected}
        raise RequestError("invalid", str(error), errors=[place]) from error
    except (ArchiveError, InvalidProblemError, NotFoundError) as error:
        raise RequestError("invalid", str(error)) from error
