"""The figures of a season: by policy, and how much of what the oracle gains was learned."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from benchmarks.season_week import WeekFigures
from scheduler.learning.evidence import Floats
from solver.problem import Ints

DECILE = 0.1


def summary(figures: dict[str, list[WeekFigures]]) -> dict[str, Any]:
    """Everything that the JSON holds: a dict by policy, and the figures of learning beside them."""
    result: dict[str, Any] = {name: _of_policy(weeks) for name, weeks in figures.items()}
    num_weeks = len(next(iter(figures.values())))
    if {"ours", "without_learning", "oracle"} <= figures.keys():
        result["share_of_oracle"] = share_of_oracle(figures, num_weeks // 2)
        result["share_of_oracle_all_weeks"] = share_of_oracle(figures, 0)
        ours = figures["ours"][num_weeks // 2 :]
        result["interval_coverage_percent"] = _percent(
            sum(week.holding for week in ours), sum(week.intervals for week in ours)
        )
    return result


def share_of_oracle(figures: dict[str, list[WeekFigures]], first: int) -> float | None:
    """(ours - without learning) / (oracle - without learning) of the progress from week `first` on."""
    ours, without, oracle = (
        sum(week.progress for week in figures[name][first:]) for name in ("ours", "without_learning", "oracle")
    )
    return None if oracle == without else round((ours - without) / (oracle - without), 4)


def _of_policy(weeks: Sequence[WeekFigures]) -> dict[str, Any]:
    citizens = len(weeks[0].best)
    satisfaction = _satisfaction(weeks)
    count = max(1, round(DECILE * citizens))
    worst = np.sort(satisfaction)[:count].mean()
    return {
        "progress": sum(week.progress for week in weeks),
        "progress_second_half": sum(week.progress for week in weeks[len(weeks) // 2 :]),
        "active_percent": _percent(sum(week.active for week in weeks), citizens * len(weeks)),
        "crowded_percent": _percent(max(week.crowded for week in weeks), citizens),
        "least_crowded_percent": _percent(max(week.least_crowded for week in weeks), citizens),
        "kept_percent": _percent(sum(week.kept for week in weeks), sum(week.keepable for week in weeks)),
        "worst_decile_ratio": round(float(worst / np.median(satisfaction)), 4),
        "longest_bottom_run": _longest_run(weeks, count),
    }


def _satisfaction(weeks: Sequence[WeekFigures]) -> Floats:
    """(I,) what everybody was given of her best own weeks, by place."""
    best, given = (np.sum([getattr(week, name) for week in weeks], axis=0) for name in ("best", "given"))
    return _share(given, best)


def _longest_run(weeks: Sequence[WeekFigures], count: int) -> int:
    """Weeks in a row in which the same citizen was in the worst decile."""
    longest = run = np.zeros(len(weeks[0].best), np.int64)
    for week in weeks:
        share = _share(week.given, week.best)
        run = np.where(share <= np.partition(share, count - 1)[count - 1], run + 1, 0)
        longest = np.maximum(longest, run)
    return int(longest.max())


def _share(given: Ints, best: Ints) -> Floats:
    """(I,) part of her best that each was given; whoever nothing fits at all has all that there is."""
    return np.asarray(np.where(best > 0, given / np.maximum(best, 1), 1.0))


def _percent(part: int, whole: int) -> float:
    return round(100 * part / whole, 2) if whole else 100.0
