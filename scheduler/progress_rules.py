"""The dated rules of agreements and of progress: those of the table of rules, or else those that come along."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.orm import Session

from scheduler.dated import read_dated

FILE = Path(__file__).parent / "data" / "progress.yaml"


@dataclass(frozen=True)
class AgreementRules:
    """What an agreement may be like."""

    most_week_minutes: int
    company_law: str
    company_weeks: Mapping[str, int]  # by target group, `other` where it is not named
    assessed_weeks: int
    internship_weeks: int


@dataclass(frozen=True)
class ProgressRules:
    """When a person should look at how it goes."""

    weeks_without_progress: int
    weeks_proposed: int
    absent_in_a_row: int


def read_agreement_rules(session: Session, day: dt.date) -> AgreementRules:
    """Read the rules that hold on `day`, or raise MissingSettingError where one has no value."""
    return read_dated(session, day, "agreement", FILE, AgreementRules)


def read_progress_rules(session: Session, day: dt.date) -> ProgressRules:
    """Read the rules that hold on `day`, or raise MissingSettingError where one has no value."""
    return read_dated(session, day, "progress", FILE, ProgressRules)
