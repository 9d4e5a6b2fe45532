"""`/forslag`: the week that is proposed to a citizen, and her answer: yes, a change, or a call."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from api.http.callers import Answer
from api.http.problems import RequestError
from api.pages.callers import Page, may_page
from api.pages.citizen.week import show_week as week_again
from api.pages.citizen.whose import change, find_whose, looking, show
from api.pages.rendering import language_of
from api.pages.weeks import Event, days_of
from catalog.weeks import CENTRE_TIME, closed_days, parse_week
from scheduler import answers, weeks_of
from scheduler.importer.cpr import hide_cpr
from scheduler.life import ClosedRunError
from scheduler.request_effects import Asker
from scheduler.weeks_of import CitizenWeek

routes = APIRouter(prefix="/forslag")
WeekAsked = Annotated[str, Query(max_length=10)]


class AnswerIn(BaseModel):
    """What she says to it."""

    answer: Literal["yes", "change", "call_me"]
    text: str = Field(default="", max_length=1000)


@routes.get("")
def show_proposal(uge: WeekAsked, page: Annotated[Page, may_page("plan.read")]) -> Response:
    """Show what is proposed, and what she has said of it."""
    her, week = find_whose(page), parse_week(uge)
    with looking(page, her) as session:
        run = _open_run(session, week)
        proposed = weeks_of.proposed_week(session, run, her.id)
        said = answers.find_answer(session, run, her.id)
        closed = closed_days(session, week)
    events = _events(proposed, language_of(page.request))
    days = days_of(week, events, page.now.astimezone(CENTRE_TIME).date(), closed)
    form = page.form if said is None else page.form.starting(answer=said.answer, text=said.text)
    return show(page, her, "proposal.html", form=form, week=week, days=days, said=said)


@routes.post("")
def answer(uge: WeekAsked, page: Annotated[Page, may_page("plan.answer")]) -> Response:
    """Keep her answer; a later one takes its place."""
    her, week = find_whose(page), parse_week(uge)

    def say(session: Session, asker: Asker) -> Answer:
        given = page.form.read(AnswerIn)
        run = answers.open_run(session, week)
        if run is None:
            raise ClosedRunError(f"week {week}: there is no proposal that could be answered; it may have been sent out")
        answers.answer(session, run, her.id, given.answer, hide_cpr(given.text), asker.account_id, asker.at)
        return page.go_to(her.at("/min-uge"), done=f"said_{given.answer}")

    def again() -> Response:
        try:
            return show_proposal(uge, page)
        except RequestError:  # The week has been sent out meanwhile.
            page.form = replace(page.form, wrong={}, problem=page.form.problem or "proposal_over")
            return week_again(page, week)

    return change(page, her, say, again, {ClosedRunError: "proposal_over"})


def _open_run(session: Session, week: str) -> int:
    run = answers.open_run(session, week)
    if run is None:
        raise RequestError("not_found")
    return run


def _events(proposed: CitizenWeek, language: str) -> list[Event]:
    return [
        Event(
            meeting.date, meeting.start, meeting.end, getattr(group, language) or group.da, group.site, meeting.room,
            group.staff, group.group_id, group.offering_id,
        )
        for group in proposed.groups
        for meeting in group.meetings
    ]  # fmt: skip
