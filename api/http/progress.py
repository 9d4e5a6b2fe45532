"""How the centre does, over HTTP, in numbers that name nobody: promises kept, and steps reached in time."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, ConfigDict

from api.http.callers import Caller, may
from api.http.catalog import Week
from api.http.problems import language_of
from catalog.weeks import parse_week
from scheduler import stalled
from scheduler.kept_promises import promises_kept
from scheduler.learning import told
from scheduler.learning.words import caution_words
from scheduler.scope import today_at_the_centre

routes = APIRouter(prefix="/v1", tags=["progress"])
Number = Annotated[int, Path(ge=1, lt=2**31)]
WeekQuery = Annotated[str, Query(max_length=10, description="An ISO week such as 2026-W48.", examples=["2026-W48"])]


class KeptOut(BaseModel):
    """The promises of one published week."""

    model_config = ConfigDict(from_attributes=True)
    week: str
    kept: int
    broken: int


class PromisesOut(BaseModel):
    """The centre's promises in some weeks; `percent` of them was kept, none where there were no promises."""

    kept: int
    broken: int
    percent: float | None
    weeks: list[KeptOut]


class StepsOut(BaseModel):
    """The steps that were to be reached in some weeks, as first agreed; `percent` of those decided, in time."""

    model_config = ConfigDict(from_attributes=True)
    in_time: int
    late: int
    overdue: int
    open: int
    unknown: int
    percent: float | None


class EffectOut(BaseModel):
    """What those who answered about an offering said of it, 1 to 5, and how far that is from the catalogue's word."""

    model_config = ConfigDict(from_attributes=True)
    offering_id: str
    citizens: int
    help: float
    over_expected: float
    error: float


class EffectsOut(BaseModel):
    """The offerings that enough citizens have answered about, with what such figures do not show."""

    week: str
    caution: str
    effects: list[EffectOut]


class AccountOut(BaseModel):
    """All that went into an estimate: her own answers, those of people like her, and the catalogue."""

    model_config = ConfigDict(from_attributes=True)
    mean: float
    error: float
    answers: int
    alike: float
    alike_error: float
    expected: float


class BelievedOut(BaseModel):
    """What an offering is believed to help a citizen, 1 to 5, with what went into it and in words."""

    model_config = ConfigDict(from_attributes=True)
    offering_id: str
    words: str
    account: AccountOut


@routes.get("/figures/promises")
def promises(first: WeekQuery, last: WeekQuery, caller: Annotated[Caller, may("promises.read")]) -> PromisesOut:
    """Tell which share of its promises the centre kept from one published week to another; citizens may know it too."""
    with caller.reading() as session:
        weeks = [KeptOut.model_validate(each) for each in promises_kept(session, parse_week(first), parse_week(last))]
    kept, broken = sum(each.kept for each in weeks), sum(each.broken for each in weeks)
    return PromisesOut(kept=kept, broken=broken, percent=_percent(kept, kept + broken), weeks=weeks)


@routes.get("/figures/steps")
def steps(first: WeekQuery, last: WeekQuery, caller: Annotated[Caller, may("figures.read")]) -> StepsOut:
    """Tell how many of the steps that were to be reached from one week to another were reached in time."""
    with caller.reading() as session:
        found = stalled.steps_reached(session, parse_week(first), parse_week(last), today_at_the_centre())
    percent = _percent(found.in_time, found.in_time + found.late + found.overdue)
    return StepsOut(**found._asdict(), percent=percent)


@routes.get("/figures/effects")
def effects(week: WeekQuery, request: Request, caller: Annotated[Caller, may("figures.read")]) -> EffectsOut:
    """Tell what offerings seem to do by all that was said before a week: a correlation, no proof, of no few people."""
    parsed = parse_week(week)
    with caller.reading() as session:
        found = [EffectOut.model_validate(each) for each in told.effects_before(session, parsed)]
    return EffectsOut(week=parsed, caution=caution_words(language_of(request)), effects=found)


@routes.get("/citizens/{citizen_id}/help/{week}")
def believed(
    citizen_id: Number, week: Week, request: Request, caller: Annotated[Caller, may("rating.read")]
) -> list[BelievedOut]:
    """Tell what is believed before a week to help a citizen, and why; nothing where learning is switched off."""
    with caller.reading() as session:
        caller.permit(session, citizen_id)
        found = told.believed_of(session, parse_week(week), citizen_id, language_of(request))
    caller.look_at([citizen_id])
    return [BelievedOut.model_validate(each) for each in found]


def _percent(part: int, whole: int) -> float | None:
    return round(100 * part / whole, 1) if whole else None
