"""Dated settings of one subject: those of the table of rules, or else those that come along."""

from __future__ import annotations

import datetime as dt
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import yaml
from sqlalchemy.orm import Session

from catalog.rules import DatedFile, rules_of

_Settings = TypeVar("_Settings")


class MissingSettingError(ValueError):
    """A setting has no value that holds on the day; the message names it."""


@cache
def _shipped(path: Path) -> DatedFile:
    return DatedFile.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))


def read_dated(session: Session, day: dt.date, slug: str, path: Path, kind: type[_Settings]) -> _Settings:
    """Make a dataclass of the settings of a slug that hold on `day`.

    Raises
    ------
    MissingSettingError
        A setting has no value on that day.
    """
    return _make(_shipped_values(path, day) | rules_of(session, slug, day), slug, day, kind)


def shipped_settings(day: dt.date, slug: str, path: Path, kind: type[_Settings]) -> _Settings:
    """The same of those that come along alone, without a database."""
    return _make(_shipped_values(path, day), slug, day, kind)


def _shipped_values(path: Path, day: dt.date) -> dict[str, Any]:
    rows = _shipped(path).rules
    holding = [row for row in rows if row.valid_from <= day and (row.valid_to is None or row.valid_to >= day)]
    return {row.key: row.value for row in sorted(holding, key=lambda row: row.valid_from)}


def _make(value: dict[str, Any], slug: str, day: dt.date, kind: type[_Settings]) -> _Settings:
    names = [field.name for field in fields(kind)]  # type: ignore[arg-type]  # Every kind here is a dataclass.
    if missing := [name for name in names if name not in value]:
        raise MissingSettingError(f"rule {slug}, key {missing[0]!r}: no row holds on {day}")
    return kind(**{name: value[name] for name in names})
