"""Who of the staff and which rooms are free when, in a week of the lab as it is planned."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.tables import StaffHours, StaffMember
from scheduler.facts import CentreFacts, GroupFacts
from scheduler.lab.draft import Draft
from scheduler.lab.group_edits import Times, times_of
from scheduler.lab.kpis import Side
from scheduler.slots import QUARTER_MINUTES
from solver.problem import DAYS, QUARTERS

ALWAYS = (1 << DAYS * QUARTERS) - 1
RoomKind = tuple[int, str]  # site and type


@dataclass(frozen=True)
class Worker:
    """What is agreed with a member of staff."""

    site: str
    minutes: int  # a week
    at_work: int  # quarters


@dataclass(frozen=True)
class Free:
    """Quarters of the week are the bits of a number, the first of Monday the lowest."""

    left: tuple[int, ...]  # minutes of each member of staff
    staff: tuple[int, ...]  # quarters of each in which she is at work and holds nothing
    room: tuple[int, ...]  # quarters of each room in which no group meets in it
    kind: dict[RoomKind, int]  # quarters in which those who have an appointment leave a room of the kind


def quarters(times: Iterable[tuple[int, int, int]], spare: int = 0) -> int:
    """The quarters that meetings touch, with some minutes before and after."""
    mask = 0
    for day, start, end in times:
        first = max(0, start - spare) // QUARTER_MINUTES
        last = min(QUARTERS, -(-(end + spare) // QUARTER_MINUTES))
        mask |= ((1 << (last - first)) - 1) << (day * QUARTERS + first)
    return mask


def minutes_of(times: Iterable[tuple[int, int, int]]) -> int:
    """How long meetings last, together."""
    return sum(end - start for _, start, end in times)


def read_workers(session: Session) -> dict[str, Worker]:
    """Read by id where the members of staff work, and when; without hours of her own she works at any time."""
    hours: dict[str, Times] = defaultdict(list)
    for row in session.scalars(select(StaffHours)):
        hours[row.staff_id].append((row.day, row.start_min, row.end_min))
    return {
        one.id: Worker(one.site_id, one.week_minutes, quarters(hours[one.id]) if one.id in hours else ALWAYS)
        for one in session.scalars(select(StaffMember))
    }


def find_free(draft: Draft, workers: Mapping[str, Worker], planned: Side) -> Free:
    """What a week's groups leave, and the appointments that a plan of it gives to somebody.

    Who is not among `workers` is never free. Between two sites the way takes its time.
    """
    group, centre = draft.facts.group, draft.facts.centre
    known = [workers.get(name) for name in centre.staff]
    left = [0 if one is None else one.minutes for one in known]
    staff = [0 if one is None else one.at_work for one in known]
    room = [ALWAYS] * len(centre.room_type)
    taken = set(planned.ids.group[planned.plans.group].tolist())
    used: dict[RoomKind, list[int]] = defaultdict(list)
    for at, key in enumerate(group.id.tolist()):
        times = times_of(group, at)
        if group.appointment[at]:
            if key not in taken:
                continue
            used[int(group.site[at]), centre.offering.room_type[int(group.offering[at])]].append(quarters(times))
        else:
            for place, meeting in _rooms(group, at):
                room[place] &= ~quarters([meeting])
        for who in group.staff[group.staff_ptr[at] : group.staff_ptr[at + 1]].tolist():
            left[who] -= minutes_of(times)
            staff[who] &= ~quarters(times, _way(centre, known[who], int(group.site[at])))
    kinds = set(zip(centre.room_site.tolist(), centre.room_type, strict=True))
    return Free(tuple(left), tuple(staff), tuple(room), {kind: _not_full(centre, kind, room, used) for kind in kinds})


def _rooms(group: GroupFacts, at: int) -> Iterator[tuple[int, tuple[int, int, int]]]:
    span = slice(group.meeting_ptr[at], group.meeting_ptr[at + 1])
    for place, meeting in zip(group.meeting_room[span].tolist(), times_of(group, at), strict=True):
        if place >= 0:
            yield place, meeting


def _way(centre: CentreFacts, worker: Worker | None, site: int) -> int:
    """Minutes from where somebody works to a site."""
    if worker is None or worker.site not in centre.site:
        return 0
    return int(centre.travel[centre.site.index(worker.site), site])


def _not_full(centre: CentreFacts, kind: RoomKind, room: list[int], used: dict[RoomKind, list[int]]) -> int:
    """The quarters in which fewer appointments need a room of a kind than no group meets in."""
    if kind not in used:
        return ALWAYS
    rooms = [room[at] for at in np.flatnonzero(centre.room_site == kind[0]) if centre.room_type[at] == kind[1]]
    return sum(
        1 << bit
        for bit in range(DAYS * QUARTERS)
        if sum(mask >> bit & 1 for mask in used[kind]) < sum(mask >> bit & 1 for mask in rooms)
    )
