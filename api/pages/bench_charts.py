"""The geometry of a benchmark's pictures: lines over time or size; their words and marks stand in the templates."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from scheduler.bench.groups import Group

# Narrow, so that its letters can still be read on a phone.
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 360, 280, 58, 66, 26, 48
LETTER = 16  # height of a line's name, so that two of them do not lie on each other
DASHES = ("", "9 5", "2 5", "12 4 2 4")
SHAPES = ("circle", "square", "triangle", "diamond")
TIMES = 80  # places of a line over time
FEW_TICKS = 3
LEAST_GAP = 0.001  # percent; on an axis of powers of ten there is no 0

Places = Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Series:
    """One line: its name, where it goes, and the least and most that were seen at each place."""

    name: float
    places: Places
    spread: Sequence[tuple[float, float]] = ()


@dataclass(frozen=True)
class Line:
    """A line as it is drawn; pattern and shape tell it from the others, not only its colour."""

    name: float
    style: int
    dash: str
    shape: str
    points: str
    marks: tuple[tuple[float, float], ...]
    bars: tuple[tuple[float, float, float], ...]  # x, y of the most, y of the least
    name_at: tuple[float, float]


@dataclass(frozen=True)
class Tick:
    """A number beside an axis."""

    at: float
    value: float


@dataclass(frozen=True)
class Chart:
    """Everything that the template draws."""

    lines: tuple[Line, ...]
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    top: int = TOP
    floor: int = HEIGHT - BOTTOM


def gap_chart(groups: Sequence[Group]) -> Chart | None:
    """The median gap over time of groups that differ in tightness only; None where none had a plan."""
    series = []
    for group in groups:
        times = [group.seconds * step / TIMES for step in range(TIMES + 1)]
        gaps = [(at, gap) for at in times if (gap := group.gap_at(at)) is not None]
        if gaps:
            series.append(Series(group.tightness, [(at, max(gap, LEAST_GAP)) for at, gap in gaps]))
    if not series:
        return None
    across = [tick for tick in steps(0, groups[0].seconds) if tick <= groups[0].seconds]
    return draw(series, (0, groups[0].seconds), across, over_time=True)


def growth_chart(groups: Sequence[Group], figure: Callable[[Group], tuple[float, float, float] | None]) -> Chart | None:
    """A figure (middle, least, most) over the citizens, a line a tightness; None with fewer than two sizes."""
    series = []
    for tightness in sorted({group.tightness for group in groups}):
        found = [(group.citizens, figure(group)) for group in groups if group.tightness == tightness]
        known = [(citizens, *values) for citizens, values in found if values is not None]
        if known:
            places = [(float(citizens), middle) for citizens, middle, _, _ in known]
            series.append(Series(tightness, places, [(least, most) for _, _, least, most in known]))
    sizes = sorted({x for each in series for x, _ in each.places})
    if len(sizes) < 2:
        return None
    return draw(series, (sizes[0], sizes[-1]), sizes, over_time=False)


def draw(series: Sequence[Series], span: tuple[float, float], across: Sequence[float], over_time: bool) -> Chart:
    """Lines over time (even steps) or over sizes (powers of ten); upwards always powers of ten."""
    values = [y for each in series for _, y in each.places] + [
        y for each in series for pair in each.spread for y in pair
    ]
    low, high = min(values), max(values)
    ticks = powers(low, high)
    low, high = min(low, ticks[0]), max(high, ticks[-1])

    def place(x: float, y: float) -> tuple[float, float]:
        share = _share(x, *span) if over_time else _share(*(math.log(value) for value in (x, *span)))
        up = _share(*(math.log(value) for value in (y, low, high)))
        return round(LEFT + (WIDTH - LEFT - RIGHT) * share, 1), round(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * up, 1)

    lines = []
    for style, each in enumerate(series):
        at = [place(x, y) for x, y in each.places]
        bars = [
            (place(x, most), place(x, least)) for (x, _), (least, most) in zip(each.places, each.spread, strict=False)
        ]
        lines.append((style, each.name, at, tuple((top[0], top[1], foot[1]) for top, foot in bars)))
    names = spread_out([at[-1][1] for _, _, at, _ in lines], LETTER)
    return Chart(
        tuple(
            Line(
                name, style, DASHES[style % len(DASHES)], SHAPES[style % len(SHAPES)],
                _points(_steps(at) if over_time else at), tuple(at[-1:] if over_time else at), bars,
                (WIDTH - RIGHT + 12, round(y + 5, 1)),
            )
            for (style, name, at, bars), y in zip(lines, names, strict=True)
        ),
        tuple(Tick(place(x, low)[0], x) for x in across),
        tuple(Tick(place(span[0], y)[1], y) for y in ticks),
    )  # fmt: skip


def powers(low: float, high: float) -> list[float]:
    """Round numbers that take in low .. high, above 0: powers of ten, with others between where these are few."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    tens = [10.0**power for power in range(first, max(last, first + 1) + 1)]
    for between in ((1,), (1, 2, 5), (1, 1.5, 2, 3, 4, 5, 7)):
        fine = [round(ten * step, 12) for ten in tens for step in between]
        below = max(value for value in fine if value <= low * (1 + 1e-9))
        above = min(value for value in fine if value >= high * (1 - 1e-9) and value > below)
        found = [value for value in fine if below <= value <= above]
        if len(found) > FEW_TICKS:
            break
    return found


def steps(low: float, high: float) -> list[float]:
    """Three to six even round numbers from low to high."""
    rough = (high - low) / 4
    ten = 10.0 ** math.floor(math.log10(rough))
    step = next(ten * size for size in (1, 2, 5, 10) if ten * size >= rough)
    return [round(low + step * place, 9) for place in range(int((high - low) / step + 1e-9) + 1)]


def spread_out(wanted: Sequence[float], apart: float) -> list[float]:
    """Move heights so little that none is nearer to another than `apart`."""
    order = sorted(range(len(wanted)), key=lambda at: wanted[at])
    moved = list(wanted)
    for before, after in pairwise(order):
        moved[after] = max(moved[after], moved[before] + apart)
    over = moved[order[-1]] - (HEIGHT - BOTTOM) if order else 0.0
    return [height - max(0.0, over) for height in moved]


def _steps(places: Places) -> Places:
    """What holds until something better is found: first across, then down."""
    found = list(places[:1])
    for (_, y), (x, after) in pairwise(places):
        found += [(x, y), (x, after)] if after != y else [(x, y)]
    return found


def _share(value: float, low: float, high: float) -> float:
    return (value - low) / (high - low) if high > low else 0.5


def _points(places: Places) -> str:
    return " ".join(f"{x:g},{y:g}" for x, y in places)
