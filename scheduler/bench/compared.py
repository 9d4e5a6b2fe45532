"""Two runs of a benchmark side by side, town by town, and which differences are more than chance.

The same town (citizens, tightness, seed and its facts) stands on both sides, so a figure's differences are paired. The
difference is more than chance where the 95 % interval of the mean difference (Student's t) leaves out 0; with one town
there is no telling. One in twenty of all figures is then expected to look changed where nothing is.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import mean, stdev
from typing import Literal

from scheduler.bench.cell import Row
from scheduler.bench.groups import seconds_to
from scheduler.bench.plan import Cell

Verdict = Literal["same", "better", "worse", "other", "chance", "one_town", "unknown"]
# The figures of a comparison, people and hours first, with whether more of it is better.
FIGURES: Mapping[str, bool | None] = {
    "under_way": True,
    "below_minimum": False,
    "hours_a_citizen": None,
    "wishes_unmet": False,
    "legs_uncovered": False,
    "near_seconds": False,
    "peak_mb": False,
    "gap_percent": False,
    "objective": True,
}
# Two-sided 95 % points of Student's t for 1, 2, ... degrees of freedom (any table); the last one stands for more.
T_95 = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131)


@dataclass(frozen=True)
class Difference:
    """One figure of one size, tightness and time: means over the towns that both runs have."""

    figure: str
    old: float | None  # None where a town has no such figure
    new: float | None
    low: float | None  # of the 95 % interval of the mean difference; None with one town
    high: float | None
    verdict: Verdict


@dataclass(frozen=True)
class Pair:
    """One size, tightness and time on both sides."""

    citizens: int
    tightness: float
    seconds: float
    towns: int
    differences: tuple[Difference, ...]


@dataclass(frozen=True)
class Comparison:
    """Every pair, and what could not be paired."""

    pairs: tuple[Pair, ...]
    only_old: tuple[Cell, ...]
    only_new: tuple[Cell, ...]
    other_towns: tuple[Cell, ...]  # drawn otherwise by the two versions

    @property
    def judged(self) -> int:
        """How many differences could have been more than chance."""
        return sum(
            each.verdict not in ("same", "one_town", "unknown") for pair in self.pairs for each in pair.differences
        )


def compare(old: Mapping[Cell, Row], new: Mapping[Cell, Row], near_percent: float) -> Comparison:
    """Put two runs side by side."""
    both = [cell for cell in old if cell in new]
    alike = [cell for cell in both if old[cell]["week_hash"] == new[cell]["week_hash"]]
    keys = sorted({cell.group for cell in alike})
    pairs = []
    for key in keys:
        cells = [cell for cell in alike if cell.group == key]
        sides = [(old[cell], new[cell]) for cell in cells]
        found = tuple(_difference(figure, sides, near_percent) for figure in FIGURES)
        pairs.append(Pair(*key, len(cells), found))
    return Comparison(
        tuple(pairs),
        only_old=tuple(cell for cell in old if cell not in new),
        only_new=tuple(cell for cell in new if cell not in old),
        other_towns=tuple(cell for cell in both if cell not in alike),
    )


def _difference(figure: str, sides: list[tuple[Row, Row]], near_percent: float) -> Difference:
    before = [_value(row, figure, near_percent) for row, _ in sides]
    after = [_value(row, figure, near_percent) for _, row in sides]
    known = [(a, b) for a, b in zip(before, after, strict=True) if a is not None and b is not None]
    if len(known) < len(sides):
        return Difference(figure, _mean(before), _mean(after), None, None, "unknown")
    differences = [b - a for a, b in known]
    low, high = interval(differences)
    return Difference(figure, _mean(before), _mean(after), low, high, judge(differences, FIGURES[figure]))


def interval(differences: list[float]) -> tuple[float | None, float | None]:
    """The 95 % interval of the mean of paired differences; nothing with one."""
    num = len(differences)
    if num < 2:
        return None, None
    half = T_95[min(num - 2, len(T_95) - 1)] * stdev(differences) / math.sqrt(num)
    return mean(differences) - half, mean(differences) + half


def judge(differences: list[float], more_is_better: bool | None) -> Verdict:
    """Whether the differences are more than chance, and in which direction."""
    if not any(differences):
        return "same"
    low, high = interval(differences)
    if low is None or high is None:
        return "one_town"
    if low <= 0 <= high:
        return "chance"
    if more_is_better is None:
        return "other"
    return "better" if (low > 0) == more_is_better else "worse"


def _value(row: Row, figure: str, near_percent: float) -> float | None:
    found: float | None = seconds_to(row, near_percent) if figure == "near_seconds" else row[figure]
    return found


def _mean(values: list[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return mean(known) if len(known) == len(values) else None
