"""Dated rules and weights: read from YAML into tables, and what holds on a day."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, model_validator
from sqlalchemy import Date, bindparam, lambda_stmt, or_, select
from sqlalchemy.orm import Session

from catalog.tables import LegDose, Rule, Weight


class _Dated(BaseModel):
    model_config = ConfigDict(extra="forbid")
    valid_from: dt.date
    valid_to: dt.date | None = None

    @model_validator(mode="after")
    def _ends_after_its_start(self) -> _Dated:
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise ValueError(f"expected valid_to on or after valid_from {self.valid_from}, found {self.valid_to}")
        return self


class DatedRule(_Dated):
    """A setting of a rule in the file."""

    slug: str
    key: str
    value: bool | int | float | str | list[Any] | dict[str, Any]


class DatedWeight(_Dated):
    """The points of one term of a plan's value in the file."""

    key: str
    points: int


class DatedFile(BaseModel):
    """A file of dated settings: `rules` of {slug, key, value} and `weights` of {key, points}, each with its dates."""

    model_config = ConfigDict(extra="ignore")
    rules: list[DatedRule] = []
    weights: list[DatedWeight] = []


def load_dated(session: Session, path: Path) -> DatedFile:
    """Read a file's rules and weights into the tables; a row with the same words and first day is replaced.

    Raises
    ------
    pydantic.ValidationError
        A row lacks a field or has one of the wrong kind.
    """
    file = DatedFile.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")) or {})
    for rule in file.rules:
        session.merge(Rule(**rule.model_dump()))
    for weight in file.weights:
        session.merge(Weight(**weight.model_dump()))
    session.flush()
    return file


def rules_on(session: Session, day: dt.date) -> dict[tuple[str, str], Any]:
    """The values that hold on a day, by slug and key; of two that hold, the one that began last."""
    rows = session.execute(select(Rule.slug, Rule.key, Rule.value).where(_holds(Rule, day)).order_by(Rule.valid_from))
    return {(slug, key): value for slug, key, value in rows}


def rules_of(session: Session, slug: str, day: dt.date) -> dict[str, Any]:
    """The values of one rule that hold on a day, by key; of two that hold, the one that began last."""
    return dict(session.connection().execute(_OF_ONE, {"slug": slug, "day": day}).all())


def weights_on(session: Session, day: dt.date) -> dict[str, int]:
    """The points that hold on a day, by key; of two that hold, those that began last."""
    rows = session.execute(select(Weight.key, Weight.points).where(_holds(Weight, day)).order_by(Weight.valid_from))
    return dict(rows.all())


def doses_on(session: Session, day: dt.date) -> dict[str, int]:
    """Minutes a week from which one activity covers a leg, by leg, on a day."""
    rows = session.execute(
        select(LegDose.leg_id, LegDose.minutes).where(_holds(LegDose, day)).order_by(LegDose.valid_from)
    )
    return dict(rows.all())


_DAY = bindparam("day", type_=Date)
_RULES = (
    select(Rule.key, Rule.value)
    .where(Rule.slug == bindparam("slug"), Rule.valid_from <= _DAY, or_(Rule.valid_to.is_(None), Rule.valid_to >= _DAY))
    .order_by(Rule.valid_from)
)
_OF_ONE = lambda_stmt(lambda: _RULES)  # A lambda is found among the compiled statements at once.


def rules_hash(session: Session, day: dt.date) -> str:
    """Twelve hexadecimal digits that tell the rules, weights and doses of one day from any others."""
    rules = sorted(([*key], value) for key, value in rules_on(session, day).items())
    facts = [rules, sorted(weights_on(session, day).items()), sorted(doses_on(session, day).items())]
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:12]


_Row = TypeVar("_Row", Rule, Weight, LegDose)


def _holds(table: type[_Row], day: dt.date) -> Any:
    return (table.valid_from <= day) & or_(table.valid_to.is_(None), table.valid_to >= day)


def store_rules(session: Session, rules: Iterable[tuple[str, str, Any]], valid_from: dt.date) -> None:
    """Put (slug, key, value) settings that hold from a day on into the table, replacing those of the same day."""
    for slug, key, value in rules:
        session.merge(Rule(slug=slug, key=key, value=value, valid_from=valid_from))
    session.flush()
