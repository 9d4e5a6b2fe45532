"""Dated unit costs: what an hour, a room, a seat and a site cost in kroner, and the hours that one person carries."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.orm import Session

from scheduler.dated import MissingSettingError, read_dated

SLUG = "cost"
FILE = Path(__file__).parents[2] / "data" / "costs.yaml"
OTHER = "other"


@dataclass(frozen=True)
class Costs:
    """What holds on one day; `scheduler/data/costs.yaml` says what each number means. Kroner where nothing is said."""

    is_example: bool
    staff_hour: Mapping[str, float]  # by role
    room_hour: Mapping[str, float]  # by type
    seat: float
    site: float
    week_hours: Mapping[str, float]  # hours by role
    employer_share: float


@dataclass(frozen=True)
class Kroner:
    """What one week costs."""

    staff: float
    rooms: float
    seats: float
    sites: float

    @property
    def total(self) -> float:
        """All of it."""
        return self.staff + self.rooms + self.seats + self.sites


def read_costs(session: Session, day: dt.date) -> Costs:
    """Read the costs that hold on `day`.

    Raises
    ------
    MissingSettingError
        A cost has no value on that day, or a person would carry no hours.
    """
    found = read_dated(session, day, SLUG, FILE, Costs)
    for key in ("staff_hour", "room_hour", "week_hours"):
        values = getattr(found, key)
        if not isinstance(values, dict) or OTHER not in values or not all(map(_is_amount, values.values())):
            wanted = f"numbers by name, none below 0 and one for {OTHER!r} among them"
            raise MissingSettingError(f"rule {SLUG}, key {key!r} on {day}: found {values!r}, expected {wanted}")
    for key, holds in (
        ("week_hours", 0 not in found.week_hours.values()), ("seat", _is_amount(found.seat)),
        ("site", _is_amount(found.site)), ("employer_share", _is_amount(found.employer_share)),
    ):  # fmt: skip
        if not holds:
            wanted = "a number that is not negative, and hours above 0"
            raise MissingSettingError(
                f"rule {SLUG}, key {key!r} on {day}: found {getattr(found, key)!r}, expected {wanted}"
            )
    return found


def kroner(
    costs: Costs, staff_hours: Mapping[str, float], room_hours: Mapping[str, float], seats: float, sites: int
) -> Kroner:
    """Price one week."""
    return Kroner(
        staff=sum(hours * rate(costs.staff_hour, role) for role, hours in staff_hours.items()),
        rooms=sum(hours * rate(costs.room_hour, kind) for kind, hours in room_hours.items()),
        seats=seats * costs.seat,
        sites=sites * costs.site,
    )


def _is_amount(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value >= 0


def rate(rates: Mapping[str, float], name: str) -> float:
    """The number of a name, or that of all others."""
    return float(rates.get(name, rates[OTHER]))
