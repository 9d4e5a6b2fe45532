"""Measure one instance once, in this process: `python -m benchmarks.measure NAME SEED` prints its row as JSON."""

from __future__ import annotations

import datetime as dt
import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping

import numpy as np

from benchmarks.draw import draw_problem
from benchmarks.instances import BY_NAME, Figures, Instance, Kind
from benchmarks.lab import measure_lab
from benchmarks.load import measure_load
from benchmarks.machine import commit, load, machine
from benchmarks.next_week import carry_over, change_week
from benchmarks.pages import measure_difference, measure_print
from benchmarks.peers_bench import measure_peers
from benchmarks.prices import measure_prices
from benchmarks.requests import measure_requests
from benchmarks.roll_out import measure_roll_out
from benchmarks.roll_over import roll_over
from benchmarks.scale import measure_scale
from benchmarks.season_bench import measure_season
from benchmarks.small_work import compile_all, one_citizen, read_database
from benchmarks.umass import KNOWN, plan_survey
from benchmarks.warming import warm_up
from scheduler.figures import closed_percent, count_figures, in_points
from scheduler.runs import check, code_version, peak_mb
from solver import Options, WarmStart, first_come, solve
from solver.problem import Problem
from solver.reasons import explain
from solver.solution import Round, Solution, gap_percent
from solver.verify import verify

ORDERS = 10
SMALL_TOWN, SMALL_TIGHTNESS = 150, 0.4
OTHER_TOWN = 1000  # added to the seed
CHANGED = 0.1
FIRST_WEEK = 3  # times as long as the week after it
CLOSING = 0.01  # share of the time that is left for the last round, dealing and checking
MOST_CLOSING = 1.5  # seconds


def measure(instance: Instance, seed: int) -> Figures:
    """One row: what was measured, by whom and when."""
    began_load = load()
    figures = KINDS[instance.kind](instance, seed)
    return {
        "instance": instance.name,
        "seed": seed,
        "version": code_version(),
        "commit": commit(),
        "at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "machine": machine(),
        "load_before": began_load,
        **{name: round(value, 6) if isinstance(value, float) else value for name, value in figures.items()},
    }


def _town(instance: Instance, seed: int) -> Figures:
    began = time.perf_counter()
    problem = draw_problem(instance.citizens, seed, instance.tightness, instance.clustered)
    drawn = time.perf_counter() - began
    warm_seconds = _warm_up(instance, seed)
    if instance.seats_only:
        problem = problem.seats_only()
    solution, figures = _solve(problem, instance, seed)
    figures |= {"draw_seconds": drawn, "warm_up_seconds": warm_seconds}
    return figures | _compare(problem, solution, seed) | _shortfalls(problem, solution)


def _next_week(instance: Instance, seed: int) -> Figures:
    problem = draw_problem(instance.citizens, seed).seats_only()
    others = draw_problem(instance.citizens, seed + OTHER_TOWN).seats_only()
    warm_seconds = _warm_up(instance, seed)
    first = solve(problem, Options(seed=seed, time_limit=FIRST_WEEK * instance.seconds))
    week, newcomer, moved = change_week(problem, others, CHANGED, seed)
    solution, figures = _solve(week, instance, seed, carry_over(problem, first, newcomer, moved))
    figures |= {"first_gap_percent": gap_percent(first.bound, first.objective), "warm_up_seconds": warm_seconds}
    return figures | _compare(week, solution, seed)


def _course_data(instance: Instance, seed: int) -> Figures:
    options = Options(seed=seed, time_limit=instance.seconds - _closing(instance.seconds))
    result, _ = plan_survey(instance.seats, instance.fair, options)
    best = KNOWN[instance.seats]
    return {
        "sum": result.sum,
        "bound": result.bound,
        "gap_percent": result.gap_percent,
        "people_with_nothing": result.people_with_nothing,
        "cost_percent": 100.0 * (best - result.sum) / best,
        "seconds": result.seconds,
        "peak_mb": peak_mb(),
    }


def _warm_up(instance: Instance, seed: int) -> float:
    small = draw_problem(SMALL_TOWN, seed, SMALL_TIGHTNESS)
    return warm_up(small.seats_only() if instance.seats_only else small)


def _closing(seconds: float) -> float:
    return min(MOST_CLOSING, CLOSING * seconds)


def _solve(problem: Problem, instance: Instance, seed: int, warm: WarmStart | None = None) -> tuple[Solution, Figures]:
    """Solve and check against the clock."""
    before = peak_mb()
    options = Options(seed=seed, time_limit=instance.seconds - _closing(instance.seconds))
    began = time.perf_counter()
    solution = solve(problem, options, warm=warm)
    verdict = verify(problem, solution.plans, solution.exceptions)
    seconds = time.perf_counter() - began
    check(solution, verdict)
    return solution, {
        "citizens": problem.num_citizens,
        "groups": problem.num_groups,
        "slots": problem.num_slots,
        "rows": problem.num_rows,
        "objective": in_points(solution.objective),
        "bound": in_points(solution.bound),
        "gap_percent": gap_percent(solution.bound, solution.objective),
        "gap_percent_by_half": _gap_by(solution.rounds, instance.seconds / 2),
        "seconds": seconds,
        "rounds": len(solution.rounds),
        "termination": solution.termination.reason,
        "gap_percent_without_idle": _gap_without(solution, verdict.objective_without_idle - verdict.objective),
        "idle_points": in_points(verdict.objective_without_idle - verdict.objective),
        "peak_mb": peak_mb(),
        "peak_mb_before": before,
    }


def _gap_without(solution: Solution, idle: int) -> float:
    """The gap with the plan's own idle penalty taken out of both sides."""
    return gap_percent(solution.bound + idle, solution.objective + idle)


def _gap_by(rounds: tuple[Round, ...], seconds: float) -> float | None:
    """The gap that was reached after so many seconds."""
    known = [state.gap_percent for state in rounds if state.seconds <= seconds and state.gap_percent is not None]
    return known[-1] if known else None


def _compare(problem: Problem, solution: Solution, seed: int) -> Figures:
    orders = first_come(problem, seed, orders=ORDERS)
    mean = sum(served.objective for served in orders) / len(orders)
    idle = sum(served.idle for served in orders) / len(orders)
    own_idle = verify(problem, solution.plans, solution.exceptions)
    idle_now = own_idle.objective_without_idle - own_idle.objective
    return {
        "closed_percent_without_idle": closed_percent(
            solution.objective + idle_now, solution.bound + idle_now, mean + idle
        ),
        "first_come_objective": in_points(round(mean)),
        "closed_percent": closed_percent(solution.objective, solution.bound, mean),
    }


def _shortfalls(problem: Problem, solution: Solution) -> Figures:
    """Count who is below her minimum hours, and which needed legs are not covered, by reason."""
    began = time.perf_counter()
    found = explain(problem, solution.plans)
    reasons = Counter(entry.reason for entry in found.below)
    without = sum(not entry.slug for entry in found.below)
    counted = count_figures(problem, solution.plans, verify(problem, solution.plans, solution.exceptions))
    return {
        "below_minimum": len(found.below),
        "alone": reasons["alone"],
        "crowded": reasons["crowded"],
        "crowded_percent": 100.0 * reasons["crowded"] / problem.num_citizens,
        "below_without_reason": without,
        "below_by_slug": dict(Counter(f"{entry.reason}: {entry.slug}" for entry in found.below).most_common()),
        "legs_needed": int(np.count_nonzero(problem.need_points)),
        "legs_not_covered": len(found.legs),
        "legs_without_reason": sum(not entry.slug for entry in found.legs),
        "legs_by_slug": dict(Counter(entry.slug for entry in found.legs).most_common()),
        "explain_seconds": time.perf_counter() - began,
        "wishes": counted.wishes,
        "wishes_unmet": counted.wishes - counted.wishes_met,
    }


KINDS: Mapping[Kind, Callable[[Instance, int], Figures]] = {
    "town": _town,
    "next week": _next_week,
    "course data": _course_data,
    "kernel": one_citizen,
    "database": read_database,
    "cold start": compile_all,
    "load": measure_load,
    "requests": measure_requests,
    "roll-over": roll_over,
    "roll-out": measure_roll_out,
    "season": measure_season,
    "print": measure_print,
    "difference": measure_difference,
    "prices": measure_prices,
    "lab": measure_lab,
    "peers": measure_peers,
    "scale": measure_scale,
}


def main() -> None:
    """Measure the instance named on the command line."""
    name, seed = sys.argv[1:]
    json.dump(measure(BY_NAME[name], int(seed)), sys.stdout)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
