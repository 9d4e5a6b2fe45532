"""What staff wait for at a published week is measured, and every figure with a bar is there."""

from __future__ import annotations

from dataclasses import replace

from benchmarks.instances import BY_NAME
from benchmarks.pages import measure_difference, measure_print

CITIZENS = 60


def test_sheets_and_differences_of_a_small_town_have_all_figures() -> None:
    sheets = measure_print(replace(BY_NAME["print-6000"], citizens=CITIZENS), 1)
    assert CITIZENS - 5 <= sheets["sheets"] <= CITIZENS
    moved = measure_difference(replace(BY_NAME["diff-6000"], citizens=CITIZENS), 1)
    assert 0 < moved["p50_ms"] <= moved["worst_ms"]
    for name, figures in (("print-6000", sheets), ("diff-6000", moved)):
        assert {bar.figure for bar in BY_NAME[name].must} <= figures.keys()
