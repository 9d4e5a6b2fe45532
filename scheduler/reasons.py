"""Who got less than was wanted and why, stored with a run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from scheduler.problem import Ids
from scheduler.tables import BelowMinimum, UncoveredLeg


class Short(NamedTuple):
    """A citizen below her minimum hours: `alone` or `crowded`, the rule or row, and the exchange that was tried."""

    citizen: int
    reason: str
    slug: str
    minutes: int
    exchange: str = ""


class Uncovered(NamedTuple):
    """A needed leg that the plan does not cover, and the rule or row in the way."""

    citizen: int
    leg: int
    slug: str


@dataclass(frozen=True)
class Reasons:
    """Everybody who got less, by position."""

    short: Sequence[Short] = ()
    uncovered: Sequence[Uncovered] = ()


def store_reasons(session: Session, run_id: int, ids: Ids, reasons: Reasons) -> None:
    """Write the reasons of a run; the caller commits."""
    short = [
        {"run_id": run_id, "citizen_id": int(ids.citizen[found.citizen])}
        | {"reason": found.reason, "slug": found.slug, "minutes": found.minutes, "exchange": found.exchange}
        for found in reasons.short
    ]
    uncovered = [
        {"run_id": run_id, "citizen_id": int(ids.citizen[found.citizen]), "leg_id": ids.leg[found.leg]}
        | {"slug": found.slug}
        for found in reasons.uncovered
    ]
    for table, rows in ((BelowMinimum, short), (UncoveredLeg, uncovered)):
        if rows:
            session.execute(insert(table), rows)


def read_reasons(session: Session, run_id: int, citizen_id: int) -> list[str]:
    """Why one citizen's plan of a run falls short, a line each."""
    short = session.execute(
        select(BelowMinimum.reason, BelowMinimum.slug, BelowMinimum.minutes).where(
            BelowMinimum.run_id == run_id, BelowMinimum.citizen_id == citizen_id
        )
    )
    uncovered = session.execute(
        select(UncoveredLeg.leg_id, UncoveredLeg.slug).where(
            UncoveredLeg.run_id == run_id, UncoveredLeg.citizen_id == citizen_id
        )
    )
    return [f"{minutes} minutes short: {reason}, {slug}" for reason, slug, minutes in short] + [
        f"leg {leg} is not covered: {slug}" for leg, slug in uncovered
    ]
