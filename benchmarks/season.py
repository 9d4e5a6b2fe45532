"""Half a year under six policies, side by side on one hidden truth: `python -m benchmarks.season --json`."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.instances import Scenario
from benchmarks.season_figures import summary
from benchmarks.season_life import AGREED, begin
from benchmarks.season_people import People
from benchmarks.season_policies import POLICIES, Known
from benchmarks.season_town import make_season_town
from benchmarks.season_truth import SCENARIOS, Truth
from benchmarks.season_week import WeekFigures, live

FOR_EVER = 1000  # weeks


@dataclass(frozen=True)
class Season:
    """What is played through."""

    citizens: int = 200
    weeks: int = 12
    seed: int = 5
    noise: float = 0.9  # standard deviation of an answer to "did it help?"
    scenario: Scenario = "usual"
    explores: bool = True
    policies: tuple[str, ...] = tuple(POLICIES)


def play(season: Season, tell: Callable[[int, str], object] = lambda *_: None) -> dict[str, list[WeekFigures]]:
    """The figures of every week by policy; `tell` hears which week is planned under which policy."""
    town = make_season_town(season.citizens, season.seed)
    truth = Truth(town, season.scenario, np.random.default_rng((season.seed, 4)))
    people = People(town)
    lives = {name: begin(people.problem, np.random.default_rng((season.seed, 5))) for name in season.policies}
    figures: dict[str, list[WeekFigures]] = {name: [] for name in season.policies}
    went = np.zeros(season.citizens, np.int64)
    for week in range(season.weeks):
        fate = truth.next_week()
        people.next_week(fate, went, week)
        went = fate.went
        for name, life in lives.items():
            tell(week + 1, name)
            life.leave(fate.newcomer)
            true_help = truth.help(people.expected, life.weeks_in)
            known = Known(people, week, season.seed + 1000 * week, fate.says_yes, true_help, season.explores)
            planned = POLICIES[name](known, life)
            agreed = FOR_EVER if name == "static" else AGREED
            figures[name].append(live(known, life, planned, fate, season.noise, agreed))
    return figures


def main(arguments: Sequence[str] | None = None) -> None:
    """Play a season and print its figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.season", description=__doc__)
    parser.add_argument("--citizens", type=int, default=Season.citizens)
    parser.add_argument("--weeks", type=int, default=Season.weeks)
    parser.add_argument("--seed", type=int, default=Season.seed)
    parser.add_argument("--noise", type=float, default=Season.noise, help="standard deviation of an answer")
    parser.add_argument("--scenario", choices=SCENARIOS, default=Season.scenario)
    parser.add_argument("--without-exploration", action="store_true")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    given = parser.parse_args(arguments)
    began = time.perf_counter()
    season = Season(given.citizens, given.weeks, given.seed, given.noise, given.scenario, not given.without_exploration)

    def tell(week: int, policy: str) -> None:
        print(f"\rweek {week} of {given.weeks}, {policy:20}", end="", file=sys.stderr, flush=True)

    if sys.stderr.isatty():
        figures = summary(play(season, tell))
        print(file=sys.stderr)
    else:
        figures = summary(play(season))
    figures["seconds"] = round(time.perf_counter() - began, 1)
    if given.json:
        json.dump(figures, sys.stdout)
        sys.stdout.write("\n")
        return
    for name, value in figures.items():
        print(f"{name:24} {value}")


if __name__ == "__main__":
    main()
