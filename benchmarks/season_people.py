"""Who has each place of the town in a week, whatever the policy: newcomers, and hours and load that grow slowly."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from benchmarks.next_week import OWN
from benchmarks.season_town import SeasonTown
from benchmarks.season_truth import Fate
from scheduler.learning.evidence import Floats
from scheduler.learning.model import shared_columns
from scheduler.learning.ramp import Budget, next_budget
from solver.problem import Ints

LOWEST, HIGHEST = 0.8, 1.2  # of the energy and hours that a citizen begins with
COHORTS_END = 6  # weeks; then every course takes people in again


class People:
    """The citizens of the week, and everybody who ever was one."""

    def __init__(self, town: SeasonTown) -> None:
        everybody = np.arange(town.problem.num_citizens)
        self.town = town
        self.problem = town.problem
        self.person = everybody.copy()  # (I,) number of who has the place
        self.expected = town.expected.copy()  # (I, O)
        self.goal = town.goal.copy()  # (I, X)
        self.all_expected = town.expected.copy()  # (P, O) of everybody who ever was there
        self.all_shared, self.deviation = self._shared(everybody)  # (P, C), (C,)
        self._begun = Budget(town.problem.energy, town.problem.max_minutes)
        self._now = self._begun

    def next_week(self, fate: Fate, went: Ints, week: int) -> None:
        """Let newcomers come, and everybody's hours and load follow from how the week before went."""
        changed: dict[str, Any] = {
            name: np.where(_rows(fate.newcomer, array), getattr(self.town.newcomers, name), array)
            for name, array in ((name, getattr(self.problem, name)) for name in OWN)
        }
        self._begun = Budget(*(np.where(fate.newcomer, *pair) for pair in zip(self._fresh(), self._begun, strict=True)))
        self._now = Budget(*(np.where(fate.newcomer, *pair) for pair in zip(self._fresh(), self._now, strict=True)))
        least = changed["min_minutes"]
        lowest = Budget(_times(LOWEST, self._begun.energy), np.maximum(least, _times(LOWEST, self._begun.max_minutes)))
        highest = Budget(*(_times(HIGHEST, budget) for budget in self._begun))
        self._now = next_budget(self._now, np.where(fate.newcomer, 0, went), lowest, highest, self.town.settings)
        changed |= {"energy": self._now.energy, "max_minutes": self._now.max_minutes}
        slot_open = self.problem.slot_open | (week >= COHORTS_END)
        self.problem = replace(self.problem, slot_open=slot_open, **changed)
        self._number(np.flatnonzero(fate.newcomer))

    def _fresh(self) -> Budget:
        return Budget(self.town.newcomers.energy, self.town.newcomers.max_minutes)

    def _number(self, newcomer: Ints) -> None:
        self.expected[newcomer] = self.town.newcomer_expected[newcomer]
        self.goal[newcomer] = self.town.newcomer_goal[newcomer]
        self.person[newcomer] = len(self.all_expected) + np.arange(len(newcomer))
        self.all_expected = np.concatenate([self.all_expected, self.expected[newcomer]])
        self.all_shared = np.concatenate([self.all_shared, self._shared(newcomer)[0]])

    def _shared(self, who: Ints) -> tuple[Floats, Floats]:
        goal = self.goal[who].astype(np.float64)
        return shared_columns(self.town.target_group[who], goal, self.town.settings.spread)


def _rows(who: Any, array: Any) -> Any:
    return who.reshape(-1, *[1] * (array.ndim - 1))


def _times(share: float, amount: Ints) -> Ints:
    rounded: Ints = np.rint(share * amount).astype(np.int64)
    return rounded
