"""Write a tiny `Problem` by hand: every fact has a default under which it changes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, field, fields
from itertools import accumulate
from typing import Any

import numpy as np

from solver.problem import BARRED_BIT, DAYS, QUARTERS, Ints, Problem
from solver.solution import Plans

Meeting = tuple[int, int, int]  # day, start, end


@dataclass(frozen=True, repr=False)
class _Brief:
    """Shows only what differs from the default, so that a failing week can be read."""

    def __repr__(self) -> str:
        shown = (f"{f.name}={getattr(self, f.name)!r}" for f in fields(self) if getattr(self, f.name) != _default(f))
        return f"{type(self).__name__}({', '.join(shown)})"


def _default(f: Field[Any]) -> Any:
    return f.default if f.default_factory is MISSING else f.default_factory()


@dataclass(frozen=True, repr=False)
class Offering(_Brief):
    """One of the things that the centre offers."""

    leg: int = 0
    job: bool = False
    health_skill: bool = False


@dataclass(frozen=True, repr=False)
class Slot(_Brief):
    """Interchangeable groups of one offering."""

    offering: int
    meetings: Sequence[Meeting]
    seats: int = 9
    groups: int = 1
    minimum: int = 0
    site: int = 0
    load: int = 0
    role: int = -1
    person: int = -1
    is_open: bool = True
    rows: Sequence[int] = ()


@dataclass(frozen=True, repr=False)
class Citizen(_Brief):
    """One citizen; offerings, slots, legs, sites and roles are positions."""

    progress: Mapping[int, int] = field(default_factory=dict)
    wish: Mapping[int, int] = field(default_factory=dict)
    strength: Mapping[int, int] = field(default_factory=dict)
    lottery: Mapping[int, int] = field(default_factory=dict)
    needs: Mapping[int, int] = field(default_factory=dict)
    times: Mapping[tuple[int, int], int] = field(default_factory=dict)
    sites: Mapping[int, int] = field(default_factory=dict)
    keep: Mapping[int, int] = field(default_factory=dict)
    contact: Mapping[int, int] = field(default_factory=dict)
    barred: Mapping[int, str] = field(default_factory=dict)
    goals: Sequence[int] = ()
    locks: Sequence[int] = ()
    out_of_reach: Sequence[int] = ()
    busy: Sequence[Meeting] = ()
    weight: int = 100
    min_minutes: int = 0
    max_minutes: int = 10_080
    energy: int = 1_000
    daily_limit: int = 15
    idle_penalty: int = 0
    parallel_points: int = 0


def town(
    slots: Sequence[Slot],
    citizens: Sequence[Citizen],
    offerings: Sequence[Offering] = (),
    dose: Sequence[int] = (60,),
    travel: Sequence[Sequence[int]] = ((0,),),
    rows: Sequence[tuple[str, int]] = (),
    apart: Sequence[tuple[int, int]] = (),
) -> Problem:
    """Build a `Problem`; without `offerings`, as many plain ones as the slots name."""
    offerings = offerings or [Offering()] * (1 + max((s.offering for s in slots), default=0))
    sites, legs, roles = len(travel), len(dose), 1 + max((s.role for s in slots), default=-1)
    meetings = np.array([m for s in slots for m in s.meetings], np.int64).reshape(-1, 3)
    return Problem(
        slot_offering=_ints(s.offering for s in slots),
        slot_site=_ints(s.site for s in slots),
        slot_open=_bools(s.is_open for s in slots),
        slot_role=_ints(s.role for s in slots),
        slot_person=_ints(s.person for s in slots),
        slot_load=_ints(s.load for s in slots),
        group_ptr=_pointer(s.groups for s in slots),
        group_seats=_ints(s.seats for s in slots),
        group_minimum=_ints(s.minimum for s in slots),
        meeting_ptr=_pointer(len(s.meetings) for s in slots),
        meeting_day=meetings[:, 0],
        meeting_start=meetings[:, 1],
        meeting_end=meetings[:, 2],
        row_limit=_ints(limit for _, limit in rows),
        row_is_room=_bools(slug == "room" for slug, _ in rows),
        use_ptr=_pointer(len(s.rows) for s in slots),
        use_row=_ints(row for s in slots for row in s.rows),
        offering_leg=_ints(o.leg for o in offerings),
        offering_job=_bools(o.job for o in offerings),
        offering_health_skill=_bools(o.health_skill for o in offerings),
        leg_dose=_ints(dose),
        travel=np.array(travel, np.int64),
        **_citizen_facts(citizens, len(offerings), legs, sites, roles),
        apart=np.array(apart, np.int64).reshape(-1, 2),
    )


def _citizen_facts(citizens: Sequence[Citizen], offerings: int, legs: int, sites: int, roles: int) -> dict[str, Any]:
    by_citizen = ("weight", "min_minutes", "max_minutes", "energy", "daily_limit", "idle_penalty", "parallel_points")
    return {
        **{name: _ints(getattr(c, name) for c in citizens) for name in by_citizen},
        "need_points": _table([c.needs for c in citizens], legs),
        "reach": _table([dict.fromkeys(c.out_of_reach, 1) for c in citizens], sites) == 0,
        "available": np.array([_week(c.busy) for c in citizens], np.bool_).reshape(-1, DAYS, QUARTERS),
        "barred": _table([{o: _bits(slugs) for o, slugs in c.barred.items()} for c in citizens], offerings),
        "serves_goal": _table([dict.fromkeys(c.goals, 1) for c in citizens], offerings) == 1,
        **{
            name: _table([getattr(c, name) for c in citizens], offerings)
            for name in ("progress", "wish", "strength", "lottery")
        },
        "time_points": _table(
            [{2 * day + half: points for (day, half), points in c.times.items()} for c in citizens], 2 * DAYS
        ).reshape(-1, DAYS, 2),
        "site_points": _table([c.sites for c in citizens], sites),
        "contact": _table([{role: who + 1 for role, who in c.contact.items()} for c in citizens], roles) - 1,
        "keep_ptr": _pointer(len(c.keep) for c in citizens),
        "keep_slot": _ints(slot for c in citizens for slot in c.keep),
        "keep_points": _ints(points for c in citizens for points in c.keep.values()),
        "lock_ptr": _pointer(len(c.locks) for c in citizens),
        "lock_slot": _ints(slot for c in citizens for slot in c.locks),
    }


def plans(*entries: Sequence[int | tuple[int, int]]) -> Plans:
    """Make `Plans` of each citizen's entries: (slot, group), or a number that is both slot and group."""
    pairs = [[e if isinstance(e, tuple) else (e, e) for e in plan] for plan in entries]
    flat = [pair for plan in pairs for pair in plan]
    return Plans(_pointer(len(p) for p in pairs), _ints(s for s, _ in flat), _ints(g for _, g in flat))


def _week(busy: Sequence[Meeting]) -> np.ndarray[Any, np.dtype[np.bool_]]:
    week = np.ones((DAYS, QUARTERS), np.bool_)
    for day, start, end in busy:
        week[day, start // 15 : -(-end // 15)] = False
    return week


def _bits(slugs: str) -> int:
    return sum(BARRED_BIT[slug] for slug in slugs.split())


def _ints(values: Any) -> Ints:
    return np.array(list(values), np.int64)


def _bools(values: Any) -> np.ndarray[Any, np.dtype[np.bool_]]:
    return np.array(list(values), np.bool_)


def _pointer(lengths: Any) -> Ints:
    return _ints([0, *accumulate(lengths)])


def _table(rows: Sequence[Mapping[int, int]], width: int) -> Ints:
    table = np.zeros((len(rows), width), np.int64)
    for row, values in enumerate(rows):
        for column, value in values.items():
            table[row, column] = value
    return table
