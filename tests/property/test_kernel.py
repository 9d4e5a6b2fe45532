"""The kernel's best plan of one citizen at given prices is the best of all her feasible plans."""

from __future__ import annotations

from random import Random

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from solver.options import prepare
from solver.pricing import PlanFinder
from solver.problem import MICRO, MICRO_PER_PRICE, Ints, Problem, sum_by
from tests import exact, oracle
from tests.strategies import long_menus, problems_with_prices

HIGHEST_PRICE = 10**9


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
    finder = PlanFinder(prepare(problem), threads=1)

    for price in prices:  # From the second on the kernel starts from the plans that it has seen.
        finder.best_plans(everybody, slot_price(problem, price))

        assert finder.upper.tolist() == finder.net.tolist()
        for i, found in enumerate(finder.plan.tolist()):
            slots = tuple(sorted({*oracle.locks_of(problem, i), *(s for s in found if s >= 0)}))
            assert slots in oracle.feasible_plans(problem, i)
            assert finder.net[i] - held(problem, i, price) == oracle.net_value(problem, i, slots, price)
            assert finder.net[i] - held(problem, i, price) == best_of_all(problem, i, price)


@settings(max_examples=40)
@given(long_menus())
def test_the_best_plan_from_a_long_menu_is_the_one_of_cp_sat(case: tuple[Problem, Ints]) -> None:
    problem, price = case
    finder = PlanFinder(prepare(problem), threads=1)

    finder.best_plans(np.arange(problem.num_citizens), price)

    paid = sum(held(problem, i, price) for i in range(problem.num_citizens))
    assert finder.net.sum() - paid == exact.solve_exactly(problem, price).objective


@settings(max_examples=100)
@given(problems_with_prices(), st.integers(0, 4))
def test_a_search_that_ends_early_still_says_what_cannot_be_beaten(
    case: tuple[Problem, list[Ints]], nodes: int
) -> None:
    problem, prices = case
    finder = PlanFinder(prepare(problem), threads=1)

    for price in prices:
        finder.best_plans(np.arange(problem.num_citizens), slot_price(problem, price), node_limit=nodes)

        for i in range(problem.num_citizens):
            assert finder.net[i] <= best_of_all(problem, i, price) + held(problem, i, price) <= finder.upper[i]


@settings(max_examples=100)
@given(problems_with_prices(), st.randoms(use_true_random=False))
def test_the_highest_price_keeps_everybody_out(case: tuple[Problem, list[Ints]], random: Random) -> None:
    problem, (price, *_) = case
    shut = random.sample(range(problem.num_slots), 2)
    price[shut] = HIGHEST_PRICE
    finder = PlanFinder(prepare(problem), threads=1)

    finder.best_plans(np.arange(problem.num_citizens), slot_price(problem, price))

    for i in range(problem.num_citizens):
        locks = oracle.locks_of(problem, i)
        free = oracle.best_plan(problem, i, price, forbidden=set(shut) - set(locks))
        assert free is not None
        assert finder.net[i] == free + held(problem, i, price)


@settings(max_examples=200)
@given(problems_with_prices(), st.integers(1, 300), st.sampled_from([1, 3, 1_000]))
def test_the_plans_near_the_best_are_all_of_them_or_the_best_of_them(
    case: tuple[Problem, list[Ints]], points: int, most: int
) -> None:
    problem, (price, *others) = case
    finder = PlanFinder(prepare(problem), threads=1)
    for each in (*others, price):  # What was seen at other prices is there as well.
        finder.best_plans(np.arange(problem.num_citizens), slot_price(problem, each))
    reach = points * MICRO

    near = finder.near_plans(slot_price(problem, price), reach, most)

    for i in range(problem.num_citizens):
        locks = oracle.locks_of(problem, i)
        best, fixed = best_of_all(problem, i, price), int(finder.prepared.menu.value[i])
        worth = {plan: oracle.net_value(problem, i, plan, price) for plan in oracle.feasible_plans(problem, i)}
        within = sorted((net for net in worth.values() if net > best - reach), reverse=True)
        listed = [
            tuple(sorted({*locks, *(s for s in slots if s >= 0)})) for slots in near.slot[i, : near.size[i]].tolist()
        ]
        assert len(set(listed)) == len(listed)
        assert all(worth[plan] > best - reach for plan in listed)
        assert sorted((worth[plan] for plan in listed), reverse=True)[:most] == within[:most]
        for plan, value in zip(listed, near.value[i].tolist(), strict=False):
            assert value + fixed == oracle.value(problem, i, plan)


@settings(max_examples=50)
@given(problems_with_prices())
def test_two_threads_find_the_plans_of_one(case: tuple[Problem, list[Ints]]) -> None:
    problem, prices = case
    everybody = np.arange(problem.num_citizens)
    one, two = (PlanFinder(prepare(problem, threads), threads) for threads in (1, 2))

    for price in prices:
        for finder in (one, two):
            finder.best_plans(everybody, slot_price(problem, price))

        assert np.array_equal(one.plan, two.plan)
