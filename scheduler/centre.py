"""How people reach the centre: its name, telephone, hours and address, as dated data."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.orm import Session

from scheduler.dated import read_dated, shipped_settings

FILE = Path(__file__).parent / "data" / "centre.yaml"


@dataclass(frozen=True)
class Centre:
    """How people reach the centre; hours are minutes after midnight on working days."""

    name: str
    phone: str
    open_from: int
    open_until: int
    email: str
    address: str


def read_centre_contact(session: Session, day: dt.date) -> Centre:
    """How to reach the centre on a day, or raise MissingSettingError."""
    return read_dated(session, day, "centre", FILE, Centre)


def shipped_contact(day: dt.date) -> Centre:
    """How to reach a centre that has said nothing of its own, or whose database is away."""
    return shipped_settings(day, "centre", FILE, Centre)
