"""The benchmark's own arithmetic: bars, the page of results, and a week of which a tenth changed."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks import prices
from benchmarks.draw import draw_problem
from benchmarks.instances import BY_NAME, INSTANCES, Bar, Figures
from benchmarks.measure import measure
from benchmarks.next_week import OWN, carry_over, change_week
from benchmarks.prices import quote, summarize
from benchmarks.quality import chosen
from benchmarks.race import Raced, race_lines
from benchmarks.report import judge, newest, read_rows, write_report
from solver import Options, solve
from solver.problem import Problem
from solver.verify import verify

GOOD = {"gap_percent": 0.09, "closed_percent": 99.0, "seconds": 20.0}


@pytest.fixture(scope="module")
def problem() -> Problem:
    return draw_problem(150, seed=3).seats_only()


@pytest.fixture(scope="module")
def others() -> Problem:
    return draw_problem(150, seed=4).seats_only()


def row(seed: int, version: str = "1", **changed: object) -> Figures:
    """A row of the instance `600-20`."""
    about = {"instance": "600-20", "seed": seed, "version": version, "commit": "abc", "at": "2026-11-20T08:00:00+00:00"}
    return about | {"machine": "a machine", "load_before": 0.1} | GOOD | changed


@pytest.mark.parametrize(
    ("bar", "value", "holds"),
    [
        (Bar("gap_percent", "<=", 0.1), 0.1, True),
        (Bar("gap_percent", "<=", 0.1), 0.11, False),
        (Bar("closed_percent", ">=", 98), 98.0, True),
        (Bar("closed_percent", ">=", 98), 97.9, False),
        (Bar("gap_percent", "<=", 0.1), None, False),
    ],
)
def test_a_bar_holds_up_to_its_limit_and_never_where_the_figure_is_unknown(
    bar: Bar, value: float | None, holds: bool
) -> None:
    assert bar.holds({bar.figure: value}) == holds
    assert not bar.holds({})


def test_every_instance_has_its_own_name_and_its_stretch_is_no_easier_than_its_bar() -> None:
    assert len(BY_NAME) == len(INSTANCES)
    for instance in INSTANCES:
        musts = {bar.figure: bar for bar in instance.must}
        for bar in instance.stretch:
            must = musts.get(bar.figure)
            if must is not None and (instance.name, bar.figure) != ("umass-scaled-fair", "cost_percent"):
                assert must.holds({bar.figure: bar.limit}), instance.name


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([row(1), row(2)], "met"),
        ([row(1, gap_percent=0.01), row(2, gap_percent=0.005)], "met, and the stretch"),
        ([row(1), row(2, gap_percent=0.2)], "**missed**: seed 2 gap_percent <= 0.1"),
        ([row(1), row(2, seconds=20.5)], "**missed**: seed 2 seconds <= 20"),
    ],
)
def test_one_bad_seed_is_enough_to_miss(rows: list[Figures], expected: str) -> None:
    assert judge(BY_NAME["600-20"], rows) == expected


def test_the_newest_row_of_each_seed_counts_and_only_of_the_newest_version() -> None:
    rows = [row(1, "old"), row(2, "old"), row(2, gap_percent=0.3), row(1), row(2, gap_percent=0.05)]

    assert [(found["seed"], found["version"], found["gap_percent"]) for found in newest(rows)] == [
        (1, "1", 0.09),
        (2, "1", 0.05),
    ]


def test_the_page_says_what_is_missed_and_what_is_not_measured(tmp_path: Path) -> None:
    found = [row(1, "old", gap_percent=0.4), row(1, gap_percent=0.2)]
    (tmp_path / "600-20.jsonl").write_text("".join(json.dumps(each) + "\n" for each in found), encoding="utf-8")
    page = write_report(read_rows(tmp_path))

    lines = {line.split(" | ")[0].strip("| "): line for line in page.splitlines() if line.startswith("| ")}
    assert "**missed**: seed 1 gap_percent <= 0.1" in page
    assert "not measured" in lines["6,000 citizens, 60 s"]
    assert "Machine: a machine." in page
    assert [line for line in page.splitlines() if line.startswith("| old")] == [
        "| old | abc | 2026-11-20 | 600-20 | 1 | 0.4 | 20 |"
    ]


def test_the_page_shows_each_rate_of_changes_that_a_row_has(tmp_path: Path) -> None:
    name = "changes_idle_50"
    figures = {f"{name}_began": 7, f"{name}_ended": {"granted": 6, "nothing": 1}, f"{name}_whole_p50_ms": 40.25}
    asked = row(1) | {"instance": "load-sqlite", "database": "sqlite"} | figures | {f"{name}_whole_p99_ms": 88.0}
    (tmp_path / "load-sqlite.jsonl").write_text(json.dumps(asked) + "\n", encoding="utf-8")

    lines = write_report(read_rows(tmp_path)).splitlines()

    assert [line for line in lines if line.startswith("| sqlite")] == [
        "| sqlite | idle | 50 | 7 | 6 granted, 1 nothing | 40.25, 88 | none, none | none, none | none, none |"
    ]


def test_races_of_one_database_add_up(tmp_path: Path) -> None:
    race = Raced("sqlite", 1200, drift=1, confirmed=500, full=600, stale=7)
    lines = [json.dumps(asdict(each)) for each in (race, replace(race, requests=300, drift=0, full=20))]
    (tmp_path / "race-sqlite.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")

    assert list(race_lines(tmp_path))[2:] == ["| sqlite | 2 | 1,500 | 0 | 1 | 0 | 1,000 | 620 | 14 |"]


def test_the_instances_asked_for_are_measured_with_each_seed_that_matters() -> None:
    asked = [(instance.name, seed) for instance, seed in chosen(["cold-start", "600-20"], [2, 5])]

    assert asked == [("600-20", 2), ("600-20", 5), ("cold-start", 2)]


@pytest.mark.parametrize("name", ["6000-all-60", "6000-next-week-20", "one-citizen", "database-6000"])
def test_a_row_has_every_figure_that_has_a_bar(name: str) -> None:
    instance = replace(BY_NAME[name], citizens=80, seconds=1.0)
    figures = measure(instance, 1)

    assert {bar.figure for bar in (*instance.must, *instance.stretch)} <= figures.keys()
    assert json.loads(json.dumps(figures)) == figures
    assert (figures["instance"], figures["seed"]) == (name, 1)
    if "gap_percent" in figures:
        first_come, objective, bound = (figures[key] for key in ("first_come_objective", "objective", "bound"))
        assert first_come <= objective <= bound
        assert figures["gap_percent"] == pytest.approx(100 * (bound - objective) / abs(bound), abs=1e-5)


def test_next_week_differs_in_a_tenth_of_the_citizens_and_slots_only(problem: Problem, others: Problem) -> None:
    week, newcomer, moved = change_week(problem, others, 0.1, seed=1)

    assert newcomer.sum() == round(0.1 * problem.num_citizens)
    assert moved.sum() == round(0.1 * problem.num_slots)
    assert not moved[problem.lock_slot].any()
    for name in OWN:
        assert np.array_equal(getattr(week, name)[~newcomer], getattr(problem, name)[~newcomer]), name
        assert np.array_equal(getattr(week, name)[newcomer], getattr(others, name)[newcomer]), name
    slot = np.repeat(np.arange(problem.num_slots), np.diff(problem.meeting_ptr))
    other_time = (week.meeting_start != problem.meeting_start) | (week.meeting_day != problem.meeting_day)
    assert other_time[moved[slot]].mean() > 0.5
    assert not other_time[~moved[slot]].any()
    assert np.array_equal(week.slot_minutes, problem.slot_minutes)
    assert not np.diff(week.lock_ptr)[newcomer].any()
    assert not np.diff(week.keep_ptr)[newcomer].any()


def test_what_next_week_carries_over_is_still_allowed(problem: Problem, others: Problem) -> None:
    first = solve(problem, Options(time_limit=None, max_rounds=30))
    week, newcomer, moved = change_week(problem, others, 0.1, seed=1)
    warm = carry_over(problem, first, newcomer, moved)

    assert warm.plans is not None
    assert warm.price.shape == first.price.shape
    exceptions = [entry for entry in first.exceptions if not newcomer[entry[0]]]
    broken = {found.slug for found in verify(week, warm.plans, exceptions).violations}
    assert broken == set()
    assert len(first.plans.slot) > len(warm.plans.slot) > 0.7 * len(first.plans.slot)


def test_a_new_time_costs_what_its_offering_costs_on_average(problem: Problem, others: Problem) -> None:
    first = solve(problem, Options(time_limit=None, max_rounds=30))
    _, newcomer, moved = change_week(problem, others, 0.1, seed=1)
    warm = carry_over(problem, first, newcomer, moved)

    slot = int(np.flatnonzero(moved)[0])
    alike = problem.slot_offering == problem.slot_offering[slot]
    assert warm.price[slot] == int(first.price[: problem.num_slots][alike].sum()) // int(alike.sum())
    stays = np.flatnonzero(~moved)
    assert np.array_equal(warm.price[stays], first.price[stays])


def test_no_seat_gives_more_than_its_quote_and_what_the_first_plan_lacks(problem: Problem) -> None:
    found, gap = quote(problem, 3, 1, first_rounds=60, again=20)
    assert len(found) == 3
    assert all(each.given <= each.promised + gap for each in found)
    assert [each.promised for each in found] == sorted((each.promised for each in found), reverse=True)
    figures = summarize(found, gap)
    assert figures["ratio_25"] <= figures["median_ratio"] <= figures["ratio_75"]


@pytest.mark.parametrize("words", [["--citizens", "0"], ["--groups", "0"], ["--rounds", "0"], ["--seed", "x"]])
def test_an_option_out_of_range_is_named_with_what_was_expected(
    words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["prices", *words])
    with pytest.raises(SystemExit, match="2"):
        prices.main()
    assert f"argument {words[0]}: expected" in capsys.readouterr().err
