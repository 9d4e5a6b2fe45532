"""What a planned week takes: groups, hours of staff and rooms, and rooms and sites to have them in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from scheduler.facts import Facts
from scheduler.lab.candidates import AT_EMPLOYERS
from scheduler.lab.draft import Draft
from scheduler.lab.kpis import MINUTES, Side, staff_hours, times_taken
from scheduler.slots import QUARTER_MINUTES
from solver.problem import DAYS, QUARTERS, Bools, Ints

Kind = tuple[int, str]  # site and type of room


@dataclass(frozen=True)
class Needs:
    """One planned week; hours are a week's."""

    groups: Mapping[str, int]  # of several citizens that meet, by offering
    appointments: int  # that somebody has
    seats: int  # that somebody takes
    staff_hours: Mapping[str, float]  # by role
    room_hours: Mapping[str, float]  # by type
    rooms: Mapping[str, int]  # by site, in use at the busiest time of each type


def count_needs(draft: Draft, side: Side, employer_share: float) -> Needs:
    """Count what the groups take that meet and the appointments that somebody has.

    Parameters
    ----------
    employer_share
        Of an internship's hours, those in which staff is there.
    """
    facts, group = draft.facts, draft.facts.group
    offering, names = facts.centre.offering, facts.centre.offering.id
    times = times_taken(facts, side.ids, side.plans)
    at_employer = np.array([kind == AT_EMPLOYERS for kind in offering.kind], np.bool_)[group.offering]
    meets = np.bincount(group.offering[(times > 0) & ~group.appointment], minlength=len(names))
    hours, rooms = _rooms(facts, times > 0)
    return Needs(
        groups={name: int(number) for name, number in zip(names, meets.tolist(), strict=True) if number},
        appointments=int(times[group.appointment].sum()),
        seats=len(side.plans.group),
        staff_hours=staff_hours(facts, side.ids, side.plans, np.where(at_employer, employer_share, 1.0)),
        room_hours=hours,
        rooms=rooms,
    )


def _rooms(facts: Facts, meets: Bools) -> tuple[dict[str, float], dict[str, int]]:
    """Hours in rooms by type, and by site the rooms that are in use at once, each type at its busiest quarter."""
    centre, hours = facts.centre, dict[str, float]()
    in_use: dict[Kind, Ints] = defaultdict(lambda: np.zeros((DAYS, QUARTERS), np.int64))
    for (site, kind), day, start, end in _in_rooms(facts, meets):
        in_use[site, kind][day, start // QUARTER_MINUTES : -(-end // QUARTER_MINUTES)] += 1
        hours[kind] = hours.get(kind, 0.0) + (end - start) / MINUTES
    rooms = dict.fromkeys(centre.site, 0)
    for (site, _), busy in in_use.items():
        rooms[centre.site[site]] += int(busy.max())
    return {kind: round(hours[kind], 2) for kind in sorted(hours)}, rooms


def _in_rooms(facts: Facts, meets: Bools) -> Iterator[tuple[Kind, int, int, int]]:
    """Every meeting in a room: that of a group in its own, that of an appointment in one of its offering's type."""
    group, centre = facts.group, facts.centre
    kinds = set(zip(centre.room_site.tolist(), centre.room_type, strict=True))
    owner = np.repeat(np.arange(len(group.id)), np.diff(group.meeting_ptr))
    for meeting in np.flatnonzero(meets[owner]).tolist():
        at, room = int(owner[meeting]), int(group.meeting_room[meeting])
        kind = int(group.site[at]), centre.offering.room_type[int(group.offering[at])]
        if room >= 0:
            kind = int(centre.room_site[room]), centre.room_type[room]
        elif not group.appointment[at] or kind not in kinds:
            continue
        yield (
            kind,
            int(group.meeting_day[meeting]),
            int(group.meeting_start[meeting]),
            int(group.meeting_end[meeting]),
        )
