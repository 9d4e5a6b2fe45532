"""A run of one week: read its input, solve and check it, and store what came out."""

from __future__ import annotations

import datetime as dt
import hashlib
import importlib.metadata
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

import solver
from catalog.rules import rules_hash
from catalog.tables import Group
from catalog.weeks import monday_of
from scheduler import archive
from scheduler.archive import Archive
from scheduler.figures import Figures, closed_percent, count_figures
from scheduler.problem import build_problem
from scheduler.reasons import store_reasons
from scheduler.tables import Citizen, PlanEntry, PlanException, Run
from scheduler.warm import warm_start
from scheduler.warming import warm_up
from solver import Options
from solver.crew import Crew
from solver.reasons import Shortfalls, explain
from solver.solution import Progress, Solution, gap_percent
from solver.verify import Verdict, verify

FIRST_COME_ORDERS = 10


class RunError(ValueError):
    """A run cannot begin: the week has no groups or the town has no citizens; the message says what to do."""


class UnsoundSolutionError(RuntimeError):
    """The solver gave a plan that breaks a rule. Nothing is stored; the message names the first violations."""


@dataclass(frozen=True)
class Task:
    """A week to plan, and how long and from where."""

    week: str
    options: Options = field(default_factory=Options)
    seats_only: bool = False
    warm_from: int | None = None
    town: dict[str, Any] | None = None  # the demo's parameters


@dataclass(frozen=True)
class Outcome:
    """What a run computed, not yet stored."""

    task: Task
    archive: Archive
    solution: Solution
    verdict: Verdict
    figures: Figures
    first_come: float  # MICRO, mean of several orders
    first_come_idle: float  # MICRO, the idle penalty in it
    seconds: float  # from the problem built to the solution verified
    peak_mb: float
    rules_hash: str
    database_seconds: float = 0.0  # to read the facts and make the problem
    cold_start_seconds: float = 0.0  # to load or compile the solver
    shortfalls: Shortfalls = field(default_factory=lambda: Shortfalls((), ()))


@dataclass(frozen=True)
class Input:
    """A task with the facts that hold when it begins."""

    task: Task
    archive: Archive
    rules_hash: str
    database_seconds: float


def read_input(session: Session, task: Task) -> Input:
    """Read the facts of the task's week.

    Raises
    ------
    RunError
        There is nobody to plan for, or nothing to plan.
    """
    began = time.perf_counter()
    if not session.scalar(select(func.count()).select_from(Citizen)):
        raise RunError("there are no citizens: import some (igang import FILE) or make a town (igang demo)")
    if not session.scalar(select(func.count()).select_from(Group).where(Group.week == task.week)):
        raise RunError(f"week {task.week} has no groups: make them with igang weeks create {task.week}")
    problem, ids = build_problem(session, task.week, task.options.seed)
    if task.seats_only:
        problem = problem.seats_only()
    warm = None if task.warm_from is None else warm_start(session, task.warm_from, problem, ids)
    rules = rules_hash(session, monday_of(task.week))
    return Input(task, Archive(problem, ids, warm), rules, time.perf_counter() - began)


def compute(
    given: Input,
    *,
    progress: Progress | None = None,
    should_stop: Callable[[], bool] | None = None,
    crew: Crew | None = None,
) -> Outcome:
    """Solve and check; no database is touched, so nobody waits for it. A crew prices elsewhere and changes nothing."""
    problem, warm = given.archive.problem, given.archive.warm
    began = time.perf_counter()
    warm_up(problem, given.task.options.threads)
    cold = time.perf_counter() - began
    solution = solver.solve(
        problem, given.task.options, progress=progress, warm=warm, should_stop=should_stop, crew=crew, marginal=True
    )
    return conclude(given, solution, time.perf_counter() - began - cold, cold)


def conclude(given: Input, solution: Solution, seconds: float, cold_start_seconds: float = 0.0) -> Outcome:
    """Check a solution and count everything that a run says about it.

    Raises
    ------
    UnsoundSolutionError
        The checker disagrees with the solver.
    """
    problem = given.archive.problem
    began = time.perf_counter()
    verdict = verify(problem, solution.plans, solution.exceptions)
    seconds += time.perf_counter() - began
    check(solution, verdict)
    orders = solver.first_come(problem, given.task.options.seed, orders=FIRST_COME_ORDERS)
    return Outcome(
        task=given.task,
        archive=given.archive,
        solution=solution,
        verdict=verdict,
        figures=count_figures(problem, solution.plans, verdict),
        first_come=sum(served.objective for served in orders) / len(orders),
        first_come_idle=sum(served.idle for served in orders) / len(orders),
        seconds=seconds,
        peak_mb=peak_mb(),
        rules_hash=given.rules_hash,
        database_seconds=given.database_seconds,
        cold_start_seconds=cold_start_seconds,
        shortfalls=explain(problem, solution.plans),
    )


def check(solution: Solution, verdict: Verdict) -> None:
    """Refuse a solution whose recount differs."""
    faults = [f"{found.slug}: {found.text} (citizen {found.citizen})" for found in verdict.violations]
    if verdict.objective != solution.objective:
        faults.append(f"objective: {solution.objective} claimed, {verdict.objective} counted")
    if solution.bound < solution.objective:
        faults.append(f"bound: {solution.bound} is below the objective {solution.objective}")
    if faults:
        raise UnsoundSolutionError(f"{len(faults)} faults, nothing is stored: " + "; ".join(faults[:5]))


def store(session: Session, outcome: Outcome, run: Run | None = None) -> Run:
    """Write the run, into its row where it has one, and everybody's plan; the caller commits."""
    columns = _columns(outcome)
    if run is None:
        now = dt.datetime.now(dt.UTC)
        run = Run(created_at=now - dt.timedelta(seconds=outcome.seconds), finished_at=now, **columns)
        session.add(run)
    for name, value in columns.items():
        setattr(run, name, value)
    session.flush()
    plans, ids = outcome.solution.plans, outcome.archive.ids
    citizen = np.repeat(ids.citizen, np.diff(plans.ptr)).tolist()
    entries = [
        {"run_id": run.id, "citizen_id": who, "group_id": group}
        for who, group in zip(citizen, ids.group[plans.group].tolist(), strict=True)
    ]
    exceptions = [
        {"run_id": run.id, "citizen_id": int(ids.citizen[who]), "slug": slug}
        for who, slug in outcome.solution.exceptions
    ]
    for table, rows in ((PlanEntry, entries), (PlanException, exceptions)):
        if rows:
            session.execute(insert(table), rows)
    store_reasons(session, run.id, outcome.archive, outcome.shortfalls)
    return run


def _columns(outcome: Outcome) -> dict[str, Any]:
    solution, task = outcome.solution, outcome.task
    return {
        "week": task.week,
        "state": "proposed",
        "seed": task.options.seed,
        "lottery_seed": task.options.seed,
        "parameters": asdict(task.options) | {"seats_only": task.seats_only, "town": task.town},
        "rules_hash": outcome.rules_hash,
        "code_version": code_version(),
        "warm_from": task.warm_from,
        "num_citizens": outcome.figures.citizens,
        "num_groups": outcome.figures.groups,
        "objective": solution.objective,
        "bound": solution.bound,
        "gap_percent": gap_percent(solution.bound, solution.objective),
        "first_come_objective": round(outcome.first_come),
        "closed_percent": closed_percent(solution.objective, solution.bound, outcome.first_come),
        "figures": asdict(outcome.figures) | _further_figures(outcome),
        "termination_reason": solution.termination.reason,
        "termination_limit": solution.termination.limit,
        "termination_proved": solution.termination.proved,
        "rounds": len(solution.rounds),
        "seconds": outcome.seconds,
        "peak_mb": outcome.peak_mb,
        "trace": [asdict(entry) for entry in solution.rounds],
        "prices": archive.pack_prices(solution.price, solution.marginal),
        "input": archive.pack(outcome.archive),
        "input_version": archive.FORMAT_VERSION,
    }


def _further_figures(outcome: Outcome) -> dict[str, float]:
    return {
        "first_come_idle_micro": round(outcome.first_come_idle),
        "idle_micro": outcome.verdict.objective_without_idle - outcome.verdict.objective,
        "database_seconds": outcome.database_seconds,
        "cold_start_seconds": outcome.cold_start_seconds,
    }


@cache
def code_version() -> str:
    """The release and a hash of the solver's code and of the libraries it computes with.

    Runs of equal versions replay alike.
    """
    digest = hashlib.sha256()
    for path in sorted(Path(solver.__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    for library in ("numpy", "numba", "ortools"):
        digest.update(importlib.metadata.version(library).encode())
    return f"{importlib.metadata.version('igang')}+{digest.hexdigest()[:12]}"


def peak_mb(*, alone: bool = False) -> float:
    """The largest resident size so far of this process and, unless `alone`, of the largest child beside it, in MB."""
    unit = 1 if sys.platform == "darwin" else 1024
    owners = (resource.RUSAGE_SELF,) if alone else (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(resource.getrusage(owner).ru_maxrss for owner in owners) * unit / 1e6
