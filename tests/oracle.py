"""Brute force for tiny weeks, in plain Python from the text of `solver.verify`: slow, short and easy to believe.

Groups of a slot are interchangeable, so the rows are counted by slot: n participants of a slot fit into its groups if
and only if some number of open groups has minimums of at most n in sum, and seats of at least n.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from itertools import combinations

import numpy as np

from solver.problem import BARRED_BIT, MICRO_PER_POINT_PERCENT, MICRO_PER_PRICE, Ints, Problem
from solver.solution import Plans

Slots = tuple[int, ...]


def broken_rules(p: Problem, i: int, slots: Slots) -> list[str]:
    """List the slugs, in the order of `RULES` and without `locked`, that the plan breaks."""
    meetings = [(s, m) for s in slots for m in range(p.meeting_ptr[s], p.meeting_ptr[s + 1])]
    offerings = [int(p.slot_offering[s]) for s in slots]
    days = Counter(int(p.meeting_day[m]) for _, m in meetings)
    found = {
        "availability": not all(_can_come(p, i, s, m) for s, m in meetings),
        "no_overlap": any(_clash(p, a, b) for a, b in combinations(meetings, 2)),
        "one_group": len(set(offerings)) < len(offerings),
        "eligible": any(p.barred[i, o] & BARRED_BIT["eligible"] for o in offerings),
        "due": any(p.barred[i, o] & BARRED_BIT["due"] for o in offerings),
        "intake": any(not p.slot_open[s] and s not in locks_of(p, i) for s in slots),
        "refused": any(p.barred[i, o] & BARRED_BIT["refused"] for o in offerings),
        "own_person": any(
            p.slot_role[s] >= 0 and p.contact[i, p.slot_role[s]] not in (-1, p.slot_person[s]) for s in slots
        ),
        "daily_limit": any(n > p.daily_limit[i] for n in days.values()),
        "weekly_hours": sum(_minutes(p, s) for s in slots) > p.max_minutes[i],
        "energy": sum(int(p.slot_load[s]) for s in slots) > p.energy[i],
    }
    return [slug for slug, is_broken in found.items() if is_broken]


def value(p: Problem, i: int, slots: Slots) -> int:
    """MICRO: what the plan is worth for citizen i."""
    points, lottery, useful, legs, kinds = 0, 0, 0, set(), set()
    keep = {int(p.keep_slot[k]): int(p.keep_points[k]) for k in range(p.keep_ptr[i], p.keep_ptr[i + 1])}
    for s in slots:
        o, site = p.slot_offering[s], p.slot_site[s]
        times = [
            int(p.time_points[i, p.meeting_day[m], int(p.meeting_start[m] >= 720)])
            for m in range(p.meeting_ptr[s], p.meeting_ptr[s + 1])
        ]
        points += int(p.progress[i, o] + p.wish[i, o] + p.strength[i, o] + p.site_points[i, site])
        points += sum(times) // len(times) + keep.get(s, 0)
        lottery += int(p.lottery[i, o])
        leg = int(p.offering_leg[o])
        if _minutes(p, s) >= p.leg_dose[leg]:
            legs.add(leg)
        if p.serves_goal[i, o] or p.wish[i, o] > 0 or p.need_points[i, leg] > 0:
            useful += _minutes(p, s)
        kinds |= {"job"} if p.offering_job[o] else set()
        kinds |= {"health or skill"} if p.offering_health_skill[o] else set()
    points += sum(int(p.need_points[i, leg]) for leg in legs) + (len(kinds) == 2) * int(p.parallel_points[i])
    points -= int(p.idle_penalty[i]) * max(0, int(p.min_minutes[i]) - useful)
    return int(p.weight[i]) * points * MICRO_PER_POINT_PERCENT + lottery


def feasible_plans(p: Problem, i: int) -> list[Slots]:
    """List every plan that the rules allow; an exception has her locks only."""
    locks = locks_of(p, i)
    if broken_rules(p, i, locks):
        return [locks]
    grown: list[Slots] = [()]
    for s in range(p.num_slots):
        grown += [(*plan, s) for plan in grown if not broken_rules(p, i, (*plan, s))]
    return [plan for plan in grown if set(locks) <= set(plan)]


def best_plan(
    p: Problem, i: int, price: Ints, forced: Collection[int] = (), forbidden: Collection[int] = ()
) -> int | None:
    """MICRO: the most that a feasible plan is worth after paying for its seats and rows; None where there is none."""
    allowed = [set(plan) for plan in feasible_plans(p, i)]
    return max(
        (net_value(p, i, tuple(plan), price) for plan in allowed if set(forced) <= plan - set(forbidden) == plan),
        default=None,
    )


def net_value(p: Problem, i: int, slots: Slots, price: Ints) -> int:
    """MICRO: the plan's value less the price of its seats, then of its rows."""
    units = [*slots, *(p.num_slots + r for s in slots for r in _rows_of(p, s))]
    return value(p, i, slots) - sum(int(price[u]) for u in units) * MICRO_PER_PRICE


def exceptions(p: Problem) -> list[tuple[int, str]]:
    """List (citizen, slug) of those whose locks alone break a rule."""
    broken = [(i, broken_rules(p, i, locks_of(p, i))) for i in range(p.num_citizens)]
    return [(i, slugs[0]) for i, slugs in broken if slugs]


def optimum(p: Problem) -> tuple[int, list[Slots]]:
    """Find the best objective, MICRO, and everybody's slots; that everybody gets her locks holds every row."""
    choices = [sorted(((value(p, i, x), x) for x in feasible_plans(p, i)), reverse=True) for i in range(p.num_citizens)]
    most = [sum(c[0][0] for c in choices[i:]) for i in range(p.num_citizens + 1)]
    locks = [locks_of(p, i) for i in range(p.num_citizens)]
    best = (sum(value(p, i, x) for i, x in enumerate(locks)), locks)

    def search(total: int, chosen: list[Slots]) -> None:
        nonlocal best
        i = len(chosen)
        if i == p.num_citizens:
            if total > best[0] and fits(p, chosen):
                best = (total, chosen)
            return
        for worth, plan in choices[i]:
            if total + worth + most[i + 1] <= best[0]:
                return
            if fits(p, [*chosen, plan, *locks[i + 1 :]], is_whole=False):
                search(total + worth, [*chosen, plan])

    search(0, [])
    return best


def fits(p: Problem, chosen: Sequence[Slots], is_whole: bool = True) -> bool:
    """Whether the rows hold; of a part only those that more participants cannot mend."""
    taken, held = (
        Counter(s for x in chosen for s in x),
        Counter(s for i in range(p.num_citizens) for s in locks_of(p, i)),
    )
    used, held_use = (Counter(r for s in c.elements() for r in _rows_of(p, s)) for c in (taken, held))
    together = [
        s
        for a, b in p.apart.tolist()
        for s in set(chosen[a]) & set(chosen[b])
        if not (s in locks_of(p, a) and s in locks_of(p, b))
    ]
    return (
        all(_deals(p, s, n, held[s], is_whole) for s, n in taken.items())
        and all(n <= max(p.row_limit[r], held_use[r]) for r, n in used.items())
        and not together
    )


def deal(p: Problem, chosen: Sequence[Slots]) -> Plans:
    """Give everybody a group of each of their slots, filling as few groups as evenly as they allow."""
    taken = Counter(s for x in chosen for s in x)
    is_open = {s: -(-n // max(1, int(p.group_seats[s]))) for s, n in taken.items()}
    seen: Counter[int] = Counter()
    entries = []
    for slots in chosen:
        for s in sorted(slots):
            room = min(is_open[s], int(p.group_ptr[s + 1] - p.group_ptr[s]))
            entries.append((s, int(p.group_ptr[s]) + seen[s] % room))
            seen[s] += 1
    ptr = np.cumsum([0, *(len(slots) for slots in chosen)])
    pairs = np.array(entries, np.int64).reshape(-1, 2)
    return Plans(ptr.astype(np.int64), pairs[:, 0], pairs[:, 1])


def locks_of(p: Problem, i: int) -> Slots:
    """List the slots that citizen i is locked into."""
    return tuple(sorted({int(s) for s in p.lock_slot[p.lock_ptr[i] : p.lock_ptr[i + 1]]}))


def _deals(p: Problem, s: int, n: int, held: int, is_whole: bool) -> bool:
    groups = range(1, int(p.group_ptr[s + 1] - p.group_ptr[s]) + 1)
    least = 0 if held or not is_whole else int(p.group_minimum[s])
    return any(k * least <= n <= max(k * int(p.group_seats[s]), held) for k in groups)


def _minutes(p: Problem, s: int) -> int:
    return sum(int(p.meeting_end[m] - p.meeting_start[m]) for m in range(p.meeting_ptr[s], p.meeting_ptr[s + 1]))


def _rows_of(p: Problem, s: int) -> Iterator[int]:
    return (int(r) for r in p.use_row[p.use_ptr[s] : p.use_ptr[s + 1]])


def _can_come(p: Problem, i: int, s: int, m: int) -> bool:
    day = p.available[i, p.meeting_day[m]]
    return bool(p.reach[i, p.slot_site[s]]) and all(day[t // 15] for t in range(p.meeting_start[m], p.meeting_end[m]))


def _clash(p: Problem, a: tuple[int, int], b: tuple[int, int]) -> bool:
    (s, m), (t, n) = sorted((a, b), key=lambda x: int(p.meeting_start[x[1]]))
    earliest = p.meeting_end[m] + p.travel[p.slot_site[s], p.slot_site[t]]
    return bool(p.meeting_day[m] == p.meeting_day[n] and p.meeting_start[n] < earliest)
