"""Read what the centre offers in one week, as columns."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from catalog.tables import (
    Group,
    GroupStaff,
    Indicator,
    Leg,
    Meeting,
    Offering,
    Room,
    Site,
    SiteTravel,
    StaffMember,
)
from scheduler.facts import CentreFacts, GroupFacts, OfferingFacts
from solver.problem import Bools, Ints

Rows = Select[*tuple[Any, ...]]


def columns(session: Session, statement: Rows) -> list[tuple[Any, ...]]:
    """Read a statement's rows as one tuple a column, as the driver gives them; a column of no rows is empty.

    Numbers, text and truth need no conversion, and without it reading is about three times as fast.
    """
    cursor = session.connection().execute(statement).cursor
    rows = [] if cursor is None else cursor.fetchall()
    return list(zip(*rows, strict=True)) if rows else [()] * len(statement.selected_columns)


def ints(column: Sequence[Any]) -> Ints:
    """Turn a column of numbers into an array."""
    return np.fromiter(column, np.int64, len(column))


def positions(column: Sequence[str], names: Sequence[str]) -> Ints:
    """Find the place of each key of a column among `names`, -1 where it has none."""
    place = {name: position for position, name in enumerate(names)}
    return np.fromiter((place.get(key, -1) for key in column), np.int64, len(column))


def pointer(owner: Ints, num_owners: int) -> Ints:
    """Make the pointer of entries that are sorted by their owner."""
    return np.concatenate([[0], np.cumsum(np.bincount(owner, minlength=num_owners))]).astype(np.int64)


def places(column: Sequence[int], ids: Ints) -> Ints:
    """Find the place of each id of a column among rising ids, -1 where it has none."""
    wanted = ints(column)
    if not len(ids):
        return np.full(len(wanted), -1, np.int64)
    found = np.minimum(np.searchsorted(ids, wanted), len(ids) - 1)
    return np.where(ids[found] == wanted, found, -1)


def table(session: Session, statement: Rows, ids: Ints, names: Sequence[str], each: int = 0) -> Ints:
    """Add up rows of (citizen id, key, amount), `each` more a row, by citizen and key; what is unknown is left out."""
    citizen, key, amount = columns(session, statement)
    row, column = places(citizen, ids), positions(key, names)
    known = (row >= 0) & (column >= 0)
    total = np.zeros((len(ids), len(names)), np.int64)
    np.add.at(total, (row[known], column[known]), ints(amount)[known] + each)
    return total


def _membership(lists: Iterable[Iterable[str]], names: Sequence[str]) -> Bools:
    rows = [set(members) for members in lists]
    return np.array([[name in members for name in names] for members in rows], np.bool_).reshape(len(rows), len(names))


def read_centre(session: Session, day: dt.date) -> CentreFacts:
    """Read the offerings that hold on `day`, and the sites, staff and rooms."""
    legs = session.scalars(select(Leg.id).order_by(Leg.id)).all()
    indicators = session.scalars(select(Indicator.id).order_by(Indicator.id)).all()
    holds = (Offering.valid_from <= day, or_(Offering.valid_to.is_(None), Offering.valid_to >= day))
    offerings = session.execute(select(*Offering.__table__.columns).where(*holds).order_by(Offering.nr)).all()
    words = sorted({word for row in offerings for word in row.builds_on})
    sites = session.scalars(select(Site.id).order_by(Site.id)).all()
    staff, staff_role = columns(session, select(StaffMember.id, StaffMember.role).order_by(StaffMember.id))
    room_site, room_type = columns(session, select(Room.site_id, Room.type).order_by(Room.id))
    return CentreFacts(
        offering=_offering_facts(offerings, legs, indicators, words),
        leg=tuple(legs),
        indicator=tuple(indicators),
        word=tuple(words),
        role=tuple(sorted({row.contact_role for row in offerings if row.contact_role})),
        site=tuple(sites),
        travel=_read_travel(session, sites),
        staff=staff,
        staff_role=staff_role,
        room_site=positions(room_site, sites),
        room_type=room_type,
    )


def _offering_facts(
    rows: Sequence[Any], legs: Sequence[str], indicators: Sequence[str], words: Sequence[str]
) -> OfferingFacts:
    return OfferingFacts(
        id=tuple(row.id for row in rows),
        kind=tuple(row.kind for row in rows),
        staff_roles=tuple(tuple(row.staff_roles) for row in rows),
        room_type=tuple(row.room_type for row in rows),
        prerequisites=tuple(tuple(tuple(one["any"]) for one in row.prerequisites) for row in rows),
        contact_role=tuple(row.contact_role for row in rows),
        leg=positions([row.leg_id for row in rows], legs),
        job=np.array([row.job_oriented for row in rows], np.bool_),
        health_skill=np.array([row.health_skill for row in rows], np.bool_),
        due=np.array([row.kind == "conference" or row.meetings_per_week < 1 for row in rows], np.bool_),
        meeting_min=ints([row.meeting_min for row in rows]),
        per_week_100=ints([round(row.meetings_per_week * 100) for row in rows]),
        size=np.array([(row.min_size, row.max_size) for row in rows], np.int64).reshape(-1, 2),
        load=ints([row.load for row in rows]),
        supply=ints([round(row.meetings_per_week_per_1000) for row in rows]),
        earliest=ints([row.earliest_min or 0 for row in rows]),
        latest=ints([row.latest_min or 1440 for row in rows]),
        main=_membership([row.trains.get("main", ()) for row in rows], indicators),
        side=_membership([row.trains.get("side", ()) for row in rows], indicators),
        builds_on=_membership([row.builds_on for row in rows], words),
    )


def _read_travel(session: Session, sites: Sequence[str]) -> Ints:
    start, end, minutes = columns(session, select(SiteTravel.from_site_id, SiteTravel.to_site_id, SiteTravel.minutes))
    travel = np.zeros((len(sites), len(sites)), np.int64)
    travel[positions(start, sites), positions(end, sites)] = ints(minutes)
    np.fill_diagonal(travel, 0)
    return travel


def read_groups(session: Session, week: str, centre: CentreFacts) -> GroupFacts:
    """Read the week's groups of the centre's offerings that have meetings, by id."""
    names = (
        Group.id,
        Group.offering_id,
        Group.site_id,
        Group.seats,
        Group.minimum,
        Group.appointment,
        Group.open_intake,
    )
    has_meeting = Group.id.in_(select(Meeting.group_id))
    wanted = (Group.week == week, Group.offering_id.in_(centre.offering.id), has_meeting)
    group_id, offering, site, seats, minimum, appointment, is_open = columns(
        session, select(*names).where(*wanted).order_by(Group.id)
    )
    ids = ints(group_id)
    of_meeting = (Meeting.group_id, Meeting.day, Meeting.start_min, Meeting.end_min, Meeting.room_id)
    statement = select(*of_meeting).join(Group, Group.id == Meeting.group_id).where(*wanted)
    owner, day, start, end, room = columns(
        session, statement.order_by(Meeting.group_id, Meeting.day, Meeting.start_min)
    )
    held = select(GroupStaff.group_id, GroupStaff.staff_id).join(Group, Group.id == GroupStaff.group_id).where(*wanted)
    of_staff, staff = columns(session, held.order_by(GroupStaff.group_id, GroupStaff.staff_id))
    rooms = session.scalars(select(Room.id).order_by(Room.id)).all()
    return GroupFacts(
        id=ids,
        offering=positions(offering, centre.offering.id),
        site=positions(site, centre.site),
        seats=ints(seats),
        minimum=ints(minimum),
        appointment=np.array(appointment, np.bool_),
        open=np.array(is_open, np.bool_),
        meeting_ptr=pointer(np.searchsorted(ids, ints(owner)), len(ids)),
        meeting_day=ints(day),
        meeting_start=ints(start),
        meeting_end=ints(end),
        meeting_room=positions(room, rooms),
        staff_ptr=pointer(np.searchsorted(ids, ints(of_staff)), len(ids)),
        staff=positions(staff, centre.staff),
    )
