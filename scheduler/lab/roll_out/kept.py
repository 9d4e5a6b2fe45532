"""What must be kept on the way: figures for each citizen, so that weeks of different size can be compared."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass

import numpy as np

from scheduler.lab.kpis import Side
from scheduler.lab.roll_out.inputs import Kept
from solver.reasons import explain

PERCENT = 100.0
AT_LEAST = ("under_way_percent", "legs_covered_percent", "hours_a_citizen")  # of the others, at most
ONLY_IF_NAMED = ("hours_a_citizen",)
# How much worse than the base week a figure may be where no limit is named: about what two plans of one week differ by.
LEEWAY: Mapping[str, float] = {
    "under_way_percent": 0.1,
    "below_minimum_crowded_percent": 0.1,
    "legs_covered_percent": 0.25,
    "unmet_wishes_a_citizen": 0.01,
    "hours_a_citizen": 0.05,
}


@dataclass(frozen=True)
class Shares:
    """The figures of one planned week."""

    under_way_percent: float
    below_minimum_crowded_percent: float
    legs_covered_percent: float
    unmet_wishes_a_citizen: float
    hours_a_citizen: float


@dataclass(frozen=True)
class Missed:
    """A figure that is not kept."""

    name: str
    value: float
    limit: float


def count_shares(side: Side) -> Shares:
    """Count a planned week's figures; whoever not even an empty centre could give more is not counted as crowded."""
    kpis, citizens = side.kpis, max(1, side.kpis.citizens)
    crowded = sum(each.reason == "crowded" for each in explain(side.problem, side.plans).below)
    legs = max(1, kpis.legs_covered + kpis.legs_uncovered)
    return Shares(
        under_way_percent=PERCENT * kpis.under_way / citizens,
        below_minimum_crowded_percent=PERCENT * crowded / citizens,
        legs_covered_percent=PERCENT * kpis.legs_covered / legs,
        unmet_wishes_a_citizen=kpis.unmet_wishes / citizens,
        hours_a_citizen=kpis.hours_a_citizen,
    )


def limits_of(kept: Kept, base: Shares) -> dict[str, float]:
    """The limit of each figure that is kept: what is named, or what the base week has with a little leeway."""
    limits = {}
    for name, value in asdict(base).items():
        named: float | None = getattr(kept, name)
        if named is not None:
            limits[name] = named
        elif name not in ONLY_IF_NAMED:
            limits[name] = max(0.0, value - LEEWAY[name]) if name in AT_LEAST else value + LEEWAY[name]
    return limits


def missed(shares: Shares, limits: Mapping[str, float]) -> tuple[Missed, ...]:
    """The figures on the wrong side of their limits."""
    values = asdict(shares)
    return tuple(
        Missed(name, values[name], limit)
        for name, limit in limits.items()
        if (values[name] < limit if name in AT_LEAST else values[name] > limit) and not np.isclose(values[name], limit)
    )


def how_far(lost: Collection[Missed]) -> float:
    """How far the worst figure is beyond its limit, in leeways; 0 where every figure is kept."""
    return max((abs(each.value - each.limit) / LEEWAY[each.name] for each in lost), default=0.0)
