"""A what-if: the planned week and the same week with something different, side by side."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlalchemy.orm import Session

import solver
from scheduler.archive import Archive
from scheduler.lab.base import Base, read_base
from scheduler.lab.draft import Draft
from scheduler.lab.editing import edit
from scheduler.lab.kpis import Moves, Side, compare, count_kpis
from scheduler.lab.scenario import Scenario
from scheduler.lab.starting import codes_of, start_from
from scheduler.problem import Ids
from scheduler.runs import check
from scheduler.warm import Ended
from solver import Options, WarmStart
from solver.problem import Ints, Problem
from solver.solution import Progress, Solution
from solver.verify import verify

DEFAULT_SECONDS = 15.0  # from the first row read to the last figure counted
COUNTING_SECONDS, LEAST_SECONDS = 0.5, 0.1


@dataclass(frozen=True)
class Task:
    """A scenario that is ready to be planned: everything is read, nothing is solved."""

    scenario: Scenario
    base: Base
    draft: Draft
    problem: Problem
    ids: Ids
    read_seconds: float


@dataclass(frozen=True)
class WhatIf:
    """Both sides, and what was different."""

    task: Task
    before: Side
    after: Side
    moves: Moves
    dropped: int  # promised places in groups that are not there
    seconds: float  # from the first row read to the last figure counted


def read_task(session: Session, scenario: Scenario) -> Task:
    """Read the week and change it; nothing is written.

    Raises
    ------
    ScenarioError
        The scenario names what the week does not have, or contradicts it.
    NotFoundError
        There is no such run.
    ArchiveError
        The run's input was removed, or this version cannot read it.
    """
    began = time.perf_counter()
    base = read_base(session, scenario)
    draft = edit(base, scenario.edits, scenario.seed)
    problem, ids = base.problem_of(draft)
    return Task(scenario, base, draft, problem, ids, time.perf_counter() - began)


def what_if(
    task: Task,
    options: Options,
    *,
    progress: Progress | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> WhatIf:
    """Plan the scenario from where the run ended, until its gap is the run's or time is up."""
    began = time.perf_counter()
    before, ended = before_of(task, options)
    if options.time_limit is not None:
        left = options.time_limit - task.read_seconds - (time.perf_counter() - began) - COUNTING_SECONDS
        options = replace(options, time_limit=max(left, LEAST_SECONDS))
    if task.scenario.edits.is_empty:
        after = before
    else:
        as_good = replace(options, gap_percent=max(options.gap_percent, before.kpis.gap_percent))
        warm = start_from(ended, task.draft, task.problem, task.ids)
        after, _ = plan(task.draft, task.problem, task.ids, warm, as_good, progress, should_stop)
    seconds = task.read_seconds + time.perf_counter() - began
    return WhatIf(task, before, after, compare(before, after), task.draft.dropped, seconds)


def plan(
    draft: Draft,
    problem: Problem,
    ids: Ids,
    warm: WarmStart,
    options: Options,
    progress: Progress | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> tuple[Side, Solution]:
    """Solve one week of the lab and count it."""
    solution = solver.solve(problem, options, progress=progress, warm=warm, should_stop=should_stop)
    verdict = verify(problem, solution.plans, solution.exceptions)
    check(solution, verdict)
    kpis = count_kpis(draft.facts, problem, ids, solution.plans, verdict, solution.bound, solution.seconds)
    return Side(problem, ids, solution.plans, kpis), solution


def ended_at(draft: Draft, side: Side, price: Ints) -> Ended:
    """Where one plan of the lab ended, for the next to begin."""
    return Ended(Archive(side.problem, side.ids), price, side.plans, codes_of(draft, side.ids.group))


def before_of(task: Task, options: Options) -> tuple[Side, Ended]:
    """The planned week: the stored plan, or a new one where the week's facts have changed since."""
    base, draft = task.base, task.base.draft
    stored = Ended(base.archive, base.price, base.plans, codes_of(draft, base.archive.ids.group))
    if base.changed:
        problem, ids = base.problem_of(draft)
        side, solution = plan(draft, problem, ids, start_from(stored, draft, problem, ids), options)
        return side, ended_at(draft, side, solution.price)
    problem, ids = base.archive.problem, base.archive.ids
    verdict = verify(problem, base.plans, base.exceptions)
    run = base.run
    kpis = count_kpis(draft.facts, problem, ids, base.plans, verdict, run.bound, run.seconds)
    return Side(problem, ids, base.plans, kpis), stored


def as_record(found: WhatIf) -> dict[str, Any]:
    """Everything that is told of a what-if, names of nobody."""
    base, scenario = found.task.base, found.task.scenario
    before, after = asdict(found.before.kpis), asdict(found.after.kpis)
    return {
        "scenario": scenario.name,
        "week": base.run.week,
        "run": base.run.id,
        "edits": scenario.edits.model_dump(mode="json", exclude_defaults=True),
        "base": before,
        "what_if": after,
        "change": {name: after[name] - before[name] for name in before if isinstance(before[name], int | float)},
        "people": asdict(found.moves),
        "places_dropped": found.dropped,
        "facts_changed": list(base.changed),
        "gap_percent": found.after.kpis.gap_percent,
        "seconds": found.seconds,
    }
