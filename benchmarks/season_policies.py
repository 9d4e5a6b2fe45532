"""The policies that live through the same season side by side."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from benchmarks.season_life import Life, binding, week_problem
from benchmarks.season_people import People
from scheduler.learning.evidence import Floats, weigh
from scheduler.learning.exploration import pick_trials
from scheduler.learning.model import Estimates, estimate
from scheduler.learning.progress import FULL, help_percent, scale
from solver import Options, WarmStart, solve
from solver.deal import deal, hold_rows
from solver.master import make_rows
from solver.options import prepare
from solver.pricing import PlanFinder
from solver.primal import empty_seating, limits
from solver.problem import Bools, Ints, Problem
from solver.sizes import minimum_sizes
from solver.solution import Plans, Round, Solution

THREADS = 2
GAP = 0.02  # percent: a week's plan ends at so small a gap, or when the plans seen were combined once
MOST_RANDOM = 100  # points
DEAR = 10  # times the penalty of an idle minute


class Known(NamedTuple):
    """What a policy may look at when it plans a week."""

    people: People
    week: int
    seed: int
    says_yes: Bools  # (I,)
    true_help: Floats  # (I, O) for the oracle alone
    explores: bool


class Planned(NamedTuple):
    """A policy's week."""

    problem: Problem
    plans: Plans
    exceptions: tuple[tuple[int, str], ...]
    estimates: Estimates | None = None
    price: Ints | None = None  # where it was planned at prices


def points_of(people: People, believed: Floats) -> Ints:
    """(I, O) progress points where the help is as believed."""
    return scale(FULL * people.problem.progress, help_percent(believed, people.expected))


def learned(people: People, life: Life, week: int) -> Estimates:
    """What all answers so far say of those who are there."""
    settings, (persons, offerings) = people.town.settings, people.all_expected.shape
    evidence = weigh(life.answers(week), persons, offerings, settings.forgetting)
    found = estimate(evidence, people.all_expected, people.all_shared, people.deviation, settings.spread)
    return Estimates(*(getattr(found, name)[people.person] for name in found.__dataclass_fields__))


def _ours(known: Known, life: Life) -> Planned:
    estimates = learned(known.people, life, known.week)
    problem = known.people.problem
    may_try = (problem.barred == 0) & ~life.refused
    yes = known.says_yes & known.explores
    trials = pick_trials(estimates, problem.progress, may_try, yes, known.seed)
    return _solve(known, life, points_of(known.people, trials.help))._replace(estimates=estimates)


def _without(known: Known, life: Life) -> Planned:
    return _solve(known, life, known.people.problem.progress)


def _oracle(known: Known, life: Life) -> Planned:
    return _solve(known, life, points_of(known.people, known.true_help))


def _solve(known: Known, life: Life, progress: Ints, bound: Bools | None = None) -> Planned:
    """Plan the week; where it is not said what is bound, whoever may swap and says yes is not."""
    if bound is None:
        bound = binding(known.people, life, known.says_yes)
    problem = week_problem(known.people, life, known.week, progress, bound)
    warm = None if life.price is None else WarmStart(life.price, life.plans)
    solution = _plan(problem, known.seed, warm)
    life.price = solution.price
    return Planned(problem, solution.plans, solution.exceptions, price=solution.price)


def hours_first(known: Known, planned: Planned) -> Plans:
    """The same week, from its plan, with a missing minute so dear that no points can be worth it."""
    dear = planned.problem.with_citizens(idle_penalty=DEAR * planned.problem.idle_penalty)
    return _plan(dear, known.seed, None if planned.price is None else WarmStart(planned.price, planned.plans)).plans


def _plan(problem: Problem, seed: int, warm: WarmStart | None) -> Solution:
    options = Options(seed=seed, time_limit=None, gap_percent=GAP, threads=THREADS)
    rounds: list[Round] = []
    return solve(problem, options, warm=warm, progress=rounds.append, should_stop=lambda: _is_enough(rounds))


def _is_enough(rounds: list[Round]) -> bool:
    return rounds[-1].phase == "bound" and any(state.phase == "combine" for state in rounds)


def _static(known: Known, life: Life) -> Planned:
    return _solve(known, life, known.people.problem.progress, np.ones_like(life.bound))


def _first_come(known: Known, life: Life) -> Planned:
    """Everybody takes her best week that fits; who is quick is mostly quick again."""
    random = np.random.default_rng((known.seed, 2))
    count = known.people.problem.num_citizens
    quick = np.random.default_rng(2).random(count) + random.random(count)
    problem = week_problem(known.people, life, known.week, known.people.problem.progress, life.bound)
    return _in_turn(problem, np.argsort(quick), random)


def _random(known: Known, life: Life) -> Planned:
    """Everybody takes in turn any week that fits and fills her hours."""
    random = np.random.default_rng((known.seed, 3))
    problem = known.people.problem
    drawn = random.integers(MOST_RANDOM, size=problem.progress.shape)
    week = week_problem(known.people, life, known.week, drawn, life.bound).with_citizens(
        wish=np.zeros_like(drawn), strength=np.zeros_like(drawn)
    )
    return _in_turn(week, random.permutation(problem.num_citizens), random)


def _in_turn(problem: Problem, order: Ints, random: np.random.Generator) -> Planned:
    prepared = prepare(problem)
    finder = PlanFinder(prepared, threads=1, pool_size=8)
    rows, free = make_rows(problem), np.zeros(problem.num_slots + problem.num_rows, np.int64)
    seating = empty_seating(finder, rows)
    finder.reseat(order, free[: problem.num_slots], limits(rows, free), rows.closed, seating)
    hold_rows(finder, rows, free, minimum_sizes(problem), seating, 0.25, random)
    return Planned(problem, deal(prepared, seating, random), prepared.exceptions)


POLICIES: dict[str, Callable[[Known, Life], Planned]] = {
    "random": _random,
    "first_come": _first_come,
    "static": _static,
    "without_learning": _without,
    "ours": _ours,
    "oracle": _oracle,
}
