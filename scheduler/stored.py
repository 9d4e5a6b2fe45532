"""What a stored run holds: its row, and its rows for people."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session, defer

from catalog.tables import Group, GroupStaff, Meeting, Offering, Room, Site, StaffMember
from scheduler.archive import Archive, ArchiveError, unpack
from scheduler.tables import Citizen, Place, PlanEntry, Run


class NotFoundError(LookupError):
    """There is no such run, citizen or group; the message names it and says what to do."""


class Participant(NamedTuple):
    """Somebody in a group."""

    citizen_id: int
    external_id: str
    name: str


class PlannedMeeting(NamedTuple):
    """One meeting of a citizen's plan."""

    citizen_id: int
    citizen: str
    date: dt.date
    day: int
    start: int  # minutes after midnight
    end: int
    offering: str
    group: str
    group_id: int
    site: str
    room: str
    staff: str


def clock(minutes: int) -> str:
    """Minutes after midnight as 09:30."""
    return f"{minutes // 60:02}:{minutes % 60:02}"


def find_run(session: Session, run_id: int) -> Run:
    """The run of this number.

    Raises
    ------
    NotFoundError
        There is none.
    """
    run = session.get(Run, run_id)
    if run is None:
        raise NotFoundError(f"there is no run {run_id}: igang runs lists them")
    return run


def stored_input(run: Run) -> Archive:
    """What a run was computed from.

    Raises
    ------
    ArchiveError
        It was removed, or this version cannot read it.
    """
    if run.input is None:
        raise ArchiveError(f"run {run.id} cannot be replayed: {run.error or 'it has kept no input'}")
    return unpack(run.input)


def latest_run(session: Session, week: str | None = None) -> Run:
    """The newest run, of a week where one is named.

    Raises
    ------
    NotFoundError
        There is none.
    """
    query = select(Run).where(Run.objective.is_not(None)).order_by(Run.id.desc()).options(defer(Run.input)).limit(1)
    run = session.scalar(query if week is None else query.where(Run.week == week))
    if run is None:
        raise NotFoundError(f"there is no run yet: igang plan {week or 'WEEK'} makes one")
    return run


def list_runs(session: Session) -> Sequence[Run]:
    """All runs, newest first."""
    return session.scalars(select(Run).order_by(Run.id.desc()).options(defer(Run.input), defer(Run.trace))).all()


def find_citizen(session: Session, key: str) -> Citizen:
    """The citizen with this id of the centre's own, or else with this number.

    Raises
    ------
    NotFoundError
        There is nobody.
    """
    citizen = session.scalar(select(Citizen).where(Citizen.external_id == key))
    if citizen is None and key.isdecimal():
        citizen = session.get(Citizen, int(key))
    if citizen is None:
        raise NotFoundError(f"there is no citizen {key!r}")
    return citizen


def find_group(session: Session, key: str, week: str) -> Group:
    """The group with this code in the week, or else with this number.

    Raises
    ------
    NotFoundError
        There is none.
    """
    group = session.scalar(select(Group).where(Group.week == week, Group.code == key))
    if group is None and key.isdecimal():
        group = session.get(Group, int(key))
    if group is None:
        raise NotFoundError(f"there is no group {key!r} in week {week}")
    return group


def participants(session: Session, run_id: int, group_id: int) -> list[Participant]:
    """Everybody whom a run puts into a group, by their id."""
    planned = select(PlanEntry.citizen_id).where(PlanEntry.run_id == run_id, PlanEntry.group_id == group_id)
    return _named(session, planned)


def placed(session: Session, group_id: int) -> list[Participant]:
    """Everybody in a group of a published week as it stands, by their id."""
    return _named(session, select(Place.citizen_id).where(Place.group_id == group_id))


def _named(session: Session, citizens: Select[int]) -> list[Participant]:
    query = select(Citizen.id, Citizen.external_id, Citizen.name).where(Citizen.id.in_(citizens))
    rows = session.execute(query.order_by(Citizen.external_id))
    return [Participant(key, external, name or "") for key, external, name in rows]


def shown_plans(run: Run) -> Select[int, int]:
    """Citizens and groups of a run: the week as it stands where it is the published one, else what it proposes."""
    if run.state == "published":
        return select(Place.citizen_id, Place.group_id).where(Place.week == run.week)
    return select(PlanEntry.citizen_id, PlanEntry.group_id).where(PlanEntry.run_id == run.id)


def shown_meetings(session: Session, run: Run, citizen_id: int | None = None) -> list[PlannedMeeting]:
    """The meetings of `shown_plans`, of everybody or of one citizen, by citizen, day and time."""
    shown = shown_plans(run)
    return _meetings(session, shown if citizen_id is None else shown.where(shown.selected_columns[0] == citizen_id))


def planned_meetings(session: Session, run_id: int, citizen_id: int | None = None) -> list[PlannedMeeting]:
    """The meetings of everybody's plan, or of one citizen's, by citizen, day and time."""
    planned = select(PlanEntry.citizen_id, PlanEntry.group_id).where(PlanEntry.run_id == run_id)
    if citizen_id is not None:
        planned = planned.where(PlanEntry.citizen_id == citizen_id)
    return _meetings(session, planned)


def placed_meetings(session: Session, citizen_id: int) -> list[PlannedMeeting]:
    """The meetings of a citizen in the published weeks as they stand, by day and time."""
    return _meetings(session, select(Place.citizen_id, Place.group_id).where(Place.citizen_id == citizen_id))


def _meetings(session: Session, plans: Select[int, int]) -> list[PlannedMeeting]:
    plan = plans.subquery()
    query = (
        select(plan.c.citizen_id, Citizen.external_id, Offering.da, Group.code, Site.name, Room.name, Room.id, Meeting)
        .join(Citizen, Citizen.id == plan.c.citizen_id)
        .join(Group, Group.id == plan.c.group_id)
        .join(Offering, Offering.id == Group.offering_id)
        .join(Site, Site.id == Group.site_id)
        .join(Meeting, Meeting.group_id == Group.id)
        .outerjoin(Room, Room.id == Meeting.room_id)
        .order_by(Citizen.external_id, Meeting.date, Meeting.start_min)
    )
    held_by = _staff(session)
    return [_planned(row, held_by) for row in session.execute(query)]


def _planned(
    row: Row[int, str, str, str, str, str | None, str | None, Meeting], held_by: dict[int, str]
) -> PlannedMeeting:
    key, external, offering, code, site, room, room_id, meeting = row
    return PlannedMeeting(
        citizen_id=key,
        citizen=external,
        date=meeting.date,
        day=meeting.day,
        start=meeting.start_min,
        end=meeting.end_min,
        offering=offering,
        group=code,
        group_id=meeting.group_id,
        site=site,
        room=room or room_id or "",
        staff=held_by.get(meeting.group_id, ""),
    )


def _staff(session: Session) -> dict[int, str]:
    names: dict[int, list[str]] = {}
    rows = session.execute(
        select(GroupStaff.group_id, StaffMember.name)
        .join(StaffMember, StaffMember.id == GroupStaff.staff_id)
        .order_by(StaffMember.name)
    )
    for group, name in rows:
        names.setdefault(group, []).append(name)
    return {group: ", ".join(found) for group, found in names.items()}
