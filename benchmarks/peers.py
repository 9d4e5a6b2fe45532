"""Our planner beside what else one could use: `python -m benchmarks.peers --citizens 200 --seconds 10 [--json]`

Every method plans the same week for the same time on two cores, its plan is counted again by the same `solver.verify`,
and its gap is to the same bound: the lowest that any of them proves.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.arguments import seconds, whole
from benchmarks.bars import Figures
from benchmarks.draw import draw_problem
from benchmarks.peers_jobs import Job, Outcome
from benchmarks.peers_run import ALL_METHODS, METHODS, OURS, TIMEFOLD, left_out, run, settings_of
from scheduler.figures import in_points
from solver.options import prepare
from solver.problem import Problem
from solver.solution import gap_percent
from solver.verify import Verdict, verify

MOST_CITIZENS, MOST_SEED = 100_000, 2**31 - 1
DECIMALS = 6


def compare(
    problem: Problem, limit: float, seed: int, methods: Sequence[str] = METHODS, every_setting: bool = False,
    timefold: Path = Path(sys.executable),
) -> Figures:  # fmt: skip
    """Let the methods plan the week one after the other, each for `limit` seconds in a process of its own."""
    found = [
        (method, run(Job(method, setting, problem, limit, seed, timefold)))
        for method in methods
        for setting in settings_of(method)[: None if every_setting else 1]
    ]
    return summary(problem, found)


def summary(problem: Problem, found: Sequence[tuple[str, Outcome]]) -> Figures:
    """A row for each method's outcome, and the lowest bound that one of them proves, points.

    A bound that is below a plan's recounted value is wrong: it counts for nothing, and its row says so.
    """
    verdicts = [_recount(problem, outcome) for _, outcome in found]
    worth = [verdict.objective for verdict in verdicts if verdict and not verdict.violations]
    most = max(worth, default=None)
    bounds = [outcome.bound for _, outcome in found if outcome.bound is not None]
    bound = min((one for one in bounds if most is None or one >= most), default=None)
    rows = [_row(*pair, verdict, bound, most) for pair, verdict in zip(found, verdicts, strict=True)]
    others = [row["objective"] for row in rows if row["method"] != OURS and row["objective"] is not None]
    for row, (method, outcome) in zip(rows, found, strict=True):
        if method == OURS and others:
            row["seconds_to_best_peer"] = _seconds_to(outcome, max(others))
    return {"rows": rows, "bound": None if bound is None else in_points(bound)}


def _recount(problem: Problem, outcome: Outcome) -> Verdict | None:
    return None if outcome.plans is None else verify(problem, outcome.plans, prepare(problem).exceptions)


def _row(method: str, outcome: Outcome, verdict: Verdict | None, bound: int | None, most: int | None) -> Figures:
    """What a method's plan is worth when it is counted again; nothing of it where a rule is broken."""
    row: Figures = {
        "method": method, "gap_percent": None, "below_minimum": None, "objective": None,
        "seconds": None if outcome.seconds is None else round(outcome.seconds, 3),
        "bound": None if bound is None else in_points(bound),
        "own_bound": None if outcome.bound is None else in_points(outcome.bound),
        "setting": outcome.setting, "note": outcome.note,
    }  # fmt: skip
    if outcome.bound is not None and most is not None and outcome.bound < most:
        row["note"] += f"; its bound is wrong: a plan is worth {in_points(most):,.2f}"
    if verdict is None:
        return row
    if verdict.violations:
        first = verdict.violations[0]
        broken = f"{len(verdict.violations)} broken rules, the first: {first.slug}: {first.text}"
        return row | {"note": "; ".join(text for text in (broken, row["note"]) if text)}
    gap = None if bound is None else round(gap_percent(bound, verdict.objective), DECIMALS)
    below = int((verdict.idle_minutes > 0).sum())
    return row | {"gap_percent": gap, "below_minimum": below, "objective": in_points(verdict.objective)}


def _seconds_to(outcome: Outcome, objective: float) -> float | None:
    """When the plan was first worth so many points; None where it never was."""
    return next((round(seconds, 3) for seconds, so_far in outcome.trace if in_points(so_far) >= objective), None)


def table(found: Figures) -> Iterator[str]:
    """The rows as text."""
    yield f"{'method':20} {'gap %':>9} {'seconds':>8} {'below min.':>10} {'objective':>13} {'own bound':>13}  setting"
    for row in found["rows"]:
        shown = {"gap_percent": 4, "seconds": 2, "objective": 2, "own_bound": 2}
        gap, took, objective, own = (
            "-" if row[name] is None else f"{row[name]:,.{digits}f}" for name, digits in shown.items()
        )
        below = "-" if row["below_minimum"] is None else row["below_minimum"]
        said = "; ".join(text for text in (row["setting"], row["note"]) if text)
        yield f"{row['method']:20} {gap:>9} {took:>8} {below:>10} {objective:>13} {own:>13}  {said}"
    for method, why in found["skipped"].items():
        yield f"{method:20} skipped: {why}"
    yield f"bound {'-' if found['bound'] is None else format(found['bound'], ',.2f')}"


def main(arguments: Sequence[str] | None = None) -> None:
    """Compare on a made town and print the rows."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers", description=__doc__)
    parser.add_argument("--citizens", type=whole(1, MOST_CITIZENS), default=600)
    parser.add_argument("--seconds", type=seconds, default=60.0, help="of each method")
    parser.add_argument("--seed", type=whole(0, MOST_SEED), default=1)
    parser.add_argument("--seats-only", action="store_true", help="as the instances 600-20 and 6000-60")
    parser.add_argument("--method", action="append", choices=ALL_METHODS, help="this one, and those named beside it")
    parser.add_argument("--every-setting", action="store_true", help="all settings of the exact solvers")
    parser.add_argument(
        "--timefold", type=Path, metavar="PYTHON", default=Path(sys.executable), help="a Python with Timefold"
    )
    parser.add_argument("--json", action="store_true", help="one line of JSON instead of a table")
    given = parser.parse_args(arguments)
    problem = draw_problem(given.citizens, given.seed)
    if given.seats_only:
        problem = problem.seats_only()
    asked = given.method or ALL_METHODS
    skipped = left_out(given.timefold) if TIMEFOLD in asked else {}
    methods = [method for method in asked if method not in skipped]
    figures = compare(problem, given.seconds, given.seed, methods, given.every_setting, given.timefold)
    figures["skipped"] = {method: why for method, why in skipped.items() if method in asked or not given.method}
    figures |= {"citizens": given.citizens, "seconds": given.seconds, "seed": given.seed}
    if given.json:
        json.dump(figures, sys.stdout)
        sys.stdout.write("\n")
        return
    for line in table(figures):
        print(line)


if __name__ == "__main__":
    main()
