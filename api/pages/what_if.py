"""`/kapacitet/taenkt`: a planner writes what is different in a week, and sees what the week would be."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query
from fastapi.responses import Response
from pydantic import BaseModel, Field, ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.http.callers import Answer
from api.http.scenarios import scenario_out
from api.pages.callers import Page, may_page
from api.pages.capacity import WEEKS
from api.pages.charts import pair_bars
from api.pages.citizen.clock import day_options
from api.pages.forms import FormError, Wrong
from api.pages.rendering import language_of
from api.pages.what_if_words import Names, read_names, say_edits
from catalog.tables import Offering
from catalog.weeks import parse_week
from scheduler import asked_scenarios
from scheduler.archive import ArchiveError
from scheduler.capacity import runs_with_plans
from scheduler.lab.group_edits import FOR_ONE
from scheduler.lab.scenario import LEAST_CITIZENS, MOST_CITIZENS, Closed, NewGroup, Scenario, ScenarioError
from scheduler.lab.what_if import read_task
from scheduler.stored import NotFoundError
from solver.problem import InvalidProblemError

routes = APIRouter(prefix="/kapacitet/taenkt", include_in_schema=False)
Number = Annotated[int, Path(ge=1, lt=2**31)]
SHOWN = 20  # of the list
NEW_CODE = "nyt hold"
STARTS = range(8 * 60, 17 * 60, 30)  # minutes after midnight at which a new group can begin
FIELDS = {"citizens": "citizens", "add_groups": "offering", "staff_away": "away", "close": "closed"}  # by edit


class WhatIfIn(BaseModel):
    """What is different; what is left out is as planned. A new group needs its offering, site, day and start."""

    week: str = Field(max_length=10)
    title: str = Field(default="", max_length=200)
    citizens: int | None = Field(default=None, ge=LEAST_CITIZENS, le=MOST_CITIZENS)
    offering: str = Field(default="", max_length=100)
    site: str = Field(default="", max_length=100)
    day: int | None = Field(default=None, ge=0, le=4)
    start: int | None = Field(default=None, ge=STARTS.start, lt=STARTS.stop)
    away: str = Field(default="", max_length=100)
    closed: str = Field(default="", max_length=100)


@routes.get("")
def what_ifs(
    page: Annotated[Page, may_page("scenario.read")], uge: Annotated[str, Query(max_length=10)] = ""
) -> Response:
    """Show the form, and what was asked for lately."""
    return _show(page, parse_week(uge) if uge else None)


@routes.post("")
def ask(page: Annotated[Page, may_page("scenario.ask")]) -> Response:
    """Keep a what-if until a worker plans it."""
    wanted: list[Scenario] = []

    def read() -> None:
        with page.reading() as session:
            wanted.append(_read(page, session))

    def keep() -> Answer:
        row = asked_scenarios.ask_scenario(page.session, wanted[0], page.actor.account_id, page.now)
        return page.go_to(f"/kapacitet/taenkt/{row.id}", done="what_if_asked")

    return page.submit(keep, lambda: _show(page, None), first=read)


def _read(page: Page, session: Session) -> Scenario:
    """The scenario that was written; the fields that are wrong are named."""
    given = page.form.read(WhatIfIn)
    group = {"offering": given.offering, "site": given.site, "day": given.day, "start": given.start}
    missing = {name: Wrong("field_choose") for name, value in group.items() if value in ("", None)}
    if missing and len(missing) < len(group):
        raise FormError(missing)
    try:
        scenario = Scenario(
            name=given.title, week=parse_week(given.week), citizens=given.citizens,
            add_groups=[] if missing else [_new_group(session, given)],
            staff_away=[given.away] if given.away else [], close=Closed(sites=[given.closed] if given.closed else []),
        )  # fmt: skip
        if scenario.edits.is_empty:
            raise FormError({"citizens": Wrong("citizens_nothing_different")})
        read_task(session, scenario)
    except ScenarioError as error:
        name = FIELDS.get(error.edit.split(".")[0], "week")
        raise FormError({name: Wrong(f"{name}_not_in_week")}) from error
    except ValidationError as error:  # The new group is at the site that is closed.
        raise FormError({"closed": Wrong("closed_and_new")}) from error
    except (ArchiveError, InvalidProblemError, NotFoundError) as error:
        raise FormError({"week": Wrong("week_not_in_week")}) from error
    return scenario


def _new_group(session: Session, given: WhatIfIn) -> NewGroup:
    length = session.scalar(select(Offering.meeting_min).where(Offering.id == given.offering))
    if length is None:
        raise FormError({"offering": Wrong("offering_not_in_week")})
    start = given.start or 0
    return NewGroup(
        code=NEW_CODE, offering=given.offering, site=given.site, meetings=[(given.day or 0, start, start + length)]
    )


def _show(page: Page, week: str | None) -> Response:
    language = language_of(page.request)
    with page.reading() as session:
        weeks = [each for _, each in runs_with_plans(session, WEEKS)]
        names = read_names(session, language)
        asked = [scenario_out(row) for row in asked_scenarios.newest_scenarios(session, SHOWN)]
        one_to_one = set(session.scalars(select(Offering.id).where(Offering.kind.in_(FOR_ONE))))
    chosen = week if week in weeks else next(iter(weeks), None)
    offerings = [each for each in names.sorted("offering") if each[0] not in one_to_one]
    return page.show(
        "plan/what_ifs.html", form=page.form.starting(week=chosen), weeks=weeks, asked=asked, offerings=offerings,
        sites=names.sorted("site"), staff=names.sorted("staff"), days=day_options(language, range(5)),
        starts=STARTS, edits=_edits(page, names),
    )  # fmt: skip


@routes.get("/{scenario_id}")
def what_if(scenario_id: Number, page: Annotated[Page, may_page("scenario.read")]) -> Response:
    """Show a what-if: how far it is, or what came out."""
    return _one(page, scenario_id, "plan/what_if.html")


@routes.get("/{scenario_id}/fremdrift")
def progress(scenario_id: Number, page: Annotated[Page, may_page("scenario.read")]) -> Response:
    """Show how far it is, as a part of its page; one that is done brings its whole page."""
    with page.reading() as session:
        if asked_scenarios.find_scenario(session, scenario_id).done_at is not None:
            return Response(headers={"HX-Redirect": f"/kapacitet/taenkt/{scenario_id}"})
    return _one(page, scenario_id, "plan/what_if_part.html")


def _one(page: Page, scenario_id: int, template: str) -> Response:
    with page.reading() as session:
        asked = scenario_out(asked_scenarios.find_scenario(session, scenario_id))
        names = read_names(session, language_of(page.request))
    bars = pair_bars(asked.result["base"], asked.result["what_if"]) if asked.result else []
    return page.show(template, asked=asked, edits=_edits(page, names), bars=bars)


def _edits(page: Page, names: Names) -> object:
    """What is different in a scenario, in words, for the templates to ask."""
    return lambda scenario: say_edits(scenario, names, language_of(page.request))
