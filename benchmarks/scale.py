"""How time and memory grow with the citizens: one run until its gap is small enough, per citizen and absolute.

Memory is the planning process's own; the town is drawn in another, whose peak beside it is `draw_peak_mb`.
"""

from __future__ import annotations

import json
import sys
import time

from benchmarks.bars import Figures, Instance
from benchmarks.country import draw_country
from benchmarks.draw import draw_problem
from benchmarks.machine import load
from benchmarks.warming import warm_up
from scheduler.figures import in_points
from scheduler.runs import check, peak_mb
from solver import Options, solve
from solver.solution import Round, gap_percent
from solver.verify import verify

ENOUGH = 0.3  # percent
SMALL_TOWN, SMALL_TIGHTNESS = 150, 0.4


def measure_scale(instance: Instance, seed: int) -> Figures:
    """Draw the town or country, and plan it until the gap is at most `ENOUGH` or the time is up."""
    began = time.perf_counter()
    problem = draw_country(instance.citizens, seed, instance.tightness)
    drawn, draw_peak = time.perf_counter() - began, peak_mb()
    warm_up(draw_problem(SMALL_TOWN, seed, SMALL_TIGHTNESS).seats_only().narrow())
    before, points = peak_mb(alone=True), list[Figures]()
    began, processor_began = time.perf_counter(), time.process_time()

    def note(state: Round) -> None:
        gap = None if state.gap_percent is None else round(state.gap_percent, 4)
        if points and (points[-1]["phase"], points[-1]["gap_percent"]) == (state.phase, gap):
            points.pop()  # The last round of a phase is enough where the gap stands still.
        points.append({
            "phase": state.phase,
            "gap_percent": gap,
            "seconds": round(state.seconds, 1),
            "processor_seconds": round(time.process_time() - processor_began, 1),
            "peak_mb": round(peak_mb(alone=True)),
            "load": load(),
        })  # fmt: skip
        print(json.dumps(points[-1]), file=sys.stderr, flush=True)

    options = Options(seed=seed, time_limit=instance.seconds, gap_percent=ENOUGH)
    solution = solve(problem, options, progress=note)
    check(solution, verify(problem, solution.plans, solution.exceptions))
    seconds, processor = time.perf_counter() - began, time.process_time() - processor_began
    return {
        "citizens": problem.num_citizens,
        "groups": problem.num_groups,
        "slots": problem.num_slots,
        "sites": len(problem.travel),
        "objective": in_points(solution.objective),
        "bound": in_points(solution.bound),
        "gap_percent": gap_percent(solution.bound, solution.objective),
        "seconds": seconds,
        "processor_seconds": processor,
        "ms_each": 1e3 * seconds / problem.num_citizens,
        "processor_ms_each": 1e3 * processor / problem.num_citizens,
        "peak_mb": peak_mb(alone=True),
        "peak_mb_before": before,
        "peak_kb_each": 1e3 * peak_mb(alone=True) / problem.num_citizens,
        "draw_peak_mb": draw_peak,
        "rounds": len(solution.rounds),
        "termination": solution.termination.reason,
        "draw_seconds": drawn,
        "load_after": load(),
        "points": points,
    }
