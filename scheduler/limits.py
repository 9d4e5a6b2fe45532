"""The dated limits that a run is accepted by: those of the table of rules, or else those that come along."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.orm import Session

from scheduler.dated import MissingSettingError, read_dated

__all__ = ["Limits", "MissingSettingError", "read_limits"]

SLUG = "acceptance"
FILE = Path(__file__).parent / "data" / "acceptance.yaml"


@dataclass(frozen=True)
class Limits:
    """What a run may be like without a reason, and when a week counts as much changed."""

    gap_percent: float
    below_minimum_crowded_percent: float
    legs_uncovered_percent: float
    moved_since_published_percent: float
    moved_since_last_week_percent: float
    big_change_groups: int
    message_delay_minutes: int


def read_limits(session: Session, day: dt.date) -> Limits:
    """Read the limits that hold on `day`.

    Raises
    ------
    MissingSettingError
        A limit has no value on that day.
    """
    return read_dated(session, day, SLUG, FILE, Limits)
