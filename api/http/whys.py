"""Why a citizen has an activity, why not another, and what would let her have it, over HTTP."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel
from sqlalchemy.orm import Session

from api.http.callers import Caller, may
from api.http.catalog import Week
from api.http.problems import RequestError, language_of
from catalog.weeks import parse_week
from scheduler import answers
from scheduler import why as reasons
from scheduler.counterfactuals import counterfactuals
from scheduler.life import published_run
from scheduler.question import Question
from scheduler.question_reading import read_proposed_question, read_question
from scheduler.why import Reason
from scheduler.why_words import Names, read_names, words

routes = APIRouter(prefix="/v1/citizens/{citizen_id}/weeks/{week}", tags=["requests"])
Number = Annotated[int, Path(ge=1, lt=2**31)]


class ReasonOut(BaseModel):
    """A reason: its slug, and a sentence or two that can be read aloud."""

    slug: str
    say: str


class WhyOut(BaseModel):
    """Why a group is in a citizen's week, the firmest reason first; what it is worth is for staff."""

    group_id: int
    reasons: list[ReasonOut]
    points: dict[str, int] | None


class WhyNotOut(BaseModel):
    """Why an offering is not in a citizen's week, and the smallest changes that would let her have it."""

    offering_id: str
    reasons: list[ReasonOut]
    would: list[str]


@routes.get("/why/{group_id}")
def why(citizen_id: Number, week: Week, group_id: Number, caller: Annotated[Caller, may("plan.read")]) -> WhyOut:
    """Say why she has an activity."""
    with caller.reading() as session:
        answer = read_why(caller, session, citizen_id, parse_week(week), group_id, language_of(caller.request))
    caller.look_at([citizen_id])
    return answer


@routes.get("/why-not/{offering_id}")
def why_not(
    citizen_id: Number,
    week: Week,
    offering_id: Annotated[str, Path(max_length=100)],
    caller: Annotated[Caller, may("plan.read")],
) -> WhyNotOut:
    """Say why she does not have an activity, and what would let her have it: each was tried before it is said."""
    with caller.reading() as session:
        answer = read_why_not(caller, session, citizen_id, parse_week(week), offering_id, language_of(caller.request))
    caller.look_at([citizen_id])
    return answer


def read_why(caller: Caller, session: Session, citizen_id: int, week: str, group_id: int, language: str) -> WhyOut:
    """Say in a language why she has an activity; RequestError where she does not have it."""
    question, names, _ = _read(caller, session, citizen_id, week, language)
    if group_id not in question.edits.present:
        raise RequestError("not_found")
    found = reasons.why(question, group_id)
    worth = reasons.points(question, group_id) if caller.actor.is_staff else None
    return WhyOut(group_id=group_id, reasons=_said(found, names), points=worth)


def read_whys(caller: Caller, session: Session, citizen_id: int, week: str, language: str) -> dict[int, list[str]]:
    """Say in a language why she has each activity of a week, by group."""
    question, names, _ = _read(caller, session, citizen_id, week, language)
    known = [group for group in question.edits.present if group in question.frame.slot_of]
    return {group: [one.say for one in _said(reasons.why(question, group), names)] for group in known}


def read_why_not(
    caller: Caller, session: Session, citizen_id: int, week: str, offering_id: str, language: str
) -> WhyNotOut:
    """Say in a language why she does not have an offering; RequestError where there is no such offering."""
    question, names, most = _read(caller, session, citizen_id, week, language)
    if offering_id not in names.offering:
        raise RequestError("not_found")
    found = reasons.why_not(question, offering_id)
    would = [words(each.said, names) for each in counterfactuals(question, offering_id, most)]
    return WhyNotOut(offering_id=offering_id, reasons=_said(found, names), would=would)


def _read(caller: Caller, session: Session, citizen_id: int, week: str, language: str) -> tuple[Question, Names, int]:
    """The question about her published week, or else about the one that is proposed; how much to say of changes."""
    caller.permit(session, citizen_id)
    states, names = caller.service.states, read_names(session, language)
    run = None if published_run(session, week) is not None else answers.open_run(session, week)
    state = states.of(session, week) if run is None else states.of_run(session, run)
    if run is None:
        return read_question(session, state, citizen_id), names, state.rules.most_counterfactuals
    return read_proposed_question(session, state, run, citizen_id), names, state.rules.most_counterfactuals


def _said(found: tuple[Reason, ...], names: Names) -> list[ReasonOut]:
    return [ReasonOut(slug=reason.slug, say=words([reason], names)) for reason in found]
