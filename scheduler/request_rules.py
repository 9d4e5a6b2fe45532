"""The dated rules of change requests: those of the table of rules, or else those that come along."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.orm import Session

from scheduler.dated import read_dated

SLUG = "request"
FILE = Path(__file__).parent / "data" / "requests.yaml"


@dataclass(frozen=True)
class RequestRules:
    """What a change request may do without a person, and what is told about it."""

    most_answers: int
    change_cost: int  # points for each activity that stays
    hold_minutes: int
    frozen_days: int  # after today
    offer_minutes: int
    freed_weeks: int
    smallest_counted: int
    most_counterfactuals: int


def read_request_rules(session: Session, day: dt.date) -> RequestRules:
    """Read the rules that hold on `day`, or raise MissingSettingError where one has no value."""
    return read_dated(session, day, SLUG, FILE, RequestRules)
