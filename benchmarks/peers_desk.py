"""Where citizens are seated one by one, and first come, first served."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from solver.deal import hold_rows
from solver.kernels_chain import Seating
from solver.kernels_pool import Rows
from solver.master import make_rows
from solver.options import Prepared
from solver.pricing import PlanFinder
from solver.primal import empty_seating, limits
from solver.problem import Ints
from solver.sizes import minimum_sizes

ORDERS = 10
CLOSE_SHARE = 0.25  # of the groups that are too small, closed at once: as in `solver.first_come`
POOL_SIZE = 8


@dataclass(frozen=True)
class Desk:
    """What every planner that seats citizens needs."""

    prepared: Prepared
    finder: PlanFinder
    rows: Rows
    rng: np.random.Generator

    @property
    def free(self) -> Ints:
        """(S + R,) prices of nothing."""
        return np.zeros(len(self.rows.cap), np.int64)

    def nobody(self) -> Seating:
        """A seating in which everybody has her locks only."""
        return empty_seating(self.finder, self.rows)

    def sweep(self, order: Ints, seating: Seating) -> None:
        """Let each citizen of `order` in turn take her best week that still fits; `seating` changes in place."""
        free = self.free[: self.prepared.problem.num_slots]
        self.finder.reseat(order, free, limits(self.rows, self.free), self.rows.closed, seating)

    def hold(self, seating: Seating) -> None:
        """Close groups that are too small and move pairs apart; `seating` changes in place."""
        minimum = minimum_sizes(self.prepared.problem)
        hold_rows(self.finder, self.rows, self.free, minimum, seating, CLOSE_SHARE, self.rng)


def open_desk(prepared: Prepared, seed: int) -> Desk:
    """A desk at which nobody has been yet."""
    finder = PlanFinder(prepared, threads=1, pool_size=POOL_SIZE)
    return Desk(prepared, finder, make_rows(prepared.problem), np.random.default_rng(seed))


def serve_in_turn(desk: Desk) -> Iterator[Seating]:
    """Serve random orders, one whole week after the other."""
    for _ in range(ORDERS):
        seating = desk.nobody()
        desk.sweep(desk.rng.permutation(desk.prepared.problem.num_citizens), seating)
        desk.hold(seating)
        yield seating
