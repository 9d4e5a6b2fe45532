"""`/borger/17`: a citizen's case; what she brings stands first, then her goal, the steps on the way, the agreements."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from api.http.agreements import agreement_out
from api.http.callers import Answer
from api.http.requests import Number
from api.pages.callers import Page, may_page
from api.pages.forms import FormError, Wrong
from api.pages.rendering import language_of
from api.pages.staff.agreements import sorted_out
from api.pages.staff.choices import by_title, names_for, week_now, weeks_ahead
from api.pages.staff.person import about, change
from catalog.weeks import parse_week
from scheduler import agreements, citizen_writing, goals
from scheduler.goals import GoalError, Step
from scheduler.importer.cpr import hide_cpr
from scheduler.rating_words import step_words
from scheduler.request_effects import Asker

routes = APIRouter(prefix="/borger/{citizen_id}")
WordsOf = Literal["citizen", "staff"]
REFUSED: dict[type[Exception], str] = {GoalError: "case_goal_refused"}


class GoalIn(BaseModel):
    """The end goal, and in whose words it is said."""

    kind: Literal["job", "education"]
    goal: str = Field(max_length=1000)
    words_of: WordsOf = "citizen"


class StepIn(BaseModel):
    """A step in words, the leg that it is about, and the week in which it is to be reached."""

    step: str = Field(max_length=1000)
    by_week: str = Field(max_length=10)
    leg_id: str | None = Field(default=None, max_length=100)


class MoveIn(BaseModel):
    """The week in which a step is to be reached instead."""

    new_week: str = Field(max_length=10)


class InterpreterIn(BaseModel):
    """Whether she needs an interpreter, and in which language."""

    needs: Literal["yes", "no"]
    language: str = Field(default="", max_length=100)


class DoneIn(BaseModel):
    """Whether a step is reached."""

    done: bool


@routes.get("")
def show_case(citizen_id: Number, page: Annotated[Page, may_page("goal.read")]) -> Response:
    """Show the case."""
    return _show(page, citizen_id)


@routes.post("/maal")
def set_goal(citizen_id: Number, page: Annotated[Page, may_page("goal.write")]) -> Response:
    """Let this be her goal from today on."""

    def keep(session: Session, asker: Asker) -> Answer:
        given = page.form.read(GoalIn)
        goals.set_goal(session, citizen_id, given.kind, hide_cpr(given.goal), given.words_of, asker)
        return page.go_to(f"/borger/{citizen_id}", done="saved")

    return change(page, citizen_id, keep, lambda: _show(page, citizen_id), words=REFUSED)


@routes.post("/trin")
def add_step(citizen_id: Number, page: Annotated[Page, may_page("goal.write")]) -> Response:
    """Set a step on the way."""

    def add(session: Session, asker: Asker) -> Answer:
        given = page.form.read(StepIn)
        step = Step(parse_week(given.by_week), words=hide_cpr(given.step), leg_id=given.leg_id)
        goals.add_step(session, citizen_id, step, asker)
        return page.go_to(f"/borger/{citizen_id}", done="saved")

    return change(page, citizen_id, add, lambda: _show(page, citizen_id), words=REFUSED)


@routes.post("/trin/{sub_goal_id}/uge")
def move_step(citizen_id: Number, sub_goal_id: Number, page: Annotated[Page, may_page("goal.write")]) -> Response:
    """Give a step another week."""

    def move(session: Session, asker: Asker) -> Answer:
        goals.move_step(session, citizen_id, sub_goal_id, parse_week(_read_week(page, sub_goal_id)), asker)
        return page.go_to(f"/borger/{citizen_id}", done="saved")

    return change(page, citizen_id, move, lambda: _show(page, citizen_id), words=REFUSED)


def _read_week(page: Page, sub_goal_id: int) -> str:
    """The week that is entered; an error stands at the field of its step, for each step has one."""
    try:
        return page.form.read(MoveIn).new_week
    except FormError as error:
        wrong = error.wrong["new_week"]
        said = Wrong("new_week_missing") if wrong.slug == "field_missing" else wrong
        raise FormError({f"week-{sub_goal_id}": said}) from error


@routes.post("/trin/{sub_goal_id}/naaet")
def mark_step(citizen_id: Number, sub_goal_id: Number, page: Annotated[Page, may_page("goal.write")]) -> Response:
    """Note that a step is reached, or that it is not."""

    def mark(session: Session, asker: Asker) -> Answer:
        goals.mark_step(session, citizen_id, sub_goal_id, page.form.read(DoneIn).done, asker)
        return page.go_to(f"/borger/{citizen_id}", done="saved")

    return change(page, citizen_id, mark, lambda: _show(page, citizen_id), words=REFUSED)


@routes.post("/tolk")
def note_interpreter(citizen_id: Number, page: Annotated[Page, may_page("citizen.write")]) -> Response:
    """Note whether she needs an interpreter."""

    def note(session: Session, _: Asker) -> Answer:
        given = page.form.read(InterpreterIn)
        if given.needs == "yes" and not given.language:
            raise FormError({"language": Wrong("field_missing")})
        citizen_writing.set_interpreter(session, citizen_id, hide_cpr(given.language) if given.needs == "yes" else "")
        return page.go_to(f"/borger/{citizen_id}", done="saved")

    return change(page, citizen_id, note, lambda: _show(page, citizen_id))


def _show(page: Page, citizen_id: int) -> Response:
    with about(page, citizen_id) as (session, her):
        names = names_for(page, session)
        agreed = [agreement_out(session, each) for each in agreements.agreements_of(session, citizen_id)]
        context = {
            "her": her,
            "names": names,
            "brought": goals.brought_by(session, citizen_id),
            "goal": goals.current_goal(session, citizen_id),
            "steps": goals.steps_of(session, citizen_id),
        }
    holding, over = sorted_out(agreed, week_now(page))
    form = page.form.starting("/tolk", needs="yes" if her.interpreter else "no", language=her.interpreter)
    return page.show(
        "staff/case.html", form=form, weeks=weeks_ahead(page), legs=by_title(dict(names.leg)),
        this_week=week_now(page), levels=step_words(language_of(page.request)), holding=holding, over=over, **context,
    )  # fmt: skip
