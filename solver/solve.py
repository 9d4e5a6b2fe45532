"""The front door: plan one week, anytime, with a proved bound."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from solver.crew import Crew
from solver.deal import deal
from solver.marginal import marginal_values
from solver.options import prepare
from solver.problem import MICRO, Problem
from solver.solution import Progress, Round, Solution, Termination, gap_percent
from solver.verify import Verdict, verify
from solver.warm import WarmStart
from solver.work import Schedule, Work

CLOSING = 0.97  # share of the time limit that rounds may take; the rest deals the groups and checks the plan


class UnverifiedPlanError(RuntimeError):
    """The independent check found a broken rule or another objective: a defect of the solver; nothing is returned."""


@dataclass(frozen=True)
class Options:
    """What a caller sets. A limit acts at the end of a round; the same seed, gap and rounds give the same plan."""

    seed: int = 1
    time_limit: float | None = 60.0  # seconds
    gap_percent: float = 0.0
    max_rounds: int | None = None
    threads: int = 2

    def __post_init__(self) -> None:
        if self.time_limit is not None and self.time_limit <= 0:
            raise ValueError(f"time_limit: expected more than 0 seconds, found {self.time_limit}")
        if self.gap_percent < 0:
            raise ValueError(f"gap_percent: expected 0 or more, found {self.gap_percent}")
        if self.max_rounds is not None and self.max_rounds < 1:
            raise ValueError(f"max_rounds: expected at least 1, found {self.max_rounds}")
        if self.threads < 1:
            raise ValueError(f"threads: expected at least 1, found {self.threads}")


def solve(
    problem: Problem,
    options: Options | None = None,
    *,
    progress: Progress | None = None,
    warm: WarmStart | None = None,
    should_stop: Callable[[], bool] | None = None,
    schedule: Schedule | None = None,
    crew: Crew | None = None,
    marginal: bool = False,
) -> Solution:
    """Plan everybody's week.

    Parameters
    ----------
    progress
        Called after each round.
    warm
        Prices and plans of an earlier run of nearly the same week.
    should_stop
        Asked after each round; true ends the run with the best plan so far.
    crew
        Prices in place of this process where many citizens are priced at once; the plan is the same. Who made it
        closes it.
    marginal
        Whether to find what one more seat gives, where the week is small enough; the plan and its bound are the same.

    Raises
    ------
    UnverifiedPlanError
        The plan does not pass `solver.verify`.
    """
    began = time.perf_counter()
    options = options or Options()
    prepared = prepare(problem, options.threads)
    schedule = schedule or Schedule(enough=options.gap_percent / 100)
    work = Work(prepared, options.seed, options.threads, warm, schedule, crew)
    trace: list[Round] = []
    termination: Termination | None = None
    for phase in work.rounds():
        trace.append(_round(work, phase, len(trace) + 1, time.perf_counter() - began))
        if progress is not None:
            progress(trace[-1])
        termination = _stop(work, options, trace, should_stop)
        if termination is not None:
            break
    assert termination is not None  # The rounds go on until something stops them.
    best, objective, bound, price = work.best, work.objective, work.bound, work.search.best
    assert best is not None  # Nothing stops the rounds before there is a plan.
    found = marginal_values(work.finder, work.rows, price, best) if marginal else None
    del work  # Dealing and checking need none of the plans seen, a large part of a run's memory.
    plans = deal(prepared, best, np.random.default_rng(options.seed))
    verdict = verify(problem, plans, prepared.exceptions)
    _check(verdict, objective, bound)
    return Solution(
        plans, verdict.objective, bound, price, price if found is None else found, prepared.exceptions, termination,
        tuple(trace), time.perf_counter() - began,
    )  # fmt: skip


def _round(work: Work, phase: str, number: int, seconds: float) -> Round:
    planned = 0 if work.best is None else int((work.best.plan[:, 0] >= 0).sum())
    return Round(number, phase, work.bound, work.objective, planned, seconds)


def _stop(
    work: Work, options: Options, trace: list[Round], should_stop: Callable[[], bool] | None
) -> Termination | None:
    """Why the run ends after this round, or None. Nothing stops it before there is a plan and a bound.

    Time is up where another round as long as the longest but for the first would end, with the check, after the limit.
    """
    last = trace[-1]
    if work.objective is None or last.gap_percent is None:
        return None
    proved = f"gap {last.gap_percent:.4f} %"
    if work.bound <= work.objective:
        return Termination("optimal", None, "optimal")
    if last.gap_percent <= options.gap_percent:
        return Termination("gap", None, proved)
    if options.max_rounds is not None and last.number >= options.max_rounds:
        return Termination("limit", "rounds", proved)
    longest = max((after.seconds - before.seconds for before, after in pairwise(trace)), default=0.0)
    if options.time_limit is not None and last.seconds + longest >= CLOSING * options.time_limit:
        return Termination("limit", "time", proved)
    if should_stop is not None and should_stop():
        return Termination("stopped", "interrupt", proved)
    return None


def _check(verdict: Verdict, objective: int | None, bound: int) -> None:
    if verdict.violations:
        first = verdict.violations[0]
        raise UnverifiedPlanError(f"{len(verdict.violations)} broken rules, the first: {first.slug}: {first.text}")
    if verdict.objective != objective:
        raise UnverifiedPlanError(f"objective {objective} counted again as {verdict.objective} ({MICRO} a point)")
    if verdict.objective > bound:
        raise UnverifiedPlanError(f"objective {verdict.objective} exceeds the bound {bound}")


__all__ = ["Options", "Schedule", "UnverifiedPlanError", "WarmStart", "gap_percent", "solve"]
