"""The dated settings of what is learned: those of the table of rules, or else those that come along."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.orm import Session

from scheduler.dated import read_dated
from scheduler.learning.model import Spread

SLUG = "learning"
FILE = Path(__file__).parents[1] / "data" / "learning.yaml"


@dataclass(frozen=True)
class Settings:
    """Every number behind what is learned; `scheduler/data/learning.yaml` says what each means."""

    is_on: bool
    tries_new: bool
    forgetting: float
    expected_base: float
    expected_main: float
    expected_side: float
    spread_answer: float
    spread_offering: float
    spread_target_group: float
    spread_goal: float
    spread_own: float
    need_reached: int
    need_level: int
    need_haste: int
    haste_weeks: int
    ramp_energy: int
    ramp_minutes: int
    ramp_fast: int
    ramp_lowest: int
    went_well: float
    debt_kept: float
    fairness: float
    most_weight: int
    spread_flagged: int
    smallest_group: int
    did_not_help: float
    behind_percent: int
    swap_after: int

    @property
    def spread(self) -> Spread:
        """The standard deviations of the model."""
        return Spread(
            self.spread_answer, self.spread_offering, self.spread_target_group, self.spread_goal, self.spread_own
        )


def read_settings(session: Session, day: dt.date) -> Settings:
    """Read the settings that hold on `day`, or raise MissingSettingError where one has no value."""
    return read_dated(session, day, SLUG, FILE, Settings)
