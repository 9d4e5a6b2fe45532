"""The dated limits that a run is accepted by: those of the table of rules, or else those that come along."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, fields
from pathlib import Path

import yaml
from sqlalchemy.orm import Session

from catalog.rules import DatedFile, rules_on

SLUG = "acceptance"
FILE = Path(__file__).parent / "data" / "acceptance.yaml"


class LimitsError(ValueError):
    """A limit has no value that holds on the day; the message names it."""


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
    LimitsError
        A limit has no value on that day.
    """
    file = DatedFile.model_validate(yaml.safe_load(FILE.read_text(encoding="utf-8")))
    holding = [row for row in file.rules if row.valid_from <= day and (row.valid_to is None or row.valid_to >= day)]
    value = {row.key: row.value for row in sorted(holding, key=lambda row: row.valid_from)}
    value |= {key: found for (slug, key), found in rules_on(session, day).items() if slug == SLUG}
    names = [field.name for field in fields(Limits)]
    missing = [name for name in names if name not in value]
    if missing:
        raise LimitsError(f"rule {SLUG}, key {missing[0]!r}: no row holds on {day}")
    return Limits(**{name: value[name] for name in names})  # type: ignore[arg-type]  # JSON, checked by what reads it.
