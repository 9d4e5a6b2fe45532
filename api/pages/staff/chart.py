"""Where the lines of a small chart of ratings lie: hers and the staff's over the quarters, from 1 to 5."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

from scheduler.ratings import STEPS, Compared

STEP_HEIGHT, LEFT, TOP = 22, 24, 10
QUARTER_WIDTH = 52
Point = tuple[int, int]


class Chart(NamedTuple):
    """A chart's size in pixels, its points by rater, and where its quarters and steps stand."""

    width: int
    height: int
    citizen: list[Point]
    staff: list[Point]
    quarters: list[tuple[int, dt.date]]
    steps: list[tuple[int, int]]


def draw(rows: Sequence[Compared]) -> Chart:
    """Lay out the ratings of one indicator, the oldest quarter first."""
    across = [LEFT + QUARTER_WIDTH // 2 + QUARTER_WIDTH * at for at in range(len(rows))]
    steps = [(_height(step), step) for step in STEPS]
    return Chart(
        LEFT + QUARTER_WIDTH * len(rows) + 8,
        TOP + STEP_HEIGHT * len(STEPS) + 14,
        [(x, _height(row.citizen)) for x, row in zip(across, rows, strict=True) if row.citizen is not None],
        [(x, _height(row.staff)) for x, row in zip(across, rows, strict=True) if row.staff is not None],
        [(x, row.quarter) for x, row in zip(across, rows, strict=True)],
        steps,
    )


def _height(step: int) -> int:
    return TOP + STEP_HEIGHT * (STEPS[-1] - step)
