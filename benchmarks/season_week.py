"""A planned week as it is lived: who came, what it gave, what was said of it, and the week's figures."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from benchmarks.season_life import NOTHING, Life
from benchmarks.season_policies import Known, Planned, hours_first, points_of
from benchmarks.season_truth import ASKS_UNHAPPY, TOGETHER, UNHAPPY, Fate
from scheduler.learning.best_weeks import best_weeks
from scheduler.learning.evidence import Floats
from scheduler.learning.ledger import FULL, book
from scheduler.learning.swaps import behind_weeks
from solver.problem import MICRO, Bools, Ints, Problem
from solver.reasons import explain
from solver.solution import Plans
from solver.verify import verify

LOW, HIGH = 1, 5
MANY_CROWDED = 0.005  # of all citizens
NINETY_PERCENT = 1.645  # standard errors


class WeekFigures(NamedTuple):
    """What one policy's week came to."""

    progress: int  # points that the activities truly gave, idle time apart
    active: int  # citizens with their minimum of useful hours
    crowded: int  # citizens below it because others have the seats
    least_crowded: int  # of these, where they are many, as many as a plan for hours first leaves
    keepable: int  # groups of last week that nothing ended and nobody asked to leave
    kept: int  # of these
    best: Ints  # (I,) points of the best own week
    given: Ints  # (I,) points of the week given
    intervals: int  # 90 % intervals of what is believed of what somebody has answered about
    holding: int  # of these hold the truth


class Lived(NamedTuple):
    """The entries of a week as they went, E in the order of their citizens."""

    citizen: Ints  # (E,)
    slot: Ints  # (E,)
    offering: Ints  # (E,)
    came: Bools  # (E,)
    helped: Floats  # (E,) 1 .. 5


def live(known: Known, life: Life, planned: Planned, fate: Fate, noise: float, agreed: int) -> WeekFigures:
    """Let the week happen; `life` changes in place.

    Parameters
    ----------
    noise
        Standard deviation of an answer.
    agreed
        Weeks that a new activity is agreed for.
    """
    problem = planned.problem
    lived = _entries(known, planned, fate)
    is_in = np.zeros(life.until.shape, np.bool_)
    is_in[lived.citizen, lived.slot] = True
    keepable = (life.until >= known.week) & (life.last_answer[:, problem.slot_offering] != 1)
    true_progress = points_of(known.people, known.true_help)
    yardstick = problem.with_citizens(progress=true_progress, **_plain(problem))
    alike = problem.with_citizens(progress=true_progress, **_alike(problem))
    verdict = verify(yardstick, planned.plans, planned.exceptions)
    crowded = _crowded(problem, planned.plans)
    figures = WeekFigures(
        progress=_true_points(known, lived),
        active=int((verdict.idle_minutes == 0).sum()),
        crowded=crowded,
        least_crowded=_least_crowded(known, planned, crowded),
        keepable=int(keepable.sum()),
        kept=int((keepable & is_in).sum()),
        best=best_weeks(alike),
        given=verdict.value // MICRO,
        **_coverage(planned, _in_this_week(known, problem, lived.citizen, lived.offering)),
    )
    _book(known, life, planned)
    _say(known, life, lived, fate, noise)
    _agree(known, life, lived, fate, is_in, agreed)
    life.plans = planned.plans
    return figures


def _crowded(problem: Problem, plans: Plans) -> int:
    return sum(entry.reason == "crowded" for entry in explain(problem, plans).below)


def _least_crowded(known: Known, planned: Planned, crowded: int) -> int:
    """How many are crowded in a plan for hours first, with the same agreements, where that is worth a look."""
    if planned.price is None or crowded <= MANY_CROWDED * planned.problem.num_citizens:
        return crowded
    return min(crowded, _crowded(planned.problem, hours_first(known, planned)))


def _entries(known: Known, planned: Planned, fate: Fate) -> Lived:
    problem, slot = planned.problem, planned.plans.slot
    citizen = np.repeat(np.arange(problem.num_citizens), np.diff(planned.plans.ptr))
    offering = problem.slot_offering[slot]
    came = fate.there[citizen, offering] & ~fate.sick[citizen]
    return Lived(citizen, slot, offering, came, _in_this_week(known, problem, citizen, offering)[citizen, offering])


def _in_this_week(known: Known, problem: Problem, citizen: Ints, offering: Ints) -> Floats:
    """(I, O) help in a week like this: more where she has both kinds of activity."""
    job, skill = (
        np.bincount(citizen, of[offering], problem.num_citizens) > 0
        for of in (problem.offering_job, problem.offering_health_skill)
    )
    return np.asarray(np.clip(known.true_help + TOGETHER * (job & skill)[:, None], LOW, HIGH))


def _plain(problem: Problem) -> dict[str, Any]:
    """As `_alike`, and idle time costs nothing."""
    return _alike(problem) | {"idle_penalty": np.zeros_like(problem.weight)}


def _alike(problem: Problem) -> dict[str, Any]:
    """Everybody counts the same, nothing is worth keeping."""
    return {
        "weight": np.full_like(problem.weight, FULL),
        "keep_points": np.zeros_like(problem.keep_points),
        "lottery": np.zeros_like(problem.lottery),
    }


def _true_points(known: Known, lived: Lived) -> int:
    helped = known.people.expected.copy()
    helped[lived.citizen, lived.offering] = lived.helped
    return int(points_of(known.people, helped)[lived.citizen, lived.offering][lived.came].sum())


def _coverage(planned: Planned, truth: Floats) -> dict[str, int]:
    believed = planned.estimates
    if believed is None:
        return {"intervals": 0, "holding": 0}
    learned = believed.count > 0
    holds = np.abs(truth - believed.mean) <= NINETY_PERCENT * believed.error
    return {"intervals": int(learned.sum()), "holding": int((learned & holds).sum())}


def _book(known: Known, life: Life, planned: Planned) -> None:
    plain = planned.problem.with_citizens(**_plain(planned.problem))
    verdict, settings = verify(plain, planned.plans, planned.exceptions), known.people.town.settings
    best = best_weeks(planned.problem.with_citizens(**_alike(planned.problem)))
    given = verdict.value // MICRO
    life.ledger = book(life.ledger, best, given, settings)
    life.behind = behind_weeks(life.behind, best, given, verdict.idle_minutes, settings)


def _say(known: Known, life: Life, lived: Lived, fate: Fate, noise: float) -> None:
    """Who came may say what it helped, and counts one week more."""
    citizen, offering = lived.citizen[lived.came], lived.offering[lived.came]
    life.weeks_in[citizen, offering] += 1
    felt = lived.helped[lived.came] + fate.shock[citizen] + noise * fate.noise[citizen, offering]
    value = np.clip(np.rint(felt), LOW, HIGH).astype(np.int64)
    says = fate.answers[citizen, offering]
    citizen, offering, value = citizen[says], offering[says], value[says]
    life.last_answer[citizen, offering] = value
    life.said.append((known.people.person[citizen], offering, np.full(len(value), known.week), value))


def _agree(known: Known, life: Life, lived: Lived, fate: Fate, is_in: Bools, agreed: int) -> None:
    """What is new is agreed for some weeks, what was left is over; some ask to leave, most where little helps."""
    week = known.week
    life.until[~is_in] = NOTHING
    new = is_in & (life.until < week)
    life.until[new] = week + agreed - 1
    life.bound[new] = fate.bound[:, known.people.problem.slot_offering][new]
    unhappy = lived.helped < UNHAPPY
    asks = fate.asks[lived.citizen, lived.offering] < np.where(unhappy, ASKS_UNHAPPY, ASKS_UNHAPPY / 5)
    life.refused[lived.citizen[asks], lived.offering[asks]] = True
    life.until[lived.citizen[asks], lived.slot[asks]] = NOTHING
