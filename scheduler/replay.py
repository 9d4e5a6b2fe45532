"""Count a stored run again, and compute it again from its own input."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace

import numpy as np
from sqlalchemy.orm import Session

import solver
from scheduler.archive import Archive
from scheduler.runs import code_version
from scheduler.stored import find_run, stored_input
from scheduler.stored_plans import stored_exceptions, stored_plans
from scheduler.tables import Run
from solver import Options
from solver.solution import Plans, Progress, Solution
from solver.verify import Verdict, verify


@dataclass(frozen=True)
class Stored:
    """A run with its input and its plans by position."""

    run: Run
    archive: Archive
    plans: Plans
    exceptions: tuple[tuple[int, str], ...]
    verdict: Verdict


@dataclass(frozen=True)
class Replay:
    """A stored run and what the same rounds give now."""

    stored: Stored
    solution: Solution
    differing: tuple[int, ...]  # citizen positions whose plan is another
    same_code: bool

    @property
    def is_same(self) -> bool:
        run = self.stored.run
        return not self.differing and (self.solution.objective, self.solution.bound) == (run.objective, run.bound)


def recount(session: Session, run_id: int) -> Stored:
    """Read a run and count every rule, every row and the objective again.

    Raises
    ------
    NotFoundError
        There is no such run.
    ArchiveError
        Its input was removed, or this version cannot read it.
    """
    run = find_run(session, run_id)
    archive = stored_input(run)
    plans = stored_plans(session, run_id, archive)
    exceptions = stored_exceptions(session, run_id, archive)
    return Stored(run, archive, plans, exceptions, verify(archive.problem, plans, exceptions))


def compute_again(
    stored: Stored,
    *,
    threads: int,
    progress: Progress | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Replay:
    """Solve a run's input again for as many rounds as it did and compare the plans entry by entry."""
    run = stored.run
    options = replay_options(run, threads)
    solution = solver.solve(
        stored.archive.problem, options, progress=progress, warm=stored.archive.warm, should_stop=should_stop
    )
    return Replay(stored, solution, differing(stored.plans, solution.plans), run.code_version == code_version())


def replay_options(run: Run, threads: int) -> Options:
    """The run's options with its rounds for a clock."""
    known = {field.name for field in fields(Options)}
    options = Options(**{name: value for name, value in run.parameters.items() if name in known})
    return replace(options, time_limit=None, max_rounds=run.rounds, threads=threads)


def differing(one: Plans, other: Plans) -> tuple[int, ...]:
    """Positions of the citizens whose groups differ."""
    if len(one.ptr) != len(other.ptr):
        raise ValueError(f"plans of {len(one.ptr) - 1} and {len(other.ptr) - 1} citizens cannot be compared")
    return tuple(
        citizen
        for citizen in range(len(one.ptr) - 1)
        if not np.array_equal(_groups(one, citizen), _groups(other, citizen))
    )


def _groups(plans: Plans, citizen: int) -> np.ndarray:
    return np.sort(plans.group[plans.ptr[citizen] : plans.ptr[citizen + 1]])
