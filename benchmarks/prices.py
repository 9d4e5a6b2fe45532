"""What is quoted for one more seat beside what it gives: `python -m benchmarks.prices --json`.

A week is planned, and then once more with one more seat in a group, for groups from the dearest to the cheapest that
are quoted at a point or more, and for as many rounds without one. The quote is the most that a seat can be worth in
shares of plans, so the ratio of what it gave to it is at most about 1; by as much as the plans' gap, told in points, a
single one can be off. Beside it stands the price that clears, which is rather what the last seat is worth.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from benchmarks.arguments import whole
from benchmarks.draw import draw_problem
from benchmarks.instances import Figures, Instance
from scheduler.runs import peak_mb
from solver import Options, WarmStart, solve
from solver.problem import MICRO, MICRO_PER_PRICE, Ints, Problem

FIRST_ROUNDS, ROUNDS, TIGHTNESS, THREADS = 300, 60, 0.6, 2  # rounds: other work on the machine changes nothing
GROUPS, MOST_CITIZENS = 50, 100_000
LEAST = 1_000  # 1/1000 points: what costs less than a point is not worth a question
DIGITS = 3  # of a ratio: a quote of a point is told to 1/1000


@dataclass(frozen=True)
class Quoted:
    """One seat more in a slot of one group, in points."""

    slot: int
    promised: float
    price: float  # that clears
    given: float


def quote(
    problem: Problem,
    groups: int,
    seed: int,
    *,
    first_rounds: int = FIRST_ROUNDS,
    again: int = ROUNDS,
    tell: Callable[[int], object] = lambda _: None,
) -> tuple[list[Quoted], float]:
    """Plan the week, and again with a seat more in each of some groups; the second value is the first plan's gap.

    Parameters
    ----------
    again
        Rounds of each plan after the first, which begins where the first ended.
    tell
        Is told how many groups are done.
    """
    options = Options(seed=seed, time_limit=None, max_rounds=first_rounds, threads=THREADS)
    first = solve(problem, options, marginal=True)
    options = replace(options, max_rounds=again)
    without = solve(problem, options, warm=WarmStart(first.price, first.plans, whole=True))
    found = []
    for number, slot in enumerate(_spread(problem, first.marginal, groups)):
        changed = replace(problem, group_seats=_plus_one(problem.group_seats, slot))
        more = solve(changed, options, warm=WarmStart(first.price, first.plans, whole=True))
        promised, price = (int(of[slot]) * MICRO_PER_PRICE / MICRO for of in (first.marginal, first.price))
        found.append(Quoted(slot, promised, price, (more.objective - without.objective) / MICRO))
        tell(number + 1)
    return found, (first.bound - first.objective) / MICRO


def _spread(problem: Problem, quoted: Ints, groups: int) -> list[int]:
    """Slots of one group quoted at a point or more, at even distances from the dearest to the cheapest."""
    single = np.flatnonzero((np.diff(problem.group_ptr) == 1) & (quoted[: problem.num_slots] >= LEAST))
    ranked = single[np.argsort(-quoted[single], kind="stable")]
    chosen = np.unique(np.linspace(0, len(ranked) - 1, min(groups, len(ranked))).astype(np.int64))
    return [int(slot) for slot in ranked[chosen]]


def _plus_one(seats: Ints, slot: int) -> Ints:
    more = seats.copy()
    more[slot] += 1
    return more


def summarize(found: list[Quoted], gap_points: float) -> Figures:
    """The figures of a row: ratios of what was given to what was promised."""
    ratios = np.array([each.given / each.promised for each in found])
    low, median, high = (round(float(value), DIGITS) for value in np.percentile(ratios, (25, 50, 75)))
    promised, given = sum(each.promised for each in found), sum(each.given for each in found)
    return {
        "groups": len(found), "median_ratio": median, "ratio_25": low, "ratio_75": high,
        "promised_points": promised, "given_points": given, "given_of_promised": given / promised,
        "gap_points": gap_points,
        "median_ratio_price": float(np.median([each.given / max(each.price, LEAST / 1000) for each in found])),
        "given_of_price": given / sum(each.price for each in found),
    }  # fmt: skip


def measure_prices(instance: Instance, seed: int) -> Figures:
    """The figures of an instance of the benchmark."""
    problem = draw_problem(instance.citizens, seed, TIGHTNESS).seats_only()
    return summarize(*quote(problem, GROUPS, seed)) | {"peak_mb": peak_mb()}


def main() -> None:
    """Quote seats of a made-up town and plan again with each."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.prices", description=__doc__.split("\n")[0])
    parser.add_argument("--citizens", type=whole(1, MOST_CITIZENS), default=600)
    parser.add_argument("--groups", type=whole(1, 1_000), default=GROUPS, help="that get a seat more, one at a time")
    parser.add_argument("--rounds", type=whole(1, 100_000), default=ROUNDS, help="of each plan with a seat more")
    parser.add_argument("--seed", type=whole(0, 2**31 - 1), default=1)
    parser.add_argument("--json", action="store_true", help="one line of JSON instead of a table")
    given = parser.parse_args()
    problem = draw_problem(given.citizens, given.seed, TIGHTNESS).seats_only()

    def tell(number: int) -> None:
        print(f"\r{number} of {given.groups} groups", end="", file=sys.stderr, flush=True)

    found, gap = quote(problem, given.groups, given.seed, again=given.rounds, tell=tell)
    print(file=sys.stderr)
    if not found:
        parser.error(f"--citizens: nothing costs anything with {given.citizens} citizens; expected more of them")
    figures = summarize(found, gap) | {"citizens": given.citizens, "seed": given.seed}
    if given.json:
        print(json.dumps({key: round(value, 3) for key, value in figures.items()}))
        return
    print("promised   price   given  ratio")
    for each in found:
        print(f"{each.promised:8.2f} {each.price:7.2f} {each.given:7.2f} {each.given / each.promised:6.2f}")
    low, median, high = (figures[name] for name in ("ratio_25", "median_ratio", "ratio_75"))
    print(f"median ratio {median:.2f}, half of them {low:.2f}-{high:.2f}")
    print(f"together {figures['given_of_promised']:.2f}; the first plan is at most {gap:.1f} points below the best")


if __name__ == "__main__":
    main()
