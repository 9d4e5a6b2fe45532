"""The coupling rows of a week: limits, prices, loads and the Lagrangian bound."""

from __future__ import annotations

import numpy as np

from solver import kernels_pool as moves
from solver.problem import MICRO_PER_PRICE, Bools, Ints, Problem


def make_rows(problem: Problem) -> moves.Rows:
    """Limits of seats, staff and rooms beyond what locks take; never below zero."""
    locked = np.bincount(problem.lock_slot, minlength=problem.num_slots)
    owner = np.repeat(np.arange(problem.num_slots), np.diff(problem.use_ptr))
    used = np.bincount(problem.use_row, weights=locked[owner], minlength=problem.num_rows).astype(np.int64)
    cap = np.concatenate([problem.seats - locked, problem.row_limit - used])
    use_row = problem.use_row + problem.num_slots
    return moves.Rows(np.maximum(cap, 0), problem.use_ptr, use_row, np.zeros(problem.num_slots, np.bool_))


def slot_prices(rows: moves.Rows, price: Ints) -> Ints:
    """(S,) 1/1000 points of a slot with its rows."""
    total = np.zeros(len(rows.use_ptr) - 1, np.int64)
    moves.slot_prices(rows, price, total)
    return total


def lagrangian(rows: moves.Rows, price: Ints, upper: Ints) -> int:
    """MICRO: a value that no plan exceeds, from everybody's best value at `price`."""
    return int(upper.sum()) + int((price * rows.cap).sum()) * MICRO_PER_PRICE


def with_closed(rows: moves.Rows, closed: Bools) -> moves.Rows:
    """The same rows with these slots closed."""
    return rows._replace(closed=closed)
