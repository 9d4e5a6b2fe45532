"""The named instances of the quality benchmark, with the bars that their figures must reach and would better reach."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from benchmarks.bars import Bar, Figures, Instance, Kind, Scenario

__all__ = ["BY_NAME", "INSTANCES", "LOAD_BARS", "Bar", "Figures", "Instance", "Kind", "Scenario"]


def _gap(limit: float) -> Bar:
    return Bar("gap_percent", "<=", limit)


def _closed(limit: float) -> Bar:
    return Bar("closed_percent", ">=", limit)


def _seconds(limit: float) -> Bar:
    return Bar("seconds", "<=", limit)


def _tight(tightness: float) -> Instance:
    return Instance(
        name=f"2000-tight-{tightness}",
        text=f"2,000 citizens, tightness {tightness}, 60 s",
        kind="town",
        must=(_gap(0.4), _seconds(60)),
        stretch=(_gap(0.1),),
        citizens=2000,
        tightness=tightness,
    )


LOAD_BARS = (
    Bar("own_p99_ms", "<=", 50),
    Bar("week_first_ms", "<=", 50),
    Bar("errors", "<=", 0),
    Bar("solving", ">=", 1),
)
_SEASON = Instance(
    name="season-600",
    text="season of 600 citizens, 26 weeks",
    kind="season",
    must=(
        *(Bar(f"ours_{figure}", ">=", limit) for figure, limit in (("kept_percent", 95), ("worst_decile_ratio", 0.8))),
        *(Bar("coverage_off_90", "<=", 5), Bar("ours_crowded_percent", "<=", 0.5)),
        Bar("run_percent_of_first_come", "<=", 50),
    ),
    stretch=(
        *(Bar(f"ours_{figure}", ">=", limit) for figure, limit in (("kept_percent", 99), ("worst_decile_ratio", 0.9))),
        *(Bar("coverage_off_90", "<=", 2), Bar("ours_crowded_percent", "<=", 0)),
        Bar("ours_longest_bottom_run", "<=", 4),
    ),
    citizens=600,
    seeds=10,
)
_HARDER: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("quiet", "noise of answers 0.5", {"noise": 0.5}),
    ("loud", "noise of answers 1.3", {"noise": 1.3}),
    ("no-trials", "nothing is tried", {"explores": False}),
    ("wrong-priors", "the catalogue is wrong", {"scenario": "wrong-priors"}),
    ("nothing-better", "nothing helps better than another", {"scenario": "nothing-better"}),
)
_LESS: dict[str, Any] = {"must": (), "stretch": (), "seeds": 4, "learning_only": True}
INSTANCES: tuple[Instance, ...] = (
    Instance(
        name="600-20",
        text="600 citizens, 20 s",
        kind="town",
        must=(_gap(0.1), _closed(98.5), _seconds(20)),
        stretch=(_gap(0.01),),
        citizens=600,
        seconds=20,
    ),
    Instance(
        name="6000-60",
        text="6,000 citizens, 60 s",
        kind="town",
        must=(_gap(0.15), _closed(98), _seconds(60), Bar("peak_mb", "<=", 1000)),
        stretch=(_gap(0.05), _closed(99)),
    ),
    Instance(
        name="6000-180",
        text="6,000 citizens, 180 s",
        kind="town",
        must=(_gap(0.1), _seconds(180)),
        stretch=(_gap(0.02),),
        seconds=180,
    ),
    Instance(
        name="6000-all-60",
        text="6,000 citizens with minimum sizes, staff and room rows and keep-apart, 60 s",
        kind="town",
        must=(
            _gap(0.35),
            _closed(95.5),
            _seconds(60),
            Bar("crowded_percent", "<=", 0.5),
            Bar("legs_without_reason", "<=", 0),
        ),
        stretch=(_gap(0.15), Bar("crowded_percent", "<=", 0)),
        seats_only=False,
    ),
    Instance(
        name="60000-300",
        text="60,000 citizens, 5 min",
        kind="town",
        must=(_gap(0.3), _seconds(300), Bar("peak_mb", "<=", 2000)),
        stretch=(Bar("gap_percent_by_half", "<=", 0.1),),
        citizens=60_000,
        seconds=300,
    ),
    *(
        Instance(
            name=f"scale-{citizens}",
            text=f"{citizens:,} citizens until the gap is 0.3 %",
            kind="scale",
            must=(_gap(0.3), *bars),
            citizens=citizens,
            seconds=seconds,
            seeds=1,
        )
        for citizens, seconds, bars in (
            (6000, 300, ()),
            (60_000, 1200, ()),
            (600_000, 2700, (_seconds(2700), Bar("peak_mb", "<=", 8000))),
        )
    ),
    *(_tight(tightness) for tightness in (0.4, 0.5, 0.6, 0.8, 1.0, 1.2, 1.5)),
    Instance(
        name="6000-clustered-60",
        text="6,000 citizens, clustered demand, 60 s",
        kind="town",
        must=(_gap(0.4), _seconds(60)),
        stretch=(_gap(0.1),),
        clustered=True,
    ),
    Instance(
        name="6000-next-week-20",
        text="6,000 citizens, next week, warm, 10 % of citizens and groups changed, 20 s",
        kind="next week",
        must=(_gap(0.3), _seconds(20)),
        stretch=(Bar("gap_percent_by_half", "<=", 0.1),),
        seconds=20,
    ),
    *(
        Instance(
            name=f"umass-{seats}",
            text=f"course data, seats {seats}, 60 s (stretch: gap 0 in 10 s)",
            kind="course data",
            must=(Bar("sum", ">=", optimum), _gap(0.05)),
            stretch=(_gap(0), _seconds(10)),
            seconds=60,
            seats=seats,
        )
        for seats, optimum in (("scaled", 15307), ("full", 16532))
    ),
    Instance(
        name="umass-scaled-fair",
        text="course data, seats scaled, as few people with nothing as possible, 10 s",
        kind="course data",
        must=(Bar("people_with_nothing", "<=", 31), Bar("cost_percent", "<=", 0.2)),
        stretch=(Bar("people_with_nothing", "<=", 28), Bar("cost_percent", "<=", 0.5)),
        seconds=10,
        fair=True,
    ),
    Instance(
        name="one-citizen",
        text="one citizen of 6,000 at stored prices (kernel)",
        kind="kernel",
        must=(Bar("p50_us", "<=", 100), Bar("p99_us", "<=", 1000)),
        stretch=(Bar("p99_us", "<=", 300),),
    ),
    Instance(
        name="database-6000",
        text="building the problem of 6,000 citizens from SQLite",
        kind="database",
        must=(Bar("build_seconds", "<=", 2),),
    ),
    *(
        Instance(
            name=f"load-{name}",
            text=f"300 citizens a second ask for their weeks while a run is solving, {text}",
            kind="load",
            must=bars,
            seconds=10,
        )
        for name, text, bars in (
            ("sqlite", "SQLite", ()),
            ("postgresql", "PostgreSQL", LOAD_BARS),
        )
    ),
    *(
        Instance(
            name=f"requests-{citizens}",
            text=f"{count} requests for changes at {citizens:,} citizens, one after the other, SQLite",
            kind="requests",
            must=(*bars, Bar("moved_others", "<=", 0), Bar("drift", "<=", 0)),
            citizens=citizens,
            requests=count,
        )
        for citizens, count, bars in ((600, 200, ()), (6000, 500, (Bar("value_kept_percent", ">=", 99.5),)))
    ),
    Instance(
        name="roll-over-6000",
        text="6,000 citizens, from a published week to the next one's stored plan, SQLite",
        kind="roll-over",
        must=(_seconds(60), _gap(0.4)),
        stretch=(_seconds(30),),
    ),
    Instance(
        name="print-6000",
        text="everybody's sheets of a week as one PDF, 6,000 citizens, SQLite",
        kind="print",
        must=(_seconds(20), Bar("sheets", ">=", 5900)),
    ),
    Instance(
        name="diff-6000",
        text="who gets another week, 6,000 citizens, a page at a time after the run's own page, SQLite",
        kind="difference",
        must=(Bar("worst_ms", "<=", 200),),
    ),
    Instance(
        name="prices-600",
        text="one more seat in each of 50 groups, 600 citizens: what it gave of what was quoted",
        kind="prices",
        must=(Bar("median_ratio", ">=", 0.9), Bar("median_ratio", "<=", 1.0)),
        citizens=600,
    ),
    Instance(
        name="lab-6000",
        text="6,000 citizens: a what-if with one more group, then the ten groups to add next, SQLite",
        kind="lab",
        must=(
            *(Bar("what_if_seconds", "<=", 15), Bar("what_if_gap_percent", "<=", 0.4)),
            *(Bar("suggested", ">=", 10), Bar("percent_of_greedy", ">=", 100)),
        ),
        seconds=30,
        seats_only=False,
        seeds=1,
    ),
    Instance(  # Small enough for an exact planner: where its gap is below 0.5 %, ours is to be no worse.
        name="peers-200",
        text="200 citizens, 20 s, with all rows, beside six other planners",
        kind="peers",
        must=(Bar("share_of_its_gap", "<=", 1),),
        citizens=200,
        seconds=20,
        seats_only=False,
    ),
    *(
        Instance(
            name=f"peers-{citizens}",
            text=f"{citizens:,} citizens, 60 s, with all rows, beside six other planners",
            kind="peers",
            must=(Bar("share_of_its_gap", "<=", 0.05), Bar("share_of_its_seconds", "<=", 0.05)),
            citizens=citizens,
            seats_only=False,
            seeds=1,
        )
        for citizens in (600, 2000, 6000)
    ),
    Instance(
        name="roll-out-6000",
        text="from 2,000 to 6,000 citizens in a year, the least supply of two weeks that keeps every figure",
        kind="roll-out",
        must=(_seconds(600), Bar("not_kept", "<=", 0), Bar("not_least", "<=", 0), Bar("citizens", ">=", 6000)),
        seats_only=False,
        seeds=1,
    ),
    _SEASON,
    replace(_SEASON, name="season-6000", text="season of 6,000 citizens, 26 weeks", citizens=6000, seeds=1),
    *(
        replace(_SEASON, name=f"season-600-{name}", text=f"season, {text}", **_LESS, **other)
        for name, text, other in _HARDER
    ),
    Instance(name="cold-start", text="compiling every kernel, with an empty cache", kind="cold start", must=()),
)
BY_NAME = {instance.name: instance for instance in INSTANCES}
