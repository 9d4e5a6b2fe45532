"""What one more seat gives: duals of the linear programme over plans, at limits a hair above what they are.

A price that clears lies anywhere between what one seat more would give and what one less would cost: the value is
concave in the limits, and any of its slopes there is an optimal dual (Bertsimas and Tsitsiklis 1997, section 5.3). With
every limit raised by a hair only the least of them is left, so that one programme answers for all limits at once.
"""

from __future__ import annotations

from collections.abc import Generator

import numpy as np
from numpy.typing import NDArray
from ortools.math_opt.python import mathopt

from solver import kernels_pool as moves
from solver.kernels_chain import Seating
from solver.master import lagrangian, slot_prices
from solver.pricing import MOVE_NODES, PlanFinder
from solver.problem import MICRO, MICRO_PER_PRICE, Ints

MOST_SEEN = 50_000  # plans
MOST_WORK = 30_000_000  # plans times rows of those who have a choice: 600 free citizens have 4 million, 2,000 have 70
EFFORT = 20_000_000  # iterations times rows, some ten seconds: 600 citizens need 2 million, 2,000 more than 60
NEAR = 3 * MICRO  # regret of the plans that a programme begins with; the others are found again if it asks for them
HAIR = 1e-3  # units
TURNS = 60  # of searching for better plans; three or four are needed at 600 citizens, 30 at 6,000 where most are bound
GAIN = MICRO // 100  # a plan that gives less than this above the duals is as good as known
IS = mathopt.BasisStatus


def marginal_values(finder: PlanFinder, rows: moves.Rows, price: Ints, seating: Seating) -> Ints | None:
    """(S + R,) 1/1000 points that one more unit of each limit would give, were no group too small to run.

    None where the programme is too large or does not end; see `dual_prices`.
    """
    if is_too_large(finder, rows, price):
        return None
    turns = dual_prices(finder, rows, price, seating)
    while True:
        try:
            next(turns)
        except StopIteration as end:
            duals: Ints | None = end.value
            return duals


def dual_prices(
    finder: PlanFinder, rows: moves.Rows, price: Ints, seating: Seating, enough: float | None = None
) -> Generator[Ints, None, Ints | None]:
    """Move (S + R,) prices, 1/1000 points, until the programme asks for no plan more; returns its duals then.

    Returns None where it ends for another reason: no optimum was found with `EFFORT`, `TURNS` are over, or as below.

    Begins with the plans of this seating and those seen that are near the best at `price`. Plans are asked for half way
    between the duals and the prices of the least bound so far, which takes fewer turns (Wentges 1997,
    doi:10.1016/S0969-6016(97)00001-4), and at the duals where nothing new is found there. After each turn the finder's
    answers are everybody's best plans at the prices tried, and these plans are in its pool.

    Parameters
    ----------
    enough
        Share of the programme's value by which the least bound may exceed it when this ends.
    """
    pool, base = finder.pool, finder.prepared.menu.value
    everyone = np.arange(len(pool.size))
    near = regrets(pool.slot, pool.value, pool.size, slot_prices(rows, price)) <= NEAR
    programme = Programme(rows, len(everyone))
    for i in everyone.tolist():
        programme.add(i, seating.plan[i], int(seating.worth[i] + base[i]))
    for i, k in np.argwhere(near).tolist():
        programme.add(i, pool.slot[i, k], int(pool.value[i, k] + base[i]))
    programme.begin_at(seating.plan)
    best, least = price, 1 << 62
    for _ in range(TURNS):
        found = programme.solve()
        if found is None:
            return None
        dual, net = found
        value = lagrangian(rows, dual, net)
        for tried in ((best + dual) // 2, dual):
            total = slot_prices(rows, tried)
            finder.best_plans(everyone, total, MOVE_NODES)
            yield tried
            bound = lagrangian(rows, tried, finder.net)
            if bound < least:
                best, least = tried, bound
            paid, owed = (
                np.where(finder.plan >= 0, each[finder.plan], 0).sum(axis=1) * MICRO_PER_PRICE
                for each in (total, slot_prices(rows, dual))
            )
            better = np.flatnonzero(finder.net + paid - owed > net + GAIN)
            if sum([programme.add(i, finder.plan[i], int(finder.net[i] + paid[i])) for i in better.tolist()]):
                break
        else:
            return dual
        if enough is not None and least - value <= enough * abs(value):
            return None
    return None


def is_too_large(finder: PlanFinder, rows: moves.Rows, price: Ints) -> bool:
    """Whether a programme of the plans near the best at (S + R,) `price` would take too long."""
    pool = finder.pool
    if int(pool.size.sum()) > MOST_SEEN:
        return True
    plans = (regrets(pool.slot, pool.value, pool.size, slot_prices(rows, price)) <= NEAR).sum(axis=1)
    choice = plans > 1
    return int(plans[choice].sum()) * (int(choice.sum()) + len(rows.cap)) > MOST_WORK


def regrets(slot: NDArray[np.int32], value: Ints, size: Ints, total: Ints) -> Ints:
    """(n, P) MICRO by which each plan of a pool is worse than its citizen's best there, at (S,) `total`, 1/1000 points.

    A place of the pool that holds no plan has more than any plan.
    """
    cost = np.where(slot >= 0, total[slot], 0).sum(axis=2) * MICRO_PER_PRICE
    net = np.where(np.arange(value.shape[1]) < size[:, None], value - cost, -(1 << 60))
    regret: Ints = net.max(axis=1, keepdims=True) - net
    return regret


class Programme:
    """Plans of citizens, each of whom takes one, within the limits and a hair; plans are added as they are found."""

    def __init__(self, rows: moves.Rows, citizens: int) -> None:
        self._rows, self._known = rows, dict[tuple[int, bytes], mathopt.Variable]()
        self._model = mathopt.Model()
        self._model.objective.is_maximize = True
        self._one = [self._model.add_linear_constraint(lb=1.0, ub=1.0) for _ in range(citizens)]
        self._limit = [self._model.add_linear_constraint(ub=cap + HAIR) for cap in rows.cap.tolist()]
        self._basis = mathopt.Basis()
        self._iterations = EFFORT // (citizens + len(rows.cap))  # that are left

    def add(self, citizen: int, plan: NDArray[np.int32], value: int) -> bool:
        """Add a plan, slots with -1 after the last, of MICRO `value`; false where it is known."""
        slots, key = np.sort(plan[plan >= 0]), _key(citizen, plan)
        if key in self._known:
            return False
        share = self._known[key] = self._model.add_variable(lb=0.0)
        self._basis.variable_status[share] = IS.AT_LOWER_BOUND
        self._model.objective.set_linear_coefficient(share, value / MICRO)
        self._one[citizen].set_coefficient(share, 1.0)
        ptr, of_slot = self._rows.use_ptr, self._rows.use_row
        taken = np.concatenate([slots, *(of_slot[ptr[s] : ptr[s + 1]] for s in slots.tolist())])
        for limit, units in zip(*(each.tolist() for each in np.unique(taken, return_counts=True)), strict=True):
            self._limit[limit].set_coefficient(share, float(units))
        return True

    def begin_at(self, plan: NDArray[np.int32]) -> None:
        """Begin where everybody takes her plan of (I, length), which keep all limits: near the best."""
        taken = {_key(i, own) for i, own in enumerate(plan)}
        shares = {share: IS.BASIC if key in taken else IS.AT_LOWER_BOUND for key, share in self._known.items()}
        limits = dict.fromkeys(self._one, IS.FIXED_VALUE) | dict.fromkeys(self._limit, IS.BASIC)
        self._basis = mathopt.Basis(variable_status=shares, constraint_status=limits)

    def solve(self) -> tuple[Ints, Ints] | None:
        """(S + R,) 1/1000 points a unit, and (I,) MICRO of each citizen's best plan after paying.

        None if not found with `EFFORT` in all.
        """
        begin = mathopt.ModelSolveParameters(initial_basis=self._basis)
        ends = mathopt.SolveParameters(iteration_limit=self._iterations)
        result = mathopt.solve(self._model, mathopt.SolverType.GLOP, params=ends, model_params=begin)
        self._iterations = max(1, self._iterations - result.solve_stats.simplex_iterations)
        if result.termination.reason != mathopt.TerminationReason.OPTIMAL:
            return None
        self._basis = result.solutions[0].basis or self._basis
        dual = result.dual_values()
        price, net = (np.array([dual[each] for each in some]) for some in (self._limit, self._one))
        price = np.maximum(0, np.rint(price * (MICRO // MICRO_PER_PRICE)))
        return price.astype(np.int64), np.rint(net * MICRO).astype(np.int64)


def _key(citizen: int, plan: NDArray[np.int32]) -> tuple[int, bytes]:
    return citizen, np.sort(plan[plan >= 0]).tobytes()
