"""`/katalog`: what the centre has, to search and to leaf through: groups of a week, offerings, staff and sites."""

from __future__ import annotations

from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Query
from fastapi.responses import Response
from sqlalchemy import Select, func, or_, select

from api.pages.callers import Page, may_page
from api.pages.rendering import language_of
from catalog.tables import Group, Meeting, Offering, Site, StaffMember
from catalog.weeks import CENTRE_TIME, parse_week, shift_week, week_of
from scheduler.scope import visible_staff
from scheduler.tables import Place

routes = APIRouter(prefix="/katalog", include_in_schema=False)
AT_ONCE = 25
Words = Annotated[str, Query(max_length=100)]
Side = Annotated[int, Query(ge=1, le=10_000)]


class Rows(NamedTuple):
    """One page of a list."""

    rows: list[Any]
    total: int
    page: int
    last: int


@routes.get("")
def groups(
    page: Annotated[Page, may_page("register.read")],
    q: Words = "",
    side: Side = 1,
    uge: Annotated[str | None, Query(max_length=10)] = None,
) -> Response:
    """List the groups of a week."""
    week = week_of(page.now.astimezone(CENTRE_TIME).date()) if uge is None else parse_week(uge)
    title = Offering.en if language_of(page.request) == "en" else Offering.da
    people = select(func.count()).where(Place.group_id == Group.id).correlate(Group).scalar_subquery()
    first = select(func.min(Meeting.day * 1440 + Meeting.start_min)).where(Meeting.group_id == Group.id)
    begins = first.correlate(Group).scalar_subquery()
    found = (
        select(Group.id, Group.seats, title.label("title"), Site.name.label("site"))
        .add_columns(people.label("people"), begins.label("begins"))
        .join(Offering, Offering.id == Group.offering_id)
        .join(Site, Site.id == Group.site_id)
        .where(Group.week == week, or_(Group.appointment.is_(False), people > 0), _has(q, title, Site.name))
    )
    rows = read_rows(page, found, (title, begins, Group.id), side)
    return page.show(
        "house/groups.html", q=q, rows=rows, week=week, earlier=shift_week(week, -1), later=shift_week(week, 1)
    )


@routes.get("/tilbud")
def offerings(page: Annotated[Page, may_page("register.read")], q: Words = "", side: Side = 1) -> Response:
    """List what the centre offers."""
    title = Offering.en if language_of(page.request) == "en" else Offering.da
    found = select(
        Offering.id, title.label("title"), Offering.neutral_da, Offering.kind, Offering.intake,
        Offering.meeting_min, Offering.valid_to,
    ).where(_has(q, title))  # fmt: skip
    return page.show("house/offerings.html", q=q, rows=read_rows(page, found, (title,), side))


@routes.get("/medarbejdere")
def staff(page: Annotated[Page, may_page("staff.week")], q: Words = "", side: Side = 1) -> Response:
    """List the members of staff whose weeks the reader may see."""
    found = (
        select(StaffMember.id, StaffMember.name, StaffMember.role, StaffMember.team, Site.name.label("site"))
        .join(Site, Site.id == StaffMember.site_id)
        .where(StaffMember.id.in_(visible_staff(page.actor, page.action)), _has(q, StaffMember.name, StaffMember.role))
    )
    return page.show("house/staff.html", q=q, rows=read_rows(page, found, (StaffMember.name, StaffMember.id), side))


@routes.get("/steder")
def sites(page: Annotated[Page, may_page("register.read")], q: Words = "", side: Side = 1) -> Response:
    """List the sites where groups meet."""
    found = select(Site.id, Site.name, Site.address).where(_has(q, Site.name, Site.address))
    return page.show("house/sites.html", q=q, rows=read_rows(page, found, (Site.name, Site.id), side))


def _has(words: str, *columns: Any) -> Any:
    return or_(*(column.icontains(words.strip(), autoescape=True) for column in columns))


def read_rows(page: Page, found: Select[*tuple[Any, ...]], order: tuple[Any, ...], number: int) -> Rows:
    """A page of what is found, in order."""
    with page.reading() as session:
        total = session.scalar(select(func.count()).select_from(found.subquery())) or 0
        last = max(1, -(-total // AT_ONCE))
        shown = min(number, last)
        rows = session.execute(found.order_by(*order).limit(AT_ONCE).offset((shown - 1) * AT_ONCE)).all()
    return Rows([row._asdict() for row in rows], total, shown, last)
