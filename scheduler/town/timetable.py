"""The series of the town while they are made: where and when each meets, and who and which room it holds."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from scheduler.facts import CentreFacts, GroupFacts
from scheduler.reading import pointer
from scheduler.slots import QUARTER_MINUTES
from scheduler.town.draws import spread, stream, town_rules
from scheduler.town.people import Sites
from solver.problem import QUARTERS, Ints

Times = tuple[tuple[int, int, int], ...]  # (day, start, end)


@dataclass
class Draft:
    """One series."""

    code: str
    offering: int
    site: int
    seats: int
    minimum: int
    times: Times
    staff: list[str] = field(default_factory=list)
    room: str | None = None
    appointment: bool = False
    open: bool = True
    running: bool = False


@dataclass
class Resources:
    """Staff and rooms, hired as the timetable needs them: (role or type, site) -> who is busy when."""

    staff: dict[str, tuple[str, int]] = field(default_factory=dict)  # id: role, site
    rooms: dict[str, tuple[str, int]] = field(default_factory=dict)  # id: type, site
    hours: dict[str, list[tuple[int, int, int]]] = field(default_factory=dict)  # of staff with appointments
    _busy: dict[tuple[str, int], list[tuple[str, int]]] = field(default_factory=lambda: defaultdict(list))
    _count: Counter[tuple[str, int]] = field(default_factory=Counter)

    def hire(self, role: str, site: int) -> str:
        """Add a member of staff."""
        return self._add(self.staff, role, site)

    def add_room(self, kind: str, site: int) -> str:
        """Add a room."""
        return self._add(self.rooms, kind, site)

    def _add(self, names: dict[str, tuple[str, int]], kind: str, site: int) -> str:
        self._count[kind, site] += 1
        name = f"{kind}-{site:03}-{self._count[kind, site]:03}"
        names[name] = (kind, site)
        return name

    def book(
        self, names: dict[str, tuple[str, int]], kind: str, site: int, times: Times, most: int, taken: Sequence[str]
    ) -> str:
        """Book the first who is free at the times and has minutes left; add one where nobody is."""
        wanted = _quarters(times)
        row = self._busy[kind, site]
        for position, (name, busy) in enumerate(row):
            if not busy & wanted and name not in taken and (busy | wanted).bit_count() * QUARTER_MINUTES <= most:
                row[position] = (name, busy | wanted)
                return name
        row.append((self._add(names, kind, site), wanted))
        return row[-1][0]


def _quarters(times: Times) -> int:
    mask = 0
    for day, start, end in times:
        first, last = start // QUARTER_MINUTES, -(-end // QUARTER_MINUTES)
        mask |= ((1 << (last - first)) - 1) << (day * QUARTERS + first)
    return mask


class GroupMaker:
    """Makes the groups one after another; the k-th of an offering does not depend on how many follow."""

    def __init__(self, seed: int, centre: CentreFacts, sites: Sites, resources: Resources) -> None:
        self._centre, self.resources = centre, resources
        self._made = [0] * len(centre.offering.id)
        self._at_site: dict[tuple[int, int], int] = defaultdict(int)
        self._sites = [_turns(seed, "site", name, sites.size.tolist()) for name in centre.offering.id]
        self._times = [_all_times(seed, centre, offering) for offering in range(len(centre.offering.id))]

    def make(self, offering: int, seats: int, *, is_open: bool, running: bool) -> Draft:
        """Make the next group of an offering: at the next site in turn, and at the site's next time."""
        facts, number = self._centre.offering, self._made[offering]
        self._made[offering] += 1
        site = self._sites[offering][number % len(self._sites[offering])]
        turn = self._at_site[offering, site]
        self._at_site[offering, site] += 1
        choices = self._times[offering]
        times = choices[(turn + 7 * site) % len(choices)]
        minimum = 0 if facts.kind[offering] == "internship" else min(int(facts.size[offering, 0]), seats)
        draft = Draft(
            f"{facts.id[offering]}-{number + 1:05}",
            offering,
            site,
            seats,
            minimum,
            times,
            open=is_open,
            running=running,
        )
        if facts.kind[offering] != "internship":
            self._reserve(draft)
        return draft

    def _reserve(self, draft: Draft) -> None:
        rules, book = town_rules()["groups"], self.resources
        for role in self._centre.offering.staff_roles[draft.offering]:
            draft.staff.append(
                book.book(book.staff, role, draft.site, draft.times, rules["staff_minutes"], draft.staff)
            )
        kind = self._centre.offering.room_type[draft.offering]
        if kind not in rules["no_room"]:
            draft.room = book.book(book.rooms, kind, draft.site, draft.times, 7 * 1440, ())


def _turns(seed: int, purpose: str, name: str, share: Sequence[int]) -> list[int]:
    order = np.repeat(np.arange(len(share)), spread(10 * len(share), share))
    turns: list[int] = stream(seed, purpose, name).permutation(order).tolist()
    return turns


def _all_times(seed: int, centre: CentreFacts, offering: int) -> list[Times]:
    """All fixed day patterns at all starts that the offering's hours allow, in an order of its own."""
    rules, facts = town_rules(), centre.offering
    name, minutes = facts.id[offering], int(facts.meeting_min[offering])
    earliest, latest = int(facts.earliest[offering]), int(facts.latest[offering])
    starts = rules["groups"]["starts_of"].get(name, rules["groups"]["starts"])
    fitting = [start for start in starts if earliest <= start and start + minutes <= min(latest, rules["close"])]
    patterns = rules["groups"]["days"][max(1, int(facts.per_week_100[offering]) // 100)]
    choices = [
        tuple((day, start, start + minutes) for day in pattern)
        for start in fitting or [max(earliest, rules["open"])]
        for pattern in patterns
    ]
    order = stream(seed, "times", name).permutation(len(choices)).tolist()
    return [choices[position] for position in order]


def group_facts(drafts: Sequence[Draft], staff: Sequence[str], rooms: Sequence[str]) -> GroupFacts:
    """The drafts as columns, in order of their codes."""
    place_of_staff = {name: position for position, name in enumerate(staff)}
    place_of_room = {name: position for position, name in enumerate(rooms)}
    meetings = np.array(list(_meetings(drafts, place_of_room)), np.int64).reshape(-1, 5)
    held = [(group, place_of_staff[name]) for group, draft in enumerate(drafts) for name in sorted(draft.staff)]
    of_staff = np.array(held, np.int64).reshape(-1, 2)
    numbers = np.array([(d.offering, d.site, d.seats, d.minimum) for d in drafts], np.int64).reshape(-1, 4)
    return GroupFacts(
        id=np.arange(1, len(drafts) + 1),
        offering=numbers[:, 0].copy(),
        site=numbers[:, 1].copy(),
        seats=numbers[:, 2].copy(),
        minimum=numbers[:, 3].copy(),
        appointment=np.array([draft.appointment for draft in drafts], np.bool_),
        open=np.array([draft.open for draft in drafts], np.bool_),
        meeting_ptr=pointer(meetings[:, 0], len(drafts)),
        meeting_day=meetings[:, 1].copy(),
        meeting_start=meetings[:, 2].copy(),
        meeting_end=meetings[:, 3].copy(),
        meeting_room=meetings[:, 4].copy(),
        staff_ptr=pointer(of_staff[:, 0], len(drafts)),
        staff=of_staff[:, 1].copy(),
    )


def _meetings(drafts: Sequence[Draft], place_of_room: dict[str, int]) -> Iterator[tuple[int, int, int, int, int]]:
    for group, draft in enumerate(drafts):
        room = -1 if draft.room is None else place_of_room[draft.room]
        for day, start, end in sorted(draft.times):
            yield group, day, start, end, room


def nominal_groups(centre: CentreFacts, citizens: int) -> Ints:
    """(O,) groups of each offering, or places at employers, that the catalogue's supply gives so many citizens."""
    offering = centre.offering
    meetings = offering.supply * citizens
    groups: Ints = np.maximum(1, (meetings * 100 + 500 * offering.per_week_100) // (1000 * offering.per_week_100))
    return groups
