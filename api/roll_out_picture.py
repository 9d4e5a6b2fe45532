"""A roll-out as an SVG picture: citizens, staff hours, people and kroner over the weeks, one below the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import ceil, floor, log10
from typing import Any

from api.lab_picture import draw_page
from api.picture import INK, QUIET, draw_text

LEFT, TOP, WIDTH, HEIGHT, GAP = 90, 100, 640, 110, 54
LINE, LIGHT, PALE_LINE = "#0b4678", "#86b6d9", "#dfe6ec"
TICKS = 3


def roll_out_picture(record: Mapping[str, Any]) -> str:
    """Draw the weeks; a dot is a week that was really planned."""
    weeks = record["weeks"]
    first, last = weeks[0], weeks[-1]
    title = record["roll_out"] or "Roll-out"
    subtitle = f"week {first['week']} to {last['week']}; dots are weeks that were planned, between them it is estimated"
    prices = "invented example prices" if record["costs_are_examples"] else "the centre's prices"
    panels = (
        ("Citizens", [each["citizens"] for each in weeks], None),
        ("Staff hours a week (pale: at start-up conferences)", [each["staff_hours"] for each in weeks],
         [each["start_up_hours"] for each in weeks]),
        ("People of staff, in full time", [each["staff"] for each in weeks], None),
        (f"1,000 kroner a week ({prices})", [each["kroner"]["total"] / 1000 for each in weeks], None),
    )  # fmt: skip
    planned = [each["planned"] for each in weeks]
    lines = [
        line
        for place, (text, values, part) in enumerate(panels)
        for line in _panel(text, values, part, planned, TOP + place * (HEIGHT + GAP))
    ]
    bottom = TOP + len(panels) * (HEIGHT + GAP) - GAP
    lines += _weeks(weeks, bottom + 20)
    return draw_page(title, subtitle, LEFT + WIDTH + 90, bottom + 44, lines)


def _panel(
    text: str, values: Sequence[float], part: Sequence[float] | None, planned: Sequence[bool], top: float
) -> Iterator[str]:
    step = _step(max(values))
    most = step * max(1, ceil(1.1 * max(values) / step))
    yield draw_text(LEFT, top - 12, text, size=14, anchor="start", weight=600)
    for number in range(round(most / step) + 1):
        y = _y(number * step, most, top)
        yield f'<line x1="{LEFT}" x2="{LEFT + WIDTH}" y1="{y:.1f}" y2="{y:.1f}" stroke="{PALE_LINE}"/>'
        yield draw_text(LEFT - 10, y + 4, f"{number * step:,.0f}", size=11, anchor="end", fill=QUIET)
    points = [(_x(at, len(values)), _y(value, most, top)) for at, value in enumerate(values)]
    if part is not None and max(part) > 0:
        upper = [(x, _y(value, most, top)) for (x, _), value in zip(points, part, strict=True)]
        corners = [*upper, (points[-1][0], top + HEIGHT), (points[0][0], top + HEIGHT)]
        yield f'<polygon points="{_joined(corners)}" fill="{LIGHT}"/>'
    yield f'<polyline points="{_joined(points)}" fill="none" stroke="{LINE}" stroke-width="2.5"/>'
    for (x, y), value, is_planned in zip(points, values, planned, strict=True):
        if is_planned:
            yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{LINE}"/>'
            yield draw_text(x, y - 10, f"{value:,.0f}", size=12, fill=INK, weight=600)


def _weeks(weeks: Sequence[Mapping[str, Any]], y: float) -> Iterator[str]:
    """The names of the first, the last and some weeks between, as many as there is room for."""
    every = max(1, ceil(len(weeks) / 8))
    shown = [*range(0, max(1, len(weeks) - every // 2 - 1), every), len(weeks) - 1]
    for at in dict.fromkeys(shown):
        yield draw_text(_x(at, len(weeks)), y, weeks[at]["week"], size=11, fill=QUIET)


def _step(most: float) -> float:
    """A round number of which about `TICKS` make up the most."""
    if most <= 0:
        return 1.0
    rough = most / TICKS
    power = 10 ** floor(log10(rough))
    return float(next(times * power for times in (1, 2, 5, 10) if times * power >= rough))


def _x(at: int, number: int) -> float:
    return LEFT + WIDTH * at / max(1, number - 1)


def _y(value: float, most: float, top: float) -> float:
    return top + HEIGHT * (1 - value / most)


def _joined(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
