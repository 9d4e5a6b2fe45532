"""Hypothesis strategies for tight tiny weeks: more citizens want a group than it has seats, so that prices are active.

Hypothesis draws the sizes and the features of a week, so that a failure shrinks to few citizens and few features; the
numbers come from a seed, because hundreds of draws a week would be slow.
"""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

import numpy as np
from hypothesis import note
from hypothesis import strategies as st

from solver.problem import BARRED_BIT, Ints, Problem
from solver.solution import Plans
from tests import oracle
from tests.facts import Citizen, Meeting, Offering, Slot, plans, town

FEATURES = (
    "apart",
    "asymmetric",
    "barred",
    "busy",
    "closed",
    "contacts",
    "daily_limit",
    "energy",
    "groups",
    "hours",
    "idle",
    "keep",
    "legs",
    "locks",
    "lottery",
    "minimum",
    "parallel",
    "rows",
    "strength",
    "times",
    "travel",
    "weights",
)


@st.composite
def problems(draw: st.DrawFn, without: tuple[str, ...] = (), max_citizens: int = 5, max_slots: int = 8) -> Problem:
    """Draw a week of 2-5 citizens, 2-5 offerings and 3-8 slots, with about half of the features."""
    num_citizens = draw(st.integers(2, max_citizens))
    num_offerings = draw(st.integers(2, 5))
    num_slots = draw(st.integers(3, max_slots))
    has = {name: draw(st.booleans()) and name not in without for name in FEATURES}
    rng = Random(draw(st.integers(0, 2**32 - 1)))
    return _town(rng, has, num_citizens, num_offerings, num_slots)


def tight_problems(without: tuple[str, ...] = ()) -> st.SearchStrategy[Problem]:
    """Draw weeks in which not everybody can have the plan that is best alone."""
    return problems(without).filter(_is_tight)


def _is_tight(problem: Problem) -> bool:
    best = (
        max(oracle.value(problem, i, x) for x in oracle.feasible_plans(problem, i)) for i in range(problem.num_citizens)
    )
    return oracle.optimum(problem)[0] < sum(best)


@st.composite
def problems_with_prices(draw: st.DrawFn) -> tuple[Problem, list[Ints]]:
    """Draw a week, and a few (S + R,) prices that move in steps, in 1/1000 points."""
    problem = draw(problems())
    rng = Random(draw(st.integers(0, 2**32 - 1)))
    units = range(problem.num_slots + problem.num_rows)
    first = [rng.choice([0, rng.randrange(40_000)]) for _ in units]
    moved = [max(0, p + rng.choice([0, 0, rng.randrange(-9_000, 9_000)])) for p in first]
    return problem, [np.array(price, np.int64) for price in (first, moved, [0 for _ in units], first)]


@st.composite
def long_menus(draw: st.DrawFn) -> tuple[Problem, Ints]:
    """Draw a week with seats for everybody and up to 90 slots of 14 offerings, and (S,) prices in 1/1000 points."""
    has = {name: draw(st.booleans()) for name in FEATURES}
    num_slots = draw(st.integers(20, 90))
    rng = Random(draw(st.integers(0, 2**32 - 1)))
    problem = _town(rng, has, 2, 14, num_slots).seats_only()
    price = [rng.choice([0, rng.randrange(20_000)]) for _ in range(num_slots)]
    return replace(problem, group_seats=np.full(num_slots, 2)), np.array(price, np.int64)


@st.composite
def problems_with_plans(draw: st.DrawFn) -> tuple[Problem, Plans]:
    """Draw a week with any plans at all: most citizens have their locks, and most plans break something."""
    problem = draw(problems())
    rng = Random(draw(st.integers(0, 2**32 - 1)))
    entries = []
    for i in range(problem.num_citizens):
        locks = oracle.locks_of(problem, i) if rng.random() < 0.8 else ()
        extra = rng.sample(range(problem.num_slots), rng.randrange(4))
        slots = sorted({*locks, *(extra if rng.random() < 0.7 else ())})
        entries.append([(s, rng.randrange(problem.group_ptr[s], problem.group_ptr[s + 1])) for s in slots])
    return problem, plans(*entries)


def _town(rng: Random, has: dict[str, bool], num_citizens: int, num_offerings: int, num_slots: int) -> Problem:
    rows = [(rng.choice(["staff", "room"]), rng.randrange(1, 4)) for _ in range(2 if has["rows"] else 0)]
    dose = [rng.choice([60, 90, 150]) for _ in range(3 if has["legs"] else 1)]
    offerings = [
        Offering(
            rng.randrange(len(dose)), has["parallel"] and rng.random() < 0.5, has["parallel"] and rng.random() < 0.4
        )
        for _ in range(num_offerings)
    ]
    travel = _travel(rng, has) if has["travel"] else ((0,),)
    slots = [_slot(rng, has, rng.randrange(num_offerings), len(travel), len(rows)) for _ in range(num_slots)]
    citizens = [_citizen(rng, has, slots, num_offerings, len(dose), len(travel)) for _ in range(num_citizens)]
    apart = [tuple(rng.sample(range(num_citizens), 2)) for _ in range(rng.randrange(1, 3) if has["apart"] else 0)]
    note(f"town({slots=}, {citizens=}, {offerings=}, {dose=}, {travel=}, {rows=}, {apart=})")
    return town(slots, citizens, offerings, dose, travel, rows, [(a, b) for a, b in apart])


def _travel(rng: Random, has: dict[str, bool]) -> list[list[int]]:
    travel = [[0 if p == q else rng.choice([15, 30, 60, 90]) for q in range(3)] for p in range(3)]
    return travel if has["asymmetric"] else [[travel[min(p, q)][max(p, q)] for q in range(3)] for p in range(3)]


def _slot(rng: Random, has: dict[str, bool], offering: int, num_sites: int, num_rows: int) -> Slot:
    days = rng.sample(range(3), rng.choice([1, 1, 2]))
    seats = rng.choice([1, 1, 1, 2, 2, 3])
    with_role = has["contacts"] and rng.random() < 0.4
    return Slot(
        offering,
        [_meeting(rng, day) for day in days],
        seats=seats,
        groups=rng.choice([1, 2]) if has["groups"] and not has["apart"] else 1,
        minimum=rng.randrange(seats + 1) if has["minimum"] else 0,
        site=rng.randrange(num_sites),
        load=rng.randrange(4),
        role=rng.randrange(2) if with_role else -1,
        person=rng.randrange(2) if with_role else -1,
        is_open=not has["closed"] or rng.random() < 0.7,
        rows=[row for row in range(num_rows) if rng.random() < 0.6],
    )


def _meeting(rng: Random, day: int) -> Meeting:
    start = rng.choice([540, 600, 610, 660, 720, 780])
    return day, start, start + rng.choice([45, 60, 60, 90, 120])


def _citizen(
    rng: Random, has: dict[str, bool], slots: list[Slot], num_offerings: int, num_legs: int, num_sites: int
) -> Citizen:
    def some(name: str, keys: Any, most: int, chance: float = 0.5) -> dict[Any, int]:
        return {key: rng.randrange(1, most) for key in keys if rng.random() < chance} if has[name] else {}

    offerings = range(num_offerings)
    single = [s for s, slot in enumerate(slots) if slot.groups == 1]
    min_minutes = rng.choice([60, 120, 200, 300]) if has["idle"] else 0
    return Citizen(
        progress={o: rng.randrange(31) for o in offerings},
        wish={o: rng.randrange(1, 20) for o in offerings if rng.random() < 0.5},
        strength=some("strength", offerings, 10),
        lottery={o: rng.randrange(100) for o in offerings} if has["lottery"] else {},
        needs=some("legs", range(num_legs), 40),
        times=some("times", [(day, half) for day in range(3) for half in range(2)], 15),
        sites=some("travel", range(num_sites), 10),
        keep=some("keep", range(len(slots)), 25, 0.3),
        contact={role: rng.randrange(2) for role in range(2) if rng.random() < 0.7} if _has_roles(slots) else {},
        barred={o: rng.choice(list(BARRED_BIT)) for o in offerings if has["barred"] and rng.random() < 0.2},
        goals=[o for o in offerings if rng.random() < 0.4],
        locks=rng.sample(single, min(len(single), rng.choice([0, 0, 1, 1, 2]))) if has["locks"] else (),
        out_of_reach=[p for p in range(num_sites) if has["travel"] and rng.random() < 0.2],
        busy=[_meeting(rng, rng.randrange(3)) for _ in range(rng.randrange(3))] if has["busy"] else (),
        weight=rng.choice([1, 50, 99, 100, 150, 1000]) if has["weights"] else 100,
        min_minutes=min_minutes,
        max_minutes=max(min_minutes, rng.choice([90, 120, 200, 300])) if has["hours"] else 10_080,
        energy=rng.randrange(2, 9) if has["energy"] else 1_000,
        daily_limit=rng.choice([1, 1, 2]) if has["daily_limit"] else 15,
        idle_penalty=rng.choice([1, 3, 40]) if has["idle"] else 0,
        parallel_points=rng.randrange(40) if has["parallel"] else 0,
    )


def _has_roles(slots: list[Slot]) -> bool:
    return max(slot.role for slot in slots) == 1
