"""Ratings over HTTP: the quarter's questions, both views side by side, and "did it help?" after an activity."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from api.http.callers import Answer, Caller, may
from api.http.catalog import Week
from api.http.problems import language_of
from api.http.requests import asker_of
from catalog.weeks import parse_week
from scheduler import help_answers, ratings, standing_yes
from scheduler.rating_words import help_words, questions, step_words
from scheduler.tables import SwapYes, TrialYes

routes = APIRouter(prefix="/v1", tags=["progress"])
Number = Annotated[int, Path(ge=1, lt=2**31)]
StepValue = Annotated[int, Field(ge=1, le=5)]


class QuestionOut(BaseModel):
    """A question of the quarter about one indicator."""

    indicator_id: str
    title: str
    text: str


class QuestionsOut(BaseModel):
    """What one rater is asked, and what the steps from 1 to 5 mean, in the reader's language."""

    rater: str
    questions: list[QuestionOut]
    steps: list[str]
    help: str
    help_steps: list[str]


class RatingsIn(BaseModel):
    """Steps of this quarter by indicator; those that are not named stay as they are."""

    model_config = ConfigDict(extra="forbid", strict=True)
    values: dict[Annotated[str, Field(max_length=100)], StepValue] = Field(min_length=1, max_length=50)


class ComparedOut(BaseModel):
    """An indicator in a quarter, named by its first day: her step, the staff's, and the staff's less hers."""

    quarter: dt.date
    indicator_id: str
    citizen: int | None
    staff: int | None
    difference: int | None


class RatingsOut(BaseModel):
    """Everything that was rated, the newest quarter first; the two views are never averaged."""

    citizen_id: int
    ratings: list[ComparedOut]


class HelpIn(BaseModel):
    """One tap: 1 it did not help at all, 5 it helped a lot."""

    model_config = ConfigDict(extra="forbid", strict=True)
    value: StepValue


class HelpOut(BaseModel):
    """What she has said of an activity, if anything."""

    citizen_id: int
    group_id: int
    value: int | None


class YesIn(BaseModel):
    """Her yes or no."""

    model_config = ConfigDict(extra="forbid", strict=True)
    yes: bool


class YesOut(BaseModel):
    """Whether a citizen has said yes."""

    citizen_id: int
    yes: bool


@routes.get("/ratings/questions")
def rating_questions(
    caller: Annotated[Caller, may("catalog.read")], rater: Annotated[Literal["citizen", "staff"], Query()] = "citizen"
) -> QuestionsOut:
    """Show what a citizen, or staff about her, are asked each quarter."""
    language = language_of(caller.request)
    with caller.reading() as session:
        asked = questions(ratings.asked_of(session, rater), rater, language)
    text, steps = help_words(language)
    return QuestionsOut(
        rater=rater, questions=[QuestionOut(**each._asdict()) for each in asked], steps=step_words(language), help=text,
        help_steps=steps,
    )  # fmt: skip


@routes.get("/citizens/{citizen_id}/ratings")
def compared(citizen_id: Number, caller: Annotated[Caller, may("rating.read")]) -> RatingsOut:
    """Show a citizen's ratings, hers and the staff's side by side with the difference."""
    with caller.reading() as session:
        caller.permit(session, citizen_id)
        rows = ratings.compare(session, citizen_id)
    caller.look_at([citizen_id])
    return _ratings_out(citizen_id, rows)


@routes.put("/citizens/{citizen_id}/ratings/citizen", response_model=RatingsOut)
def rate_oneself(citizen_id: Number, body: RatingsIn, caller: Annotated[Caller, may("rating.write")]) -> Response:
    """Keep how a citizen sees herself this quarter, also where somebody writes it down for her."""
    return _rate(caller, citizen_id, "citizen", body)


@routes.put("/citizens/{citizen_id}/ratings/staff", response_model=RatingsOut)
def rate_citizen(citizen_id: Number, body: RatingsIn, caller: Annotated[Caller, may("rating.staff")]) -> Response:
    """Keep how staff see a citizen this quarter."""
    return _rate(caller, citizen_id, "staff", body)


@routes.get("/citizens/{citizen_id}/trials")
def trials_of(citizen_id: Number, caller: Annotated[Caller, may("rating.read")]) -> YesOut:
    """Show whether a citizen wants to try something new."""
    return _show_yes(caller, TrialYes, citizen_id)


@routes.put("/citizens/{citizen_id}/trials", response_model=YesOut)
def try_new(citizen_id: Number, body: YesIn, caller: Annotated[Caller, may("rating.write")]) -> Response:
    """Keep whether she wants to try one new activity a week, in the weeks that are planned from now on."""
    return _keep_yes(caller, TrialYes, citizen_id, body)


@routes.get("/citizens/{citizen_id}/swaps")
def swaps_of(citizen_id: Number, caller: Annotated[Caller, may("rating.read")]) -> YesOut:
    """Show whether a citizen wants to swap what is agreed where something fits her better."""
    return _show_yes(caller, SwapYes, citizen_id)


@routes.put("/citizens/{citizen_id}/swaps", response_model=YesOut)
def swap_agreed(citizen_id: Number, body: YesIn, caller: Annotated[Caller, may("rating.write")]) -> Response:
    """Keep whether she wants to swap what is agreed where something fits her better.

    It holds for the weeks that are planned from now on, after weeks in which she was served least.
    """
    return _keep_yes(caller, SwapYes, citizen_id, body)


@routes.get("/citizens/{citizen_id}/weeks/{week}/help")
def help_of_week(citizen_id: Number, week: Week, caller: Annotated[Caller, may("rating.read")]) -> list[HelpOut]:
    """List the activities of a week of which she may say whether they helped, and what she has said."""
    with caller.reading() as session:
        caller.permit(session, citizen_id)
        found = help_answers.askable(session, citizen_id, parse_week(week), asker_of(caller, citizen_id))
    caller.look_at([citizen_id])
    return [HelpOut(citizen_id=citizen_id, **each._asdict()) for each in found]


@routes.put("/citizens/{citizen_id}/groups/{group_id}/help", response_model=HelpOut)
def say_help(
    citizen_id: Number, group_id: Number, body: HelpIn, caller: Annotated[Caller, may("rating.write")]
) -> Response:
    """Keep what she says to "did it help?"; a later tap takes the place of an earlier one."""

    def say() -> Answer:
        caller.permit(caller.session, citizen_id)
        asker = asker_of(caller, citizen_id)
        kept = help_answers.answer_help(caller.session, citizen_id, group_id, body.value, asker)
        return Answer(200, HelpOut(citizen_id=citizen_id, group_id=group_id, value=kept.value))

    return caller.write(say, body=body, about=[citizen_id])


def _show_yes(caller: Caller, kind: standing_yes.Kind, citizen_id: int) -> YesOut:
    with caller.reading() as session:
        caller.permit(session, citizen_id)
        yes = standing_yes.says_yes(session, kind, citizen_id)
    caller.look_at([citizen_id])
    return YesOut(citizen_id=citizen_id, yes=yes)


def _keep_yes(caller: Caller, kind: standing_yes.Kind, citizen_id: int, body: YesIn) -> Response:
    def keep() -> Answer:
        caller.permit(caller.session, citizen_id)
        standing_yes.say(caller.session, kind, citizen_id, caller.actor.account_id, caller.now, yes=body.yes)
        return Answer(200, YesOut(citizen_id=citizen_id, yes=body.yes))

    return caller.write(keep, body=body, about=[citizen_id])


def _rate(caller: Caller, citizen_id: int, rater: str, body: RatingsIn) -> Response:
    def rate() -> Answer:
        caller.permit(caller.session, citizen_id)
        ratings.rate(caller.session, citizen_id, rater, body.values, asker_of(caller, citizen_id))
        return Answer(200, _ratings_out(citizen_id, ratings.compare(caller.session, citizen_id)))

    return caller.write(rate, body=body, about=[citizen_id])


def _ratings_out(citizen_id: int, rows: list[ratings.Compared]) -> RatingsOut:
    shown = [ComparedOut(**row._asdict(), difference=row.difference) for row in rows]
    return RatingsOut(citizen_id=citizen_id, ratings=shown)
