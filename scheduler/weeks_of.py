"""A week as one person has it: a citizen's groups, a group's participants, a worker's groups."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, bindparam, func, literal, select
from sqlalchemy.orm import Session, aliased

from catalog.tables import Group, GroupStaff, Meeting, Offering, Room, Site, StaffMember
from scheduler.life import need_published_run
from scheduler.reading import Rows
from scheduler.stored import NotFoundError, Participant, placed
from scheduler.tables import Place, PlanEntry, Run


@dataclass(frozen=True, order=True)
class MeetingTime:
    """One time interval of a group; times are minutes after midnight."""

    day: int
    start: int
    end: int
    date: dt.date
    room: str


@dataclass(frozen=True)
class PlannedGroup:
    """A group as the people in it know it. `neutral_da` gives nothing away about health."""

    group_id: int
    code: str
    series_id: str | None
    offering_id: str
    da: str
    en: str
    neutral_da: str
    site_id: str
    site: str
    meetings: tuple[MeetingTime, ...]
    staff: tuple[str, ...]


@dataclass(frozen=True)
class CitizenWeek:
    """What a run proposes to one citizen; a proposal has no `version`."""

    week: str
    run_id: int
    version: int | None
    citizen_id: int
    groups: tuple[PlannedGroup, ...]


@dataclass(frozen=True)
class HeldGroup(PlannedGroup):
    """A group that a worker holds; one without participants does not run."""

    participants: int


@dataclass(frozen=True)
class StaffWeek:
    """One worker's published week."""

    week: str
    run_id: int
    staff_id: str
    groups: tuple[HeldGroup, ...]


_holding = aliased(GroupStaff)
_FACTS = (
    Group.id,
    Group.code,
    Group.series_id,
    Group.offering_id,
    Offering.da,
    Offering.en,
    Offering.neutral_da,
    Group.site_id,
    Site.name,
    Meeting.day,
    Meeting.start_min,
    Meeting.end_min,
    Meeting.date,
    Room.name,
    StaffMember.name,
)
_PARTICIPANTS = select(func.count()).where(Place.group_id == Group.id).correlate(Group).scalar_subquery()


def _with_facts(statement: Rows, group_id: Any) -> Rows:
    """Add a row for every meeting and worker of a group: one query is quicker than one for each kind of fact."""
    return (
        statement.outerjoin(Group, Group.id == group_id)
        .outerjoin(Offering, Offering.id == Group.offering_id)
        .outerjoin(Site, Site.id == Group.site_id)
        .outerjoin(Meeting, Meeting.group_id == Group.id)
        .outerjoin(Room, Room.id == Meeting.room_id)
        .outerjoin(GroupStaff, GroupStaff.group_id == Group.id)
        .outerjoin(StaffMember, StaffMember.id == GroupStaff.staff_id)
        .order_by(Group.code)
    )


# Made once: putting such a statement together takes longer than running it.
_PROPOSED = _with_facts(
    select(Run.week, Run.id, *_FACTS)
    .select_from(Run)
    .outerjoin(PlanEntry, and_(PlanEntry.run_id == Run.id, PlanEntry.citizen_id == bindparam("citizen_id")))
    .where(Run.id == bindparam("run_id"), Run.objective.is_not(None)),
    PlanEntry.group_id,
)
_HELD = _with_facts(
    select(literal(0), _PARTICIPANTS, *_FACTS).select_from(_holding).where(_holding.staff_id == bindparam("staff_id")),
    _holding.group_id,
).where(Group.week == bindparam("week"))


def proposed_week(session: Session, run_id: int, citizen_id: int) -> CitizenWeek:
    """The week that a run proposes to one citizen.

    Raises
    ------
    NotFoundError
        There is no such run, or it has no plan.
    """
    rows = session.execute(_PROPOSED, {"run_id": run_id, "citizen_id": citizen_id}).all()
    if not rows:
        raise NotFoundError(f"there is no run {run_id} with a plan: igang runs lists them")
    return CitizenWeek(rows[0][0], run_id, None, citizen_id, _groups(rows))


def participants(session: Session, week: str, group_id: int) -> list[Participant]:
    """Everybody in a group of the published week as it stands, by their id.

    Raises
    ------
    NotPublishedError
        The week has no published plan.
    NotFoundError
        The week has no such group.
    """
    need_published_run(session, week)
    if session.scalar(select(Group.week).where(Group.id == group_id)) != week:
        raise NotFoundError(f"there is no group {group_id} in week {week}")
    return placed(session, group_id)


def staff_week(session: Session, week: str, staff_id: str) -> StaffWeek:
    """The groups that a worker holds in the published week, with how many come as it stands.

    Raises
    ------
    NotPublishedError
        The week has no published plan.
    """
    run_id = need_published_run(session, week)
    rows = session.execute(_HELD, {"week": week, "staff_id": staff_id}).all()
    count = {row[2]: row[1] for row in rows}
    groups = (HeldGroup(**vars(group), participants=count[group.group_id]) for group in _groups(rows))
    return StaffWeek(week, run_id, staff_id, tuple(groups))


def _groups(rows: Sequence[Any]) -> tuple[PlannedGroup, ...]:
    """Put the rows of `_with_facts` together, after two columns of their own; groups by their first meeting."""
    facts: dict[int, tuple[Any, ...]] = {}
    meetings: dict[int, set[MeetingTime]] = {}
    staff: dict[int, set[str]] = {}
    for _, _, group_id, *fact, day, start, end, date, room, worker in rows:
        if group_id is None:
            continue
        facts[group_id] = tuple(fact)
        times = meetings.setdefault(group_id, set())
        if day is not None:
            times.add(MeetingTime(day, start, end, date, room or ""))
        names = staff.setdefault(group_id, set())
        if worker is not None:
            names.add(worker)
    groups = (
        PlannedGroup(*(key, *fact, tuple(sorted(meetings[key])), tuple(sorted(staff[key]))))
        for key, fact in facts.items()
    )
    return tuple(sorted(groups, key=lambda group: (group.meetings, group.code)))
