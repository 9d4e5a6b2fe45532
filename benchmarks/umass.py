"""Plan the real course wishes of one university: `python -m benchmarks.umass --seats scaled|full [--fair] [--json]`."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.umass_check import recount
from benchmarks.umass_data import IDLE_PENALTY, Survey, list_sections, make_problem, read_survey, small_survey
from benchmarks.warming import warm_up
from solver import Options, solve
from solver.problem import MICRO
from solver.solution import Round
from solver.verify import verify

KNOWN = {"scaled": 15307, "full": 16532}  # The proved optima in the data's README.


@dataclass(frozen=True)
class Result:
    """What a plan gives: `sum` counts ratings only.

    With a weight on having something, `bound` limits the sum less the penalty for those left out who could be served;
    the gap is that of this difference.
    """

    seats: str
    fair: bool
    sum: int
    bound: int
    gap_percent: float
    people_with_nothing: int
    seconds: float


def plan_survey(seats: str, fair: bool, options: Options) -> tuple[Result, list[list[str]]]:
    """Plan, recount by the data's own rules, and name everybody's sections.

    Raises
    ------
    BrokenRuleError
        The plan breaks a rule of the data.
    """
    survey = read_survey(seats)
    problem = make_problem(survey, fair)
    warm_up(make_problem(small_survey(survey, people=90), fair))
    began = time.perf_counter()
    watch = _WholePoints()
    solution = solve(problem, options, progress=watch.see, should_stop=watch.is_proved)
    verdict = verify(problem, solution.plans, solution.exceptions)
    seconds = time.perf_counter() - began
    answer = list_sections(survey, solution.plans)
    total = recount({"people": survey.people, "sections": survey.sections}, answer)
    nothing = sum(not names for names in answer)
    penalty = IDLE_PENALTY * fair
    if verdict.violations or verdict.objective != (total - penalty * nothing) * MICRO:
        raise AssertionError(f"the two checks differ: {verdict.objective}, {total}, {verdict.violations[:3]}")
    spared = penalty * _without_wishes(survey)
    bound = solution.bound // MICRO + spared
    reached = total - penalty * nothing + spared
    gap = 100.0 * (bound - reached) / bound if bound else 0.0
    return Result(seats, fair, total, bound, round(gap, 6), nothing, round(seconds, 3)), answer


def _without_wishes(survey: Survey) -> int:
    """How many people rate no section above 1, so that nothing can be given to them."""
    return sum(max(person["ratings"].values(), default=1) == 1 for person in survey.people)


class _WholePoints:
    """Ends a run once no whole number of points lies between plan and bound: every plan's value is whole here."""

    def __init__(self) -> None:
        self._last: Round | None = None

    def see(self, state: Round) -> None:
        self._last = state

    def is_proved(self) -> bool:
        last = self._last
        return last is not None and last.objective is not None and last.bound // MICRO * MICRO <= last.objective


def main(arguments: Sequence[str] | None = None) -> None:
    """Plan and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.umass", description=__doc__)
    parser.add_argument("--seats", choices=sorted(KNOWN), default="scaled", help="seats as published, or scarce")
    parser.add_argument("--fair", action="store_true", help="leave as few people as possible with nothing")
    parser.add_argument("--json", action="store_true", help="print one document")
    parser.add_argument("--answer", type=Path, metavar="FILE", help="write everybody's sections here")
    parser.add_argument("--time-limit", type=float, default=10.0, metavar="S", help="seconds (10)")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    options = Options(seed=given.seed, time_limit=given.time_limit)
    result, answer = plan_survey(given.seats, given.fair, options)
    if given.answer:
        given.answer.write_text(json.dumps({"people": answer}) + "\n", encoding="utf-8")
    if given.json:
        json.dump(asdict(result), sys.stdout)
        sys.stdout.write("\n")
        return
    print(f"Seats {result.seats}{', fair' if result.fair else ''}: sum of ratings {result.sum:,} (optimum", end=" ")
    print(f"without fairness {KNOWN[result.seats]:,}), bound {result.bound:,}, gap {result.gap_percent:.4f} %;")
    print(f"{result.people_with_nothing} people with nothing; {result.seconds:.1f} s")


if __name__ == "__main__":
    main()
