"""The benchmark of change requests, a small one: nobody else is moved, and each column has its figure."""

from __future__ import annotations

from pathlib import Path

from benchmarks.instances import BY_NAME
from benchmarks.report import MORE
from benchmarks.requests import measure


def test_a_small_town_is_asked_and_nobody_else_is_moved(tmp_path: Path) -> None:
    figures = measure(150, 6, tmp_path)

    bars = {bar.figure for bar in BY_NAME["requests-6000"].must}
    assert bars | set(MORE["requests"]) <= figures.keys()
    assert (figures["requests"], figures["moved_others"], figures["drift"]) == (6, 0, 0)
    assert 0 < figures["granted"] <= 6
    assert 90 < figures["value_kept_percent"] < 110  # A small town's plan made anew is no optimum either.
