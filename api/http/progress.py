"""How the centre does, over HTTP, in numbers that name nobody: promises kept, and steps reached in time."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict

from api.http.callers import Caller, may
from catalog.weeks import parse_week
from scheduler import stalled
from scheduler.kept_promises import promises_kept
from scheduler.scope import today_at_the_centre

routes = APIRouter(prefix="/v1/figures", tags=["progress"])
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


@routes.get("/promises")
def promises(first: WeekQuery, last: WeekQuery, caller: Annotated[Caller, may("promises.read")]) -> PromisesOut:
    """Tell which share of its promises the centre kept from one published week to another; citizens may know it too."""
    with caller.reading() as session:
        weeks = [KeptOut.model_validate(each) for each in promises_kept(session, parse_week(first), parse_week(last))]
    kept, broken = sum(each.kept for each in weeks), sum(each.broken for each in weeks)
    return PromisesOut(kept=kept, broken=broken, percent=_percent(kept, kept + broken), weeks=weeks)


@routes.get("/steps")
def steps(first: WeekQuery, last: WeekQuery, caller: Annotated[Caller, may("figures.read")]) -> StepsOut:
    """Tell how many of the steps that were to be reached from one week to another were reached in time."""
    with caller.reading() as session:
        found = stalled.steps_reached(session, parse_week(first), parse_week(last), today_at_the_centre())
    percent = _percent(found.in_time, found.in_time + found.late + found.overdue)
    return StepsOut(**found._asdict(), percent=percent)


def _percent(part: int, whole: int) -> float | None:
    return round(100 * part / whole, 1) if whole else None
