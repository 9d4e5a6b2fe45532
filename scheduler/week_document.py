"""A whole week as JSON. It is kept for as long as the publication, so it names citizens by number only."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

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
    query = (
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
    found = {row.group_id: {**row._mapping, "meetings": [], "staff": []} for row in session.execute(query)}
    times = (Meeting.group_id, Meeting.day, Meeting.start_min, Meeting.end_min, Meeting.date)
    meetings = select(*times, Room.name).outerjoin(Room, Room.id == Meeting.room_id)
    ordered = meetings.where(Meeting.group_id.in_(wanted)).order_by(Meeting.group_id, Meeting.day, Meeting.start_min)
    for group, day, start, end, date, room in session.execute(ordered):
        meeting = {"date": date.isoformat(), "day": day, "start": start, "end": end, "room": room or ""}
        found[group]["meetings"].append(meeting)
    staff = select(GroupStaff.group_id, StaffMember.name).join(StaffMember, StaffMember.id == GroupStaff.staff_id)
    for group, name in session.execute(staff.where(GroupStaff.group_id.in_(wanted)).order_by(StaffMember.name)):
        found[group]["staff"].append(name)
    return list(found.values())
