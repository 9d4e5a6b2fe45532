"""What a week holds before it is planned: for whom, with which groups, and what cannot be met whatever the plan."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from catalog.tables import Group, GroupStaff, Meeting, Offering, Site, StaffHours, StaffMember
from catalog.weeks import closed_days
from scheduler.problem import Ids, build_problem
from scheduler.reading import columns
from scheduler.tables import Citizen
from solver.options import prepare
from solver.problem import Problem
from solver.reasons_week import ALL_BARRED, locked_offerings

QUARTER_MINUTES = 15


class Wanted(NamedTuple):
    """An offering that more citizens wish, and may have, than it has seats for."""

    da: str
    en: str
    wishers: int
    seats: int


class Unstaffed(NamedTuple):
    """A group that meets while nobody who holds it is at work: a substitute is missing."""

    group_id: int
    da: str
    en: str
    site: str
    date: dt.date
    start: int  # minutes after midnight
    end: int
    away: tuple[str, ...]  # the names of those who hold it, none where nobody does


@dataclass(frozen=True)
class Outlook:
    """A week as it lies before a run."""

    citizens: int
    groups: int
    seats: int
    closed: dict[dt.date, str]
    unstaffed: tuple[Unstaffed, ...]
    locked: int  # citizens with something that is locked
    broken: tuple[tuple[str, int], ...]  # the rule that somebody's own locks break, and how many it is
    never_free: int  # citizens who can come at no time of the week
    too_little_time: int  # of the others, those who cannot come for as long as their hours take
    wanted: tuple[Wanted, ...]  # the shortest of seats first


def outlook(session: Session, week: str) -> Outlook:
    """Look at a week; one without groups, or a centre without citizens, has nothing to be planned.

    Raises
    ------
    PointsError
        The table of points has a hole in that week.
    MissingSettingError
        A setting of what is learned has no value.
    """
    closed = closed_days(session, week)
    groups = session.scalar(select(func.count()).select_from(Group).where(Group.week == week)) or 0
    citizens = session.scalar(select(func.count()).select_from(Citizen)) or 0
    if not groups or not citizens:
        return Outlook(citizens, groups, 0, closed, (), 0, (), 0, 0, ())
    problem, ids = build_problem(session, week)
    minutes = problem.available.sum(axis=(1, 2)) * QUARTER_MINUTES
    return Outlook(
        citizens=problem.num_citizens,
        groups=problem.num_groups,
        seats=int(problem.seats.sum()),
        closed=closed,
        unstaffed=tuple(_unstaffed(session, week)),
        locked=int((np.diff(problem.lock_ptr) > 0).sum()),
        broken=_broken(problem),
        never_free=int((minutes == 0).sum()),
        too_little_time=int(((minutes > 0) & (minutes < problem.min_minutes)).sum()),
        wanted=_wanted(session, problem, ids),
    )


def _broken(problem: Problem) -> tuple[tuple[str, int], ...]:
    """The rules that locks alone break, the most frequent first."""
    nothing_else = replace(problem, barred=np.where(locked_offerings(problem), problem.barred, ALL_BARRED))
    return tuple(Counter(slug for _, slug in prepare(nothing_else).exceptions).most_common())


def _wanted(session: Session, problem: Problem, ids: Ids) -> tuple[Wanted, ...]:
    wishers = ((problem.wish > 0) & (problem.barred == 0)).sum(axis=0)
    seats = np.zeros(problem.num_offerings, np.int64)
    np.add.at(seats, problem.slot_offering, problem.seats)
    names = {key: (da, en) for key, da, en in session.execute(select(Offering.id, Offering.da, Offering.en))}
    short = sorted(np.flatnonzero(wishers > seats).tolist(), key=lambda at: (seats[at] - wishers[at], at))
    return tuple(Wanted(*names[ids.offering[at]], int(wishers[at]), int(seats[at])) for at in short)


def _unstaffed(session: Session, week: str) -> Iterable[Unstaffed]:
    """The meetings at which nobody of the group's staff works; who has no hours noted works whenever it is open."""
    hours: dict[tuple[str, int], list[tuple[int, int]]] = {}
    for staff, day, start, end in zip(*columns(session, _HOURS), strict=True):
        hours.setdefault((staff, day), []).append((start, end))
    with_hours = {staff for staff, _ in hours}
    held: dict[int, list[tuple[str, str]]] = {}
    holds = select(GroupStaff.group_id, StaffMember.id, StaffMember.name)
    holds = holds.join(StaffMember, StaffMember.id == GroupStaff.staff_id).join(Group, Group.id == GroupStaff.group_id)
    for group, staff, name in session.execute(holds.where(Group.week == week).order_by(StaffMember.name)):
        held.setdefault(group, []).append((staff, name))
    meetings = select(Group.id, Offering.da, Offering.en, Site.name, Meeting.date, Meeting.start_min, Meeting.end_min)
    meetings = meetings.join(Group, Group.id == Meeting.group_id)
    meetings = meetings.join(Offering, Offering.id == Group.offering_id).join(Site, Site.id == Group.site_id)
    rows = session.execute(meetings.where(Group.week == week).order_by(Meeting.date, Meeting.start_min, Group.id))
    for group, da, en, site, date, start, end in rows:
        holders = held.get(group, [])
        if not any(
            staff not in with_hours or any(a <= start and end <= b for a, b in hours.get((staff, date.weekday()), ()))
            for staff, _ in holders
        ):
            yield Unstaffed(group, da, en, site, date, start, end, tuple(name for _, name in holders))


_HOURS = select(StaffHours.staff_id, StaffHours.day, StaffHours.start_min, StaffHours.end_min)
