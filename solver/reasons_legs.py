"""Why a plan leaves a needed leg without its dose: one slug for each citizen and leg."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from solver.kernels_build import Facts
from solver.problem import BARRED_BIT, DAYS, QUARTERS, ROWS, Bools, Ints, Problem
from solver.reasons_week import OPEN, Week, apart_slots, closing, expand

QUARTER_MINUTES = 15
POINTS = "points"


@dataclass(frozen=True)
class UncoveredLeg:
    """A needed leg that no activity of the plan covers, and the rule or row in the way.

    `points`: a seat is free and fits, but what the citizen has is worth more.
    """

    citizen: int
    leg: int
    slug: str


@dataclass(frozen=True)
class _Pairs:
    """Citizens and their uncovered legs, in that order."""

    citizen: Ints  # (N,)
    leg: Ints  # (N,)


def uncovered_legs(week: Week) -> Bools:
    """(I, L) needed, and no activity of the plan gives the dose."""
    p = week.problem
    uncovered: Bools = p.need_points > 0
    uncovered[week.citizen[week.covers], p.offering_leg[week.offering[week.covers]]] = False
    return uncovered


def explain_legs(week: Week, facts: Facts, exceptions: Mapping[int, str]) -> tuple[UncoveredLeg, ...]:
    """Name the rule or row behind each uncovered leg; an exception's is the rule that her locks break.

    The slots that give the leg its dose pass the rules one after the other; the rule that leaves none is named.
    """
    citizen, leg = (axis.astype(np.int64) for axis in np.nonzero(uncovered_legs(week)))
    pairs = _Pairs(citizen, leg)
    slug = np.full(len(citizen), POINTS, object)
    pair, slot = _candidates(week.problem, pairs, facts)
    none = np.bincount(pair, minlength=len(citizen)) == 0
    slug[none] = _why_none(week.problem, _Pairs(citizen[none], leg[none]))
    pair, slot = _drop_closed(week, pairs, pair, slot, slug)
    _drop_unfit(week, pairs, facts, pair, slot, slug)
    listed = ((exceptions.get(i, why), i, d) for i, d, why in zip(citizen.tolist(), leg.tolist(), slug, strict=True))
    return tuple(UncoveredLeg(i, d, why) for why, i, d in listed)


def _candidates(p: Problem, pairs: _Pairs, facts: Facts) -> tuple[Ints, Ints]:
    """List the slots that give each pair's leg its dose and that alone break no rule: (n,) pair, (n,) slot, by pair."""
    busy = ~p.available.reshape(-1, DAYS * QUARTERS)
    marks = _pattern_quarters(p, facts.slot_pattern)
    found: list[tuple[Ints, Ints]] = []
    slots = np.flatnonzero(_gives_dose(p))
    key = p.offering_leg[p.slot_offering[slots]] * len(p.travel) + p.slot_site[slots]
    for block in np.unique(key):
        leg, site = divmod(int(block), len(p.travel))
        rows = np.flatnonzero((pairs.leg == leg) & p.reach[pairs.citizen, site])
        columns = slots[key == block]
        who = pairs.citizen[rows]
        pattern, which = np.unique(facts.slot_pattern[columns], return_inverse=True)
        meets_busy = busy[who].astype(np.float32) @ marks[pattern].T > 0
        fits = ~meets_busy[:, which] & p.slot_open[columns] & (p.barred[who][:, p.slot_offering[columns]] == 0)
        row, column = np.nonzero(fits & _is_own(p, who, p.slot_role[columns], p.slot_person[columns]))
        found.append((rows[row], columns[column]))
    pair = np.concatenate([np.zeros(0, np.int64), *(rows for rows, _ in found)])
    slot = np.concatenate([np.zeros(0, np.int64), *(columns for _, columns in found)])
    order = np.lexsort((slot, pair))
    return pair[order], slot[order]


def _gives_dose(p: Problem) -> Bools:
    """(S,) long enough to cover the leg of its offering."""
    result: Bools = p.slot_minutes >= p.leg_dose[p.offering_leg[p.slot_offering]]
    return result


def _pattern_quarters(p: Problem, slot_pattern: Ints) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """(patterns, 7 * 96) 1 in the quarter-hours that a pattern's meetings touch."""
    patterns, first = np.unique(slot_pattern, return_index=True)
    marks = np.zeros((len(patterns), DAYS * QUARTERS), np.float32)
    meeting, ptr = expand(p.meeting_ptr, first)
    owner = np.repeat(patterns, np.diff(ptr))
    day = p.meeting_day[meeting] * QUARTERS
    start, end = p.meeting_start[meeting] // QUARTER_MINUTES, -(-p.meeting_end[meeting] // QUARTER_MINUTES)
    for step in range(int((end - start).max(initial=0))):
        marks[owner, day + np.minimum(start + step, end - 1)] = 1.0
    return marks


def _is_own(p: Problem, who: Ints, role: Ints, person: Ints) -> Bools:
    """(who, roles) the time is with the citizen's contact of that role, or she has none."""
    contact = np.pad(p.contact[who], ((0, 0), (0, 1)), constant_values=-1)[:, role]
    result: Bools = (contact < 0) | (contact == person)
    return result


def _why_none(p: Problem, pairs: _Pairs) -> Ints:
    """(N,) slugs of pairs for whom no slot keeps the rules, `seats` where the centre has none at all."""
    slug = np.full(len(pairs.citizen), "seats", object)
    gives_dose = _gives_dose(p)
    for leg in np.unique(pairs.leg):
        here = np.flatnonzero(pairs.leg == leg)
        who = pairs.citizen[here]
        slots = np.flatnonzero(gives_dose & (p.offering_leg[p.slot_offering] == leg))
        if not len(slots):
            continue
        facts = np.stack([p.slot_offering, p.slot_open, p.slot_role, p.slot_person], axis=1)[slots]
        (offering, is_open, role, person), size = _unique_rows(facts)
        barred = p.barred[who][:, offering]
        allowed = barred == 0
        joinable = allowed & (is_open > 0)
        own = joinable & _is_own(p, who, role, person)
        most = np.stack([(barred & bit > 0) @ size for bit in BARRED_BIT.values()]).argmax(axis=0)
        slug[here] = np.select(
            [~kept.any(axis=1) for kept in (allowed, joinable, own)],
            [np.array(list(BARRED_BIT), object)[most], "intake", "own_person"],
            "availability",
        )
    return slug


def _unique_rows(table: Ints) -> tuple[Ints, Ints]:
    rows, size = np.unique(table, axis=0, return_counts=True)
    return rows.T, size


def _drop_closed(week: Week, pairs: _Pairs, pair: Ints, slot: Ints, slug: Ints) -> tuple[Ints, Ints]:
    """Keep the slots with room; where none is left, name the limit that closes most. `slug` changes in place."""
    limit = closing(week, np.arange(week.problem.num_slots))[slot]
    if len(week.problem.apart):
        beside = [i * week.problem.num_slots + s for i, slots in apart_slots(week).items() for s in slots]
        meets = np.isin(pairs.citizen[pair] * week.problem.num_slots + slot, beside)
        limit[meets & (limit == OPEN)] = ROWS.index("keep_apart")
    limits = len(ROWS) + 1
    count = np.bincount(pair * limits + limit - OPEN, minlength=len(slug) * limits).reshape(-1, limits)
    all_closed = (count[:, 0] == 0) & (count.sum(axis=1) > 0)
    slug[all_closed] = np.array(ROWS, object)[count[all_closed, 1:].argmax(axis=1)]
    return pair[limit == OPEN], slot[limit == OPEN]


def _drop_unfit(week: Week, pairs: _Pairs, facts: Facts, pair: Ints, slot: Ints, slug: Ints) -> None:
    """Name the rule after which no slot fits beside the citizen's other activities; `slug` changes in place."""
    p, citizen = week.problem, pairs.citizen[pair]
    clash, twice = _beside(week, facts, citizen, slot)
    per_day = _meetings(p.meeting_ptr, p.meeting_day, np.arange(p.num_slots), np.arange(p.num_slots), p.num_slots)
    planned = _meetings(p.meeting_ptr, p.meeting_day, week.slot, week.citizen, p.num_citizens)
    minutes = np.bincount(week.citizen, week.minutes, p.num_citizens).astype(np.int64)
    load = np.bincount(week.citizen, p.slot_load[week.slot], p.num_citizens).astype(np.int64)
    left = np.ones(len(pair), np.bool_)
    for rule, blocked in (
        ("no_overlap", clash),
        ("one_group", twice),
        ("daily_limit", ((planned[citizen] + per_day[slot]) > p.daily_limit[citizen, None]).any(axis=1)),
        ("weekly_hours", minutes[citizen] + p.slot_minutes[slot] > p.max_minutes[citizen]),
        ("energy", load[citizen] + p.slot_load[slot] > p.energy[citizen]),
    ):
        had = np.bincount(pair[left], minlength=len(slug)) > 0
        left &= ~blocked
        slug[had & (np.bincount(pair[left], minlength=len(slug)) == 0)] = rule


def _beside(week: Week, facts: Facts, citizen: Ints, slot: Ints) -> tuple[Bools, Bools]:
    """(n,) the slot overlaps something of the citizen's plan, travel kept free; (n,) it is of an offering she has."""
    p, ptr = week.problem, week.plans.ptr
    gap, pattern, site = facts.pattern_gap, facts.slot_pattern, p.slot_site
    clash, twice = np.zeros(len(slot), np.bool_), np.zeros(len(slot), np.bool_)
    for turn in range(int(np.diff(ptr).max(initial=0))):
        at = np.flatnonzero(ptr[citizen] + turn < ptr[citizen + 1])
        new, old = slot[at], week.slot[ptr[citizen[at]] + turn]
        clash[at] |= gap[pattern[old], pattern[new]] < p.travel[site[old], site[new]]
        clash[at] |= gap[pattern[new], pattern[old]] < p.travel[site[new], site[old]]
        twice[at] |= p.slot_offering[old] == p.slot_offering[new]
    return clash, twice


def _meetings(meeting_ptr: Ints, meeting_day: Ints, slot: Ints, owner: Ints, size: int) -> Ints:
    """(size, 7) meetings by owner and day."""
    meeting, ptr = expand(meeting_ptr, slot)
    key = np.repeat(owner, np.diff(ptr)) * DAYS + meeting_day[meeting]
    return np.bincount(key, minlength=size * DAYS).reshape(size, DAYS)
