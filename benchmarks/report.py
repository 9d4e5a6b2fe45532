"""Write `RESULTS.md` from the rows: each instance against its bars, its figures, and a table by version."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby, product
from pathlib import Path

from benchmarks.instances import INSTANCES, Bar, Figures, Instance
from benchmarks.load_changes import RATES, STEPS
from benchmarks.quality import RESULTS, verdict
from benchmarks.race import race_lines
from benchmarks.season_bench import season_lines

REPORT = Path(__file__).parent / "RESULTS.md"
TITLE = """# Results

Written by `python -m benchmarks.report` from the rows in `benchmarks/results/`, to which `make bench` appends.

- `seconds`: from `Problem` built to solution verified, every kernel loaded. Cold start and database time stand apart.
- `peak_mb`: the largest resident size of the whole process, from making the town on.
- `first_come`: the mean of ten random orders, each with the same repair of minimum sizes.
- `closed`: 100 (objective - first_come) / (bound - first_come).
- `gap % by half`: the gap that stood when half of the time was over.
- `own`: from the moment that a request for a citizen's own week should have gone out, at 300 a second, to its answer.
- `week`: the whole published week, first of a service just started (worst of three), again, and with its ETag (304).
- `value_kept`: what all plans are worth after the requests, against everybody's week planned anew with what was asked.
- `kept_where_nobody_moves`: the same, where only those who asked are planned anew, as nobody else may be moved.
- `changes`: requests that arrive at a rate, each asked, held and confirmed; `whole` from when it should have begun.
- `share_of_its_gap`, `share_of_its_seconds`: our gap, and our time for a plan as good, of the best other planner's.
- `confirmed_of_promised`: what groups to add gave when planned again, of what they promised (median of ten).
- `percent_of_greedy`: what all of them gave, of what the groups give that are wished for in vain most often.
- `until the gap is 0.3 %`: `_each` is a citizen's share. 600,000 are ten towns whose rings of sites are one ring.
- `load before`: how many processes wanted a core during the minute before; more than 0.5 means a shared machine.

Every bar must hold on every seed.
"""
MORE = {  # Shown beside the figures that have a bar, where the row has them.
    "town": (
        "gap_percent",
        "closed_percent",
        "seconds",
        "peak_mb",
        "gap_percent_without_idle",
        "below_minimum",
        "wishes_unmet",
    ),
    "next week": ("gap_percent", "closed_percent", "seconds", "gap_percent_by_half"),
    "course data": ("sum", "bound", "gap_percent", "people_with_nothing", "cost_percent", "seconds"),
    "kernel": ("p50_us", "p99_us", "proved_percent", "again_p99_us", "limited_p99_us", "limited_proved_percent"),
    "database": ("build_seconds", "make_town_seconds"),
    "cold start": ("cold_start_seconds", "warm_start_seconds"),
    "load": (
        "own_p50_ms",
        "own_p95_ms",
        "own_p99_ms",
        "own_most_ms",
        "errors",
        "answered_per_second",
        "web_ms_each",
        "week_first_ms",
        "week_again_ms",
        "week_same_ms",
        "load_after",
    ),
    "roll-over": (
        "seconds",
        "look_back_seconds",
        "assemble_seconds",
        "plan_seconds",
        "store_seconds",
        "gap_percent",
        "unchanged_percent",
        "heavier_citizens",
        "most_weight_percent",
    ),
    "print": ("seconds", "sheets", "megabytes"),
    "difference": ("p50_ms", "worst_ms", "cold_ms", "kilobytes"),
    "prices": ("groups", "median_ratio", "ratio_25", "ratio_75", "given_of_promised", "gap_points"),
    "lab": (
        "what_if_seconds",
        "what_if_gap_percent",
        "suggested",
        "confirmed_of_promised",
        "least_confirmed",
        "most_confirmed",
        "points",
        "percent_of_greedy",
        "suggest_seconds",
    ),
    "peers": (
        "igang_gap_percent",
        "cp_sat_gap_percent",
        "mip_highs_gap_percent",
        "mip_scip_gap_percent",
        "serial_dictatorship_gap_percent",
        "greedy_gap_percent",
        "deferred_acceptance_gap_percent",
        "timefold_gap_percent",
        "timefold_setting",
        "best_peer",
        "share_of_its_gap",
        "share_of_its_seconds",
    ),
    "scale": (
        "gap_percent",
        "seconds",
        "ms_each",
        "processor_seconds",
        "processor_ms_each",
        "peak_mb",
        "peak_kb_each",
        "peak_mb_before",
        "slots",
        "load_after",
    ),
    "requests": (
        "granted",
        "value_kept_percent",
        "kept_where_nobody_moves_percent",
        "first_fit_percent",
        "first_fit_granted",
        "kernel_p50_us",
        "kernel_p99_us",
        "http_p50_ms",
        "http_p99_ms",
        "moved_others",
        "drift",
    ),
    "roll-out": (
        "seconds",
        "processor_seconds",
        "tried",
        "supply_percent",
        "groups_before",
        "groups",
        "staff_hours_before",
        "staff_hours",
        "staff_before",
        "staff",
        "rooms_before",
        "rooms",
        "million_kroner_a_week_before",
        "million_kroner_a_week",
        "gap_percent",
    ),
}
Rows = Mapping[str, Sequence[Figures]]


def read_rows(results: Path = RESULTS) -> Rows:
    """Every row of every instance, oldest first."""
    rows = {}
    for instance in INSTANCES:
        file = results / f"{instance.name}.jsonl"
        lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
        rows[instance.name] = [json.loads(line) for line in lines]
    return rows


def newest(rows: Sequence[Figures]) -> list[Figures]:
    """The newest row of each seed, among those of the newest row's version."""
    same = [row for row in rows if row["version"] == rows[-1]["version"]]
    return [by_seed for _, by_seed in sorted({row["seed"]: row for row in same}.items())]


def write_report(rows: Rows, races: Iterable[str] = ()) -> str:
    """The whole page; `races` are the lines of the table of races."""
    parts = [TITLE, *_machines(rows), "## Against the bars\n", *_bars(rows), "\n## Figures\n"]
    for kind in MORE:
        parts += _figures(kind, rows)
    last = {name: newest(found) if found else [] for name, found in rows.items()}
    parts += ["## Seasons\n", *season_lines([one for one in INSTANCES if one.kind == "season"], last)]
    parts += ["## Changes at a rate\n", *_changes(rows), ""]
    parts += ["## Races for few free seats (`make race`)\n", *races, ""]
    parts += ["## Who got less, and why\n", *_reasons(rows), "\n## By version\n", *_versions(rows)]
    return "\n".join(parts) + "\n"


def _machines(rows: Rows) -> Iterator[str]:
    names = {row["machine"] for found in rows.values() if found for row in newest(found)}
    yield from (f"Machine: {name}.\n" for name in sorted(names))


def _bars(rows: Rows) -> Iterator[str]:
    yield "| instance | must reach | stretch | seeds | reached (worst seed) | verdict |"
    yield "|---|---|---|---|---|---|"
    for instance in INSTANCES:
        if not instance.must:
            continue
        found = newest(rows[instance.name]) if rows[instance.name] else []
        seeds = ", ".join(str(row["seed"]) for row in found)
        worst = ", ".join(f"{_name(bar)} {_worst(bar, found)}" for bar in _distinct(instance))
        yield f"| {instance.text} | {_texts(instance.must)} | {_texts(instance.stretch)} | {seeds or 'none yet'} | " + (
            f"{worst} | {judge(instance, found)} |" if found else "| not measured |"
        )


def judge(instance: Instance, found: Sequence[Figures]) -> str:
    """The verdict over all seeds: met, met with the stretch, or missed with the bars and seeds."""
    missed = [f"seed {row['seed']} {text}" for row in found if (text := verdict(instance, row)).startswith("missed")]
    if missed:
        return "**missed**: " + "; ".join(text.replace("missed: ", "") for text in missed)
    stretch = instance.stretch and all(verdict(instance, row) == "stretch" for row in found)
    return "met, and the stretch" if stretch else "met"


def _distinct(instance: Instance) -> list[Bar]:
    by_figure = {bar.figure: bar for bar in (*instance.stretch, *instance.must)}
    return list(by_figure.values())


def _worst(bar: Bar, found: Sequence[Figures]) -> str:
    values = [row.get(bar.figure) for row in found]
    known = [value for value in values if value is not None]
    if len(known) < len(values) or not known:
        return "unknown"
    return _number(max(known) if bar.relation == "<=" else min(known))


def _figures(kind: str, rows: Rows) -> Iterator[str]:
    names = MORE[kind]
    lines = [
        f"| {instance.text} | {row['seed']} | "
        + " | ".join(_number(row.get(name)) for name in names)
        + f" | {row['load_before']} | {row['commit']} |"
        for instance in INSTANCES
        if instance.kind == kind and rows[instance.name]
        for row in newest(rows[instance.name])
    ]
    if lines:
        yield f"| instance | seed | {' | '.join(names)} | load before | commit |"
        yield "|---" * (len(names) + 4) + "|"
        yield from lines
        yield ""


def _changes(rows: Rows) -> Iterator[str]:
    steps = ("whole", *STEPS)
    yield "| database | run | a second | began | ended | " + " | ".join(f"{step} p50, p99 ms" for step in steps) + " |"
    yield "|---" * (5 + len(steps)) + "|"
    for instance in INSTANCES:
        for row in newest(rows[instance.name]) if rows[instance.name] else ():
            for state, rate in product(("idle", "solving"), RATES):
                name = f"changes_{state}_{rate}"
                if f"{name}_began" in row:
                    taken = (f"{name}_{step}_{mark}_ms" for step in steps for mark in ("p50", "p99"))
                    p50s_p99s = [_number(row.get(key)) or "none" for key in taken]
                    cells = [f"{p50}, {p99}" for p50, p99 in zip(p50s_p99s[::2], p50s_p99s[1::2], strict=True)]
                    ended = _counts(row[f"{name}_ended"])
                    yield f"| {row['database']} | {state} | {rate} | {row[f'{name}_began']} | {ended} | " + (
                        " | ".join(cells) + " |"
                    )


def _reasons(rows: Rows) -> Iterator[str]:
    yield "| instance | seed | below minimum hours | by reason | needed legs not covered | by slug |"
    yield "|---|---|---|---|---|---|"
    for instance in INSTANCES:
        for row in newest(rows[instance.name]) if rows[instance.name] else ():
            if "below_by_slug" in row:
                below, legs = (_counts(row[name]) for name in ("below_by_slug", "legs_by_slug"))
                short = f"{row['below_minimum']} of {row['citizens']}"
                uncovered = f"{row['legs_not_covered']} of {row['legs_needed']}"
                yield f"| {instance.text} | {row['seed']} | {short} | {below} | {uncovered} | {legs} |"


def _counts(count: Mapping[str, int]) -> str:
    return ", ".join(f"{number} {name}" for name, number in count.items()) or "none"


def _versions(rows: Rows) -> Iterator[str]:
    yield "| version | commit | day | instance | seeds | worst gap % | longest seconds |"
    yield "|---|---|---|---|---|---|---|"
    for instance in INSTANCES:
        for version, group in groupby(rows[instance.name], key=lambda row: row["version"]):
            found = list(group)
            gaps = [row["gap_percent"] for row in found if "gap_percent" in row]
            seconds = [row["seconds"] for row in found if "seconds" in row]
            if gaps:
                seeds = ", ".join(sorted({str(row["seed"]) for row in found}))
                last = f"{version} | {found[-1]['commit']} | {found[-1]['at'][:10]}"
                worst = f"{_number(max(gaps))} | {_number(max(seconds))}"
                yield f"| {last} | {instance.name} | {seeds} | {worst} |"


def _texts(bars: Sequence[Bar]) -> str:
    return ", ".join(f"{_name(bar)} {bar.relation} {bar.limit:g}" for bar in bars)


def _name(bar: Bar) -> str:
    return bar.figure.replace("_percent", " %").replace("_", " ")


def _number(value: float | str | None) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    return f"{value:,}" if isinstance(value, int) else f"{value:,.4g}" if abs(value) < 100 else f"{value:,.0f}"


def main() -> None:
    """Write the page."""
    REPORT.write_text(write_report(read_rows(), race_lines(RESULTS)), encoding="utf-8")


if __name__ == "__main__":
    main()
