"""What a run gives back: everyone's groups, what is proved, and why it stopped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from solver.problem import Ints


@dataclass(frozen=True)
class Plans:
    """One plan a citizen: groups `group[ptr[i]:ptr[i + 1]]` of slots `slot[ptr[i]:ptr[i + 1]]`."""

    ptr: Ints  # (I + 1,)
    slot: Ints  # slot positions, rising within a citizen
    group: Ints  # group positions of the same entries


@dataclass(frozen=True)
class Round:
    """The state after one round, handed to the progress callback and kept as the run's trace."""

    number: int
    phase: str
    bound: int  # MICRO, best so far
    objective: int | None  # MICRO, best plan so far; None before the first whole plan
    planned: int  # citizens with at least one group in the best plan
    seconds: float

    @property
    def gap_percent(self) -> float | None:
        """100 (bound - objective) / |bound|; None before the first whole plan."""
        return None if self.objective is None else gap_percent(self.bound, self.objective)


@dataclass(frozen=True)
class Termination:
    """Why it stopped, which limit ended it, and what is proved."""

    reason: Literal["optimal", "gap", "limit", "stopped", "finished"]
    limit: Literal["time", "rounds", "interrupt"] | None
    proved: str  # "optimal", or "gap 0.07 %"


@dataclass(frozen=True)
class Solution:
    """A verified plan for everybody with its bound.

    `price` is (S + R,) in 1/1000 points: a seat of each slot, then a unit of each staff and room row. `marginal` is
    what one more of each would give; the price, which is rather more, where that is not asked or the week is large.
    """

    plans: Plans
    objective: int  # MICRO
    bound: int  # MICRO
    price: Ints
    marginal: Ints
    exceptions: tuple[tuple[int, str], ...]  # (citizen, slug): her locks alone break this rule
    termination: Termination
    rounds: tuple[Round, ...]
    seconds: float


Progress = Callable[[Round], None]


def gap_percent(bound: int, objective: int) -> float:
    """100 (bound - objective) / |bound|, in percent; 0 where both are 0."""
    return 0.0 if bound == objective else 100.0 * (bound - objective) / abs(bound) if bound else float("inf")
