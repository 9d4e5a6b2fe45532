"""Compiled: from a week's facts to each citizen's options, the slots that alone break none of her rules.

An option is one slot for one citizen. Options are grouped by offering into choices (at most one is taken), and inside a
choice into classes of equal length, load and legs. Locks are applied first: what they use is taken off each limit.
No compiled function calls one in another file, because the disk cache does not notice changes there.
"""

from __future__ import annotations

from typing import NamedTuple

import numba as nb
import numpy as np
from numpy.typing import NDArray

from solver.problem import Bools, Ints

MAX_BITS = 8
NO_RULE = -1


class Facts(NamedTuple):
    """The arrays of a `Problem` that say what a citizen may take and what it is worth; see there."""

    slot_offering: Ints
    slot_site: Ints
    slot_open: Bools
    slot_role: Ints
    slot_person: Ints
    slot_load: Ints
    slot_minutes: Ints
    meeting_ptr: Ints
    meeting_day: Ints
    meeting_start: Ints
    meeting_end: Ints
    offering_leg: Ints
    offering_job: Bools
    offering_health_skill: Bools
    leg_dose: Ints
    travel: Ints
    slot_days: Ints  # (S,) meetings by day, eight bits a day
    slot_pattern: Ints  # (S,) slots with the same meetings share a pattern
    pattern_gap: NDArray[np.int16]  # see `pattern_gaps`
    weight: Ints
    min_minutes: Ints
    max_minutes: Ints
    energy: Ints
    daily_limit: Ints
    parallel_points: Ints
    need_points: Ints
    reach: Bools
    available: Bools
    barred: Ints
    serves_goal: Bools
    progress: Ints
    wish: Ints
    strength: Ints
    lottery: Ints
    time_points: Ints
    site_points: Ints
    contact: Ints
    keep_ptr: Ints
    keep_slot: Ints
    keep_points: Ints
    lock_ptr: Ints
    lock_slot: Ints


@nb.njit(cache=True, nogil=True)
def can_come(available: Bools, ptr: Ints, day: Ints, start: Ints, end: Ints, s: int) -> bool:
    """Whether all quarter-hours of slot `s` are free in one citizen's (7, 96) `available`."""
    for m in range(ptr[s], ptr[s + 1]):
        for q in range(start[m] // 15, (end[m] + 14) // 15):
            if not available[day[m], q]:
                return False
    return True


@nb.njit(cache=True, nogil=True)
def is_own_person(contact: Ints, role: int, person: int) -> bool:
    """Whether individual time is with the citizen's contact of that role, where there is one."""
    return role < 0 or contact[role] < 0 or contact[role] == person


@nb.njit(cache=True, nogil=True)
def packed_meetings(ptr: Ints, day: Ints) -> Ints:
    """(S,) meetings of each slot by day, eight bits a day."""
    packed = np.zeros(len(ptr) - 1, np.int64)
    for s in range(len(ptr) - 1):
        for m in range(ptr[s], ptr[s + 1]):
            packed[s] += 1 << (8 * day[m])
    return packed


@nb.njit(cache=True, nogil=True)
def pattern_gaps(first: Ints, ptr: Ints, day: Ints, start: Ints, end: Ints) -> NDArray[np.int16]:
    """(patterns, patterns) least minutes from a meeting of p to a later one of q; -1 if they overlap, 9999 if none.

    `first` is (patterns,) one slot of each pattern; the others are a problem's meetings.
    """
    gap = np.full((len(first), len(first)), 9999, np.int16)
    for p in range(len(first)):
        for q in range(len(first)):
            for m in range(ptr[first[p]], ptr[first[p] + 1]):
                for n in range(ptr[first[q]], ptr[first[q] + 1]):
                    if day[m] == day[n] and start[n] >= end[m]:
                        gap[p, q] = min(gap[p, q], start[n] - end[m])
                    elif day[m] == day[n] and start[m] < end[n]:
                        gap[p, q] = -1
    return gap


@nb.njit(cache=True, nogil=True)
def clash(gap: NDArray[np.int16], travel: Ints, p: int, q: int, at: int, to: int) -> bool:
    """Whether patterns p at one site and q at another overlap, the travel time between the sites kept free."""
    return gap[p, q] < travel[at, to] or gap[q, p] < travel[to, at]


@nb.njit(cache=True, nogil=True)
def slot_value(f: Facts, i: int, s: int) -> int:
    """MICRO: weighted value of one slot for one citizen, lottery number in, legs and idle minutes out."""
    o = f.slot_offering[s]
    liking = 0
    for m in range(f.meeting_ptr[s], f.meeting_ptr[s + 1]):
        liking += f.time_points[i, f.meeting_day[m], 0 if f.meeting_start[m] < 720 else 1]
    points = f.progress[i, o] + f.wish[i, o] + f.strength[i, o] + f.site_points[i, f.slot_site[s]]
    points += liking // (f.meeting_ptr[s + 1] - f.meeting_ptr[s])
    for k in range(f.keep_ptr[i], f.keep_ptr[i + 1]):
        if f.keep_slot[k] == s:
            points += f.keep_points[k]
    return points * f.weight[i] * 10_000 + f.lottery[i, o]


@nb.njit(cache=True, nogil=True)
def lock_fault(f: Facts, i: int) -> int:
    """Position in `RULES` of the first rule that the citizen's locks alone break, or NO_RULE."""
    first, last = f.lock_ptr[i], f.lock_ptr[i + 1]
    fault = 99
    minutes = 0
    load = 0
    days = 0
    for a in range(first, last):
        s = f.lock_slot[a]
        o = f.slot_offering[s]
        minutes += f.slot_minutes[s]
        load += f.slot_load[s]
        days += f.slot_days[s]
        here = f.reach[i, f.slot_site[s]]
        if not (here and can_come(f.available[i], f.meeting_ptr, f.meeting_day, f.meeting_start, f.meeting_end, s)):
            fault = min(fault, 0)
        for b in range(first, a):
            t = f.lock_slot[b]
            if clash(f.pattern_gap, f.travel, f.slot_pattern[s], f.slot_pattern[t], f.slot_site[s], f.slot_site[t]):
                fault = min(fault, 1)
            if f.slot_offering[t] == o:
                fault = min(fault, 2)
        if f.barred[i, o] & 1:
            fault = min(fault, 3)
        if f.barred[i, o] & 2:
            fault = min(fault, 4)
        if f.barred[i, o] & 4:
            fault = min(fault, 6)
        if not is_own_person(f.contact[i], f.slot_role[s], f.slot_person[s]):
            fault = min(fault, 7)
    for d in range(7):
        if (days >> (8 * d)) & 255 > f.daily_limit[i]:
            fault = min(fault, 8)
    if minutes > f.max_minutes[i]:
        fault = min(fault, 9)
    if load > f.energy[i]:
        fault = min(fault, 10)
    return NO_RULE if fault == 99 else fault


class Base(NamedTuple):
    """What is left of each citizen's limits after her locks; (I,) int64 unless said."""

    fault: Ints  # position in RULES that the locks break, or NO_RULE
    value: Ints  # MICRO, of the locked slots
    minutes: Ints  # left under max_minutes
    useful: Ints  # minutes still needed to reach min_minutes
    load: Ints  # left of the energy budget
    days: Ints  # meetings a day, eight bits each, plus 127 - daily_limit: bit 7 shows a day too full
    covered: Ints  # bits (leg, job = L, health or skill = L + 1) that the locks give


@nb.njit(cache=True, nogil=True)
def slot_bits(f: Facts, i: int, s: int) -> int:
    """Bits of what the slot gives the citizen: a needed leg with its dose, job-oriented, health or skill."""
    o = f.slot_offering[s]
    leg = f.offering_leg[o]
    legs = len(f.leg_dose)
    bits = 0
    if f.need_points[i, leg] > 0 and f.slot_minutes[s] >= f.leg_dose[leg]:
        bits |= 1 << leg
    if f.parallel_points[i] > 0:
        if f.offering_job[o]:
            bits |= 1 << legs
        if f.offering_health_skill[o]:
            bits |= 1 << (legs + 1)
    return bits


@nb.njit(cache=True, nogil=True)
def is_useful(f: Facts, i: int, o: int) -> bool:
    """Whether the offering serves a sub-goal, a needed leg or a wish."""
    return f.serves_goal[i, o] or f.need_points[i, f.offering_leg[o]] > 0 or f.wish[i, o] > 0


@nb.njit(cache=True, nogil=True)
def apply_locks(f: Facts, base: Base) -> None:
    """Fill `base`, changed in place."""
    for i in range(len(f.weight)):
        base.fault[i] = lock_fault(f, i)
        base.minutes[i] = f.max_minutes[i]
        base.useful[i] = f.min_minutes[i]
        base.load[i] = f.energy[i]
        for d in range(7):
            base.days[i] += (127 - f.daily_limit[i]) << (8 * d)
        for k in range(f.lock_ptr[i], f.lock_ptr[i + 1]):
            s = f.lock_slot[k]
            base.value[i] += slot_value(f, i, s)
            base.minutes[i] -= f.slot_minutes[s]
            base.load[i] -= f.slot_load[s]
            base.days[i] += f.slot_days[s]
            base.covered[i] |= slot_bits(f, i, s)
            if is_useful(f, i, f.slot_offering[s]):
                base.useful[i] -= f.slot_minutes[s]


class Blocks(NamedTuple):
    """Slots in blocks of equal offering, length, load and site, so that only sites within reach are looked at."""

    slots: Ints  # (S,) by offering, then length, load and site
    first: Ints  # (B P + 1,) first of `slots` in each block, by kind of equal offering, length and load, then by site
    offering_ptr: Ints  # (O + 1,) kinds of an offering
    sites: Ints  # (P,) sites in the order of a kind's blocks


@nb.njit(cache=True, nogil=True)
def find_options(f: Facts, base: Base, blocks: Blocks, i: int, slots: Ints, within: Ints) -> int:
    """Write the citizen's option slots, by offering, then length and load, into `slots`; return how many.

    `within` (P,) is working memory.
    """
    found = 0
    if base.fault[i] != NO_RULE:
        return found
    locked = f.lock_slot[f.lock_ptr[i] : f.lock_ptr[i + 1]]
    barred, reach, available, contact = f.barred[i], f.reach[i], f.available[i], f.contact[i]
    site, pattern, offering, is_open = f.slot_site, f.slot_pattern, f.slot_offering, f.slot_open
    minutes, load, days, role, person = f.slot_minutes, f.slot_load, f.slot_days, f.slot_role, f.slot_person
    ptr, day, start, end = f.meeting_ptr, f.meeting_day, f.meeting_start, f.meeting_end
    gap, travel = f.pattern_gap, f.travel
    by_block, first, offering_ptr, sites = blocks.slots, blocks.first, blocks.offering_ptr, blocks.sites
    num_near = 0
    for at in range(len(sites)):
        if reach[sites[at]]:
            within[num_near] = at
            num_near += 1
    most_minutes, most_load, days_so_far = base.minutes[i], base.load[i], base.days[i]
    for o in range(len(offering_ptr) - 1):
        taken = False
        for k in range(len(locked)):
            taken = taken or offering[locked[k]] == o
        if taken or barred[o] != 0:
            continue
        for kind in range(offering_ptr[o], offering_ptr[o + 1]):
            s = by_block[first[kind * len(sites)]]
            if minutes[s] > most_minutes or load[s] > most_load:
                continue
            for near in range(num_near):
                block = kind * len(sites) + within[near]
                for at in range(first[block], first[block + 1]):
                    s = by_block[at]
                    if not is_open[s] or (days_so_far + days[s]) & 0x80808080808080:
                        continue
                    free = is_own_person(contact, role[s], person[s]) and can_come(available, ptr, day, start, end, s)
                    for k in range(len(locked)):
                        t = locked[k]
                        free = free and not clash(gap, travel, pattern[s], pattern[t], site[s], site[t])
                    if free:
                        slots[found] = s
                        found += 1
    return found


@nb.njit(cache=True, nogil=True)
def fewest_first(offering: Ints, minutes: Ints, slots: Ints, sorted_slots: Ints) -> None:
    """Copy `slots`, which come by offering, with the offerings of fewest slots an hour first.

    The search branches in this order; the bound after a choice is the better, the less later ones depend on it.
    """
    starts = np.empty(len(slots) + 1, np.int64)
    num = 0
    for a in range(len(slots)):
        if a == 0 or offering[slots[a]] != offering[slots[a - 1]]:
            starts[num] = a
            num += 1
    starts[num] = len(slots)
    order = np.empty(num, np.int64)
    for k in range(num):
        b = k - 1
        size, length = starts[k + 1] - starts[k], minutes[slots[starts[k]]]
        while b >= 0:
            other = order[b]
            if (starts[other + 1] - starts[other]) * length <= size * minutes[slots[starts[other]]]:
                break
            order[b + 1] = other
            b -= 1
        order[b + 1] = k
    at = 0
    for k in range(num):
        for a in range(starts[order[k]], starts[order[k] + 1]):
            sorted_slots[at] = slots[a]
            at += 1


@nb.njit(cache=True, nogil=True)
def count_options(f: Facts, base: Base, blocks: Blocks, first: int, last: int, count: Ints) -> None:
    """Fill count[first:last], (I, 3): options, classes and choices of each citizen."""
    slots, within = np.empty(len(f.slot_offering), np.int64), np.empty(len(blocks.sites), np.int64)
    for i in range(first, last):
        found = find_options(f, base, blocks, i, slots, within)
        count[i, 0] = found
        for a in range(found):
            s = slots[a]
            if a == 0 or f.slot_offering[s] != f.slot_offering[slots[a - 1]]:
                count[i, 1] += 1
                count[i, 2] += 1
            elif f.slot_minutes[s] != f.slot_minutes[slots[a - 1]] or f.slot_load[s] != f.slot_load[slots[a - 1]]:
                count[i, 1] += 1


class Choices(NamedTuple):
    """Everybody's options. Choices, classes and options of citizen i are contiguous."""

    choice_ptr: Ints  # (I + 1,) choices of a citizen
    class_ptr: Ints  # (choices + 1,) classes of a choice
    option_ptr: Ints  # (classes + 1,) options of a class
    class_minutes: Ints  # (classes,)
    class_load: Ints  # (classes,)
    class_bits: Ints  # (classes,) `slot_bits` still worth something
    class_useful: Bools  # (classes,)
    option_slot: NDArray[np.int32]  # (options,)
    option_value: Ints  # (options,) MICRO
    clash_ptr: Ints  # (I + 1,) first word of a citizen's clash rows
    clash: NDArray[
        np.uint64
    ]  # row a of citizen i: bit b set where her options a and b clash; words = ceil(options / 64)


@nb.njit(cache=True, nogil=True)
def fill_options(f: Facts, base: Base, blocks: Blocks, first: int, last: int, c: Choices, start: Ints) -> None:
    """Fill `c` for citizens first .. last - 1, changed in place; `start` is (I, 3): first option, class, choice."""
    by_offering, slots = np.empty(len(f.slot_offering), np.int64), np.empty(len(f.slot_offering), np.int64)
    within = np.empty(len(blocks.sites), np.int64)
    for i in range(first, last):
        found = find_options(f, base, blocks, i, by_offering, within)
        fewest_first(f.slot_offering, f.slot_minutes, by_offering[:found], slots[:found])
        option, cls, choice = start[i, 0], start[i, 1] - 1, start[i, 2] - 1
        for a in range(found):
            s = slots[a]
            o = f.slot_offering[s]
            fresh = a == 0 or f.slot_offering[slots[a - 1]] != o
            if fresh:
                choice += 1
                c.class_ptr[choice] = cls + 1
            if (
                fresh
                or f.slot_minutes[s] != f.slot_minutes[slots[a - 1]]
                or f.slot_load[s] != f.slot_load[slots[a - 1]]
            ):
                cls += 1
                c.option_ptr[cls] = option + a
                c.class_minutes[cls] = f.slot_minutes[s]
                c.class_load[cls] = f.slot_load[s]
                c.class_bits[cls] = slot_bits(f, i, s) & ~base.covered[i]
                c.class_useful[cls] = is_useful(f, i, o)
            turn = option + a
            c.option_slot[turn] = s
            c.option_value[turn] = slot_value(f, i, s)
        mark_clashes(
            f.pattern_gap,
            f.travel,
            f.slot_pattern,
            f.slot_site,
            f.slot_offering,
            f.slot_days,
            slots[:found],
            c.clash,
            c.clash_ptr[i],
        )


@nb.njit(cache=True, nogil=True)
def mark_clashes(
    gap: NDArray[np.int16],
    travel: Ints,
    pattern: Ints,
    site: Ints,
    offering: Ints,
    days: Ints,
    slots: Ints,
    bits: NDArray[np.uint64],
    at: int,
) -> None:
    """Set one citizen's clash rows, from word `at` of `bits`, changed in place."""
    words = (len(slots) + 63) // 64
    its_pattern, its_site, its_offering, its_days = pattern[slots], site[slots], offering[slots], days[slots]
    for a in range(len(slots)):
        for day in range(7):  # one bit a day on which there is a meeting
            its_days[a] |= np.int64(1 << (56 + day)) if (its_days[a] >> (8 * day)) & 255 else 0
        its_days[a] >>= 56
        p, at_site, o, its = its_pattern[a], its_site[a], its_offering[a], its_days[a]
        for b in range(a):
            if not its & its_days[b] or its_offering[b] == o:
                continue
            if clash(gap, travel, p, its_pattern[b], at_site, its_site[b]):
                bits[at + a * words + (b >> 6)] |= np.uint64(1) << np.uint64(b & 63)
                bits[at + b * words + (a >> 6)] |= np.uint64(1) << np.uint64(a & 63)


@nb.njit(cache=True, nogil=True)
def needed_bits(choice_ptr: Ints, class_ptr: Ints, class_bits: Ints, covered: Ints, legs: int) -> Ints:
    """(I,) bits that the citizen's options can still add and that would be worth something."""
    needed = np.zeros(len(covered), np.int64)
    job, skill = 1 << legs, 2 << legs
    for i in range(len(covered)):
        offered = 0
        for c in range(class_ptr[choice_ptr[i]], class_ptr[choice_ptr[i + 1]]):
            offered |= class_bits[c]
        both = (offered | covered[i]) & (job | skill)
        if both != job | skill:
            offered &= ~(job | skill)
        needed[i] = offered
    return needed


@nb.njit(cache=True, nogil=True)
def bonus_tables(
    needed: Ints, covered: Ints, need_points: Ints, parallel: Ints, weight: Ints, ptr: Ints, choice_ptr: Ints,
    class_ptr: Ints, class_bits: Ints, bonus: Ints, class_mask: Ints,
) -> None:  # fmt: skip
    """Fill `bonus` (MICRO by mask of the needed bits, counted from ptr[i]) and `class_mask`, changed in place."""
    legs = need_points.shape[1]
    job_skill = (1 << legs) | (2 << legs)
    bit_of = np.zeros(legs + 2, np.int64)
    for i in range(len(needed)):
        count = 0
        for b in range(legs + 2):
            if needed[i] >> b & 1:
                bit_of[count] = b
                count += 1
        for mask in range(1 << count):
            bits = covered[i]
            for k in range(count):
                if mask >> k & 1:
                    bits |= 1 << bit_of[k]
            points = parallel[i] if bits & job_skill == job_skill else 0
            for leg in range(legs):
                if bits >> leg & 1:
                    points += need_points[i, leg]
            bonus[ptr[i] + mask] = points * weight[i] * 10_000
        for c in range(class_ptr[choice_ptr[i]], class_ptr[choice_ptr[i + 1]]):
            for k in range(count):
                if class_bits[c] >> bit_of[k] & 1:
                    class_mask[c] |= 1 << k
