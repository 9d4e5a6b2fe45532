"""What the centre offers, over HTTP: offerings, sites, staff, weeks and a week's groups."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict
from sqlalchemy import func, select

from api.http.callers import Answer, Caller, may
from api.http.paging import After, Limit, Page, read_page
from catalog.tables import Group, GroupStaff, Meeting, Offering, Site, StaffMember
from catalog.weeks import closed_days, create_groups, monday_of, parse_week

routes = APIRouter(prefix="/v1", tags=["catalog"])
Week = Annotated[str, Path(max_length=10, description="An ISO week such as 2026-W48, or next.", examples=["2026-W48"])]


class _Row(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class OfferingOut(_Row):
    """One of the things the centre offers."""

    id: str
    nr: int
    da: str
    en: str
    neutral_da: str
    leg_id: str
    kind: str
    job_oriented: bool
    health_skill: bool
    meeting_min: int
    meetings_per_week: float
    intake: str
    load: int
    remote_ok: bool
    valid_from: dt.date
    valid_to: dt.date | None


class SiteOut(_Row):
    """A place where groups meet."""

    id: str
    name: str
    address: str


class StaffOut(_Row):
    """A member of staff."""

    id: str
    name: str
    role: str
    team: str
    site_id: str


class MeetingOut(_Row):
    """One meeting of a group: date, weekday (0 = Monday) and minutes after midnight."""

    date: dt.date
    day: int
    start_min: int
    end_min: int
    room_id: str | None = None


class GroupOut(BaseModel):
    """A group of a week."""

    id: int
    code: str
    week: str
    offering_id: str
    site_id: str
    seats: int
    minimum: int
    staff: list[str]
    meetings: list[MeetingOut]


class WeekOut(BaseModel):
    """A week, its closed days by name, and how many groups it has."""

    week: str
    monday: dt.date
    closed: dict[dt.date, str]
    groups: int


@routes.get("/offerings")
def offerings(
    caller: Annotated[Caller, may("catalog.read")], after: After = None, limit: Limit = 100
) -> Page[OfferingOut]:
    """List the offerings."""
    with caller.reading() as session:
        found, following = read_page(session, select(Offering), Offering.id, after, limit)
        return Page(items=[OfferingOut.model_validate(row) for row in found], next=following)


@routes.get("/sites")
def sites(caller: Annotated[Caller, may("catalog.read")], after: After = None, limit: Limit = 100) -> Page[SiteOut]:
    """List the sites."""
    with caller.reading() as session:
        found, following = read_page(session, select(Site), Site.id, after, limit)
        return Page(items=[SiteOut.model_validate(row) for row in found], next=following)


@routes.get("/staff")
def staff(caller: Annotated[Caller, may("catalog.read")], after: After = None, limit: Limit = 100) -> Page[StaffOut]:
    """List the members of staff."""
    with caller.reading() as session:
        found, following = read_page(session, select(StaffMember), StaffMember.id, after, limit)
        return Page(items=[StaffOut.model_validate(row) for row in found], next=following)


@routes.get("/weeks/{week}")
def week(week: Week, caller: Annotated[Caller, may("catalog.read")]) -> WeekOut:
    """Tell a week's closed days and number of groups."""
    name = parse_week(week)
    with caller.reading() as session:
        groups = session.scalar(select(func.count()).select_from(Group).where(Group.week == name)) or 0
        return WeekOut(week=name, monday=monday_of(name), closed=closed_days(session, name), groups=groups)


@routes.put("/weeks/{week}", response_model=WeekOut)
def make_week(week: Week, caller: Annotated[Caller, may("week.write")]) -> object:
    """Make a week's groups from the series; what is there stays."""
    name = parse_week(week)

    def make() -> Answer:
        create_groups(caller.session, name)
        groups = caller.session.scalar(select(func.count()).select_from(Group).where(Group.week == name)) or 0
        closed = closed_days(caller.session, name)
        return Answer(200, WeekOut(week=name, monday=monday_of(name), closed=closed, groups=groups))

    return caller.write(make)


@routes.get("/weeks/{week}/groups")
def groups(
    week: Week, caller: Annotated[Caller, may("catalog.read")], after: After = None, limit: Limit = 100
) -> Page[GroupOut]:
    """List the groups of a week with their meetings and staff."""
    name = parse_week(week)
    with caller.reading() as session:
        found, following = read_page(session, select(Group).where(Group.week == name), Group.id, after, limit)
        ids = [group.id for group in found]
        meetings: dict[int, list[MeetingOut]] = {id_: [] for id_ in ids}
        ordered = select(Meeting).where(Meeting.group_id.in_(ids)).order_by(Meeting.day, Meeting.start_min)
        for meeting in session.scalars(ordered):
            meetings[meeting.group_id].append(MeetingOut.model_validate(meeting))
        held_by: dict[int, list[str]] = {id_: [] for id_ in ids}
        for row in session.scalars(
            select(GroupStaff).where(GroupStaff.group_id.in_(ids)).order_by(GroupStaff.staff_id)
        ):
            held_by[row.group_id].append(row.staff_id)
        items = [
            GroupOut.model_validate(row.__dict__ | {"staff": held_by[row.id], "meetings": meetings[row.id]})
            for row in found
        ]
        return Page(items=items, next=following)
