"""`/mere`: a citizen's calendar address, her messages, who looked at her data, and who may act for her."""

from __future__ import annotations

import datetime as dt
from itertools import groupby
from typing import Annotated, Literal, NamedTuple

from fastapi import APIRouter, Path
from fastapi.responses import Response
from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.http.callers import Answer
from api.pages.callers import Page, may_page
from api.pages.citizen.whose import change, find_whose, looking, show
from catalog.weeks import CENTRE_TIME
from scheduler import audit, calendar, representation
from scheduler.audit import Look
from scheduler.idempotency import AnswerLostError
from scheduler.representation import RepresentationError
from scheduler.request_effects import Asker
from scheduler.tables import Account, Citizen

routes = APIRouter()
Number = Annotated[int, Path(ge=1, lt=2**31)]
MOST_LOOKS = 40


class LeaveIn(BaseModel):
    """Whom she lets see her week or act for her, and for how many months."""

    helper: str = Field(max_length=200)
    may: Literal["see", "act"]
    months: Literal["1", "3", "6", "12"]


class Helper(NamedTuple):
    """Somebody who may see or act for her."""

    id: int
    name: str
    may: str
    until: dt.date


class Looks(NamedTuple):
    """The looks of one day by the same role at the same thing."""

    day: dt.date
    role: str
    purpose: str
    times: int


@routes.get("/mere")
def show_more(page: Annotated[Page, may_page("plan.read")]) -> Response:
    """Show where the rest is."""
    return show(page, find_whose(page), "more.html")


@routes.get("/kalender")
def show_calendar(page: Annotated[Page, may_page("feed.write")]) -> Response:
    """Show how to have her week in her own calendar."""
    return show(page, find_whose(page), "calendar.html", address="")


@routes.post("/kalender")
def make_calendar(page: Annotated[Page, may_page("feed.write")]) -> Response:
    """Make the address, which is shown once; an earlier one stops working."""
    her = find_whose(page)
    made: list[str] = []

    def make(session: Session, asker: Asker) -> Answer:
        calendar.revoke_feed(session, her.id, asker.at)
        made.append(calendar.make_feed(session, her.id, asker.at))
        return Answer(201, secret=True)

    answer = change(page, her, make, lambda: show_calendar(page), {AnswerLostError: "calendar_shown"})
    if not made or answer.status_code != 201:
        return answer
    return show(page, her, "calendar.html", address=f"{page.request.base_url}v1/feeds/{made[0]}.ics")


@routes.post("/kalender/slet")
def revoke_calendar(page: Annotated[Page, may_page("feed.write")]) -> Response:
    """Let the address stop working."""
    her = find_whose(page)

    def revoke(session: Session, asker: Asker) -> Answer:
        calendar.revoke_feed(session, her.id, asker.at)
        return page.go_to(her.at("/kalender"), done="calendar_gone")

    return change(page, her, revoke, lambda: show_calendar(page))


@routes.get("/hvem-har-set")
def show_looks(page: Annotated[Page, may_page("audit.own")]) -> Response:
    """Show who looked at her data, by day."""
    her = find_whose(page)
    with looking(page, her) as session:
        found = audit.who_looked(session, her.id)
    return show(page, her, "looks.html", looks=_by_day(found)[:MOST_LOOKS])


@routes.get("/hjaelpere")
def show_helpers(page: Annotated[Page, may_page("representation.read")]) -> Response:
    """Show who may see her week or act for her."""
    her = find_whose(page)
    today = page.now.astimezone(CENTRE_TIME).date()
    with looking(page, her) as session:
        helpers = [
            Helper(leave.id, session.get_one(Account, leave.account_id).name, leave.may, leave.until)
            for leave in representation.list_for_citizen(session, her.id, today)
        ]
    return show(page, her, "helpers.html", form=page.form.starting("/hjaelpere", months=3), helpers=helpers)


@routes.post("/hjaelpere")
def give_leave(page: Annotated[Page, may_page("representation.write")]) -> Response:
    """Let somebody see her week or act for her."""
    her = find_whose(page)

    def give(session: Session, asker: Asker) -> Answer:
        given = page.form.read(LeaveIn)
        until = asker.today + dt.timedelta(days=30 * int(given.months))
        representation.grant(session, her.id, given.helper, given.may, until, asker.account_id, asker.at)
        return page.go_to(her.at("/hjaelpere"), done="helper_given")

    return change(page, her, give, lambda: show_helpers(page), {RepresentationError: "helper_unknown"})


@routes.post("/hjaelpere/{leave_id}/slut")
def end_leave(leave_id: Number, page: Annotated[Page, may_page("representation.write")]) -> Response:
    """Take a leave back, at once."""
    her = find_whose(page)

    def end(session: Session, asker: Asker) -> Answer:
        representation.revoke(session, her.id, leave_id, asker.at)
        return page.go_to(her.at("/hjaelpere"), done="helper_gone")

    return change(page, her, end, lambda: show_helpers(page))


@routes.get("/hjaelper")
def show_helped(page: Annotated[Page, may_page("representation.own")]) -> Response:
    """Show for whom the caller sees or acts."""
    with page.reading() as session:
        today = page.now.astimezone(CENTRE_TIME).date()
        leaves = representation.list_for_account(session, page.actor.account_id, today)
        who = [leave.citizen_id for leave in leaves]
        names = dict(session.execute(select(Citizen.id, Citizen.name).where(Citizen.id.in_(who))).all())
        helped = [(leave.citizen_id, names[leave.citizen_id] or "", leave.may, leave.until) for leave in leaves]
    page.look_at(who)
    return page.show("citizen/helped.html", helped=helped)


def _by_day(looks: list[Look]) -> list[Looks]:
    """The looks of each day together, the newest day first."""

    def kind(look: Look) -> tuple[int, str, str]:
        day = look.at.astimezone(CENTRE_TIME).date()
        return -day.toordinal(), look.role, look.purpose

    grouped = [(key, len(list(same))) for key, same in groupby(sorted(looks, key=kind), kind)]
    return [Looks(dt.date.fromordinal(-day), role, purpose, times) for (day, role, purpose), times in grouped]
