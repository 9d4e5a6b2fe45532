"""The kernel's best plan of one citizen at given prices is the best of all her feasible plans."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings

from solver.options import prepare
from solver.pricing import Pricer
from solver.problem import MICRO_PER_PRICE, Ints, Problem, sum_by
from tests import oracle
from tests.strategies import problems_with_prices


def slot_price(problem: Problem, price: Ints) -> Ints:
    """(S,) price of a seat and of every row of each slot."""
    rows: Ints = price[problem.num_slots :][problem.use_row]
    return price[: problem.num_slots] + sum_by(problem.use_ptr, rows)


def best_of_all(problem: Problem, i: int, price: Ints) -> int:
    """MICRO: the citizen's best plan after prices, by brute force."""
    best = oracle.best_plan(problem, i, price)
    assert best is not None
    return best


def held(problem: Problem, i: int, price: Ints) -> int:
    """MICRO: the price of what the citizen is locked into, which the kernel does not charge."""
    return sum(int(slot_price(problem, price)[s]) for s in oracle.locks_of(problem, i)) * MICRO_PER_PRICE


@settings(max_examples=300)
@given(problems_with_prices())
def test_everybody_gets_the_best_of_all_plans_at_any_prices(case: tuple[Problem, list[Ints]]) -> None:
    problem, prices = case
    everybody = np.arange(problem.num_citizens)
    pricer = Pricer(prepare(problem), threads=1)

    for price in prices:  # From the second on the kernel starts from the plans that it has seen.
        pricer.best_plans(everybody, slot_price(problem, price))

        assert pricer.upper.tolist() == pricer.net.tolist()
        for i, found in enumerate(pricer.plan.tolist()):
            slots = tuple(sorted({*oracle.locks_of(problem, i), *(s for s in found if s >= 0)}))
            assert slots in oracle.feasible_plans(problem, i)
            assert pricer.net[i] - held(problem, i, price) == oracle.net_value(problem, i, slots, price)
            assert pricer.net[i] - held(problem, i, price) == best_of_all(problem, i, price)


@settings(max_examples=50)
@given(problems_with_prices())
def test_two_threads_find_the_plans_of_one(case: tuple[Problem, list[Ints]]) -> None:
    problem, prices = case
    everybody = np.arange(problem.num_citizens)
    one, two = (Pricer(prepare(problem, threads), threads) for threads in (1, 2))

    for price in prices:
        for pricer in (one, two):
            pricer.best_plans(everybody, slot_price(problem, price))

        assert np.array_equal(one.plan, two.plan)
