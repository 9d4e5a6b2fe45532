"""The groups that a week could have more: what, where and when, wherever somebody to hold it and a room are free."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from scheduler.facts import CentreFacts, GroupFacts
from scheduler.lab.draft import Draft, add, group_facts
from scheduler.lab.free import Free, Worker, minutes_of, quarters
from scheduler.lab.group_edits import FOR_ONE, times_of
from solver.problem import Ints

AT_EMPLOYERS = "internship"  # Its places are an employer's to give, not of free staff and rooms.
Pattern = tuple[tuple[int, int, int], ...]  # day, start and end


@dataclass(frozen=True)
class Candidate:
    """A group that could be, like one of the week but for its time, its staff and its room."""

    offering: int
    site: int
    times: Pattern
    like: int  # position of a group of the week
    seats: int
    minimum: int
    staff: tuple[int, ...]
    room: int  # -1: the centre counts no such rooms

    @property
    def key(self) -> tuple[int, int, Pattern]:
        """What it is, whoever holds it."""
        return self.offering, self.site, self.times

    def as_group(self) -> GroupFacts:
        """The group itself."""
        made = group_facts(self.offering, self.site, self.seats, self.minimum, list(self.times), list(self.staff))
        return replace(made, meeting_room=np.full(len(self.times), self.room, np.int64))


def with_group(draft: Draft, candidate: Candidate, code: str) -> Draft:
    """The week with a group more."""
    return add(draft, candidate.as_group(), (code,))


def list_candidates(
    draft: Draft, workers: Mapping[str, Worker], free: Free, only: Collection[int] | None = None
) -> list[Candidate]:
    """Every offering of several citizens, at each site where it meets and each time that fits.

    Whoever has most time left holds it. A time is the weekdays of one of its groups with a start that some group of the
    centre has.

    Parameters
    ----------
    only
        Positions of offerings; the others are left out.
    """
    group, centre = draft.facts.group, draft.facts.centre
    several = ~group.appointment & ~np.isin(group.offering, _others(centre))
    starts = sorted(set(group.meeting_start[np.repeat(several, np.diff(group.meeting_ptr))].tolist()))
    found = []
    for offering in np.unique(group.offering[several]).tolist():
        if only is not None and offering not in only:
            continue
        own = np.flatnonzero(several & (group.offering == offering))
        patterns = _patterns(centre, offering, [tuple(times_of(group, at)) for at in own.tolist()], starts)
        for site in np.unique(group.site[own]).tolist():
            like = min(own[group.site[own] == site].tolist(), key=lambda at: (-int(group.seats[at]), at))
            found += list(_at_site(draft, workers, free, like, patterns))
    return found


def _others(centre: CentreFacts) -> Ints:
    kinds = (*FOR_ONE, AT_EMPLOYERS)
    return np.array([at for at, kind in enumerate(centre.offering.kind) if kind in kinds], np.int64)


def _patterns(centre: CentreFacts, offering: int, own: list[Pattern], starts: Sequence[int]) -> list[Pattern]:
    """Its own times, and its own weekdays at each start that its hours allow, where all its meetings start alike."""
    earliest, latest = int(centre.offering.earliest[offering]), int(centre.offering.latest[offering])
    found = dict.fromkeys(own)
    for times in list(found):
        if len({start for _, start, _ in times}) > 1:
            continue
        for start in starts:
            moved = tuple((day, start, start + end - begun) for day, begun, end in times)
            if earliest <= start and max(end for _, _, end in moved) <= latest:
                found[moved] = None
    return list(found)


def _at_site(
    draft: Draft, workers: Mapping[str, Worker], free: Free, like: int, patterns: list[Pattern]
) -> Iterator[Candidate]:
    group, centre = draft.facts.group, draft.facts.centre
    offering, site = int(group.offering[like]), int(group.site[like])
    held = group.staff[group.staff_ptr[like] : group.staff_ptr[like + 1]].tolist()
    roles = centre.offering.staff_roles[offering] or tuple(centre.staff_role[who] for who in held)
    here = [
        at
        for at, name in enumerate(centre.staff)
        if centre.staff_role[at] in roles and name in workers and workers[name].site == centre.site[site]
    ]
    kind = centre.offering.room_type[offering]
    rooms = [at for at in np.flatnonzero(centre.room_site == site).tolist() if centre.room_type[at] == kind]
    for times in patterns:
        staff = _holders(centre, free, here, roles, times)
        room = _room(free, rooms, (site, kind), times, needed=kind in centre.room_type)
        if staff is not None and room is not None:
            seats, minimum = int(group.seats[like]), int(group.minimum[like])
            yield Candidate(offering, site, times, like, seats, minimum, staff, room)


def _holders(
    centre: CentreFacts, free: Free, here: list[int], roles: Sequence[str], times: Pattern
) -> tuple[int, ...] | None:
    """Somebody of each role who is free, whoever has most minutes left; None where a role has nobody."""
    mask, minutes = quarters(times), minutes_of(times)
    able = [at for at in here if free.staff[at] & mask == mask and free.left[at] >= minutes]
    chosen: list[int] = []
    for role in roles:
        rest = [at for at in able if centre.staff_role[at] == role and at not in chosen]
        if not rest:
            return None
        chosen.append(max(rest, key=lambda at: (free.left[at], -at)))
    return tuple(sorted(chosen))


def _room(free: Free, rooms: list[int], kind: tuple[int, str], times: Pattern, *, needed: bool) -> int | None:
    """A room that is free at all the times, -1 where none is needed, or None."""
    if not needed:
        return -1
    mask = quarters(times)
    if free.kind.get(kind, 0) & mask != mask:
        return None
    return next((at for at in rooms if free.room[at] & mask == mask), None)
