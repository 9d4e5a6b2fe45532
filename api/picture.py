"""A week as an SVG picture: seats by weekday and hour, taken and free."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

import numpy as np

from scheduler.figures import HourUse

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
LEFT, TOP, WIDTH, HEIGHT = 70, 92, 150, 46
# Light to dark in one hue, so that it reads in grey and by everybody: share of taken seats below each step.
STEPS = ((0.2, "#e3eef7"), (0.4, "#b9d5ea"), (0.6, "#86b6d9"), (0.8, "#2f76aa"), (0.95, "#1d5b91"), (1.01, "#0b4678"))
INK, PALE, QUIET = "#12263a", "#ffffff", "#5a6b7b"


def week_picture(use: HourUse, title: str, subtitle: str) -> str:
    """Draw the hours and days on which groups meet; each cell shows the seats taken of all seats, and the groups."""
    days = [day for day in range(7) if day < 5 or use.seats[day].any()]
    busy = np.flatnonzero(use.seats.any(axis=0)).tolist()
    hours = list(range(min(busy, default=8), max(busy, default=15) + 1))
    width, height = LEFT + len(days) * WIDTH + 20, TOP + len(hours) * HEIGHT + 78
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
            'role="img" font-family="system-ui, Segoe UI, Helvetica, Arial, sans-serif">',
            f"<title>{escape(title)}</title><desc>{escape(subtitle)}</desc>",
            f'<rect width="{width}" height="{height}" fill="{PALE}"/>',
            draw_text(LEFT, 32, title, size=20, anchor="start", weight=600),
            draw_text(LEFT, 54, subtitle, size=13, anchor="start", fill=QUIET),
            *(
                draw_text(LEFT + n * WIDTH + WIDTH / 2, TOP - 10, WEEKDAYS[day], size=13, weight=600)
                for n, day in enumerate(days)
            ),
            *(
                draw_text(LEFT - 10, TOP + n * HEIGHT + 27, f"{hour:02}:00", size=12, anchor="end", fill=QUIET)
                for n, hour in enumerate(hours)
            ),
            *(
                line
                for x, day in enumerate(days)
                for y, hour in enumerate(hours)
                for line in _cell(use, day, hour, LEFT + x * WIDTH, TOP + y * HEIGHT)
            ),
            *_legend(TOP + len(hours) * HEIGHT + 24),
            "</svg>",
            "",
        )
    )


def _cell(use: HourUse, day: int, hour: int, x: float, y: float) -> Iterator[str]:
    seats, used, groups = (int(table[day, hour]) for table in (use.seats, use.used, use.groups))
    colour, ink = _colours(used / seats) if seats else ("#f6f7f8", QUIET)
    name = f"{WEEKDAYS[day]} {hour:02}:00: {used} of {seats} seats taken, {seats - used} free, {groups} groups"
    yield f"<g><title>{name}</title>"
    yield draw_box(x + 2, y + 2, WIDTH - 4, HEIGHT - 4, colour)
    if seats:
        yield draw_text(x + WIDTH / 2, y + 20, f"{used:,} / {seats:,}", size=14, fill=ink, weight=600)
        yield draw_text(x + WIDTH / 2, y + 36, f"{seats - used:,} free · {groups:,} groups", size=10.5, fill=ink)
    yield "</g>"


def _colours(share: float) -> tuple[str, str]:
    colour = next(colour for below, colour in STEPS if share < below)
    return colour, PALE if share >= STEPS[2][0] else INK


def _legend(y: float) -> Iterator[str]:
    yield draw_text(LEFT, y + 12, "Seats taken", size=12, anchor="start", weight=600)
    low = 0
    for place, (below, colour) in enumerate(STEPS):
        x = LEFT + 90 + place * 92
        high = min(100, round(below * 100))
        yield draw_box(x, y, 16, 16, colour)
        yield draw_text(x + 22, y + 12, f"{low}-{high} %", size=12, anchor="start")
        low = high
    yield draw_text(
        LEFT,
        y + 38,
        "A cell: seats taken / all seats of the groups that meet in that hour.",
        size=12,
        anchor="start",
        fill=QUIET,
    )


def draw_box(x: float, y: float, width: float, height: float, fill: str) -> str:
    """A rectangle."""
    return f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="4" fill="{fill}" stroke="#c9d3dc"/>'


def draw_text(
    x: float, y: float, text: str, *, size: float, anchor: str = "middle", fill: str = INK, weight: int = 400
) -> str:
    """A line of text."""
    style = f'font-size="{size:g}" text-anchor="{anchor}" fill="{fill}" font-weight="{weight}"'
    return f'<text x="{x:g}" y="{y:g}" {style}>{escape(text)}</text>'
