"""The geometry of pictures that the server draws; their words and marks stand in the templates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from scheduler.course import Moment

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 640, 260, 16, 150, 20, 36
ROWS = 8  # of the table beside the picture
BAR = 360  # of the longest of two bars
# What a plan means, people and hours first: fields of `scheduler.lab.kpis.Kpis`, their digits, whether more is better.
KPIS: tuple[tuple[str, int, bool | None], ...] = (
    ("citizens", 0, None), ("under_way", 0, True), ("below_minimum", 0, False), ("hours_a_citizen", 2, None),
    ("legs_covered", 0, True), ("wishes_met", 0, True), ("unmet_wishes", 0, None), ("groups_running", 0, None),
    ("idle_seats", 0, None), ("staff_hours", 1, None),
)  # fmt: skip


@dataclass(frozen=True)
class CourseChart:
    """Two lines that close in on each other: the most that any plan can reach, and the best plan so far."""

    bound: str  # points of a polyline
    plan: str
    between: str  # points of the area between them
    bound_end: tuple[float, float]
    plan_end: tuple[float, float]
    seconds: float
    rows: tuple[Moment, ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    floor: int = HEIGHT - BOTTOM


def course_chart(course: Sequence[Moment]) -> CourseChart | None:
    """Draw a run's course from its first whole plan on; None as long as there is too little to draw.

    The first bounds lie far above all that is seen later, so the picture is cut off above.
    """
    drawn = [(moment.seconds, moment.bound, moment.objective) for moment in course if moment.objective is not None]
    if len(drawn) < 2:
        return None
    lowest, best = min(plan for _, _, plan in drawn), drawn[-1][1]
    highest = min(max(bound for _, bound, _ in drawn), best + 2 * max(best - lowest, 1e-9))
    begin, end = drawn[0][0], drawn[-1][0]

    def place(at: float, value: float) -> tuple[float, float]:
        x = LEFT + (WIDTH - LEFT - RIGHT) * (at - begin) / max(end - begin, 1e-9)
        share = (min(value, highest) - lowest) / max(highest - lowest, 1e-9)
        return round(x, 1), round(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * share, 1)

    above = [place(at, bound) for at, bound, _ in drawn]
    below = [place(at, plan) for at, _, plan in drawn]
    return CourseChart(
        bound=_points(above),
        plan=_points(below),
        between=_points([*above, *reversed(below)]),
        bound_end=above[-1],
        plan_end=below[-1],
        seconds=end,
        rows=tuple(_sample(course)),
    )


def _points(places: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x},{y}" for x, y in places)


def _sample(course: Sequence[Moment]) -> list[Moment]:
    """So many moments that a table of them can be read, the first plan and the last among them."""
    drawn = [moment for moment in course if moment.objective is not None]
    step = max(1, -(-(len(drawn) - 1) // (ROWS - 1)))
    return [*drawn[:-1:step], drawn[-1]]


class PairBars(NamedTuple):
    """One figure of two plans, and how long its bars are; the longer one is `BAR`."""

    slug: str
    before: float
    after: float
    more_is_better: bool | None
    before_width: float
    after_width: float

    @property
    def change(self) -> float:
        """How much it has grown."""
        return self.after - self.before


def pair_bars(before: Mapping[str, float], after: Mapping[str, float]) -> list[PairBars]:
    """Lay two plans' figures beside each other, each pair by its own greatest."""
    found = []
    for slug, digits, better in KPIS:
        old, new = round(before[slug], digits), round(after[slug], digits)
        most = max(old, new, 1e-9)
        found.append(PairBars(slug, old, new, better, round(BAR * old / most, 1), round(BAR * new / most, 1)))
    return found
