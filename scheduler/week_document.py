"""A whole week as JSON. It is kept for as long as the publication, so it names citizens by number only."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import BindParameter, Select, bindparam, lambda_stmt, select
from sqlalchemy.orm import Session

from catalog.database import padded, run_made
from catalog.tables import Group, GroupStaff, Meeting, Offering, Room, Site, StaffMember
from scheduler.reading import columns
from scheduler.tables import PlanEntry


def week_document(session: Session, week: str, run_id: int, version: int, now: dt.datetime) -> bytes:
    """Encode the groups of a run, each once, and every citizen's groups by their ids."""
    groups = describe_groups(session, select(PlanEntry.group_id).where(PlanEntry.run_id == run_id).distinct())
    plans: dict[int, list[int]] = {}
    entries = select(PlanEntry.citizen_id, PlanEntry.group_id).where(PlanEntry.run_id == run_id)
    for citizen, group in zip(*columns(session, entries), strict=True):
        plans.setdefault(citizen, []).append(group)
    document = {
        "week": week,
        "version": version,
        "run": run_id,
        "published_at": now.astimezone(dt.UTC).isoformat(),
        "groups": groups,
        "citizens": [{"citizen_id": citizen, "groups": sorted(plans[citizen])} for citizen in sorted(plans)],
    }
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def describe_groups(session: Session, wanted: Select[int] | Sequence[int]) -> list[dict[str, Any]]:
    """What a document says of each group whose id is wanted, by their ids."""
    if isinstance(wanted, Select):
        groups, meetings, staff = (session.execute(made) for made in _about(wanted))
    elif wanted:
        some = {"groups": padded(wanted)}
        groups, meetings, staff = (run_made(session, made, some) for made in _ABOUT_SOME)
    else:
        return []
    found = {row.group_id: {**row._mapping, "meetings": [], "staff": []} for row in groups}
    for group, day, start, end, date, room in meetings:
        meeting = {"date": date.isoformat(), "day": day, "start": start, "end": end, "room": room or ""}
        found[group]["meetings"].append(meeting)
    for group, name in staff:
        found[group]["staff"].append(name)
    return list(found.values())


def _about(wanted: Select[int] | BindParameter[int]) -> tuple[Select[*tuple[Any, ...]], ...]:
    """The groups that are wanted, their meetings in order, and who holds them."""
    groups = (
        select(
            Group.id.label("group_id"),
            Group.code,
            Group.offering_id,
            Offering.da,
            Offering.en,
            Offering.neutral_da,
            Site.name.label("site"),
        )
        .join(Offering, Offering.id == Group.offering_id)
        .join(Site, Site.id == Group.site_id)
        .where(Group.id.in_(wanted))
        .order_by(Group.id)
    )
    times = (Meeting.group_id, Meeting.day, Meeting.start_min, Meeting.end_min, Meeting.date)
    meetings = select(*times, Room.name).outerjoin(Room, Room.id == Meeting.room_id)
    staff = select(GroupStaff.group_id, StaffMember.name).join(StaffMember, StaffMember.id == GroupStaff.staff_id)
    return (
        groups,
        meetings.where(Meeting.group_id.in_(wanted)).order_by(Meeting.group_id, Meeting.day, Meeting.start_min),
        staff.where(GroupStaff.group_id.in_(wanted)).order_by(StaffMember.name),
    )


# Made once, for every change request is put into words.
_SOME_GROUPS, _SOME_MEETINGS, _SOME_STAFF = _about(bindparam("groups", expanding=True))
_ABOUT_SOME = (
    lambda_stmt(lambda: _SOME_GROUPS),
    lambda_stmt(lambda: _SOME_MEETINGS),
    lambda_stmt(lambda: _SOME_STAFF),
)
