"""`/borger/17/aftaler`: staff promise a citizen an offering until a week, and say by name where a promise is broken."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Path
from fastapi.responses import Response
from pydantic import BaseModel, Field, field_validator
from sqlalchemy.orm import Session

from api.http.agreements import AgreementOut, agreement_out
from api.http.callers import Answer
from api.http.catalog import Week
from api.http.problems import RequestError
from api.http.requests import Number
from api.pages.callers import Page, may_page
from api.pages.citizen.offerings import titles
from api.pages.dates import week_number
from api.pages.forms import FormError, Wrong
from api.pages.rendering import language_of
from api.pages.staff.choices import Options, names_for, week_now, weeks_ahead
from api.pages.staff.person import about, change
from catalog.weeks import parse_week, shift_week
from scheduler import agreements, goals
from scheduler.agreements import AgreementError, Promise
from scheduler.importer.cpr import hide_cpr
from scheduler.request_effects import Asker
from scheduler.why_words import Names

routes = APIRouter(prefix="/borger/{citizen_id}/aftaler")
OfferingId = Annotated[str, Path(max_length=100)]
USUAL_WEEKS = 8
# The field that each rule of an agreement is about.
FIELD = {
    "past": "from_week", "backwards": "until_week", "minutes": "hours", "why": "why", "reached": "sub_goal_id",
    "overlap": "from_week", "too_long": "until_week", "reason": "reason", "made_up": "made_up", "left": "broken_week",
    "week": "broken_week",
}  # fmt: skip


class AgreementIn(BaseModel):
    """What is promised, why, for how long and how much of it a week."""

    offering_id: str = Field(max_length=100)
    sub_goal_id: int = Field(ge=1, lt=2**31)
    from_week: str = Field(max_length=10)
    until_week: str = Field(max_length=10)
    hours: float = Field(gt=0, le=168)
    why: str = Field(max_length=500)
    assessed: bool = False

    @field_validator("hours", mode="before")
    @classmethod
    def _with_comma(cls, given: str) -> str:
        return given.replace(",", ".")

    def promise(self) -> Promise:
        """The same for the rooms within."""
        return Promise(
            self.offering_id, parse_week(self.from_week), parse_week(self.until_week), self.sub_goal_id,
            round(self.hours * 60), hide_cpr(self.why), assessed=self.assessed,
        )  # fmt: skip


class BreakIn(BaseModel):
    """From which week on a promise is not kept, why, and what makes up for it."""

    broken_week: str = Field(max_length=10)
    reason: str = Field(max_length=500)
    made_up: str = Field(max_length=500)


@routes.get("/ny")
def show_new(citizen_id: Number, page: Annotated[Page, may_page("goal.read")]) -> Response:
    """Show what an agreement needs."""
    return _show_new(page, citizen_id)


@routes.post("")
def make_agreement(citizen_id: Number, page: Annotated[Page, may_page("agreement.write")]) -> Response:
    """Make an agreement."""

    def make(session: Session, asker: Asker) -> Answer:
        promise = page.form.read(AgreementIn).promise()
        _in_words(lambda: agreements.agree(session, citizen_id, promise, asker))
        return page.go_to(f"/borger/{citizen_id}", done="agreed")

    return change(page, citizen_id, make, lambda: _show_new(page, citizen_id))


@routes.get("/{offering_id}/{week}/bryd")
def show_break(
    citizen_id: Number, offering_id: OfferingId, week: Week, page: Annotated[Page, may_page("goal.read")]
) -> Response:
    """Show what breaking an agreement means."""
    return _show_break(page, citizen_id, offering_id, parse_week(week))


@routes.post("/{offering_id}/{week}/bryd")
def break_agreement(
    citizen_id: Number, offering_id: OfferingId, week: Week, page: Annotated[Page, may_page("agreement.write")]
) -> Response:
    """Decide that an agreement is not kept; she gets a message."""
    key = offering_id, parse_week(week)

    def decide(session: Session, asker: Asker) -> Answer:
        if not _open_weeks(page, _find(session, citizen_id, *key)):
            raise AgreementError("left", f"the agreement on {offering_id} from week {week} stands no longer")
        given = page.form.read(BreakIn)
        said = hide_cpr(given.reason), hide_cpr(given.made_up)
        from_week = parse_week(given.broken_week)
        _in_words(lambda: agreements.break_agreement(session, citizen_id, key, from_week, *said, asker))
        return page.go_to(f"/borger/{citizen_id}", done="agreement_broken")

    words: dict[type[Exception], str] = {AgreementError: "agreement_stands_no_more"}
    return change(page, citizen_id, decide, lambda: _show_break(page, citizen_id, *key), words=words)


def _in_words(do: Callable[[], object]) -> None:
    """Let a rule that is broken stand at its field."""
    try:
        do()
    except AgreementError as error:
        facts = {
            name: week_number(value) if isinstance(value, str) and "-W" in value else value
            for name, value in error.facts.items()
        }
        raise FormError({FIELD[error.slug]: Wrong(f"agreement_{error.slug}", facts)}) from error


def _show_new(page: Page, citizen_id: int) -> Response:
    with about(page, citizen_id) as (session, her):
        names = names_for(page, session)
        offerings = titles(session, language_of(page.request))
        steps = open_steps(session, citizen_id, names)
    this_week = week_now(page)
    form = page.form.starting(from_week=this_week, until_week=shift_week(this_week, USUAL_WEEKS - 1))
    return page.show(
        "staff/agreement_new.html", form=form, her=her, offerings=offerings, steps=steps, weeks=weeks_ahead(page)
    )


def _show_break(page: Page, citizen_id: int, offering_id: str, from_week: str) -> Response:
    with about(page, citizen_id) as (session, her):
        one = _find(session, citizen_id, offering_id, from_week)
        names = names_for(page, session)
    return page.show(
        "staff/agreement_break.html", her=her, one=one, title=names.offering[one.offering_id],
        weeks=_open_weeks(page, one), who=page.actor.name,
    )  # fmt: skip


def _open_weeks(page: Page, one: AgreementOut) -> Options:
    """The weeks from which on an agreement can still be broken."""
    if one.left_week is not None:
        return []
    first = max(week_now(page), one.from_week)
    return [option for option in weeks_ahead(page) if first <= option[0] <= one.until_week]


def _find(session: Session, citizen_id: int, offering_id: str, from_week: str) -> AgreementOut:
    for each in agreements.agreements_of(session, citizen_id):
        if (each.agreement.offering_id, each.agreement.from_week) == (offering_id, from_week):
            return agreement_out(session, each)
    raise RequestError("not_found")


def open_steps(session: Session, citizen_id: int, names: Names) -> Options:
    """The steps that she is on the way to, to choose from."""
    steps: list[Any] = [step for step in goals.steps_of(session, citizen_id) if not step.done]
    return [(str(step.id), step.words or names.goal.get(step.indicator_id or "", "")) for step in steps]


def sorted_out(found: list[AgreementOut], this_week: str) -> tuple[list[AgreementOut], list[AgreementOut]]:
    """The agreements that hold now or later, and those that are over, the newest first."""
    over = [one for one in found if one.left_week is not None or one.until_week < this_week]
    return [one for one in found if one not in over], over[::-1]
