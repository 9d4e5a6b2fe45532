"""One cell of a benchmark: draw its town, plan the week, check it, and count people, hours and then points."""

from __future__ import annotations

import datetime as dt
import hashlib
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import fields
from typing import Any

import solver
from scheduler.bench.plan import Cell
from scheduler.course import MOST, thinned
from scheduler.figures import count_figures, in_points
from scheduler.machine import load, machine
from scheduler.runs import check, code_version, peak_mb
from scheduler.town.drawing import draw_problem
from scheduler.warming import warm_up
from solver import Options
from solver.problem import Problem
from solver.reasons import Shortfalls, explain
from solver.solution import Progress, Round, Solution, gap_percent
from solver.verify import verify

Row = dict[str, Any]
THREADS = 2
CLOSING, MOST_CLOSING = 0.01, 1.5  # share of the time, and seconds, left for the last round and the check
MINUTES = 60


def measure(cell: Cell, progress: Progress | None = None) -> Row:
    """Plan the cell's town in this process; the row that is kept.

    Raises
    ------
    UnsoundSolutionError
        The recount disagrees with the solver.
    """
    row: Row = {"cell": cell.model_dump(), "version": code_version(), "machine": machine(), "load_before": load()}
    row["at"] = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    whole = began = time.perf_counter()
    problem = draw_problem(cell.citizens, cell.seed, cell.tightness)
    row["draw_seconds"] = time.perf_counter() - began
    warm_up(problem, THREADS)
    began = time.perf_counter()
    limit = cell.seconds - min(MOST_CLOSING, CLOSING * cell.seconds)
    solution = solver.solve(problem, Options(seed=cell.seed, time_limit=limit, threads=THREADS), progress=progress)
    verdict = verify(problem, solution.plans, solution.exceptions)
    row["seconds"] = time.perf_counter() - began
    check(solution, verdict)
    row["peak_mb"] = peak_mb()
    counted = count_figures(problem, solution.plans, verdict)
    row |= {
        "week_hash": week_hash(problem),
        "groups": problem.num_groups,
        "under_way": counted.under_way,
        "below_minimum": counted.below_minimum,
        "hours_a_citizen": counted.minutes / MINUTES / max(1, counted.citizens),
        "wishes": counted.wishes,
        "wishes_unmet": counted.wishes - counted.wishes_met,
        "legs": counted.legs,
    }
    row |= _shortfalls(explain(problem, solution.plans)) | _points(solution)
    row["whole_seconds"] = time.perf_counter() - whole
    return {name: round(value, 6) if isinstance(value, float) else value for name, value in row.items()}


def _shortfalls(found: Shortfalls) -> Row:
    """Who is below her hours and which needed legs are not covered, by reason."""
    alone, crowded = (
        Counter(entry.slug for entry in found.below if entry.reason == reason) for reason in ("alone", "crowded")
    )
    return {
        "below_alone": alone.total(),
        "below_alone_by_slug": dict(alone.most_common()),
        "below_crowded_by_slug": dict(crowded.most_common()),
        "legs_uncovered": len(found.legs),
        "legs_by_slug": dict(Counter(entry.slug for entry in found.legs).most_common()),
    }


def _points(solution: Solution) -> Row:
    return {
        "objective": in_points(solution.objective),
        "bound": in_points(solution.bound),
        "gap_percent": gap_percent(solution.bound, solution.objective),
        "rounds": len(solution.rounds),
        "stopped_by": solution.termination.reason,
        "course": course_of(solution.rounds),
    }


def course_of(rounds: Sequence[Round]) -> list[tuple[float, float]]:
    """Seconds and gap of the rounds from the first whole plan on, thinned to what a picture can show."""
    found = [(round(state.seconds, 2), round(gap, 4)) for state in rounds if (gap := state.gap_percent) is not None]
    while len(found) > MOST:
        found = thinned(found)
    return found


def week_hash(problem: Problem) -> str:
    """What tells two towns apart: rows of another town are not compared."""
    digest = hashlib.sha256()
    for field in fields(problem):
        digest.update(getattr(problem, field.name).tobytes())
    return digest.hexdigest()[:12]
