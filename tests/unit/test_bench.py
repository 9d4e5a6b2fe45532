"""A benchmark for planners: its file, its rows, what its pages show, and what is told apart from chance."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.pages.bench_charts import FEW_TICKS, HEIGHT, LETTER, growth_chart, powers, spread_out
from api.pages.bench_page import comparison_page, results_page
from scheduler.bench.cell import Row, measure
from scheduler.bench.compared import compare, judge
from scheduler.bench.groups import Group, grouped
from scheduler.bench.plan import Benchmark, BenchmarkError, Cell, read_benchmark
from scheduler.bench.rows import newest, read_rows, writing_rows
from scheduler.bench.running import seconds_left
from scheduler.texts import LANGUAGES
from solver.solution import Round

ROOT = Path(__file__).parents[2]
GOOD = {"name": "Small", "citizens": [60, 120], "tightness": [0.6], "seconds": [1], "seeds": [1, 2]}


def row(citizens: int = 60, seed: int = 1, version: str = "1", **figures: Any) -> Row:
    """A row as `measure` makes it, with round figures."""
    return {
        "cell": {"citizens": citizens, "tightness": 0.6, "seconds": 10.0, "seed": seed},
        "version": version, "machine": "a processor, 2 cores, 8 GB, Linux, Python 3.11", "load_before": 0.2,
        "at": "2026-11-20T08:00:00+00:00", "week_hash": f"town {citizens} {seed}", "under_way": citizens,
        "below_minimum": 3, "below_alone": 2, "below_alone_by_slug": {"availability": 2},
        "below_crowded_by_slug": {"seats": 1}, "hours_a_citizen": 9.5, "wishes": 40, "wishes_unmet": 10, "legs": 90,
        "legs_uncovered": 5, "legs_by_slug": {"seats": 5}, "objective": 99.0, "bound": 100.0, "gap_percent": 0.1,
        "rounds": 80, "stopped_by": "limit", "seconds": 9.9, "whole_seconds": 12.0, "peak_mb": 300.0,
        "course": [[1.0, 50.0], [4.0, 0.4], [9.0, 0.1]],
    } | figures  # fmt: skip


def cells_of(*rows: Row) -> dict[Cell, Row]:
    return {Cell.model_validate(each["cell"]): each for each in rows}


def write(file: Path, **changed: Any) -> Path:
    file.write_text(json.dumps(GOOD | changed), encoding="utf-8")  # JSON is YAML.
    return file


def test_every_combination_is_a_cell_and_the_file_that_is_shown_can_be_read(tmp_path: Path) -> None:
    found = read_benchmark(write(tmp_path / "a.yaml")).cells

    assert [(cell.citizens, cell.seed) for cell in found] == [(60, 1), (60, 2), (120, 1), (120, 2)]
    assert len(read_benchmark(ROOT / "docs" / "benchmarks" / "planner.yaml").cells) == 18


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"seeds": []}, "seeds: found [], expected a list of at least one number, such as seeds: [1, 2, 3]"),
        ({"seeds": 3}, "seeds: found 3, expected a list, such as seeds: [1, 2, 3]"),
        ({"seeds": [1, 1]}, "seeds: found [1, 1], expected each value once; 1 stands there twice"),
        ({"citizens": [0]}, "citizens.0: found 0, expected greater than or equal to 1"),
        ({"citizens": [2.5]}, "citizens.0: found 2.5, expected a valid integer"),
        ({"seconds": [10, -1]}, "seconds.1: found -1, expected greater than or equal to 0.5"),
        ({"tightness": [0]}, "tightness.0: found 0, expected greater than or equal to 0.05"),
        ({"sizes": [5]}, "sizes: found [5], expected one of name, citizens, tightness, seconds, seeds, near_percent"),
        ({"near_percent": 0}, "near_percent: found 0, expected greater than 0"),
    ],
)
def test_a_bad_file_is_refused_with_its_place_and_what_was_expected(
    tmp_path: Path, changed: dict[str, Any], said: str
) -> None:
    file = write(tmp_path / "bad.yaml", **changed)
    with pytest.raises(BenchmarkError) as error:
        read_benchmark(file)
    assert str(error.value) == f"{file}: {said}"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[1]", "found 'list', expected names with values"),
        ("a: [", "expected YAML"),
        ("name: x\ncitizens: [1]\nseconds: [1]", "seeds: found None, expected a value for seeds"),
    ],
)
def test_what_is_no_benchmark_is_refused(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "bad.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(BenchmarkError, match=re.escape(said)):
        read_benchmark(file)
    with pytest.raises(BenchmarkError, match="expected a file that can be read"):
        read_benchmark(tmp_path / "none.yaml")


def test_a_row_is_on_the_disk_at_once_and_a_half_written_one_is_measured_again(tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    with writing_rows(file) as rows:
        rows.append(row(seed=1))
        assert read_rows(file) == [row(seed=1)]
    with file.open("a", encoding="utf-8") as target:
        target.write('{"cell": {"citi')
    assert read_rows(file) == [row(seed=1)]
    with writing_rows(file) as rows:
        rows.append(row(seed=2))
    assert read_rows(file) == [row(seed=1), row(seed=2)]


def test_a_line_that_is_no_row_is_named_and_only_one_benchmark_writes(tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    with writing_rows(file) as rows:
        rows.append(row())
        with pytest.raises(BenchmarkError, match="another benchmark that writes it"), writing_rows(file):
            pass
    for line, said in (("{}", "line 2"), ("[]", "line 2"), ('{"cell": 1}', "line 2"), ("x", "line 2")):
        bad = tmp_path / "bad.jsonl"
        bad.write_text(file.read_text(encoding="utf-8") + line + "\n", encoding="utf-8")
        with pytest.raises(BenchmarkError, match=said):
            read_rows(bad)
    with pytest.raises(BenchmarkError, match="expected a file that can be written"), writing_rows(tmp_path):
        pass


def test_the_newest_row_of_a_cell_counts_and_only_of_the_version() -> None:
    rows = [row(gap_percent=9.0), row(gap_percent=0.2), row(version="2"), row(seed=2, version="2")]

    assert [each["gap_percent"] for each in newest(rows, "1").values()] == [0.2]
    assert len(newest(rows, "2")) == 2


def test_a_measured_cell_counts_people_and_tells_how_its_gap_closed() -> None:
    rounds: list[Round] = []
    found = measure(Cell(citizens=60, tightness=0.6, seconds=1.0, seed=2), rounds.append)

    assert json.loads(json.dumps(found))["cell"]["citizens"] == 60
    assert found["under_way"] <= 60
    assert found["below_minimum"] == found["below_alone"] + sum(found["below_crowded_by_slug"].values())
    assert found["legs_uncovered"] == sum(found["legs_by_slug"].values())
    assert found["rounds"] == len(rounds)
    assert found["course"][-1][1] == pytest.approx(found["gap_percent"], abs=1e-4)
    assert [at for at, _ in found["course"]] == sorted(at for at, _ in found["course"])
    assert row().keys() <= found.keys() | {"below_alone"}


def test_the_time_left_is_the_limits_and_what_each_citizen_took_besides() -> None:
    cells = [Cell(citizens=120, tightness=0.6, seconds=10, seed=seed) for seed in (1, 2)]

    assert seconds_left(cells, []) == 20
    assert seconds_left(cells, [row(60, whole_seconds=13.0)]) == pytest.approx(20 + 2 * 120 * 3 / 60)


def test_the_middle_of_the_seeds_is_shown_and_near_only_where_every_town_is() -> None:
    near, far = row(seed=1), row(seed=2, course=[[2.0, 30.0], [8.0, 0.9]], peak_mb=400.0)
    group = grouped(cells_of(near, far))[0]

    assert (group.middle("peak_mb"), group.least("peak_mb"), group.most("peak_mb")) == (350, 300, 400)
    assert group.near(1.0) == (6.0, 2)
    assert group.near(0.5) == (None, 1)
    assert [group.gap_at(at) for at in (1.5, 3, 10)] == [None, 40.0, 0.5]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_needs_nothing_else_and_shows_every_figure(language: str) -> None:
    rows = cells_of(*(row(citizens, seed) for citizens in (60, 120) for seed in (1, 2)))
    benchmark = Benchmark.model_validate(GOOD | {"name": "A <b> & c", "seconds": [10]})
    page = results_page(benchmark, rows, language)

    assert "A &lt;b&gt; &amp; c" in page
    assert not re.search(r"<script|<link|<img|<iframe|@import|url\(", page)
    assert not re.search(r"(src|href)=", page)
    assert page.count("<svg") == 2 + 2  # two of growth, one a size
    assert page.count("<table") == 1 + 4 + 3 + 1  # results, beside each picture, reasons, every measurement
    assert "300" in page
    assert "bench_" not in page
    part = results_page(benchmark, dict(list(rows.items())[:1]), language)
    assert page.count('class="notice"') == 0
    assert part.count('class="notice"') == 1


def test_a_page_of_nothing_yet_says_so() -> None:
    page = results_page(Benchmark.model_validate(GOOD), {})

    assert "0 of 4 measurements are there." in page
    assert "Not everything is measured yet." in page


def test_lines_differ_by_pattern_and_mark() -> None:
    groups = [Group(n, tight, 10, (row(n),)) for n in (60, 120) for tight in (0.4, 0.6, 0.8, 1.0)]
    chart = growth_chart(groups, lambda group: (group.citizens * group.tightness, 1.0, 500.0))

    assert chart is not None
    assert len({line.dash for line in chart.lines}) == len({line.shape for line in chart.lines}) == 4
    assert growth_chart(groups[:4], lambda group: (1.0, 1.0, 1.0)) is None


@given(st.floats(1e-3, 1e6), st.floats(1, 1e4))
def test_round_numbers_take_in_what_is_drawn(low: float, times: float) -> None:
    found = powers(low, low * times)

    assert found == sorted(set(found))
    assert found[0] <= low * (1 + 1e-9)
    assert found[-1] >= low * times * (1 - 1e-9)
    assert 2 <= len(found) <= max(10, 2 * FEW_TICKS)


@given(st.lists(st.floats(30, 230), min_size=1, max_size=8))
def test_names_of_lines_never_lie_on_each_other(heights: list[float]) -> None:
    moved = sorted(spread_out(heights, LETTER))

    assert all(below - above >= LETTER - 1e-9 for above, below in pairwise(moved))
    assert moved[-1] <= HEIGHT


@pytest.mark.parametrize(
    ("differences", "more_is_better", "expected"),
    [
        ([0.0, 0.0], True, "same"),
        ([5.0], True, "one_town"),
        ([5.0, 5.0, 5.0], True, "better"),
        ([5.0, 5.1, 4.9], False, "worse"),
        ([5.0, 5.1, 4.9], None, "other"),
        ([5.0, -5.0, 1.0], True, "chance"),
        # The 95 % interval of 1, 2, 3 is 2 - 4.303 / sqrt(3) = -0.48 and more; of 2, 3, 4 it begins at 0.52.
        ([1.0, 2.0, 3.0], True, "chance"),
        ([2.0, 3.0, 4.0], True, "better"),
    ],
)
def test_a_difference_is_told_from_chance(differences: list[float], more_is_better: bool | None, expected: str) -> None:
    assert judge(differences, more_is_better) == expected


def test_the_same_towns_alone_are_compared() -> None:
    old = cells_of(*(row(seed=seed) for seed in (1, 2, 3)), row(120, 1))
    new = cells_of(
        *(row(seed=seed, version="2", wishes_unmet=4) for seed in (1, 2)), row(seed=3, week_hash="another"),
        row(200, 1),
    )  # fmt: skip
    found = compare(old, new, near_percent=0.5)

    assert [(pair.citizens, pair.towns) for pair in found.pairs] == [(60, 2)]
    verdicts = {each.figure: each.verdict for each in found.pairs[0].differences}
    assert verdicts.pop("wishes_unmet") == "better"
    assert set(verdicts.values()) == {"same"}
    assert (len(found.only_old), len(found.only_new), len(found.other_towns)) == (1, 1, 1)
    page = comparison_page("Small", found, (old, new), 0.5)
    assert "Wishes not met 10.0 before, 4.0 after:" in page
    assert page.count('class="notice"') == 3
    assert "bench_" not in page
    assert not re.search(r"<script|<link|<img|url\(", page)
