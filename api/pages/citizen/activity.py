"""`/min-uge/{group_id}`: one activity of a citizen's week, why she has it, "cannot come" and "did it help?"."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from fastapi.responses import Response
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from api.http.callers import Answer
from api.http.problems import RequestError
from api.http.whys import read_why
from api.pages.callers import Page, may_page
from api.pages.citizen.activities import Activity, Meeting, helpful, read_activities, states_of
from api.pages.citizen.week import WeekQuery
from api.pages.citizen.week import show_week as week_again
from api.pages.citizen.whose import Whose, change, find_whose, looking, show
from api.pages.forms import FormError, Wrong
from api.pages.rendering import language_of
from catalog.tables import Group
from catalog.weeks import week_of
from scheduler import calling_off, coming, help_answers
from scheduler.attendance import AttendanceError
from scheduler.group_times import begins_at
from scheduler.importer.cpr import hide_cpr
from scheduler.rating_words import help_words
from scheduler.request_effects import Asker
from scheduler.stored import NotFoundError

routes = APIRouter(prefix="/min-uge/{group_id}")
Number = Annotated[int, Path(ge=1, lt=2**31)]
Day = Annotated[dt.date, Query(alias="dag")]


class OffIn(BaseModel):
    """Why she cannot come."""

    state: Literal["sick", "excused"]
    reason: str = Field(default="", max_length=500)


class HelpIn(BaseModel):
    """One tap."""

    value: int = Field(ge=1, le=5)


@routes.get("")
def show_activity(group_id: Number, page: Annotated[Page, may_page("plan.read")]) -> Response:
    """Show an activity: when, where, with whom, and why she has it."""
    her = find_whose(page)
    with looking(page, her) as session:
        week, activity = _find(page, session, her, group_id)
        states = states_of(session, her.id)
        try:
            reasons = read_why(page, session, her.id, week, group_id, language_of(page.request)).reasons
        except NotFoundError:  # A week that is over may have lost what it was planned from.
            reasons = []
        helped = next((each for each in helpful(page, session, her, week) if each[0].group_id == group_id), None)
    ahead = [meeting for meeting in activity.meetings if begins_at(meeting.date, meeting.start) > page.now]
    return show(
        page,
        her,
        "activity.html",
        week=week,
        activity=activity,
        states=states,
        ahead=ahead,
        reasons=reasons,
        helped=helped,
        help_steps=help_words(language_of(page.request))[1],
    )


@routes.get("/afbud")
def ask_off(group_id: Number, dag: Day, page: Annotated[Page, may_page("plan.read")]) -> Response:
    """Ask why she cannot come on a day."""
    her = find_whose(page)
    with looking(page, her) as session:
        week, activity = _find(page, session, her, group_id)
    return show(page, her, "off.html", week=week, activity=activity, meeting=_meeting_of(activity, dag))


@routes.post("/afbud")
def say_off(group_id: Number, dag: Day, page: Annotated[Page, may_page("attendance.write")]) -> Response:
    """Keep that she cannot come; her seat is free at once, and it costs her nothing."""
    her = find_whose(page)

    def say(session: Session, asker: Asker) -> Answer:
        given = page.form.read(OffIn)
        calling_off.call_off(session, her.id, dag, given.state, hide_cpr(given.reason), asker, group_id)
        return page.go_to(her.at(f"/min-uge?uge={week_of(dag)}"), done="called_off")

    def again() -> Response:
        try:
            return ask_off(group_id, dag, page)
        except RequestError:  # She does not have it any more.
            page.form = replace(page.form, wrong={}, problem=page.form.problem or "off_too_late")
            return week_again(page, week_of(dag))

    return change(page, her, say, again, {AttendanceError: "off_too_late"})


@routes.post("/kommer")
def say_coming(
    group_id: Number, dag: Day, page: Annotated[Page, may_page("attendance.write")], fra: Literal["uge", "hold"] = "uge"
) -> Response:
    """Keep that she comes, or that she takes it back; she is then where she was."""
    her = find_whose(page)

    def say(session: Session, asker: Asker) -> Answer:
        yes = not page.form.has("fortryd", 1)
        coming.say_coming(session, her.id, group_id, dag, asker, yes=yes)
        back = f"/min-uge/{group_id}" if fra == "hold" else f"/min-uge?uge={week_of(dag)}"
        return page.go_to(her.at(back), done="says_coming" if yes else "says_nothing")

    return change(page, her, say, lambda: week_again(page, week_of(dag)), {AttendanceError: "coming_too_late"})


@routes.post("/hjalp")
def say_help(group_id: Number, page: Annotated[Page, may_page("rating.write")], uge: WeekQuery = None) -> Response:
    """Keep what she says to "did it help?"."""
    her = find_whose(page)

    def say(session: Session, asker: Asker) -> Answer:
        try:
            value = page.form.read(HelpIn).value
        except FormError as error:
            raise FormError({f"hjalp-{group_id}": Wrong("field_choose")}) from error
        help_answers.answer_help(session, her.id, group_id, value, asker)
        return page.go_to(her.at(f"/min-uge?uge={uge}" if uge else "/min-uge") + f"#hjalp-{group_id}")

    return change(page, her, say, lambda: week_again(page, uge))


def _find(page: Page, session: Session, her: Whose, group_id: int) -> tuple[str, Activity]:
    """The week of a group, and the group in her plan of it; RequestError where she does not have it."""
    group = session.get(Group, group_id)
    activities = [] if group is None else read_activities(page, session, her, group.week)
    found = next((each for each in activities if each.group_id == group_id), None)
    if group is None or found is None:
        raise RequestError("not_found")
    return group.week, found


def _meeting_of(activity: Activity, day: dt.date) -> Meeting:
    found = next((meeting for meeting in activity.meetings if meeting.date == day), None)
    if found is None:
        raise RequestError("not_found")
    return found
