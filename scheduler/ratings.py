"""How far a citizen is on each indicator, every quarter: as she sees it, and as staff do. Never averaged."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.tables import Indicator
from scheduler.idempotency import replace_row
from scheduler.request_effects import Asker
from scheduler.tables import Rating

RATERS = ("citizen", "staff")
STEPS = range(1, 6)


class RatingError(ValueError):
    """This is no rating; the message names the indicator and what was expected."""


class Compared(NamedTuple):
    """An indicator in one quarter: what she says and what staff say, beside each other."""

    quarter: dt.date
    indicator_id: str
    citizen: int | None
    staff: int | None

    @property
    def difference(self) -> int | None:
        """By how many steps staff see her further than she does; none where one of the two is missing."""
        return None if self.citizen is None or self.staff is None else self.staff - self.citizen


def quarter_of(day: dt.date) -> dt.date:
    """The first day of the quarter of a day."""
    return day.replace(month=day.month - (day.month - 1) % 3, day=1)


def asked_of(session: Session, rater: str) -> list[Indicator]:
    """The indicators that a citizen, or staff, are asked about, in the order of their ids."""
    everything = session.scalars(select(Indicator).order_by(Indicator.id))
    return [indicator for indicator in everything if rater in indicator.asked]


def rate(session: Session, citizen_id: int, rater: str, values: Mapping[str, int], asker: Asker) -> dt.date:
    """Keep ratings of this quarter, which is returned; a later one of the same indicator and rater replaces it.

    Raises
    ------
    RatingError
        A value is not 1 to 5, or this rater is not asked about an indicator; nothing is kept.
    """
    if rater not in RATERS:
        raise RatingError(f"rater {rater}: expected one of {', '.join(RATERS)}")
    known = [indicator.id for indicator in asked_of(session, rater)]
    for indicator, value in values.items():
        if indicator not in known:
            raise RatingError(f"indicator {indicator}: the {rater} is asked about {', '.join(known) or 'none'}")
        if value not in STEPS:
            raise RatingError(f"indicator {indicator}: expected a step of 1 to 5, found {value}")
    quarter = quarter_of(asker.today)
    for indicator, value in sorted(values.items()):
        key = {"citizen_id": citizen_id, "indicator_id": indicator, "quarter": quarter, "rater": rater}
        replace_row(session, Rating, key | {"value": value, "account_id": asker.account_id, "at": asker.at})
    return quarter


def compare(session: Session, citizen_id: int) -> list[Compared]:
    """All her ratings, the newest quarter first, hers and the staff's side by side."""
    rows = select(Rating.quarter, Rating.indicator_id, Rating.rater, Rating.value)
    rows = rows.where(Rating.citizen_id == citizen_id).order_by(Rating.quarter.desc(), Rating.indicator_id)
    found: dict[tuple[dt.date, str], dict[str, int]] = {}
    for quarter, indicator, rater, value in session.execute(rows):
        found.setdefault((quarter, indicator), {})[rater] = value
    return [Compared(*key, said.get("citizen"), said.get("staff")) for key, said in found.items()]
