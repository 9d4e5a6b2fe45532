"""The named instances of the quality benchmark, with the bars that their figures must reach and would better reach."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple

Figures = dict[str, Any]
Kind = Literal[
    "town", "next week", "course data", "kernel", "database", "cold start", "load", "requests", "roll-over", "season"
]
Scenario = Literal["usual", "wrong-priors", "nothing-better"]


class Bar(NamedTuple):
    """A limit on one figure of a row."""

    figure: str
    relation: Literal["<=", ">="]
    limit: float

    def holds(self, figures: Figures) -> bool:
        """Whether the row has the figure, on the right side of the limit."""
        value = figures.get(self.figure)
        if value is None:
            return False
        return bool(value <= self.limit if self.relation == "<=" else value >= self.limit)


@dataclass(frozen=True)
class Instance:
    """What is planned, for how long, and what must come out on every seed."""

    name: str
    text: str
    kind: Kind
    must: tuple[Bar, ...]
    stretch: tuple[Bar, ...] = ()
    citizens: int = 6000
    seconds: float = 60.0  # the limit from the problem built to the solution verified
    tightness: float = 0.6
    clustered: bool = False
    seats_only: bool = True
    seats: str = "scaled"  # of the course data
    fair: bool = False
    requests: int = 0  # for changes, one after the other
    seeds: int = 3  # measured where nobody says which
    weeks: int = 26  # of a season
    noise: float = 0.9  # standard deviation of an answer to "did it help?"
    scenario: Scenario = "usual"
    explores: bool = True  # the learning policy tries what nobody knows to help
    learning_only: bool = False  # the policies that tell what learning is worth, and no others


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
    *(_tight(tightness) for tightness in (0.4, 0.6, 0.8, 1.0)),
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
    _SEASON,
    *(
        replace(_SEASON, name=f"season-600-{name}", text=f"season, {text}", **_LESS, **other)
        for name, text, other in _HARDER
    ),
    Instance(name="cold-start", text="compiling every kernel, with an empty cache", kind="cold start", must=()),
)
BY_NAME = {instance.name: instance for instance in INSTANCES}
