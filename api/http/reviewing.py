"""What lies before whoever approves a run, over HTTP: its exceptions page by page, and what the citizens said."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict

from api.http.callers import Caller, may
from api.http.paging import After, Limit, Page
from api.http.problems import RequestError
from scheduler import answers
from scheduler.fairness import served_less
from scheduler.prices import read_prices
from scheduler.review import CitizenReview
from scheduler.scope import visible_citizens
from scheduler.stored import find_run

routes = APIRouter(prefix="/v1/runs/{run_id}", tags=["runs"])
Number = Annotated[int, Path(description="A run's number.", ge=1, lt=2**31)]


class TallyOut(BaseModel):
    """How many citizens said what to their proposals, and the share that was heard, 0 to 1."""

    model_config = ConfigDict(from_attributes=True)
    citizens: int
    yes: int
    change: int
    call_me: int
    silent: int
    share_heard: float


class ServedLessOut(BaseModel):
    """A group of at least five citizens and its share of what it could have had, beside that of all others; percent."""

    model_config = ConfigDict(from_attributes=True)
    kind: Literal["target_group", "site", "language"]
    name: str
    citizens: int
    percent: float
    rest_percent: float


class MomentOut(BaseModel):
    """A weekday (0 = Monday) and a minute after midnight."""

    model_config = ConfigDict(from_attributes=True)
    day: int
    minute: int


class ScarceOut(BaseModel):
    """Seats, or a role's or room type's appointments, and what one more is worth, in points: most, and in the mean."""

    model_config = ConfigDict(from_attributes=True)
    name: str
    seats: int
    used: int
    price: float
    mean_price: float
    dearest: MomentOut | None


class UnmetOut(BaseModel):
    """Citizens whose wish for an offering is not met, by what stands in the way, and how many wait."""

    model_config = ConfigDict(from_attributes=True)
    offering: str
    no_time: int
    full: int
    own_week: int
    waiting: int


class PricesOut(BaseModel):
    """What one more of anything is worth in a run, the dearest first in each list."""

    model_config = ConfigDict(from_attributes=True)
    run: int
    week: str
    groups: list[ScarceOut]
    offerings: list[ScarceOut]
    hours: list[ScarceOut]
    sites: list[ScarceOut]
    roles: list[ScarceOut]
    rooms: list[ScarceOut]
    unmet: list[UnmetOut]


@routes.get("/prices")
def prices(run_id: Number, caller: Annotated[Caller, may("figures.read")]) -> PricesOut:
    """Show what one more seat is worth, and what stands in the way of wishes; a group is worth less than its seats."""
    with caller.reading() as session:
        return PricesOut.model_validate(read_prices(session, run_id))


@routes.get("/exceptions")
def exceptions(
    run_id: Number, caller: Annotated[Caller, may("run.approve")], after: After = None, limit: Limit = 100
) -> Page[CitizenReview]:
    """List the citizens whose proposal somebody should look at, the most pressing first."""
    begin = _read_cursor(after)
    with caller.reading() as session:
        team = caller.actor.team or "" if caller.actor.scope == "team" else ""
        found = caller.service.comparisons.review(session, run_id, team).citizens
        mine = set(session.scalars(visible_citizens(caller.actor, caller.action)))
    seen = [person for person in found if person.citizen_id in mine and (person.rank, person.external_id) > begin]
    page, last = seen[:limit], seen[limit - 1 : limit]
    following = f"{last[0].rank}:{last[0].external_id}" if len(seen) > limit else None
    caller.look_at(person.citizen_id for person in page)
    return Page(items=page, next=following)


@routes.get("/answers")
def tally(run_id: Number, caller: Annotated[Caller, may("figures.read")]) -> TallyOut:
    """Count what the citizens said to a run's proposals; no citizen is named."""
    with caller.reading() as session:
        return TallyOut.model_validate(answers.tally(session, run_id))


@routes.get("/served-less")
def less(run_id: Number, caller: Annotated[Caller, may("figures.read")]) -> list[ServedLessOut]:
    """Name who was given a lesser share so far than allowed, by target group, site and language, worst first."""
    with caller.reading() as session:
        week = find_run(session, run_id).week
        return [ServedLessOut.model_validate(each) for each in served_less(session, week)]


def _read_cursor(after: str | None) -> tuple[int, str]:
    """The rank and the id after which a page begins."""
    if after is None:
        return -1, ""
    rank, colon, external_id = after.partition(":")
    if not colon or rank not in tuple("01234"):
        raise RequestError("invalid", "after: expected the `next` of the page before")
    return int(rank), external_id
