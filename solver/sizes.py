"""Which groups run: closes the emptiest and seats their people elsewhere until all that run are full enough."""

from __future__ import annotations

import numpy as np

from solver import kernels_chain as chains
from solver import kernels_pool as moves
from solver.master import slot_prices
from solver.pricing import PlanFinder
from solver.primal import limits, unseat
from solver.problem import Bools, Ints, Problem


def minimum_sizes(problem: Problem) -> Ints:
    """(S,) participants that each group of a slot needs; 0 where locks hold it open."""
    locked = np.bincount(problem.lock_slot, minlength=problem.num_slots) > 0
    return np.where(locked, 0, problem.group_minimum)


def groups_running(problem: Problem, load: Ints) -> Ints:
    """(S,) the fewest groups that hold this many participants."""
    seats = np.maximum(problem.group_seats, 1)
    return -(-load[: problem.num_slots] // seats)


def too_small(problem: Problem, minimum: Ints, load: Ints) -> Bools:
    """(S,) slots whose participants cannot be dealt to groups of at least the minimum."""
    here = load[: problem.num_slots]
    return (here > 0) & (groups_running(problem, load) * minimum > here)


def lower_limits(problem: Problem, minimum: Ints, load: Ints) -> Ints:
    """(S,) participants that the running groups must keep."""
    return groups_running(problem, load) * minimum


def close_small(
    finder: PlanFinder, problem: Problem, rows: moves.Rows, price: Ints, minimum: Ints, seating: chains.Seating,
    share: float,
    rng: np.random.Generator,
) -> tuple[moves.Rows, int]:  # fmt: skip
    """Close the emptiest `share` of the slots that are too small and reseat their people.

    Returns the rows with fewer seats, and how many slots were closed or made smaller. `seating` changes in place.
    """
    small = np.flatnonzero(too_small(problem, minimum, seating.load))
    if len(small) == 0:
        return rows, 0
    fill = seating.load[small] / minimum[small] % 1.0
    # Ties by a lottery, never by position.
    shut = small[np.lexsort((rng.random(len(small)), fill))][: max(1, int(np.ceil(share * len(small))))]
    keep = seating.load[shut] // minimum[shut]
    cap = rows.cap.copy()
    cap[shut] = np.minimum(cap[shut], keep * problem.group_seats[shut])
    closed = rows.closed.copy()
    closed[shut[cap[shut] == 0]] = True
    rows = rows._replace(cap=cap, closed=closed)
    inside = np.flatnonzero(np.isin(seating.plan, shut[seating.load[shut] > cap[shut]]).any(axis=1))
    unseat(finder, rows, seating, inside)
    finder.reseat(rng.permutation(inside), open_prices(rows, price), limits(rows, price), rows.closed, seating)
    return rows, len(shut)


def open_prices(rows: moves.Rows, price: Ints) -> Ints:
    """(S,) slot prices as if nothing were closed; `PlanFinder.reseat` closes for itself."""
    return slot_prices(rows._replace(closed=np.zeros_like(rows.closed)), price)
