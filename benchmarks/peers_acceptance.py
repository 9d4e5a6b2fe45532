"""Deferred acceptance: citizens ask for their best week, groups keep whom they rank highest.

After Gale and Shapley (1962, doi:10.1080/00029890.1962.11989827), with weeks in place of single seats: who is turned
away from a slot asks for the best of the weeks that are left to her. Choices are not substitutes here (legs, hours,
clashes), so that seats may be empty in the end: a last sweep lets everybody take what still fits.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping

import numpy as np

from benchmarks.peers_desk import Desk
from solver.kernels_chain import Seating
from solver.primal import limits, unseat
from solver.problem import Ints

# (options,) how high a slot ranks the citizen of each option.
PRIORITIES: Mapping[str, Callable[[Desk], Ints]] = {
    "points": lambda desk: desk.prepared.menu.option_value,
    "lottery": lambda desk: _by_citizen(desk, desk.rng.permutation(desk.prepared.problem.num_citizens)),
}


def accept(desk: Desk, priority: str, deadline: float) -> Iterator[Seating]:
    """Let citizens ask until nobody is turned away or `deadline` (`time.perf_counter`); those left then only sweep."""
    problem = desk.prepared.problem
    ranks = _ranks(desk, PRIORITIES[priority](desk))
    open_rows = desk.rows._replace(cap=np.full_like(desk.rows.cap, problem.num_citizens * len(desk.rows.cap)))
    open_limits, free = limits(open_rows, desk.free), desk.free[: problem.num_slots]
    seating, users = desk.nobody(), [dict[int, int]() for _ in desk.rows.cap]
    shut = np.zeros((problem.num_citizens, problem.num_slots), np.bool_)
    shut[:, desk.rows.cap[: problem.num_slots] <= 0] = True
    asking = deque(desk.rng.permutation(problem.num_citizens).tolist())
    while asking and time.perf_counter() < deadline:
        i = asking.popleft()
        desk.finder.reseat(np.array([i]), free, open_limits, shut[i], seating)
        touched = list[int]()
        for s in seating.plan[i][seating.plan[i] >= 0].tolist():
            for row in _units(desk, s):
                users[row][i] = users[row].get(i, 0) + 1
                touched.append(row)
        for row in touched:
            while sum(users[row].values()) > desk.rows.cap[row]:
                last, slot = _lowest(desk, users[row], row, seating, ranks)
                shut[last, slot] = True
                _leave(desk, seating, users, last)
                asking.append(last)
    desk.sweep(desk.rng.permutation(problem.num_citizens), seating)
    desk.hold(seating)
    yield seating


def _by_citizen(desk: Desk, of_citizen: Ints) -> Ints:
    menu = desk.prepared.menu
    return np.repeat(of_citizen, np.diff(menu.option_ptr[menu.class_ptr[menu.choice_ptr]]))


def _ranks(desk: Desk, priority: Ints) -> dict[tuple[int, int], tuple[int, float]]:
    """The priority of each citizen and slot, ties by lottery."""
    citizen = _by_citizen(desk, np.arange(desk.prepared.problem.num_citizens)).tolist()
    turn = desk.rng.random(len(priority)).tolist()
    pairs = zip(citizen, desk.prepared.menu.option_slot.tolist(), strict=True)
    return dict(zip(pairs, zip(priority.tolist(), turn, strict=True), strict=True))


def _units(desk: Desk, slot: int) -> list[int]:
    """The rows of which a participant of the slot uses a unit: its seats, its staff and rooms."""
    return [slot, *desk.rows.use_row[desk.rows.use_ptr[slot] : desk.rows.use_ptr[slot + 1]].tolist()]


def _lowest(
    desk: Desk, users: dict[int, int], row: int, seating: Seating, ranks: dict[tuple[int, int], tuple[int, float]]
) -> tuple[int, int]:
    """The citizen and the slot, of those that use the row, that rank lowest."""
    using = [(i, s) for i in users for s in seating.plan[i][seating.plan[i] >= 0].tolist() if row in _units(desk, s)]
    return min(using, key=ranks.__getitem__)


def _leave(desk: Desk, seating: Seating, users: list[dict[int, int]], i: int) -> None:
    """Take the citizen out of her week; `seating` and `users` change in place."""
    for s in seating.plan[i][seating.plan[i] >= 0].tolist():
        for row in _units(desk, s):
            users[row].pop(i, None)
    unseat(desk.finder, desk.rows, seating, np.array([i]))
