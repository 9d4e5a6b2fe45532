"""`/maal`: a citizen's goal, the ladder of steps towards it, how it goes, and what the centre has promised."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal, NamedTuple

from fastapi import APIRouter, Path
from fastapi.responses import Response
from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.http.callers import Answer
from api.pages.callers import Page, may_page
from api.pages.citizen.checking import Compared, compared_now
from api.pages.citizen.whose import change, find_whose, looking, show
from api.pages.rendering import language_of
from catalog.tables import Indicator, Offering
from catalog.weeks import CENTRE_TIME, monday_of, parse_week, shift_week, week_of
from scheduler import agreements, goals
from scheduler.goals import GoalError, Step
from scheduler.importer.cpr import hide_cpr
from scheduler.kept_promises import promises_kept
from scheduler.rating_words import step_words
from scheduler.request_effects import Asker
from scheduler.tables import SubGoal

routes = APIRouter(prefix="/maal")
Number = Annotated[int, Path(ge=1, lt=2**31)]
WEEKS_AHEAD, WEEKS_COUNTED = 26, 12
FRIDAY = dt.timedelta(days=4)


class GoalIn(BaseModel):
    """Her end goal, in her own words."""

    kind: Literal["job", "education"]
    words: str = Field(default="", max_length=1000)


class StepIn(BaseModel):
    """A step on the way, in her own words."""

    next_step: str = Field(max_length=1000)
    until_week: str = Field(max_length=10)


class DoneIn(BaseModel):
    """Whether a step is reached."""

    done: bool


class Rung(NamedTuple):
    """A step as the ladder shows it."""

    id: int
    text: str
    until: dt.date
    done: bool


class Promised(NamedTuple):
    """Something that the centre has promised her, until which week, and what makes up for it where it is broken."""

    title: str
    until: str
    broken: str


@routes.get("")
def show_goals(page: Annotated[Page, may_page("goal.read")]) -> Response:
    """Show where she is going and how far she is."""
    her, language = find_whose(page), language_of(page.request)
    this_week = week_of(page.now.astimezone(CENTRE_TIME).date())
    with looking(page, her) as session:
        goal = goals.current_goal(session, her.id)
        brought = goals.brought_by(session, her.id)
        rungs = _rungs(session, her.id, language)
        compared: list[Compared] = compared_now(session, her.id, language)
        promised = _promised(session, her.id, language)
        kept = promises_kept(session, shift_week(this_week, 1 - WEEKS_COUNTED), this_week)
    form = page.form if goal is None else page.form.starting("/maal", kind=goal.kind, words=goal.words)
    weeks = [shift_week(this_week, number) for number in range(WEEKS_AHEAD)]
    return show(
        page, her, "goals.html", form=form, goal=goal, brought=brought, rungs=rungs, compared=compared,
        promised=promised, kept=sum(each.kept for each in kept), broken=sum(each.broken for each in kept),
        weeks_counted=WEEKS_COUNTED, weeks=[(week, monday_of(week)) for week in weeks], this_week=this_week,
    )  # fmt: skip


@routes.post("")
def set_goal(page: Annotated[Page, may_page("goal.write")]) -> Response:
    """Keep her end goal."""
    her = find_whose(page)

    def keep(session: Session, asker: Asker) -> Answer:
        given = page.form.read(GoalIn)
        goals.set_goal(session, her.id, given.kind, hide_cpr(given.words), "citizen", asker)
        return page.go_to(her.at("/maal"), done="saved")

    return change(page, her, keep, lambda: show_goals(page))


@routes.post("/trin")
def add_step(page: Annotated[Page, may_page("goal.write")]) -> Response:
    """Add a step to her ladder."""
    her = find_whose(page)

    def add(session: Session, asker: Asker) -> Answer:
        given = page.form.read(StepIn)
        goals.add_step(session, her.id, Step(parse_week(given.until_week), words=hide_cpr(given.next_step)), asker)
        return page.go_to(her.at("/maal"), done="saved")

    return change(page, her, add, lambda: show_goals(page), {GoalError: "step_not_possible"})


@routes.post("/trin/{step_id}")
def mark_step(step_id: Number, page: Annotated[Page, may_page("goal.write")]) -> Response:
    """Note that she has reached a step, or that she has not."""
    her = find_whose(page)

    def mark(session: Session, asker: Asker) -> Answer:
        done = page.form.read(DoneIn).done
        goals.mark_step(session, her.id, step_id, done, asker)
        return page.go_to(her.at("/maal"), done="step_reached" if done else "saved")

    return change(page, her, mark, lambda: show_goals(page))


def _rungs(session: Session, citizen_id: int, language: str) -> list[Rung]:
    """Her steps, the last one first: the ladder is read from below."""
    name = Indicator.en if language == "en" else Indicator.da
    title: dict[str, str] = dict(session.execute(select(Indicator.id, name)).all())
    steps = reversed(goals.steps_of(session, citizen_id))
    return [Rung(step.id, _said(step, title, language), monday_of(step.by_week) + FRIDAY, step.done) for step in steps]


def _said(step: SubGoal, title: dict[str, str], language: str) -> str:
    if step.indicator_id is None or step.level is None:
        return step.words
    return f"{title[step.indicator_id]}: {step_words(language)[step.level - 1].lower()}"


def _promised(session: Session, citizen_id: int, language: str) -> list[Promised]:
    name = Offering.en if language == "en" else Offering.da
    title: dict[str, str] = dict(session.execute(select(Offering.id, name)).all())
    return [
        Promised(title[each.offering_id], each.until_week, "" if broken is None else broken.made_up)
        for each, broken in agreements.agreements_of(session, citizen_id)
        if each.left_week is None or broken is not None
    ]
