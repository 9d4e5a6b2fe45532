"""A season in small: six policies live through the same weeks, and the figures follow from them."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from benchmarks import season
from benchmarks.instances import BY_NAME, Figures
from benchmarks.season import Season, play
from benchmarks.season_bench import OF, gain_percent, is_measured, measure_season, pooled, season_lines, season_version
from benchmarks.season_figures import summary
from benchmarks.season_people import People
from benchmarks.season_policies import POLICIES, Known, Planned, hours_first
from benchmarks.season_town import make_season_town
from benchmarks.season_week import WeekFigures
from scheduler.runs import code_version
from solver import Options, solve
from solver.verify import verify

SMALL = Season(citizens=40, weeks=3, seed=2)


@cache
def played() -> dict[str, list[WeekFigures]]:
    return play(SMALL)


def test_every_policy_has_its_figures_and_learning_has_its_own() -> None:
    found = summary(played())
    for name in POLICIES:
        assert {"progress", "active_percent", "kept_percent", "worst_decile_ratio"} <= found[name].keys()
    assert {"share_of_oracle", "interval_coverage_percent"} <= found.keys()
    assert json.loads(json.dumps(found)) == found


def test_the_same_seed_gives_the_same_season_whatever_else_is_played() -> None:
    again = play(replace(SMALL, policies=("ours",)))
    for week, other in zip(played()["ours"], again["ours"], strict=True):
        assert all(np.array_equal(getattr(week, name), getattr(other, name)) for name in WeekFigures._fields)


def test_a_static_plan_keeps_everything_and_nobody_gets_more_than_her_best_week() -> None:
    assert all(week.kept == week.keepable for week in played()["static"])
    for weeks in played().values():
        for week in weeks:
            assert (week.given <= week.best).all()


def test_a_plan_for_hours_first_leaves_fewer_minutes_missing() -> None:
    people = People(make_season_town(40, 2))
    cheap = people.problem.with_citizens(idle_penalty=np.ones(40, np.int64))
    found = solve(cheap, Options(seed=1, time_limit=None, max_rounds=40))
    planned = Planned(cheap, found.plans, found.exceptions, price=found.price)
    known = Known(people, 0, 2, np.zeros(40, np.bool_), people.expected, explores=False)
    now, first = (
        verify(cheap, plans, found.exceptions).idle_minutes.sum()
        for plans in (found.plans, hours_first(known, planned))
    )
    assert first < now


def test_the_oracle_plans_as_the_catalogue_says_where_nothing_helps_better() -> None:
    same = play(replace(SMALL, scenario="nothing-better", policies=("without_learning", "oracle")))
    assert [week.progress for week in same["oracle"]] == [week.progress for week in same["without_learning"]]


def test_the_command_prints_one_json_object(capsys: pytest.CaptureFixture[str]) -> None:
    season.main(["--citizens", "30", "--weeks", "2", "--seed", "1", "--json"])
    found = json.loads(capsys.readouterr().out)
    assert set(POLICIES) < found.keys()


def rows(*progress: tuple[int, int, int]) -> list[Figures]:
    names = ("without_learning", "ours", "oracle")
    others = ("active_percent", "crowded_percent", "kept_percent", "worst_decile_ratio", "longest_bottom_run")
    return [
        {f"{name}_{key}": value for name, value in zip(names, values, strict=True) for key in (*OF.values(), *others)}
        for values in progress
    ]


def test_the_share_is_pooled_over_seeds_with_an_interval() -> None:
    assert pooled(rows((100, 150, 200), (100, 150, 200), (100, 150, 200)), "progress") == (0.5, 0.0)
    found = pooled(rows((100, 150, 200), (100, 180, 200)), "progress")
    assert found == pytest.approx((0.65, 1.96 * 0.15))
    assert pooled(rows((100, 90, 100)), "progress") is None
    assert gain_percent(rows((100, 90, 100), (100, 90, 100)), "ours", "progress") == (-10.0, 0.0)
    table = list(season_lines([BY_NAME["season-600"]], {"season-600": rows((100, 150, 200))}))
    assert any("| 0.50 |" in line for line in table)


def test_a_stopped_benchmark_goes_on(tmp_path: Path) -> None:
    instance = BY_NAME["season-600"]
    assert not is_measured(instance, 1, tmp_path)
    row = {"seed": 1, "version": code_version(), "season_version": season_version()}
    (tmp_path / "season-600.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
    assert is_measured(instance, 1, tmp_path)
    assert not is_measured(instance, 2, tmp_path)


def test_a_row_of_a_season_has_every_figure_with_a_bar() -> None:
    instance = replace(BY_NAME["season-600"], citizens=30, weeks=2)
    figures = measure_season(instance, 1)
    assert {bar.figure for bar in (*instance.must, *instance.stretch)} <= figures.keys()
