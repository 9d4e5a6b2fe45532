"""Recount a week's plans from the facts alone: every rule, every row and the objective.

The text below is the specification that the solver follows too; the code shares nothing with the solver.

A plan is a set of entries (slot, group): the group is one of the slot's groups, and no slot comes twice.

| slug           | what the plan of one citizen holds                                                              |
|----------------|-------------------------------------------------------------------------------------------------|
| `availability` | the citizen reaches the slot's site, and every quarter-hour that a meeting touches is available |
| `no_overlap`   | no two meetings a, b of a day have start_a < end_b + travel[site_b, site_a] and                 |
|                | start_b < end_a + travel[site_a, site_b]; travel[p, q] is the way from p to q                   |
| `one_group`    | at most one slot of an offering                                                                 |
| `eligible`     | no offering that `barred` keeps from the citizen by this rule                                   |
| `due`          | as `eligible`                                                                                   |
| `intake`       | a slot that is not open only where the citizen is locked into it                                |
| `refused`      | as `eligible`                                                                                   |
| `own_person`   | a slot with a role in which the citizen has a contact is held by that contact                   |
| `daily_limit`  | at most `daily_limit` meetings a day                                                            |
| `weekly_hours` | at most `max_minutes`                                                                           |
| `energy`       | loads of the slots sum to at most `energy`                                                      |
| `locked`       | every slot that the citizen is locked into is in the plan                                       |

| slug            | what all plans together hold                        | accepted and reported                  |
|-----------------|-----------------------------------------------------|----------------------------------------|
| `seats`         | participants of a group at most its seats           | as many as are locked into it          |
| `staff`, `room` | use of a row at most its limit                      | as much as locks alone use             |
| `minimum_size`  | a group has no participants or at least its minimum | fewer where somebody is locked into it |
| `keep_apart`    | the two citizens are not in one group               | where both are locked into it          |

A citizen whose locks alone break a rule is an exception: she gets exactly her locks, no rule is counted for her, and
she is listed with the first rule, in the order of `RULES`, that her locks break. Nobody else is listed.

The points of a plan: for every entry progress + wish + strength of the offering, time points averaged over the slot's
meetings (rounded down; a meeting that starts before 12:00 is in the first half), site points, and keep points where
the slot is one of the citizen's kept slots; need points once for every leg that is covered, that is by one entry of at
least `leg_dose` minutes; parallel points where the plan has a job-oriented offering and a health or skill activity;
less `idle_penalty` for every useful minute below `min_minutes`. An entry is useful where the offering serves a goal,
or has wish points, or its leg has need points. The objective is the sum over citizens of weight x points, and of the
lottery numbers of the entries, in `MICRO`. Exceptions count too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from solver.problem import BARRED_BIT, DAYS, MICRO_PER_POINT_PERCENT, RULES, Bools, Ints, Problem
from solver.solution import Plans

NOON = 720
QUARTER_MINUTES = 15


class InvalidPlansError(ValueError):
    """The plans are not entries of this problem at all; the message names the first bad place."""


@dataclass(frozen=True)
class Violation:
    """A rule or row that does not hold, and where."""

    slug: str
    citizen: int | None
    group: int | None
    text: str


@dataclass(frozen=True)
class Verdict:
    """What a recount found; the plans are right where `violations` is empty."""

    violations: tuple[Violation, ...]
    reports: tuple[Violation, ...]  # rows that do not hold because of locks alone: accepted
    objective: int  # MICRO
    objective_without_idle: int  # MICRO, the idle penalty's points left out
    idle_minutes: Ints  # (I,) useful minutes missing below min_minutes
    value: Ints  # (I,) MICRO of each citizen's plan, which add up to the objective


@dataclass(frozen=True)
class _Entries:
    citizen: Ints  # (E,)
    slot: Ints  # (E,)
    group: Ints  # (E,)


def verify(problem: Problem, plans: Plans, exceptions: Sequence[tuple[int, str]] = ()) -> Verdict:
    """Recount every rule, every row and the objective of `plans`.

    Parameters
    ----------
    exceptions
        (citizen, slug) of everybody whose locks alone break a rule, with the first such rule.

    Raises
    ------
    InvalidPlansError
        The plans have another shape than the problem, or a group outside its slot.
    """
    _check_plans(problem, plans)
    entries = _Entries(np.repeat(np.arange(problem.num_citizens), np.diff(plans.ptr)), plans.slot, plans.group)
    locks = _lock_entries(problem)
    broken = _first_broken(problem, locks)
    exempt = np.zeros(problem.num_citizens, np.bool_)
    exempt[[citizen for citizen, _ in exceptions if citizen in broken]] = True
    rows = list(_row_breaks(problem, entries, locks))
    points, idle_minutes, lottery = _value(problem, entries)
    useful = problem.weight * points * MICRO_PER_POINT_PERCENT + lottery
    value = useful - problem.weight * problem.idle_penalty * idle_minutes * MICRO_PER_POINT_PERCENT
    return Verdict(
        violations=(
            *_listing_breaks(broken, exceptions),
            *_exempt_breaks(entries, locks, exempt),
            *(v for v in _breaks(problem, entries, locks) if not exempt[v.citizen]),
            *(violation for accepted, violation in rows if not accepted),
        ),
        reports=tuple(violation for accepted, violation in rows if accepted),
        objective=sum(value.tolist()),
        objective_without_idle=sum(useful.tolist()),
        idle_minutes=idle_minutes,
        value=value,
    )


def _check_plans(problem: Problem, plans: Plans) -> None:
    ptr, slot, group = plans.ptr, plans.slot, plans.group
    if ptr.shape != (problem.num_citizens + 1,) or ptr[0] != 0 or (np.diff(ptr) < 0).any():
        raise InvalidPlansError(f"ptr: expected a rising pointer for {problem.num_citizens} citizens")
    if slot.shape != (ptr[-1],) or group.shape != (ptr[-1],):
        raise InvalidPlansError(f"slot, group: expected {ptr[-1]} entries, found {len(slot)} and {len(group)}")
    if ((slot < 0) | (slot >= problem.num_slots)).any():
        raise InvalidPlansError(f"slot: expected 0 .. {problem.num_slots - 1}, found {slot.min()} .. {slot.max()}")
    outside = (group < problem.group_ptr[slot]) | (group >= problem.group_ptr[slot + 1])
    if outside.any():
        at = int(np.argmax(outside))
        raise InvalidPlansError(f"group[{at}]: expected a group of slot {slot[at]}, found {group[at]}")


def _lock_entries(problem: Problem) -> _Entries:
    citizen = np.repeat(np.arange(problem.num_citizens), np.diff(problem.lock_ptr))
    key = np.unique(citizen * problem.num_slots + problem.lock_slot)
    slot = key % max(problem.num_slots, 1)
    return _Entries(key // max(problem.num_slots, 1), slot, problem.group_ptr[slot])


def _first_broken(problem: Problem, locks: _Entries) -> dict[int, str]:
    first: dict[int, str] = {}
    for violation in _breaks(problem, locks, locks):
        if violation.citizen is not None:
            slug = first.get(violation.citizen, violation.slug)
            first[violation.citizen] = min(slug, violation.slug, key=RULES.index)
    return first


def _listing_breaks(broken: dict[int, str], exceptions: Sequence[tuple[int, str]]) -> Iterator[Violation]:
    for citizen, slug in exceptions:
        if citizen not in broken:
            yield Violation(slug, citizen, None, "listed as an exception, but the locks break no rule")
        elif broken[citizen] != slug:
            yield Violation(broken[citizen], citizen, None, f"listed as an exception to {slug} instead")
    for citizen in sorted(set(broken) - {citizen for citizen, _ in exceptions}):
        yield Violation(broken[citizen], citizen, None, "the locks alone break it, but no exception is listed")


def _exempt_breaks(entries: _Entries, locks: _Entries, exempt: Bools) -> Iterator[Violation]:
    for citizen in np.flatnonzero(exempt).tolist():
        planned = np.sort(entries.slot[entries.citizen == citizen])
        if not np.array_equal(planned, locks.slot[locks.citizen == citizen]):
            yield Violation("locked", citizen, None, "an exception whose plan is not exactly the locks")


def _breaks(problem: Problem, entries: _Entries, locks: _Entries) -> Iterator[Violation]:
    """Find what breaks a rule for one citizen, in no particular order."""
    yield from _meeting_breaks(problem, entries)
    yield from _offering_breaks(problem, entries, locks)
    yield from _budget_breaks(problem, entries)


def _meeting_breaks(problem: Problem, entries: _Entries) -> Iterator[Violation]:
    entry, meeting = _expand(problem.meeting_ptr, entries.slot)
    citizen, day = entries.citizen[entry], problem.meeting_day[meeting]
    first = problem.meeting_start[meeting] // QUARTER_MINUTES
    last = (problem.meeting_end[meeting] - 1) // QUARTER_MINUTES
    blocked = ~problem.reach[citizen, problem.slot_site[entries.slot[entry]]]
    for step in range(int((last - first).max(initial=-1)) + 1):
        blocked |= ~problem.available[citizen, day, np.minimum(first + step, last)]
    yield from _at("availability", entries, entry[blocked], "meets when or where the citizen cannot come")
    yield from _overlaps(problem, entries, entry, meeting)
    count = _totals(citizen * DAYS + day, 1, problem.num_citizens * DAYS).reshape(-1, DAYS)
    for who, when in np.argwhere(count > problem.daily_limit[:, None]).tolist():
        text = f"{count[who, when]} meetings on day {when}, at most {problem.daily_limit[who]}"
        yield Violation("daily_limit", who, None, text)


def _overlaps(problem: Problem, entries: _Entries, entry: Ints, meeting: Ints) -> Iterator[Violation]:
    """Compare every two meetings of a citizen's day: with travel, a clash need not be between neighbours."""
    key = entries.citizen[entry] * DAYS + problem.meeting_day[meeting]
    order = np.argsort(key, kind="stable")
    key, entry, meeting = key[order], entry[order], meeting[order]
    start, end, site = (
        problem.meeting_start[meeting],
        problem.meeting_end[meeting],
        problem.slot_site[entries.slot[entry]],
    )
    for step in range(1, len(key)):
        a = np.flatnonzero(key[step:] == key[:-step])
        if not len(a):
            break
        b = a + step
        clash = start[a] < end[b] + problem.travel[site[b], site[a]]
        clash &= start[b] < end[a] + problem.travel[site[a], site[b]]
        yield from _at("no_overlap", entries, entry[b[clash]], "overlaps another meeting, with travel kept free")


def _offering_breaks(problem: Problem, entries: _Entries, locks: _Entries) -> Iterator[Violation]:
    citizen, slot = entries.citizen, entries.slot
    offering = problem.slot_offering[slot]
    _, index, count = np.unique(citizen * problem.num_offerings + offering, return_index=True, return_counts=True)
    yield from _at("one_group", entries, index[count > 1], "more than one slot of its offering")
    for slug, bit in BARRED_BIT.items():
        barred = np.flatnonzero(problem.barred[citizen, offering] & bit)
        yield from _at(slug, entries, barred, "an offering that the rule keeps from the citizen")
    key, lock_key = citizen * problem.num_slots + slot, locks.citizen * problem.num_slots + locks.slot
    late = np.flatnonzero(~problem.slot_open[slot] & ~np.isin(key, lock_key))
    yield from _at("intake", entries, late, "past its intake, and the citizen is not locked into it")
    with_role = np.flatnonzero(problem.slot_role[slot] >= 0)
    contact = problem.contact[citizen[with_role], problem.slot_role[slot[with_role]]]
    foreign = with_role[(contact >= 0) & (contact != problem.slot_person[slot[with_role]])]
    yield from _at("own_person", entries, foreign, "not with the citizen's own contact")
    yield from _at(
        "locked", locks, np.flatnonzero(~np.isin(lock_key, key)), "the citizen is locked into it, but not there"
    )


def _budget_breaks(problem: Problem, entries: _Entries) -> Iterator[Violation]:
    for slug, amount, most, unit in (
        ("weekly_hours", problem.slot_minutes, problem.max_minutes, "minutes"),
        ("energy", problem.slot_load, problem.energy, "load points"),
    ):
        total = _totals(entries.citizen, amount[entries.slot], problem.num_citizens)
        for who in np.flatnonzero(total > most).tolist():
            yield Violation(slug, who, None, f"{total[who]} {unit} a week, at most {most[who]}")


def _row_breaks(problem: Problem, entries: _Entries, locks: _Entries) -> Iterator[tuple[bool, Violation]]:
    """Find the rows that do not hold, each with whether locks alone explain it."""
    groups = np.diff(problem.group_ptr)
    seats, minimum = np.repeat(problem.group_seats, groups), np.repeat(problem.group_minimum, groups)
    taken, held = (_totals(e.group, 1, problem.num_groups) for e in (entries, locks))
    for g in np.flatnonzero(taken > seats).tolist():
        yield bool(taken[g] <= held[g]), Violation("seats", None, g, f"{taken[g]} participants for {seats[g]} seats")
    for g in np.flatnonzero((taken > 0) & (taken < minimum)).tolist():
        yield bool(held[g]), Violation("minimum_size", None, g, f"{taken[g]} participants, at least {minimum[g]}")
    used, held_use = (_row_use(problem, e) for e in (entries, locks))
    for row in np.flatnonzero(used > problem.row_limit).tolist():
        slug = "room" if problem.row_is_room[row] else "staff"
        text = f"row {row}: {used[row]} units used of {problem.row_limit[row]}"
        yield bool(used[row] <= held_use[row]), Violation(slug, None, None, text)
    for one, other in problem.apart.tolist():
        for g in np.intersect1d(_groups_of(entries, one), _groups_of(entries, other)).tolist():
            both_locked = g in _groups_of(locks, one) and g in _groups_of(locks, other)
            yield both_locked, Violation("keep_apart", one, g, f"together with citizen {other}")


def _row_use(problem: Problem, entries: _Entries) -> Ints:
    _, use = _expand(problem.use_ptr, entries.slot)
    return _totals(problem.use_row[use], 1, problem.num_rows)


def _groups_of(entries: _Entries, citizen: int) -> Ints:
    """(n,) groups of one citizen; the entries are in the order of their citizens."""
    low, high = np.searchsorted(entries.citizen, [citizen, citizen + 1])
    return entries.group[low:high]


def _value(problem: Problem, entries: _Entries) -> tuple[Ints, Ints, Ints]:
    """Count the points (I,) without the idle penalty, the idle minutes (I,) and the lottery numbers' sums (I,)."""
    citizen, slot = entries.citizen, entries.slot
    offering = problem.slot_offering[slot]
    leg = problem.offering_leg[offering]
    entry_points = sum(
        table[citizen, offering].astype(np.int64) for table in (problem.progress, problem.wish, problem.strength)
    )
    entry_points += problem.site_points[citizen, problem.slot_site[slot]]
    entry_points += _time_points(problem, entries) + _keep_points(problem, entries)
    points = _totals(citizen, entry_points, problem.num_citizens)
    minutes = problem.slot_minutes[slot]
    covered = np.zeros_like(problem.need_points, np.bool_)
    dosed = minutes >= problem.leg_dose[leg]
    covered[citizen[dosed], leg[dosed]] = True
    points += (problem.need_points * covered).sum(axis=1)
    both = np.ones(problem.num_citizens, np.bool_)
    for kind in (problem.offering_job, problem.offering_health_skill):
        both &= _totals(citizen, kind[offering].astype(np.int64), problem.num_citizens) > 0
    points += problem.parallel_points * both
    useful = problem.serves_goal[citizen, offering] | (problem.wish[citizen, offering] > 0)
    useful |= problem.need_points[citizen, leg] > 0
    useful_minutes = _totals(citizen, minutes * useful, problem.num_citizens)
    idle_minutes = np.maximum(0, problem.min_minutes - useful_minutes)
    return points, idle_minutes, _totals(citizen, problem.lottery[citizen, offering], problem.num_citizens)


def _time_points(problem: Problem, entries: _Entries) -> Ints:
    entry, meeting = _expand(problem.meeting_ptr, entries.slot)
    half = (problem.meeting_start[meeting] >= NOON).astype(np.int64)
    points = problem.time_points[entries.citizen[entry], problem.meeting_day[meeting], half]
    return _totals(entry, points, len(entries.slot)) // np.diff(problem.meeting_ptr)[entries.slot]


def _keep_points(problem: Problem, entries: _Entries) -> Ints:
    keeper = np.repeat(np.arange(problem.num_citizens), np.diff(problem.keep_ptr))
    kept, where = np.unique(keeper * problem.num_slots + problem.keep_slot, return_inverse=True)
    points = _totals(where, problem.keep_points, len(kept) + 1)  # The last one is for slots that are not kept.
    key = entries.citizen * problem.num_slots + entries.slot
    place = np.searchsorted(kept, key)
    found = np.append(kept, -1)[place] == key
    return points[np.where(found, place, len(kept))]


def _expand(pointer: Ints, item: Ints) -> tuple[Ints, Ints]:
    """List the range of a pointer for each item: (n,) positions in `item`, (n,) positions in what the pointer cuts."""
    count = pointer[item + 1] - pointer[item]
    position = np.repeat(np.arange(len(item)), count)
    return position, np.arange(len(position)) - np.repeat(np.cumsum(count) - count - pointer[item], count)


def _totals(place: Ints, amount: Ints | int, size: int) -> Ints:
    """(size,) sums of `amount` by place, exact in int64."""
    total = np.zeros(size, np.int64)
    np.add.at(total, place, amount)
    return total


def _at(slug: str, entries: _Entries, which: Ints, text: str) -> Iterator[Violation]:
    for e in np.unique(which).tolist():
        yield Violation(slug, int(entries.citizen[e]), int(entries.group[e]), text)
