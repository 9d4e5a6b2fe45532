"""The facts of one week as columns, before any point is given: what the tables say, with positions for keys.

Axes as in `solver.problem`, and X indicators, W words of strengths, T room types.
"""

from __future__ import annotations

from dataclasses import dataclass

from solver.problem import Bools, Ints


@dataclass(frozen=True)
class OfferingFacts:
    """The offerings that hold in the week, by number."""

    id: tuple[str, ...]
    kind: tuple[str, ...]
    staff_roles: tuple[tuple[str, ...], ...]
    room_type: tuple[str, ...]
    prerequisites: tuple[tuple[tuple[str, ...], ...], ...]  # all of (any of (offering or test, ...), ...)
    contact_role: tuple[str | None, ...]
    leg: Ints  # (O,) leg position
    job: Bools  # (O,)
    health_skill: Bools  # (O,)
    due: Bools  # (O,) only when due, referred to or asked for
    meeting_min: Ints  # (O,)
    per_week_100: Ints  # (O,) meetings a week x 100
    size: Ints  # (O, 2) fewest and most citizens of a group
    load: Ints  # (O,) energy points a meeting
    supply: Ints  # (O,) meetings a week for 1,000 citizens
    earliest: Ints  # (O,) minutes after midnight before which no meeting starts
    latest: Ints  # (O,) minutes after midnight after which no meeting ends
    main: Bools  # (O, X) the offering trains the indicator
    side: Bools  # (O, X) it trains the indicator on the side
    builds_on: Bools  # (O, W) it uses the strength


@dataclass(frozen=True)
class CentreFacts:
    """What does not change with the citizens: offerings, sites, staff, rooms, and the names of positions."""

    offering: OfferingFacts
    leg: tuple[str, ...]
    indicator: tuple[str, ...]
    word: tuple[str, ...]
    role: tuple[str, ...]  # contact roles
    site: tuple[str, ...]
    travel: Ints  # (P, P) minutes
    staff: tuple[str, ...]
    staff_role: tuple[str, ...]
    room_site: Ints  # one entry a room
    room_type: tuple[str, ...]


@dataclass(frozen=True)
class GroupFacts:
    """The week's groups, their meetings in order of group, day and start, and their staff."""

    id: Ints  # (G,)
    offering: Ints  # (G,)
    site: Ints  # (G,)
    seats: Ints  # (G,)
    minimum: Ints  # (G,)
    appointment: Bools  # (G,) staff and room are used by those who take it
    open: Bools  # (G,) joined this week by anybody, not only by those who are locked into it
    meeting_ptr: Ints  # (G + 1,)
    meeting_day: Ints  # (M,)
    meeting_start: Ints  # (M,)
    meeting_end: Ints  # (M,)
    meeting_room: Ints  # (M,) room position, -1 = none
    staff_ptr: Ints  # (G + 1,)
    staff: Ints  # staff positions


@dataclass(frozen=True)
class CitizenFacts:
    """Everybody to be planned for, by id."""

    id: Ints  # (I,)
    weight: Ints  # (I,) percent
    min_minutes: Ints  # (I,)
    max_minutes: Ints  # (I,)
    energy: Ints  # (I,)
    daily_limit: Ints  # (I,)
    reach: Bools  # (I, P)
    site_level: Ints  # (I, P) 0 .. 5
    time_level: Ints  # (I, 7, 2) 0 .. 5
    available: Bools  # (I, 7, 96)
    leg: Ints  # (I, L) 0 = not needed, 1 = needed, 2 = most pressing
    goal: Ints  # (I, X) open sub-goals on the indicator
    strength: Bools  # (I, W)
    wish: Ints  # (I, O) 0 .. 5
    barred: Ints  # (I, O) sum of BARRED_BIT
    promised: Bools  # (I, O) agreed with no group named
    contact: Ints  # (I, C) staff position, -1 = none
    kept: Ints  # (K, 2) citizen and group of last week's place that she may leave
    locked: Ints  # (n, 2) citizen and group
    apart: Ints  # (A, 2) citizens


@dataclass(frozen=True)
class Facts:
    """One week of one centre."""

    week: str
    centre: CentreFacts
    group: GroupFacts
    citizen: CitizenFacts
