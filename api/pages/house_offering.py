"""`/katalog/tilbud/...` and `/katalog/steder/...`: one offering with its groups and who wants it, one site."""

from __future__ import annotations

from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Path
from fastapi.responses import Response
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from api.http.problems import RequestError
from api.pages.callers import Page, may_page
from api.pages.rendering import language_of
from catalog.tables import (
    Group,
    GroupStaff,
    Indicator,
    Leg,
    Meeting,
    Offering,
    OfferingTargetGroup,
    Room,
    Site,
    SiteTravel,
    StaffMember,
    TargetGroup,
)
from catalog.weeks import CENTRE_TIME, shift_week, week_of
from scheduler.tables import Place, Waiting, Wish

routes = APIRouter(prefix="/katalog", include_in_schema=False)
Key = Annotated[str, Path(max_length=100)]


class Held(NamedTuple):
    """A group in a line."""

    id: int
    title: str
    day: int
    start: int
    site: str
    people: int
    seats: int
    staff: list[str]


@routes.get("/tilbud/{offering_id}")
def show_offering(offering_id: Key, page: Annotated[Page, may_page("register.read")]) -> Response:
    """Show what an offering is, its groups of this week and the next, and how many want it."""
    this_week = week_of(page.now.astimezone(CENTRE_TIME).date())
    with page.reading() as session:
        offering = _need(session, Offering, offering_id)
        names: dict[str, str] = {
            one.id: getattr(one, language_of(page.request)) for one in session.scalars(select(Indicator))
        }
        context = {
            "offering": offering,
            "leg": getattr(session.get_one(Leg, offering.leg_id), language_of(page.request)),
            "trains": [
                names[key] for part in ("main", "side") for key in offering.trains.get(part, ()) if key in names
            ],
            "targets": _targets(session, offering_id),
            "weeks": [
                (week, _groups(page, session, Group.offering_id == offering_id, week))
                for week in (this_week, shift_week(this_week, 1))
            ],
            "wanted": _wanted(session, offering_id),
        }
    return page.show("house/offering.html", **context)


@routes.get("/steder/{site_id}")
def show_site(site_id: Key, page: Annotated[Page, may_page("register.read")]) -> Response:
    """Show a site: its rooms, how far the others are, who works there and what meets there this week."""
    this_week = week_of(page.now.astimezone(CENTRE_TIME).date())
    with page.reading() as session:
        site = _need(session, Site, site_id)
        away = select(Site.name, SiteTravel.minutes).join(SiteTravel, SiteTravel.to_site_id == Site.id)
        rooms = select(Room).where(Room.site_id == site_id).order_by(Room.name, Room.id)
        here = select(func.count()).where(StaffMember.site_id == site_id)
        context = {
            "site": site,
            "rooms": session.scalars(rooms).all(),
            "travel": session.execute(away.where(SiteTravel.from_site_id == site_id).order_by(Site.name)).all(),
            "staff": session.scalar(here) or 0,
            "week": this_week,
            "groups": _groups(page, session, Group.site_id == site_id, this_week),
        }
    return page.show("house/site.html", **context)


def _need(session: Session, table: Any, key: str) -> Any:
    found = session.get(table, key) if key.isprintable() else None
    if found is None:
        raise RequestError("not_found")
    return found


def _targets(session: Session, offering_id: str) -> list[str]:
    """Whom an offering is kept for; empty where it is for everybody."""
    only = select(TargetGroup.label_da).join(OfferingTargetGroup, OfferingTargetGroup.target_code == TargetGroup.code)
    return list(session.scalars(only.where(OfferingTargetGroup.offering_id == offering_id).distinct()))


def _wanted(session: Session, offering_id: str) -> dict[str, int]:
    """How many citizens wish an offering, refuse it, and wait for a seat."""

    def count(*where: ColumnElement[bool]) -> int:
        return session.scalar(select(func.count()).where(*where)) or 0

    return {
        "wish": count(Wish.offering_id == offering_id, Wish.strength > 0, Wish.refused.is_(False)),
        "refuse": count(Wish.offering_id == offering_id, Wish.refused.is_(True)),
        "wait": count(Waiting.offering_id == offering_id, Waiting.state.in_(("waiting", "offered"))),
    }


def _groups(page: Page, session: Session, of: ColumnElement[bool], week: str) -> list[Held]:
    """The groups of a week that meet, by when they begin; somebody's own time only where it is taken."""
    title = Offering.en if language_of(page.request) == "en" else Offering.da
    people = select(func.count()).where(Place.group_id == Group.id).correlate(Group).scalar_subquery()
    found = (
        select(Group.id, title.label("title"), Meeting.day, Meeting.start_min, Site.name)
        .add_columns(people.label("people"), Group.seats)
        .join(Offering, Offering.id == Group.offering_id)
        .join(Site, Site.id == Group.site_id)
        .join(Meeting, Meeting.group_id == Group.id)
        .where(of, Group.week == week, Group.appointment.is_(False) | (people > 0))
        .order_by(Meeting.day, Meeting.start_min, Group.id)
    )
    held = select(GroupStaff.group_id, StaffMember.name).join(StaffMember, StaffMember.id == GroupStaff.staff_id)
    names: dict[int, list[str]] = {}
    for group, name in session.execute(held.join(Group, Group.id == GroupStaff.group_id).where(of, Group.week == week)):
        names.setdefault(group, []).append(name)
    return [
        Held(row.id, row.title, row.day, row.start_min, row.name, row.people, row.seats, sorted(names.get(row.id, [])))
        for row in session.execute(found)
    ]
