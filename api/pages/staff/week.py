"""`/borger/17/uge`: a citizen's week, out or proposed: why this and not that, and what is locked."""

from __future__ import annotations

from typing import Annotated, NamedTuple

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import BaseModel, Field
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from api.http.callers import Answer
from api.http.requests import Number
from api.http.whys import WhyNotOut, read_why_not, read_whys
from api.pages.callers import Page, may_page
from api.pages.citizen.activities import Activity, Meeting, read_activities
from api.pages.citizen.offerings import titles
from api.pages.citizen.whose import Whose
from api.pages.rendering import language_of
from api.pages.staff.choices import names_for, week_now
from api.pages.staff.person import about, change
from api.pages.texts import words_of
from catalog.tables import Group, Series
from catalog.weeks import parse_week, shift_week
from scheduler import answers, citizen_writing, weeks_of
from scheduler.approval import LOCKED_BY_APPROVAL
from scheduler.importer.cpr import hide_cpr
from scheduler.keeping import KEPT
from scheduler.life import NotPublishedError
from scheduler.request_effects import Asker
from scheduler.stored import NotFoundError
from scheduler.tables import Enrolment, Lock

routes = APIRouter(prefix="/borger/{citizen_id}/uge")
WeekAsked = Annotated[str | None, Query(max_length=10)]


class LockIn(BaseModel):
    """The activity that is locked, and why."""

    group_id: int = Field(ge=1, lt=2**31)
    lock_why: str = Field(max_length=500)


class Locked(NamedTuple):
    """A group that is locked into her plan: by whom, why, and whether with an approval of the whole week."""

    group_id: int
    week: str
    title: str
    by: str
    why: str
    is_approval: bool


@routes.get("")
def show_week(
    citizen_id: Number,
    page: Annotated[Page, may_page("plan.read")],
    uge: WeekAsked = None,
    tilbud: Annotated[str, Query(max_length=100)] = "",
) -> Response:
    """Show the week, and why an offering is not in it where one is asked about."""
    return _show(page, citizen_id, uge, tilbud)


@routes.post("/laas")
def lock(citizen_id: Number, page: Annotated[Page, may_page("lock.write")], uge: WeekAsked = None) -> Response:
    """Lock an activity into her plan."""

    def keep(session: Session, _: Asker) -> Answer:
        given = page.form.read(LockIn)
        citizen_writing.set_lock(session, citizen_id, given.group_id, page.actor.name, hide_cpr(given.lock_why))
        return page.go_to(_address(citizen_id, uge), done="locked")

    return change(page, citizen_id, keep, lambda: _show(page, citizen_id, uge, ""))


@routes.post("/laas/{group_id}/slip")
def unlock(
    citizen_id: Number, group_id: Number, page: Annotated[Page, may_page("lock.write")], uge: WeekAsked = None
) -> Response:
    """Take a lock away."""

    def take(session: Session, _: Asker) -> Answer:
        citizen_writing.remove_lock(session, citizen_id, group_id)
        return page.go_to(_address(citizen_id, uge), done="unlocked")

    return change(page, citizen_id, take, lambda: _show(page, citizen_id, uge, ""))


def _address(citizen_id: int, week: str | None) -> str:
    return f"/borger/{citizen_id}/uge" + ("" if week is None else f"?uge={parse_week(week)}")


def _show(page: Page, citizen_id: int, asked: str | None, offering_id: str) -> Response:
    this_week, language = week_now(page), language_of(page.request)
    week = this_week if asked is None else parse_week(asked)
    with about(page, citizen_id) as (session, her):
        activities, is_proposed = _activities(page, session, citizen_id, week)
        whys = _whys(page, session, citizen_id, week) if activities else {}
        why_not = _why_not(page, session, citizen_id, week, offering_id)
        offerings = titles(session, language)
        locks = _locks(page, session, citizen_id, min(week, this_week))
        running = _running(page, session, citizen_id, week)
    form = page.form.starting("?tilbud=", tilbud=offering_id)
    return page.show(
        "staff/week.html", form=form, her=her, week=week, this_week=this_week,
        earlier=shift_week(week, -1), later=shift_week(week, 1), activities=activities, is_proposed=is_proposed,
        whys=whys, why_not=why_not, title=dict(offerings).get(offering_id, ""), offerings=offerings, locks=locks,
        locked={one.group_id for one in locks}, running=running,
    )  # fmt: skip


def _activities(page: Page, session: Session, citizen_id: int, week: str) -> tuple[list[Activity] | None, bool]:
    """Her published week, or else what is proposed to her; None where there is neither."""
    try:
        return read_activities(page, session, Whose(citizen_id), week), False
    except NotPublishedError:
        run = answers.open_run(session, week)
    if run is None:
        return None, False
    language = language_of(page.request)
    groups = weeks_of.proposed_week(session, run, citizen_id).groups
    return [
        Activity(
            group.group_id, group.offering_id, getattr(group, language) or group.da, group.site, group.staff,
            tuple(Meeting(one.date, one.start, one.end, one.room) for one in group.meetings),
        )
        for group in groups
    ], True  # fmt: skip


def _whys(page: Page, session: Session, citizen_id: int, week: str) -> dict[int, list[str]]:
    try:
        return read_whys(page, session, citizen_id, week, language_of(page.request))
    except NotFoundError:  # A week that is over may have lost what it was planned from.
        return {}


def _why_not(page: Page, session: Session, citizen_id: int, week: str, offering_id: str) -> WhyNotOut | None:
    if not offering_id:
        return None
    try:
        return read_why_not(page, session, citizen_id, week, offering_id, language_of(page.request))
    except NotFoundError:  # She is not planned for in that week.
        return None


def _locks(page: Page, session: Session, citizen_id: int, from_week: str) -> list[Locked]:
    names, words = names_for(page, session), words_of(language_of(page.request))
    hers = select(Lock, Group.week, Group.offering_id).join(Group, Group.id == Lock.group_id)
    hers = hers.where(Lock.citizen_id == citizen_id, Group.week >= from_week).order_by(Group.week, Group.id)
    return [
        Locked(
            one.group_id, week, names.offering[offering], one.locked_by,
            words("week_lock_kept") if one.why == KEPT else one.why, one.why.startswith(LOCKED_BY_APPROVAL),
        )
        for one, week, offering in session.execute(hers)
    ]  # fmt: skip


def _running(page: Page, session: Session, citizen_id: int, week: str) -> list[tuple[str, str | None]]:
    """The courses and places at an employer that she is in the middle of, and until which week."""
    names = names_for(page, session)
    hers = select(Series.offering_id, Enrolment.until_week).join(Series, Series.id == Enrolment.series_id)
    hers = hers.where(Enrolment.citizen_id == citizen_id, Enrolment.binding, Enrolment.from_week <= week)
    still = or_(Enrolment.until_week.is_(None), Enrolment.until_week >= week)
    return [(names.offering[offering], until) for offering, until in session.execute(hers.where(still))]
