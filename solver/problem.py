"""One week's planning task as arrays: the only thing the solver takes in.

Axes: I citizens, O offerings, S slots, G groups, L legs, P sites, R staff and room rows, A keep-apart pairs, C contact
roles, M meetings, K kept places, U uses of rows.

| quantity                      | unit                                   | range                  |
|-------------------------------|----------------------------------------|------------------------|
| points in the facts           | 1 point                                | 0 .. 30,000            |
| weight of a citizen           | 1 percent                              | 1 .. 1,000             |
| value, objective, bound       | 1/1,000,000 point x weight (`MICRO`)   | exact in int64         |
| price                         | 1/1000 point = 1,000 `MICRO`           | 0 .. 10**9             |
| lottery number                | 1/1,000,000 point                      | 0 .. 99                |
| time of day, length           | minutes after midnight, minutes        | 0 .. 1,440             |
| availability                  | quarter-hours, 96 a day                | true = can come        |
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Table = NDArray[Any]  # whole numbers; as narrow as `TABLES` where a week is large
Bools = NDArray[np.bool_]

MICRO = 1_000_000
MICRO_PER_PRICE = 1_000
MICRO_PER_POINT_PERCENT = 10_000
LOTTERY_SIZE = 100
DAYS, QUARTERS = 7, 96

RULES = (
    "availability",
    "no_overlap",
    "one_group",
    "eligible",
    "due",
    "intake",
    "refused",
    "own_person",
    "daily_limit",
    "weekly_hours",
    "energy",
    "locked",
)
ROWS = ("seats", "staff", "room", "minimum_size", "keep_apart")
BARRED_BIT = {"eligible": 1, "due": 2, "refused": 4}


class InvalidProblemError(ValueError):
    """A field of a `Problem` breaks its shape or range; the message names the field and the first bad place."""


@dataclass(frozen=True)
class Problem:
    """The facts of one week. Arrays are never changed after they are made.

    A slot is a set of groups that no citizen can tell apart: same offering, site, meetings, seats, minimum and rows.
    """

    # Slots. All groups of a slot have the same seats and minimum.
    slot_offering: Ints  # (S,) offering position
    slot_site: Ints  # (S,) site position
    slot_open: Bools  # (S,) False: a cohort past its intake, only those locked into it may be there
    slot_role: Ints  # (S,) contact role of `own_person`, -1 where the rule does not apply
    slot_person: Ints  # (S,) staff position who holds it, -1 where it does not matter
    slot_load: Ints  # (S,) energy points a week
    group_ptr: Ints  # (S + 1,) groups of slot s are group_ptr[s] .. group_ptr[s + 1] - 1
    group_seats: Ints  # (S,) seats of each group of the slot
    group_minimum: Ints  # (S,) participants without which a group does not run, 0 = always runs
    meeting_ptr: Ints  # (S + 1,)
    meeting_day: Ints  # (M,) 0 = Monday
    meeting_start: Ints  # (M,) minutes after midnight
    meeting_end: Ints  # (M,) minutes after midnight, later than the start
    # Staff and room rows: everyone who takes slot s uses one unit of each of its rows.
    row_limit: Ints  # (R,) units
    row_is_room: Bools  # (R,) True: a room row, False: a staff row
    use_ptr: Ints  # (S + 1,)
    use_row: Ints  # (U,) row position
    # Offerings, legs, sites.
    offering_leg: Ints  # (O,) leg position
    offering_job: Bools  # (O,) job-oriented
    offering_health_skill: Bools  # (O,) a health or skill activity
    leg_dose: Ints  # (L,) minutes a week from which one activity covers the leg
    travel: Ints  # (P, P) minutes between sites
    # Citizens.
    weight: Ints  # (I,) percent
    min_minutes: Ints  # (I,)
    max_minutes: Ints  # (I,)
    energy: Ints  # (I,) load points a week
    daily_limit: Ints  # (I,) meetings a day
    idle_penalty: Ints  # (I,) points a minute below min_minutes
    parallel_points: Ints  # (I,) points for a job-oriented and a health or skill activity together
    need_points: Table  # (I, L) points for a covered leg, 0 = not needed
    reach: Bools  # (I, P) sites that the citizen can come to
    available: Bools  # (I, 7, 96) quarter-hours
    barred: Table  # (I, O) sum of BARRED_BIT of the rules that keep the offering from the citizen
    serves_goal: Bools  # (I, O) the offering serves a sub-goal
    progress: Table  # (I, O) points
    wish: Table  # (I, O) points
    strength: Table  # (I, O) points
    lottery: Table  # (I, O) numbers 0 .. 99
    time_points: (
        Table  # (I, 7, 2) points a meeting by day and half (0 = starts before 12:00), averaged over a slot's meetings
    )
    site_points: Table  # (I, P) points
    contact: Table  # (I, C) staff position of the citizen's contact in each role, -1 = none
    keep_ptr: Ints  # (I + 1,)
    keep_slot: Ints  # (K,) slots in which the citizen was last week
    keep_points: Ints  # (K,) points for staying there
    lock_ptr: Ints  # (I + 1,)
    lock_slot: Ints  # slots that must be in the citizen's plan; such a slot has exactly one group
    apart: Ints  # (A, 2) citizens who never share a group; slots that both could take have exactly one group

    def __post_init__(self) -> None:
        _check(self, _KIND)

    @property
    def num_citizens(self) -> int:
        return len(self.weight)

    @property
    def num_slots(self) -> int:
        return len(self.slot_offering)

    @property
    def num_groups(self) -> int:
        return int(self.group_ptr[-1])

    @property
    def num_offerings(self) -> int:
        return len(self.offering_leg)

    @property
    def num_rows(self) -> int:
        return len(self.row_limit)

    @property
    def seats(self) -> Ints:
        """(S,) seats of all groups of each slot."""
        return self.group_seats * np.diff(self.group_ptr)

    @property
    def slot_minutes(self) -> Ints:
        """(S,) minutes a week."""
        return sum_by(self.meeting_ptr, self.meeting_end - self.meeting_start)

    def with_citizens(self, **arrays: Ints | Bools) -> Problem:
        """The same slots for other citizens, whose arrays are those from `weight` on; the ones not given stay.

        Raises
        ------
        InvalidProblemError
            An array of the citizens breaks its shape or range. The slots' arrays are not checked again.
        """
        assert arrays.keys() <= set(_OF_CITIZENS), arrays.keys()
        other = object.__new__(Problem)
        other.__dict__.update(self.__dict__, **arrays)
        _check(other, _OF_CITIZENS)
        return other

    def repeated(self, num: int) -> Problem:
        """The only citizen so many times; kept-apart pairs are left out."""
        arrays = {name: np.repeat(getattr(self, name), num, axis=0) for name in BY_CITIZEN}
        for name in ("keep", "lock"):
            arrays[f"{name}_ptr"] = np.arange(num + 1) * len(getattr(self, f"{name}_slot"))
        for name in ("keep_slot", "keep_points", "lock_slot"):
            arrays[name] = np.tile(getattr(self, name), num)
        return self.with_citizens(**arrays, apart=self.apart[:0])

    def part(self, who: Ints) -> Problem:
        """The same week for the citizens at these rising positions alone."""
        place = np.full(self.num_citizens, -1, np.int64)
        place[who] = np.arange(len(who))
        apart = place[self.apart]
        arrays = {name: getattr(self, name)[who] for name in BY_CITIZEN}
        for name, columns in (("keep", ("keep_slot", "keep_points")), ("lock", ("lock_slot",))):
            length = np.diff(getattr(self, f"{name}_ptr"))
            chosen = np.repeat(place >= 0, length)
            arrays[f"{name}_ptr"] = np.concatenate([[0], np.cumsum(length[who])]).astype(np.int64)
            arrays |= {column: getattr(self, column)[chosen] for column in columns}
        return self.with_citizens(**arrays, apart=apart[(apart >= 0).all(axis=1)])

    def narrow(self) -> Problem:
        """The same week, its largest tables in integers no wider than their values can need."""
        return self.with_citizens(**{name: getattr(self, name).astype(width) for name, width in TABLES.items()})

    def seats_only(self) -> Problem:
        """The same week without minimum sizes, staff and room rows and keep-apart pairs."""
        none = np.zeros(0, np.int64)
        return replace(
            self,
            group_minimum=np.zeros_like(self.group_minimum),
            row_limit=none,
            row_is_room=np.zeros(0, np.bool_),
            use_ptr=np.zeros_like(self.use_ptr),
            use_row=none,
            apart=np.zeros((0, 2), np.int64),
        )


_KIND: dict[str, Any] = {field.name: field.type for field in fields(Problem)}
_OF_CITIZENS = dict(list(_KIND.items())[list(_KIND).index("weight") :])
TABLES: dict[str, type[np.signedinteger[Any]]] = {
    "need_points": np.int16,
    "barred": np.int8,
    "progress": np.int16,
    "wish": np.int16,
    "strength": np.int16,
    "lottery": np.int8,
    "time_points": np.int16,
    "site_points": np.int16,
    "contact": np.int32,
}
BY_CITIZEN = tuple(list(_OF_CITIZENS)[: list(_OF_CITIZENS).index("keep_ptr")])  # arrays with a row for each citizen


def sum_by(pointer: Ints, amount: Ints) -> Ints:
    """(n,) sums of `amount` over the ranges of a (n + 1,) pointer."""
    total = np.zeros(len(amount) + 1, np.int64)
    np.cumsum(amount, out=total[1:])
    result: Ints = total[pointer[1:]] - total[pointer[:-1]]
    return result


def _check(p: Problem, kind: dict[str, Any]) -> None:
    for name in kind:
        _check_array(name, getattr(p, name), kind[name])
    _check_shapes(p, kind.keys())
    _check_ranges(p, kind.keys())


def _check_array(name: str, array: Any, kind: Any) -> None:
    wanted = np.bool_ if kind == "Bools" else np.int64
    allowed = {wanted, TABLES.get(name, wanted)}
    if not isinstance(array, np.ndarray) or array.dtype.type not in allowed:
        raise InvalidProblemError(
            f"{name}: expected a numpy array of {wanted.__name__}, found {getattr(array, 'dtype', type(array))}"
        )


def _check_shapes(p: Problem, names: Collection[str]) -> None:
    i, o, s, r = p.num_citizens, p.num_offerings, p.num_slots, p.num_rows
    legs, sites, roles, meetings = len(p.leg_dose), len(p.travel), p.contact.shape[1:], len(p.meeting_day)
    by_slot = ("slot_site", "slot_open", "slot_role", "slot_person", "slot_load", "group_seats", "group_minimum")
    by_citizen = ("min_minutes", "max_minutes", "energy", "daily_limit", "idle_penalty", "parallel_points")
    by_pair = ("barred", "serves_goal", "progress", "wish", "strength", "lottery")
    expected: dict[str, tuple[int, ...]] = {
        **dict.fromkeys(by_slot, (s,)),
        **dict.fromkeys(("group_ptr", "meeting_ptr", "use_ptr"), (s + 1,)),
        **dict.fromkeys(("meeting_start", "meeting_end"), (meetings,)),
        **dict.fromkeys(by_citizen, (i,)),
        **dict.fromkeys(by_pair, (i, o)),
        **dict.fromkeys(("offering_job", "offering_health_skill"), (o,)),
        "row_is_room": (r,),
        "travel": (sites, sites),
        "need_points": (i, legs),
        "reach": (i, sites),
        "available": (i, DAYS, QUARTERS),
        "time_points": (i, DAYS, 2),
        "site_points": (i, sites),
        "contact": (i, *roles),
        "keep_ptr": (i + 1,),
        "keep_points": (len(p.keep_slot),),
        "lock_ptr": (i + 1,),
        "apart": (len(p.apart), 2),
    }
    for name, shape in expected.items():
        if name in names and getattr(p, name).shape != shape:
            raise InvalidProblemError(f"{name}: expected shape {shape}, found {getattr(p, name).shape}")
    for pointer, items in (
        ("group_ptr", None),
        ("meeting_ptr", "meeting_day"),
        ("use_ptr", "use_row"),
        ("keep_ptr", "keep_slot"),
        ("lock_ptr", "lock_slot"),
    ):
        array = getattr(p, pointer)
        if pointer not in names:
            continue
        if array[0] != 0 or (np.diff(array) < 0).any() or (items and array[-1] != len(getattr(p, items))):
            raise InvalidProblemError(f"{pointer}: expected a rising pointer from 0 to the length of {items}")


def _check_ranges(p: Problem, names: Collection[str]) -> None:
    big = 10**9
    limits: dict[str, tuple[int, int]] = {
        "slot_offering": (0, p.num_offerings - 1),
        "slot_site": (0, len(p.travel) - 1),
        "slot_role": (-1, p.contact.shape[1] - 1),
        "slot_person": (-1, big),
        "slot_load": (0, 1000),
        "group_seats": (0, big),
        "group_minimum": (0, big),
        "meeting_day": (0, DAYS - 1),
        "meeting_start": (0, 1439),
        "meeting_end": (1, 1440),
        "row_limit": (0, big),
        "use_row": (0, p.num_rows - 1),
        "offering_leg": (0, len(p.leg_dose) - 1),
        "leg_dose": (0, big),
        "travel": (0, 1440),
        "weight": (1, 1000),
        "min_minutes": (0, 10080),
        "max_minutes": (0, 10080),
        "energy": (0, 1000),
        "daily_limit": (0, 15),
        "idle_penalty": (0, 30_000),
        "parallel_points": (0, 30_000),
        "need_points": (0, 30_000),
        "barred": (0, 7),
        "progress": (0, 30_000),
        "wish": (0, 30_000),
        "strength": (0, 30_000),
        "lottery": (0, LOTTERY_SIZE - 1),
        "time_points": (0, 30_000),
        "site_points": (0, 30_000),
        "contact": (-1, big),
        "keep_slot": (0, p.num_slots - 1),
        "keep_points": (0, 30_000),
        "lock_slot": (0, p.num_slots - 1),
        "apart": (0, p.num_citizens - 1),
    }
    for name, (low, high) in limits.items():
        if name not in names:
            continue
        array = getattr(p, name)
        if array.size and (array.min() < low or array.max() > high):
            bad = (array < low) | (array > high)
            place = tuple(int(x) for x in np.argwhere(bad)[0])
            raise InvalidProblemError(f"{name}{list(place)}: expected {low} .. {high}, found {int(array[place])}")
    _refuse("slot_role", p.slot_role >= p.contact.shape[1], f"a role below {p.contact.shape[1]}")
    _refuse("min_minutes", p.min_minutes > p.max_minutes, "at most max_minutes")
    if "meeting_ptr" not in names:
        return
    _refuse("meeting_end", p.meeting_end <= p.meeting_start, "a meeting that ends after its start")
    _refuse("group_minimum", p.group_minimum > p.group_seats, "at most group_seats")
    _refuse("meeting_ptr", np.diff(p.meeting_ptr) < 1, "a slot with at least one meeting")
    _refuse("group_ptr", np.diff(p.group_ptr) < 1, "a slot with at least one group")


def _refuse(name: str, wrong: Bools, expected: str) -> None:
    if wrong.any():
        raise InvalidProblemError(f"{name}[{int(np.argmax(wrong))}]: expected {expected}")
