"""The week after: some citizens are others, some groups meet at another time, and the earlier run is the start."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from solver import WarmStart
from solver.problem import BY_CITIZEN, Bools, Ints, Problem, sum_by
from solver.solution import Plans, Solution

# What a citizen brings along; contacts, and who is kept apart, belong to the place that the newcomer takes over.
OWN = tuple(name for name in BY_CITIZEN if name not in ("idle_penalty", "parallel_points", "contact"))


def change_week(problem: Problem, others: Problem, share: float, seed: int) -> tuple[Problem, Bools, Bools]:
    """Replace a share of the citizens by those of another town, and move a share of the slots to other times.

    Newcomers have no locks and nothing to keep. A slot stays where it is if it holds somebody's lock, or if its staff
    and rooms are counted.

    Parameters
    ----------
    others
        A town of as many citizens with as many sites and the same offerings.

    Returns
    -------
    The new week, (I,) who is new, (S,) which slots meet at other times.
    """
    rng = np.random.default_rng(seed)
    newcomer = _choose(rng, np.arange(problem.num_citizens), share * problem.num_citizens, problem.num_citizens)
    movable = np.setdiff1d(np.flatnonzero(np.diff(problem.use_ptr) == 0), problem.lock_slot)
    moved = _choose(rng, movable, share * problem.num_slots, problem.num_slots)
    changed: dict[str, Any] = {name: _replaced(getattr(problem, name), getattr(others, name), newcomer) for name in OWN}
    keep_ptr, keep = _without(problem.keep_ptr, newcomer)
    lock_ptr, lock = _without(problem.lock_ptr, newcomer)
    week = replace(
        _moved(problem, moved, rng),
        **changed,
        keep_ptr=keep_ptr,
        keep_slot=problem.keep_slot[keep],
        keep_points=problem.keep_points[keep],
        lock_ptr=lock_ptr,
        lock_slot=problem.lock_slot[lock],
        apart=problem.apart[~newcomer[problem.apart].any(axis=1)],
    )
    return week, newcomer, moved


def carry_over(problem: Problem, solution: Solution, newcomer: Bools, moved: Bools) -> WarmStart:
    """Begin where the earlier run ended; as in `scheduler.warm`, a new group costs the mean of its offering."""
    price = solution.price.copy()
    old = solution.price[: problem.num_slots]
    total = np.bincount(problem.slot_offering, weights=old, minlength=problem.num_offerings)
    count = np.bincount(problem.slot_offering, minlength=problem.num_offerings)
    mean = (total // np.maximum(count, 1)).astype(np.int64)
    price[: problem.num_slots] = np.where(moved, mean[problem.slot_offering], old)
    return WarmStart(price, _kept_plans(solution.plans, newcomer, moved))


def _choose(rng: np.random.Generator, among: Ints, count: float, size: int) -> Bools:
    chosen = np.zeros(size, np.bool_)
    chosen[rng.permutation(among)[: round(count)]] = True
    return chosen


def _replaced(own: Ints | Bools, other: Ints | Bools, newcomer: Bools) -> Ints | Bools:
    result = own.copy()
    result[newcomer] = other[newcomer]
    return result


def _without(pointer: Ints, gone: Bools) -> tuple[Ints, Bools]:
    """The pointer without what belongs to those who are gone, and which entries stay."""
    stays = np.repeat(~gone, np.diff(pointer))
    return np.concatenate([[0], np.cumsum(np.diff(pointer) * ~gone)]).astype(np.int64), stays


def _moved(problem: Problem, moved: Bools, rng: np.random.Generator) -> Problem:
    """Give each moved slot the meetings of another one of the same number and length."""
    meetings, minutes = np.diff(problem.meeting_ptr), problem.slot_minutes
    source = np.arange(len(problem.meeting_day))
    for slot in np.flatnonzero(moved).tolist():
        alike = np.flatnonzero((meetings == meetings[slot]) & (minutes == minutes[slot]))
        other = int(rng.choice(alike))
        first, count = int(problem.meeting_ptr[slot]), int(meetings[slot])
        source[first : first + count] = problem.meeting_ptr[other] + np.arange(count)
    return replace(
        problem,
        meeting_day=problem.meeting_day[source],
        meeting_start=problem.meeting_start[source],
        meeting_end=problem.meeting_end[source],
    )


def _kept_plans(plans: Plans, newcomer: Bools, moved: Bools) -> Plans:
    citizen = np.repeat(np.arange(len(newcomer)), np.diff(plans.ptr))
    stays = ~newcomer[citizen] & ~moved[plans.slot]
    ptr = np.concatenate([[0], sum_by(plans.ptr, stays.astype(np.int64)).cumsum()]).astype(np.int64)
    return Plans(ptr, plans.slot[stays], plans.group[stays])
