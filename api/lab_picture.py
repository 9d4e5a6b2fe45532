"""The capacity lab's pictures as SVG: figures side by side, each measured by its own greatest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

from api.picture import INK, PALE, QUIET, draw_box, draw_text

LEFT, TOP, BAR, ROW, WIDTH = 210, 84, 14, 48, 420
COLOURS = ("#86b6d9", "#0b4678")
SHOWN = (
    ("under_way", "Under way", 0),
    ("below_minimum", "Below their hours", 0),
    ("hours_a_citizen", "Hours a citizen", 2),
    ("legs_covered", "Needed legs covered", 0),
    ("unmet_wishes", "Wishes not met", 0),
    ("idle_seats", "Idle seats", 0),
    ("staff_hours", "Staff hours", 0),
)


def kpi_picture(record: Mapping[str, Any]) -> str:
    """Draw a what-if: two bars a figure, the week as planned above the changed one."""
    title = record["scenario"] or "What if"
    subtitle = f"week {record['week']}, run {record['run']}: light as planned, dark what if"
    height = TOP + len(SHOWN) * ROW + 20
    lines = [
        line
        for place, (name, text, digits) in enumerate(SHOWN)
        for line in _pair(text, record["base"][name], record["what_if"][name], digits, TOP + place * ROW)
    ]
    return draw_page(title, subtitle, LEFT + WIDTH + 110, height, lines)


def draw_page(title: str, subtitle: str, width: int, height: int, lines: Sequence[str]) -> str:
    """A whole picture with its heading."""
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
            'role="img" font-family="system-ui, Segoe UI, Helvetica, Arial, sans-serif">',
            f"<title>{escape(title)}</title><desc>{escape(subtitle)}</desc>",
            f'<rect width="{width}" height="{height}" fill="{PALE}"/>',
            draw_text(24, 32, title, size=20, anchor="start", weight=600),
            draw_text(24, 54, subtitle, size=13, anchor="start", fill=QUIET),
            *lines,
            "</svg>",
            "",
        )
    )


def _pair(text: str, before: float, after: float, digits: int, y: float) -> Iterator[str]:
    most = max(before, after, 1e-9)
    yield draw_text(LEFT - 14, y + BAR + 4, text, size=13, anchor="end", weight=600)
    for place, (value, colour) in enumerate(zip((before, after), COLOURS, strict=True)):
        top, width = y + place * (BAR + 3), WIDTH * max(value, 0) / most
        yield draw_box(LEFT, top, max(width, 1), BAR, colour)
        yield draw_text(LEFT + width + 8, top + 12, f"{value:,.{digits}f}", size=12, anchor="start", fill=INK)
