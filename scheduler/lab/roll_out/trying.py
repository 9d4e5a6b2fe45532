"""One week with so many citizens and so much supply, planned until every figure is kept or more planning is idle."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from math import inf

from scheduler.lab.base import Base
from scheduler.lab.draft import Draft
from scheduler.lab.growing import add_supply, resize
from scheduler.lab.kpis import Side
from scheduler.lab.roll_out.kept import Missed, Shares, count_shares, how_far, missed
from scheduler.lab.starting import start_from
from scheduler.lab.what_if import ended_at, plan
from scheduler.warm import Ended
from solver import Options
from solver.solution import Progress

STAGES = (80, 60, 60, 60)  # rounds, one stage after the other, between which the figures are counted
CLOSE_PERCENT = 0.1  # gap from which more planning hardly moves a figure


@dataclass(frozen=True)
class Tried:
    """A week that was planned with so many percent of the base week's groups, and the figures that it does not keep."""

    percent: int
    draft: Draft
    side: Side
    ended: Ended
    shares: Shares
    missed: tuple[Missed, ...]
    closed: int = 0  # of those groups, that were closed again

    @property
    def holds(self) -> bool:
        """Whether everything is kept."""
        return not self.missed


@dataclass(frozen=True)
class Trier:
    """What is the same in every trial."""

    base: Base
    seed: int
    limits: Mapping[str, float]
    options: Options
    progress: Progress | None = None
    should_stop: Callable[[], bool] | None = None

    def is_stopped(self) -> bool:
        """Whether somebody wants no more trials."""
        return self.should_stop is not None and self.should_stop()

    def try_supply(self, citizens: int, percent: int, near: Ended) -> Tried:
        """Plan a week, beginning with the prices and plans of another one."""
        return self.try_draft(
            percent, resize(add_supply(self.base.draft, percent, self.seed), citizens, self.seed), near
        )

    def try_draft(self, percent: int, draft: Draft, near: Ended, closed: int = 0) -> Tried:
        """Plan a week with the groups that it has.

        A figure that is kept is kept for certain: a plan is there that keeps it. That none was found within the rounds
        proves nothing.
        """
        problem, ids = self.base.problem_of(draft)
        before = inf
        for number, rounds in enumerate(STAGES, start=1):
            options = replace(self.options, max_rounds=rounds, gap_percent=CLOSE_PERCENT, time_limit=None)
            warm = start_from(near, draft, problem, ids)
            side, solution = plan(draft, problem, ids, warm, options, self.progress, self.should_stop)
            near, shares = ended_at(draft, side, solution.price), count_shares(side)
            lost = missed(shares, self.limits)
            far = how_far(lost)
            # Each stage gains less than the one before it.
            is_idle = side.kpis.gap_percent <= CLOSE_PERCENT or far > (before - far) * (len(STAGES) - number)
            if not lost or is_idle or self.is_stopped():
                break
            before = far
        return Tried(percent, draft, side, near, shares, lost, closed)
