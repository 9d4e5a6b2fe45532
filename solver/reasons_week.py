"""A planned week as the reasons read it: who is where, what closes a slot to one more, and parts of a problem."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from solver.problem import BARRED_BIT, ROWS, Bools, Ints, Problem
from solver.sizes import minimum_sizes
from solver.solution import Plans

OPEN = -1
ALL_BARRED = sum(BARRED_BIT.values())
BY_CITIZEN = (
    "weight", "min_minutes", "max_minutes", "energy", "daily_limit", "idle_penalty", "parallel_points", "need_points",
    "reach", "available", "barred", "serves_goal", "progress", "wish", "strength", "lottery", "time_points",
    "site_points", "contact",
)  # fmt: skip


@dataclass(frozen=True)
class Week:
    """A problem with its plans; E entries in the order of their citizens."""

    problem: Problem
    plans: Plans
    citizen: Ints  # (E,)
    slot: Ints  # (E,)
    offering: Ints  # (E,)
    minutes: Ints  # (E,)
    covers: Bools  # (E,) at least the dose of its leg
    locked: Bools  # (E,) the citizen is locked into it
    participants: Ints  # (S,)
    row_use: Ints  # (R,)
    minimum: Ints  # (S,) participants that each group needs, 0 where locks hold it open

    def slots_of(self, citizen: int) -> Ints:
        """(n,) slots of the citizen's plan."""
        return self.slot[self.plans.ptr[citizen] : self.plans.ptr[citizen + 1]]


def read_week(problem: Problem, plans: Plans) -> Week:
    """Count who is where."""
    slot = plans.slot
    minutes, leg = problem.slot_minutes[slot], problem.offering_leg[problem.slot_offering[slot]]
    participants = np.bincount(slot, minlength=problem.num_slots).astype(np.int64)
    citizen = np.repeat(np.arange(problem.num_citizens), np.diff(plans.ptr))
    holder = np.repeat(np.arange(problem.num_citizens), np.diff(problem.lock_ptr))
    locked = np.isin(citizen * problem.num_slots + slot, holder * problem.num_slots + problem.lock_slot)
    return Week(
        problem, plans, citizen, slot, problem.slot_offering[slot], minutes, minutes >= problem.leg_dose[leg], locked,
        participants, _row_use(problem, participants), minimum_sizes(problem),
    )  # fmt: skip


def useful_offerings(problem: Problem) -> Bools:
    """(I, O) the offering serves a sub-goal, a wish or a needed leg."""
    needed = problem.need_points[:, problem.offering_leg] > 0
    result: Bools = problem.serves_goal | (problem.wish > 0) | needed
    return result


def locked_offerings(problem: Problem) -> Bools:
    """(I, O) the citizen is locked into a slot of the offering."""
    locked = np.zeros(problem.barred.shape, np.bool_)
    holder = np.repeat(np.arange(problem.num_citizens), np.diff(problem.lock_ptr))
    locked[holder, problem.slot_offering[problem.lock_slot]] = True
    return locked


def useful_minutes(week: Week) -> Ints:
    """(I,) minutes of activities that serve a sub-goal, a wish or a needed leg."""
    helps = useful_offerings(week.problem)[week.citizen, week.offering]
    return np.bincount(week.citizen[helps], week.minutes[helps], week.problem.num_citizens).astype(np.int64)


def closing(week: Week, slots: Ints, without: Ints | None = None) -> Ints:
    """(n,) position in `ROWS` of the first limit that closes each of `slots` to one more, or OPEN.

    `without` names slots that somebody leaves first. Keep-apart pairs are not seen here: see `apart_slots`.
    """
    p = week.problem
    here, used = week.participants[slots], week.row_use
    if without is not None:
        here = here - np.isin(slots, without)
        left, _ = expand(p.use_ptr, without)
        used = used - np.bincount(p.use_row[left], minlength=p.num_rows)
    result = np.full(len(slots), OPEN, np.int64)
    more, seats = here + 1, p.group_seats[slots]
    too_few = -(-more // np.maximum(seats, 1)) * week.minimum[slots] > more
    result[too_few] = ROWS.index("minimum_size")
    use, ptr = expand(p.use_ptr, slots)
    owner, row = np.repeat(np.arange(len(slots)), np.diff(ptr)), p.use_row[use]
    reached = used[row] >= p.row_limit[row]
    for slug, is_room in (("room", True), ("staff", False)):
        result[owner[reached & (p.row_is_room[row] == is_room)]] = ROWS.index(slug)
    result[more > seats * (p.group_ptr[slots + 1] - p.group_ptr[slots])] = ROWS.index("seats")
    return result


def apart_slots(week: Week) -> dict[int, dict[int, int]]:
    """Slots where somebody sits from whom the citizen is kept apart, by citizen: slot -> that person."""
    result: dict[int, dict[int, int]] = {}
    for one, other in week.problem.apart.tolist():
        for who, whom in ((one, other), (other, one)):
            result.setdefault(who, {}).update(dict.fromkeys(week.slots_of(whom).tolist(), whom))
    return result


def part(problem: Problem, who: Ints) -> Problem:
    """The same week for the citizens in `who` alone, in that order; keep-apart pairs are left out."""
    keep, keep_ptr = expand(problem.keep_ptr, who)
    lock, lock_ptr = expand(problem.lock_ptr, who)
    return replace(
        problem, **{name: getattr(problem, name)[who] for name in BY_CITIZEN}, keep_ptr=keep_ptr,
        keep_slot=problem.keep_slot[keep], keep_points=problem.keep_points[keep], lock_ptr=lock_ptr,
        lock_slot=problem.lock_slot[lock], apart=np.zeros((0, 2), np.int64),
    )  # fmt: skip


def expand(pointer: Ints, item: Ints) -> tuple[Ints, Ints]:
    """Positions that the pointer cuts for each item, one after the other, and the pointer of that list."""
    count = pointer[item + 1] - pointer[item]
    ptr = np.concatenate([[0], np.cumsum(count)]).astype(np.int64)
    return np.arange(ptr[-1]) + np.repeat(pointer[item] - ptr[:-1], count), ptr


def _row_use(problem: Problem, participants: Ints) -> Ints:
    owner = np.repeat(np.arange(problem.num_slots), np.diff(problem.use_ptr))
    return np.bincount(problem.use_row, participants[owner], problem.num_rows).astype(np.int64)
