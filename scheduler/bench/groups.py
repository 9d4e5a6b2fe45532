"""The cells of one size, tightness and time put together: what their seeds have in common, and what is chance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from scheduler.bench.cell import Row
from scheduler.bench.plan import Cell

SHARES = (0.1, 0.25, 0.5, 1.0)  # of the time, at which the table beside a picture tells the gap


@dataclass(frozen=True)
class Group:
    """The rows of all seeds of one size, tightness and time."""

    citizens: int
    tightness: float
    seconds: float
    rows: tuple[Row, ...]

    def middle(self, figure: str) -> float:
        """The median over the seeds."""
        return median(float(row[figure]) for row in self.rows)

    def least(self, figure: str) -> float:
        """The least over the seeds."""
        return min(float(row[figure]) for row in self.rows)

    def most(self, figure: str) -> float:
        """The most over the seeds."""
        return max(float(row[figure]) for row in self.rows)

    def near(self, percent: float) -> tuple[float | None, int]:
        """The median of the seconds until the gap was so small, and in how many towns it was; None unless in all."""
        found = [seconds_to(row, percent) for row in self.rows]
        known = [each for each in found if each is not None]
        return (median(known) if len(known) == len(found) else None), len(known)

    def near_range(self, percent: float) -> tuple[float, float]:
        """The least and most of the seconds until the gap was so small, where it was in every town."""
        found = [seconds for row in self.rows if (seconds := seconds_to(row, percent)) is not None]
        return min(found), max(found)

    def gap_at(self, seconds: float) -> float | None:
        """The median gap that stood then; None before every seed had a whole plan."""
        gaps = [gap_at(row, seconds) for row in self.rows]
        known = [gap for gap in gaps if gap is not None]
        return median(known) if len(known) == len(gaps) else None


def grouped(rows: Mapping[Cell, Row]) -> list[Group]:
    """The rows by size, tightness and time, smallest first."""
    found: dict[tuple[int, float, float], list[Row]] = {}
    for cell in sorted(rows, key=lambda cell: (cell.group, cell.seed)):
        found.setdefault(cell.group, []).append(rows[cell])
    return [Group(*key, tuple(of_key)) for key, of_key in found.items()]


def seconds_to(row: Row, percent: float) -> float | None:
    """When the gap was first at most so large, to a hundredth; None where it never was."""
    return next((max(seconds, 0.01) for seconds, gap in row["course"] if gap <= percent), None)


def gap_at(row: Row, seconds: float) -> float | None:
    """The gap that stood after so many seconds."""
    so_far = [gap for at, gap in row["course"] if at <= seconds]
    return so_far[-1] if so_far else None


def reasons(group: Group, figure: str) -> Sequence[tuple[str, int]]:
    """How often each reason stands in the way in all towns of the group, the most frequent first."""
    total: dict[str, int] = {}
    for row in group.rows:
        for slug, number in row[figure].items():
            total[slug] = total.get(slug, 0) + number
    return sorted(total.items(), key=lambda pair: -pair[1])
