"""The benchmark of the capacity lab, a small one: each column has its figure, and what is added is worth something."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmarks import lab
from benchmarks.instances import BY_NAME
from benchmarks.report import MORE


def test_a_small_town_is_asked_what_more_groups_would_mean(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lab, "GROUPS", 2)
    instance = BY_NAME["lab-6000"]

    figures = lab.measure_lab(replace(instance, citizens=200, seconds=2), 1)

    bars = {bar.figure for bar in instance.must}
    assert bars | set(MORE["lab"]) <= figures.keys()
    assert figures["suggested"] == 2
    assert figures["points"] > 0
    assert 0 < figures["least_confirmed"] <= figures["confirmed_of_promised"] <= figures["most_confirmed"] < 1.5


def test_where_no_group_is_worth_adding_the_row_says_so() -> None:
    instance = BY_NAME["lab-6000"]

    figures = lab.measure_lab(replace(instance, citizens=60, seconds=2, tightness=5.0), 1)

    assert figures["suggested"] == 0
    assert figures["least_confirmed"] is figures["percent_of_greedy"] is None
    assert not all(bar.holds(figures) for bar in instance.must)
