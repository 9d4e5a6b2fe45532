"""`/maal/tjek`: the questions of the quarter to a citizen, and her answers beside those of the staff."""

from __future__ import annotations

from typing import Annotated, NamedTuple

from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy.orm import Session

from api.http.callers import Answer
from api.pages.callers import Page, may_page
from api.pages.citizen.whose import change, find_whose, looking, show
from api.pages.forms import Form, FormError, Wrong
from api.pages.rendering import language_of
from catalog.weeks import CENTRE_TIME
from scheduler import ratings
from scheduler.rating_words import Question, questions, step_words
from scheduler.request_effects import Asker

routes = APIRouter(prefix="/maal/tjek")
FIELD = "svar-"  # before an indicator


class Compared(NamedTuple):
    """What somebody is asked about: her step from 1 to 5, and the staff's."""

    title: str
    citizen: int | None
    staff: int | None


@routes.get("")
def show_questions(page: Annotated[Page, may_page("rating.read")]) -> Response:
    """Show the questions, with what she has answered this quarter."""
    her, language = find_whose(page), language_of(page.request)
    quarter = ratings.quarter_of(page.now.astimezone(CENTRE_TIME).date())
    with looking(page, her) as session:
        asked = _asked(session, language)
        hers = [each for each in ratings.compare(session, her.id) if each.quarter == quarter]
    form = page.form.starting("", **{FIELD + each.indicator_id: each.citizen for each in hers})
    return show(page, her, "check.html", form=form, questions=asked, steps=step_words(language), field=FIELD)


@routes.post("")
def answer_questions(page: Annotated[Page, may_page("rating.write")]) -> Response:
    """Keep her answers of this quarter; what she leaves open stays as it is."""
    her = find_whose(page)

    def rate(session: Session, asker: Asker) -> Answer:
        values = _read(page.form, _asked(session, language_of(page.request)))
        ratings.rate(session, her.id, "citizen", values, asker)
        return page.go_to(her.at("/maal"), done="checked")

    return change(page, her, rate, lambda: show_questions(page))


def compared_now(session: Session, citizen_id: int, language: str) -> list[Compared]:
    """The newest answers of both to each question, hers and the staff's side by side, in the order of the questions."""
    newest: dict[str, list[int | None]] = {}
    for each in ratings.compare(session, citizen_id):  # the newest quarter first
        known = newest.setdefault(each.indicator_id, [None, None])
        known[0] = known[0] if known[0] is not None else each.citizen
        known[1] = known[1] if known[1] is not None else each.staff
    return [
        Compared(question.title, *newest[question.indicator_id])
        for question in _asked(session, language)
        if question.indicator_id in newest
    ]


def _asked(session: Session, language: str) -> list[Question]:
    return questions(ratings.asked_of(session, "citizen"), "citizen", language)


def _read(form: Form, asked: list[Question]) -> dict[str, int]:
    """Her steps by indicator, or FormError where there are none."""
    given = {each.indicator_id: form.value(FIELD + each.indicator_id) for each in asked}
    wrong = {FIELD + name: Wrong("field_choose") for name, step in given.items() if step not in ("", *"12345")}
    if not wrong and not any(given.values()):
        wrong = {FIELD + asked[0].indicator_id: Wrong("check_missing")}
    if wrong:
        raise FormError(wrong)
    return {name: int(step) for name, step in given.items() if step}
