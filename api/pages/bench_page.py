"""A benchmark's results, or two of them side by side, as one HTML page without scripts and without other files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from api.pages.bench_charts import Chart, gap_chart, growth_chart
from api.pages.rendering import templates
from scheduler.bench.cell import Row
from scheduler.bench.compared import Comparison
from scheduler.bench.groups import SHARES, Group, grouped, reasons
from scheduler.bench.plan import Benchmark, Cell

BUSY = 0.5  # processes for each core that wanted to run in the minute before
DIGITS = {"hours_a_citizen": 2, "peak_mb": 0, "gap_percent": 3, "objective": 0}  # of a comparison; else 1
WHY = ("below_alone_by_slug", "below_crowded_by_slug", "legs_by_slug")


@dataclass(frozen=True)
class GapPicture:
    """The groups of one size and time in one picture, and their gaps by share of the time."""

    groups: tuple[Group, ...]
    chart: Chart | None
    rows: tuple[tuple[float, tuple[float | None, ...]], ...]  # seconds, gap of each group


def results_page(benchmark: Benchmark, rows: dict[Cell, Row], language: str = "en") -> str:
    """The page of one run, complete or not."""
    wanted = benchmark.cells
    found = {cell: rows[cell] for cell in wanted if cell in rows}
    groups = grouped(found)
    near = benchmark.near_percent
    why = [(figure, [(group, reasons(group, figure)) for group in groups]) for figure in WHY]
    return _render(
        language, "results.html",
        name=benchmark.name, near=near, groups=groups, cells=found, total=len(wanted), surroundings=surroundings(found),
        pictures=gap_pictures(groups), growth=growth_pictures(groups, near), why=why,
    )  # fmt: skip


def comparison_page(
    name: str, found: Comparison, sides: Sequence[dict[Cell, Row]], near: float, language: str = "en"
) -> str:
    """The page of two runs side by side."""
    around = [surroundings(side) for side in sides]
    return _render(
        language, "compared.html",
        name=name, near=near, found=found, around=around, digits=DIGITS, by_chance=round(found.judged / 20, 1),
    )  # fmt: skip


def _render(language: str, template: str, **context: Any) -> str:
    return templates(language).get_template(f"bench/{template}").render(**context)


def surroundings(rows: dict[Cell, Row]) -> dict[str, Any]:
    """Versions, machines and days of the rows, and how many were measured while the machine did other work."""
    cores = [int(row["machine"].split(" cores")[0].rsplit(" ", 1)[-1]) for row in rows.values()]
    loads = [row["load_before"] for row in rows.values()]
    days = sorted(row["at"][:10] for row in rows.values())
    return {
        "versions": sorted({row["version"] for row in rows.values()}),
        "machines": sorted({row["machine"] for row in rows.values()}),
        "days": days[:1] + [day for day in days[-1:] if day != days[0]],
        "cells": len(rows),
        "busy": sum(load > BUSY * many for load, many in zip(loads, cores, strict=True)),
    }


def gap_pictures(groups: Sequence[Group]) -> list[GapPicture]:
    """A picture for each size and time."""
    keys = sorted({(group.citizens, group.seconds) for group in groups})
    together = [[group for group in groups if (group.citizens, group.seconds) == key] for key in keys]
    return [GapPicture(tuple(each), gap_chart(each), _gaps_by_share(each)) for each in together]


def _gaps_by_share(groups: Sequence[Group]) -> tuple[tuple[float, tuple[float | None, ...]], ...]:
    times = [share * groups[0].seconds for share in SHARES]
    return tuple((at, tuple(group.gap_at(at) for group in groups)) for at in times)


def growth_pictures(groups: Sequence[Group], near: float) -> list[tuple[str, float, list[Group], Chart | None]]:
    """Seconds until near the best plan, and memory, over the citizens; a time limit's groups in one picture."""

    def seconds(group: Group) -> tuple[float, float, float] | None:
        middle, _ = group.near(near)
        return None if middle is None else (middle, *group.near_range(near))

    def memory(group: Group) -> tuple[float, float, float]:
        return group.middle("peak_mb"), group.least("peak_mb"), group.most("peak_mb")

    return [
        (figure, limit, of_limit, growth_chart(of_limit, values))
        for limit in sorted({group.seconds for group in groups})
        for of_limit in [[group for group in groups if group.seconds == limit]]
        for figure, values in (("seconds", seconds), ("memory", memory))
    ]
