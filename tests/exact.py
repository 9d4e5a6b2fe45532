"""The same tiny weeks as one CP-SAT model, a boolean for every citizen and group: a peer of solver and oracle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from ortools.sat.python import cp_model

from solver.problem import MICRO_PER_POINT_PERCENT, MICRO_PER_PRICE, Ints, Problem
from tests import facts, oracle


@dataclass(frozen=True)
class Exact:
    """A week's proven optimum."""

    objective: int  # MICRO
    entries: list[list[tuple[int, int]]]  # (slot, group) by citizen


def solve_exactly(p: Problem, price: Ints | None = None) -> Exact:
    """Maximise the objective under every rule and row, less (S,) `price` in 1/1000 points where it is given."""
    model = cp_model.CpModel()
    taken = {
        (i, s, g): model.new_bool_var(f"{i} in {g}")
        for i in range(p.num_citizens)
        for s in range(p.num_slots)
        for g in range(p.group_ptr[s], p.group_ptr[s + 1])
    }
    in_slot = {
        (i, s): sum(taken[i, s, g] for g in range(p.group_ptr[s], p.group_ptr[s + 1]))
        for i in range(p.num_citizens)
        for s in range(p.num_slots)
    }
    for i in range(p.num_citizens):
        _add_rules(model, p, i, [in_slot[i, s] for s in range(p.num_slots)])
    _add_rows(model, p, taken)
    values = [_value(model, p, i, [in_slot[i, s] for s in range(p.num_slots)]) for i in range(p.num_citizens)]
    paid = 0 if price is None else sum(int(price[s]) * MICRO_PER_PRICE * x for (_, s), x in in_slot.items())
    model.maximize(sum(values) - paid)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    status = solver.solve(model)
    assert status == cp_model.OPTIMAL, solver.status_name(status)
    chosen = [key for key, var in taken.items() if solver.value(var)]
    return Exact(
        round(solver.objective_value),
        [[(s, g) for j, s, g in chosen if j == i] for i in range(p.num_citizens)],
    )


def plans_of(exact: Exact) -> Any:
    """Make `Plans` of the optimum."""
    return facts.plans(*exact.entries)


def _add_rules(model: Any, p: Problem, i: int, x: Sequence[Any]) -> None:
    locks = set(p.lock_slot[p.lock_ptr[i] : p.lock_ptr[i + 1]].tolist())
    slots = range(p.num_slots)
    if oracle.broken_rules(p, i, tuple(locks)):
        for s in slots:
            model.add(x[s] == (s in locks))
        return
    for s in slots:
        may_take = p.slot_open[s] or s in locks
        role = p.slot_role[s]
        has_other = role >= 0 and p.contact[i, role] >= 0 and p.contact[i, role] != p.slot_person[s]
        model.add(x[s] <= int(may_take and not has_other and not p.barred[i, p.slot_offering[s]] and _free(p, i, s)))
        if s in locks:
            model.add(x[s] == 1)
    for o in range(p.num_offerings):
        model.add(sum(x[s] for s in slots if p.slot_offering[s] == o) <= 1)
    for s, t in combinations(slots, 2):
        if _clash(p, s, t):
            model.add(x[s] + x[t] <= 1)
    for day in range(7):
        meetings = [(p.meeting_day[p.meeting_ptr[s] : p.meeting_ptr[s + 1]] == day).sum() for s in slots]
        model.add(sum(int(n) * x[s] for s, n in enumerate(meetings)) <= int(p.daily_limit[i]))
    model.add(sum(int(p.slot_minutes[s]) * x[s] for s in slots) <= int(p.max_minutes[i]))
    model.add(sum(int(p.slot_load[s]) * x[s] for s in slots) <= int(p.energy[i]))


def _free(p: Problem, i: int, s: int) -> bool:
    meetings = range(p.meeting_ptr[s], p.meeting_ptr[s + 1])
    spans = [(p.meeting_day[m], p.meeting_start[m] // 15, -(-p.meeting_end[m] // 15)) for m in meetings]
    alone = not any(_too_close(p, s, m, s, n) for m, n in combinations(meetings, 2))
    return bool(alone and p.reach[i, p.slot_site[s]] and all(p.available[i, d, a:b].all() for d, a, b in spans))


def _clash(p: Problem, s: int, t: int) -> bool:
    return any(
        _too_close(p, s, m, t, n)
        for m in range(p.meeting_ptr[s], p.meeting_ptr[s + 1])
        for n in range(p.meeting_ptr[t], p.meeting_ptr[t + 1])
    )


def _too_close(p: Problem, s: int, m: int, t: int, n: int) -> bool:
    there, back = p.travel[p.slot_site[s], p.slot_site[t]], p.travel[p.slot_site[t], p.slot_site[s]]
    before = p.meeting_end[m] + there <= p.meeting_start[n]
    after = p.meeting_end[n] + back <= p.meeting_start[m]
    return bool(p.meeting_day[m] == p.meeting_day[n] and not before and not after)


def _add_rows(model: Any, p: Problem, taken: dict[tuple[int, int, int], Any]) -> None:
    held = [int((p.lock_slot == s).sum()) for s in range(p.num_slots)]
    for s in range(p.num_slots):
        for g in range(p.group_ptr[s], p.group_ptr[s + 1]):
            size = sum(taken[i, s, g] for i in range(p.num_citizens))
            model.add(size <= max(int(p.group_seats[s]), held[s]))
            if not held[s]:
                is_open = model.new_bool_var(f"{g} runs")
                model.add(size >= int(p.group_minimum[s]) * is_open)
                model.add(size <= p.num_citizens * is_open)
    for r in range(p.num_rows):
        users = [(key, (p.use_row[p.use_ptr[key[1]] : p.use_ptr[key[1] + 1]] == r).sum()) for key in taken]
        locked_use = sum(held[s] * (p.use_row[p.use_ptr[s] : p.use_ptr[s + 1]] == r).sum() for s in range(p.num_slots))
        model.add(sum(int(n) * taken[key] for key, n in users) <= int(max(p.row_limit[r], locked_use)))
    for a, b in p.apart.tolist():
        for i, s, g in taken:
            if i == a and not all(s in p.lock_slot[p.lock_ptr[c] : p.lock_ptr[c + 1]] for c in (a, b)):
                model.add(taken[a, s, g] + taken[b, s, g] <= 1)


def _value(model: Any, p: Problem, i: int, x: Sequence[Any]) -> Any:
    slots = range(p.num_slots)
    offering = p.slot_offering
    leg = p.offering_leg[offering]
    points = sum(_slot_points(p, i, s) * x[s] for s in slots)
    for d in range(len(p.leg_dose)):
        covered = model.new_bool_var(f"leg {d} of {i}")
        model.add(covered <= sum(x[s] for s in slots if leg[s] == d and p.slot_minutes[s] >= p.leg_dose[d]))
        points += int(p.need_points[i, d]) * covered
    both = model.new_bool_var(f"both of {i}")
    model.add(both <= sum(x[s] for s in slots if p.offering_job[offering[s]]))
    model.add(both <= sum(x[s] for s in slots if p.offering_health_skill[offering[s]]))
    points += int(p.parallel_points[i]) * both
    helps = p.serves_goal[i, offering] | (p.wish[i, offering] > 0) | (p.need_points[i, leg] > 0)
    idle = model.new_int_var(0, int(p.min_minutes[i]), f"idle of {i}")
    model.add(idle >= int(p.min_minutes[i]) - sum(int(p.slot_minutes[s] * helps[s]) * x[s] for s in slots))
    points -= int(p.idle_penalty[i]) * idle
    lottery = sum(int(p.lottery[i, offering[s]]) * x[s] for s in slots)
    return int(p.weight[i]) * MICRO_PER_POINT_PERCENT * points + lottery


def _slot_points(p: Problem, i: int, s: int) -> int:
    o = p.slot_offering[s]
    meetings = range(p.meeting_ptr[s], p.meeting_ptr[s + 1])
    times = [p.time_points[i, p.meeting_day[m], 1 if p.meeting_start[m] >= 720 else 0] for m in meetings]
    kept = p.keep_points[p.keep_ptr[i] : p.keep_ptr[i + 1]] * (p.keep_slot[p.keep_ptr[i] : p.keep_ptr[i + 1]] == s)
    own = p.progress[i, o] + p.wish[i, o] + p.strength[i, o] + p.site_points[i, p.slot_site[s]]
    return int(own + sum(times) // len(times) + kept.sum())
