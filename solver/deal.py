"""Turns a seating of slots into everybody's groups: locks first, pairs kept apart, groups dealt evenly."""

from __future__ import annotations

import numpy as np

from solver import kernels_chain as chains
from solver import kernels_pool as moves
from solver.options import Prepared
from solver.pricing import PlanFinder
from solver.primal import limits, unseat
from solver.problem import Ints, Problem
from solver.sizes import close_small, groups_running, lower_limits, open_prices, too_small
from solver.solution import Plans


def hold_rows(
    finder: PlanFinder, rows: moves.Rows, price: Ints, minimum: Ints, seating: chains.Seating, share: float,
    rng: np.random.Generator,
) -> moves.Rows:  # fmt: skip
    """Close groups that are too small and move pairs apart until neither is left; returns the rows with fewer seats.

    Who has to leave one of a pair's groups may leave it too small: then it closes, and its people may meet again.
    """
    problem = finder.prepared.problem
    while True:
        while too_small(problem, minimum, seating.load).any():
            rows, _ = close_small(finder, problem, rows, price, minimum, seating, share, rng)
        low = lower_limits(problem, minimum, seating.load)
        separate(finder, rows, low, open_prices(rows, price), seating)
        if not too_small(problem, minimum, seating.load).any():
            return rows


def separate(finder: PlanFinder, rows: moves.Rows, low: Ints, open_price: Ints, seating: chains.Seating) -> None:
    """Move one of each keep-apart pair that shares a slot to her next best plan; `seating` changes in place.

    She goes where none of those is whom she is kept apart from, so that no new pair meets.
    """
    problem = finder.prepared.problem
    for a, b in problem.apart.tolist():
        locked_a, locked_b = locks_of(problem, a), locks_of(problem, b)
        free_a, free_b = _seated(seating, a), _seated(seating, b)
        shared = ((free_a | locked_a) & (free_b | locked_b)) - (locked_a & locked_b)
        if not shared:
            continue
        # Who is locked stays; otherwise the second moves unless her leaving would strand a group.
        strands = any(seating.load[s] <= low[s] for s in shared)
        movers = [i for i, must in ((a, shared - free_b), (b, shared - free_a)) if must] or [a if strands else b]
        for mover in movers:
            unseat(finder, rows, seating, np.array([mover]))
            closed = rows.closed.copy()
            for other in _partners(problem, mover):
                closed[list(_seated(seating, other) | locks_of(problem, other))] = True
            free = np.zeros(len(rows.cap), np.int64)
            finder.reseat(np.array([mover]), open_price, limits(rows, free, low), closed, seating)


def _partners(problem: Problem, i: int) -> list[int]:
    """Whom the citizen is kept apart from."""
    return [b if a == i else a for a, b in problem.apart.tolist() if i in (a, b)]


def _seated(seating: chains.Seating, i: int) -> set[int]:
    return set(seating.plan[i][seating.plan[i] >= 0].tolist())


def locks_of(problem: Problem, i: int) -> set[int]:
    """Slots that the citizen is locked into."""
    return set(problem.lock_slot[problem.lock_ptr[i] : problem.lock_ptr[i + 1]].tolist())


def deal(prepared: Prepared, seating: chains.Seating, rng: np.random.Generator) -> Plans:
    """Everybody's slots, locks in, each with one of the slot's groups, dealt evenly by lottery."""
    problem = prepared.problem
    num = problem.num_citizens
    who, at = np.nonzero(seating.plan >= 0)
    citizen = np.concatenate([who, np.repeat(np.arange(num), np.diff(problem.lock_ptr))])
    slot = np.concatenate([seating.plan[who, at].astype(np.int64), problem.lock_slot])
    load = np.bincount(slot, minlength=problem.num_slots)
    running = np.maximum(groups_running(problem, load), 1)
    by_slot = np.lexsort((rng.random(len(slot)), slot))
    place = np.arange(len(slot)) - np.searchsorted(slot[by_slot], slot[by_slot])
    group = np.empty(len(slot), np.int64)
    # Slots held open beyond their seats by locks have one group, so the remainder stays inside the range.
    group[by_slot] = (
        problem.group_ptr[slot[by_slot]] + place % np.minimum(running, np.diff(problem.group_ptr))[slot[by_slot]]
    )
    order = np.lexsort((slot, citizen))
    ptr = np.searchsorted(citizen[order], np.arange(num + 1)).astype(np.int64)
    return Plans(ptr, slot[order].astype(np.int64), group[order])
