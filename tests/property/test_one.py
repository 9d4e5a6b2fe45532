"""What one citizen is answered is the best of all her plans, whatever is shut, forced, free or paid for."""

from __future__ import annotations

from dataclasses import dataclass, fields
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solver.kernels import Menu
from solver.one import Found, OneCitizen
from solver.options import make_frame, prepare
from solver.pricing import NODE_LIMIT
from solver.problem import MICRO_PER_PRICE, Bools, Ints, InvalidProblemError, Problem
from solver.reasons_week import BY_CITIZEN, part
from tests import oracle
from tests.facts import Citizen, Slot, town
from tests.oracle import Slots
from tests.strategies import problems, tight_problems

CITIZEN_ARRAYS = (*BY_CITIZEN, "keep_ptr", "keep_slot", "keep_points", "lock_ptr", "lock_slot", "apart")


@dataclass(frozen=True)
class Question:
    """Prices, what is shut and what is left, each of which moves from one question to the next."""

    price: Ints  # (S,) 1/1000 points
    shut: Bools  # (S,)
    left: Ints  # (R,)


@st.composite
def questions(draw: st.DrawFn) -> tuple[Problem, list[Question]]:
    """Draw a tight week and a few questions, with prices that may be negative."""
    problem = draw(tight_problems(without=("apart",)))
    rng = Random(draw(st.integers(0, 2**32 - 1)))
    slots, rows = range(problem.num_slots), range(problem.num_rows)
    asked = [
        Question(
            np.array([rng.choice([0, rng.randrange(-20_000, 40_000)]) for _ in slots], np.int64),
            np.array([rng.random() < 0.25 for _ in slots], np.bool_),
            np.array([rng.randrange(3) for _ in rows], np.int64),
        )
        for _ in range(3)
    ]
    return problem, asked


def each_alone(problem: Problem, nodes: int = NODE_LIMIT) -> list[OneCitizen]:
    """Make everybody's answers from one frame of the whole week."""
    frame = make_frame(problem)
    return [OneCitizen(frame, part(problem, np.array([i])), nodes) for i in range(problem.num_citizens)]


def net_of(p: Problem, i: int, slots: Slots, price: Ints) -> int:
    """MICRO: the plan's value less the price of its slots."""
    return oracle.value(p, i, slots) - sum(int(price[s]) for s in slots) * MICRO_PER_PRICE


def allowed(p: Problem, i: int, asked: Question, left: bool) -> list[Slots]:
    """List the plans that hold no shut slot beside the locks and, where asked, fit into what is left of the rows."""
    locks = oracle.locks_of(p, i)
    plans = [x for x in oracle.feasible_plans(p, i) if not any(asked.shut[s] for s in x if s not in locks)]
    return [x for x in plans if not left or fits(p, x, locks, asked.left)]


def fits(p: Problem, slots: Slots, locks: Slots, left: Ints) -> bool:
    """Whether the plan uses at most what is left of each row, or what the locks alone use of it."""
    used, held = (
        np.bincount([r for s in x for r in p.use_row[p.use_ptr[s] : p.use_ptr[s + 1]]], minlength=p.num_rows)
        if any(p.use_ptr[s + 1] > p.use_ptr[s] for s in x)
        else np.zeros(p.num_rows, np.int64)
        for x in (slots, locks)
    )
    return bool((used <= np.maximum(left, held)).all())


def check(p: Problem, i: int, one: OneCitizen, found: Found, price: Ints, plans: list[Slots]) -> None:
    """The plan is among the allowed ones, none of them is worth more, and the recount agrees."""
    assert found.slots in plans
    assert found.proved
    assert found.value == oracle.value(p, i, found.slots) == one.value_of(found.slots)
    assert found.net == net_of(p, i, found.slots, price) == max(net_of(p, i, x, price) for x in plans)
    assert one.breaks(found.slots) == ()


@settings(max_examples=60)
@given(questions())
def test_her_best_plan_is_the_best_of_all(case: tuple[Problem, list[Question]]) -> None:
    problem, asked = case
    for i, one in enumerate(each_alone(problem)):
        for question in asked:
            for left in (None, question.left):
                found = one.best(question.price, question.shut, left)

                check(problem, i, one, found, question.price, allowed(problem, i, question, left is not None))


@settings(max_examples=50)  # Each asks for every slot.
@given(questions())
def test_her_best_plan_with_a_slot_is_the_best_of_those_that_hold_it(case: tuple[Problem, list[Question]]) -> None:
    problem, asked = case
    for i, one in enumerate(each_alone(problem)):
        for question in asked:
            for left in (None, question.left):
                plans = allowed(problem, i, question, left is not None)
                for slot in range(problem.num_slots):
                    found = one.best_with(slot, question.price, question.shut, left)

                    holding = [x for x in plans if slot in x]
                    assert (found is None) == (holding == [])
                    if found is not None:
                        check(problem, i, one, found, question.price, holding)


@settings(max_examples=50)
@given(questions(), st.integers(0, 4))
def test_a_search_that_ends_early_still_says_what_cannot_be_beaten(
    case: tuple[Problem, list[Question]], nodes: int
) -> None:
    problem, asked = case
    for i, one in enumerate(each_alone(problem, nodes)):
        for question in asked:
            plans = allowed(problem, i, question, left=True)
            free = one.best(question.price, question.shut, question.left)
            held = [one.best_with(s, question.price, question.shut, question.left) for s in range(problem.num_slots)]

            for found, these in ((free, plans), *((x, [y for y in plans if s in y]) for s, x in enumerate(held))):
                assert (found is None) == (these == [])
                if found is not None:
                    assert found.slots in these
                    best = max(net_of(problem, i, x, question.price) for x in these)
                    assert found.net == net_of(problem, i, found.slots, question.price) <= best <= found.upper


@settings(max_examples=60)
@given(problems(), st.randoms(use_true_random=False))
def test_any_plan_is_valued_and_its_broken_rules_are_named(problem: Problem, random: Random) -> None:
    for i, one in enumerate(each_alone(problem)):
        locks = oracle.locks_of(problem, i)
        slots = tuple(sorted({*locks, *random.sample(range(problem.num_slots), random.randrange(4))}))

        assert one.value_of(slots) == oracle.value(problem, i, slots)
        if one.fault is None:
            assert list(one.breaks(slots)) == oracle.broken_rules(problem, i, slots)
        else:
            assert one.fault == oracle.broken_rules(problem, i, locks)[0]
            assert one.breaks(slots) == (() if slots == locks else ("locked",))


@settings(max_examples=60)
@given(problems())
def test_a_frame_of_the_same_slots_gives_the_same_options(problem: Problem) -> None:
    frame = make_frame(problem)
    for i in range(problem.num_citizens):
        few = part(problem, np.array([i]))

        kept, fresh = prepare(few, threads=1, frame=frame), prepare(few)

        assert kept.exceptions == fresh.exceptions
        for name in Menu._fields:
            assert np.array_equal(getattr(kept.menu, name), getattr(fresh.menu, name)), name


def test_other_citizens_with_the_same_slots_are_checked_and_the_slots_kept() -> None:
    week = town([Slot(0, [(0, 540, 600)], role=0), Slot(1, [(1, 540, 600)])], [Citizen(), Citizen(locks=[1])])
    few = part(week, np.array([1]))
    arrays = {name: getattr(few, name) for name in CITIZEN_ARRAYS}

    one = week.with_citizens(**arrays)

    assert all(np.array_equal(getattr(one, f.name), getattr(few, f.name)) for f in fields(Problem))
    assert one.meeting_day is week.meeting_day
    for name, wrong, message in (
        ("lock_slot", np.array([2]), r"lock_slot\[0\]: expected 0 .. 1, found 2"),
        ("contact", np.zeros((1, 0), np.int64), r"slot_role\[0\]: expected a role below 0"),
        ("weight", np.array([100, 100]), r"min_minutes: expected shape \(2,\), found \(1,\)"),
        ("reach", np.ones((1, 1)), "reach: expected a numpy array of bool"),
    ):
        with pytest.raises(InvalidProblemError, match=f"^{message}"):
            week.with_citizens(**{**arrays, name: wrong})
