"""A citizen's case over HTTP: what she brings first, then her goal, the steps on the way and what was agreed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Annotated, Literal

from fastapi import APIRouter, Path
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from api.http.agreements import AgreementOut, agreement_out, name_of
from api.http.callers import Answer, Caller, may
from api.http.requests import asker_of
from catalog.weeks import parse_week
from scheduler import agreements, goals
from scheduler.goals import Step
from scheduler.importer.cpr import hide_cpr
from scheduler.request_effects import Asker
from scheduler.tables import Goal, SubGoal

routes = APIRouter(prefix="/v1/citizens/{citizen_id}", tags=["progress"])
Number = Annotated[int, Path(ge=1, lt=2**31)]
WordsOf = Literal["citizen", "staff"]
WeekText = Annotated[str, Field(max_length=10, description="An ISO week such as 2026-W48.")]


class GoalIn(BaseModel):
    """The end goal, and in whose words it is said."""

    model_config = ConfigDict(extra="forbid", strict=True)
    kind: Literal["job", "education"]
    words: str = Field(default="", max_length=1000)
    words_of: WordsOf = "citizen"


class SubGoalIn(BaseModel):
    """A step: an indicator with the level to reach, or own words, which may name a leg; in which week at the latest."""

    model_config = ConfigDict(extra="forbid", strict=True)
    by_week: WeekText
    indicator_id: str | None = Field(default=None, max_length=100)
    level: int | None = Field(default=None, ge=1, le=5)
    words: str = Field(default="", max_length=1000)
    leg_id: str | None = Field(default=None, max_length=100)
    words_of: WordsOf = "citizen"


class MoveIn(BaseModel):
    """The week in which a step shall be reached instead."""

    model_config = ConfigDict(extra="forbid", strict=True)
    by_week: WeekText


class DoneIn(BaseModel):
    """Whether a step is reached."""

    model_config = ConfigDict(extra="forbid", strict=True)
    done: bool


class GoalOut(BaseModel):
    """An end goal; `set_by` is the name of who set it, where that was noted."""

    citizen_id: int
    kind: str
    words: str
    words_of: str | None
    set_by: str | None
    set_on: dt.date


class SubGoalOut(BaseModel):
    """A step; `first_by_week` is the week that was agreed first, where it was moved."""

    id: int
    citizen_id: int
    indicator_id: str | None
    level: int | None
    words: str
    words_of: str | None
    leg_id: str | None
    by_week: str
    first_by_week: str | None
    set_by: str | None
    set_on: dt.date | None
    done: bool
    done_at: dt.datetime | None
    done_by: str | None


class CaseOut(BaseModel):
    """A citizen's case: her strengths and job wishes, her goal, her steps, what was agreed with her."""

    citizen_id: int
    strengths: list[str]
    job_wishes: list[str]
    goal: GoalOut | None
    sub_goals: list[SubGoalOut]
    agreements: list[AgreementOut]


@routes.get("/case")
def case(citizen_id: Number, caller: Annotated[Caller, may("goal.read")]) -> CaseOut:
    """Show a citizen's case; what she brings stands first."""
    with caller.reading() as session:
        caller.permit(session, citizen_id)
        brought = goals.brought_by(session, citizen_id)
        goal = goals.current_goal(session, citizen_id)
        found = CaseOut(
            citizen_id=citizen_id, strengths=brought.competences, job_wishes=brought.job_wishes,
            goal=None if goal is None else _goal_out(session, goal),
            sub_goals=[_sub_goal_out(session, step) for step in goals.steps_of(session, citizen_id)],
            agreements=[agreement_out(session, each) for each in agreements.agreements_of(session, citizen_id)],
        )  # fmt: skip
    caller.look_at([citizen_id])
    return found


@routes.put("/goal", response_model=GoalOut)
def set_goal(citizen_id: Number, body: GoalIn, caller: Annotated[Caller, may("goal.write")]) -> Response:
    """Set the end goal: a job or an education, in her words or in the staff's."""

    def set_it(asker: Asker) -> Answer:
        words = hide_cpr(body.words)
        goal = goals.set_goal(caller.session, citizen_id, body.kind, words, body.words_of, asker)
        return Answer(200, _goal_out(caller.session, goal))

    return _write(caller, citizen_id, body, set_it)


@routes.post("/sub-goals", status_code=201, response_model=SubGoalOut)
def add_sub_goal(citizen_id: Number, body: SubGoalIn, caller: Annotated[Caller, may("goal.write")]) -> Response:
    """Set a step on the way."""
    step = Step(**body.model_dump() | {"by_week": parse_week(body.by_week), "words": hide_cpr(body.words)})

    def add(asker: Asker) -> Answer:
        made = goals.add_step(caller.session, citizen_id, step, asker)
        return Answer(201, _sub_goal_out(caller.session, made))

    return _write(caller, citizen_id, body, add)


@routes.put("/sub-goals/{sub_goal_id}/week", response_model=SubGoalOut)
def move_sub_goal(
    citizen_id: Number, sub_goal_id: Number, body: MoveIn, caller: Annotated[Caller, may("goal.write")]
) -> Response:
    """Give a step another week; what was agreed first is kept."""
    week = parse_week(body.by_week)

    def move(asker: Asker) -> Answer:
        step = goals.move_step(caller.session, citizen_id, sub_goal_id, week, asker)
        return Answer(200, _sub_goal_out(caller.session, step))

    return _write(caller, citizen_id, body, move)


@routes.put("/sub-goals/{sub_goal_id}/done", response_model=SubGoalOut)
def mark_sub_goal(
    citizen_id: Number, sub_goal_id: Number, body: DoneIn, caller: Annotated[Caller, may("goal.write")]
) -> Response:
    """Note that a step is reached, or that it is not."""

    def mark(asker: Asker) -> Answer:
        step = goals.mark_step(caller.session, citizen_id, sub_goal_id, body.done, asker)
        return Answer(200, _sub_goal_out(caller.session, step))

    return _write(caller, citizen_id, body, mark)


def _write(caller: Caller, citizen_id: int, body: BaseModel, do: Callable[[Asker], Answer]) -> Response:
    def write() -> Answer:
        caller.permit(caller.session, citizen_id)
        return do(asker_of(caller, citizen_id))

    return caller.write(write, body=body, about=[citizen_id])


def _goal_out(session: Session, goal: Goal) -> GoalOut:
    return GoalOut(
        citizen_id=goal.citizen_id, kind=goal.kind, words=goal.words, words_of=goal.words_of,
        set_by=name_of(session, goal.set_by), set_on=goal.set_on,
    )  # fmt: skip


def _sub_goal_out(session: Session, step: SubGoal) -> SubGoalOut:
    return SubGoalOut(
        id=step.id, citizen_id=step.citizen_id, indicator_id=step.indicator_id, level=step.level, words=step.words,
        words_of=step.words_of, leg_id=step.leg_id, by_week=step.by_week, first_by_week=step.first_by_week,
        set_by=name_of(session, step.set_by), set_on=step.set_on, done=step.done, done_at=step.done_at,
        done_by=name_of(session, step.done_by),
    )  # fmt: skip
