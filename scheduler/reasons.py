"""Who got less than was wanted and why, stored with a run."""

from __future__ import annotations

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from scheduler.archive import Archive
from scheduler.tables import BelowMinimum, Citizen, UncoveredLeg
from solver.reasons import Shortfalls


def store_reasons(session: Session, run_id: int, archive: Archive, shortfalls: Shortfalls) -> None:
    """Write the reasons of a run; the caller commits.

    A citizen whose own locks break a rule is `alone` in it: nobody else stands in her way.
    """
    ids = archive.ids
    below = [
        {"run_id": run_id, "citizen_id": int(ids.citizen[found.citizen])}
        | {"reason": "crowded" if found.reason == "crowded" else "alone", "slug": found.slug}
        | {"minutes": found.minutes_wanted - found.minutes_useful}
        | {"exchange": _exchange(session, archive, found.exchange)}
        for found in shortfalls.below
    ]
    legs = [
        {"run_id": run_id, "citizen_id": int(ids.citizen[found.citizen]), "leg_id": ids.leg[found.leg]}
        | {"slug": found.slug}
        for found in shortfalls.legs
    ]
    for table, rows in ((BelowMinimum, below), (UncoveredLeg, legs)):
        if rows:
            session.execute(insert(table), rows)


def _exchange(session: Session, archive: Archive, exchange: tuple[int, int] | None) -> str:
    """The exchange that was tried, in words: whose place, and which."""
    if exchange is None:
        return ""
    slot, citizen = exchange
    owner = session.scalar(select(Citizen.external_id).where(Citizen.id == int(archive.ids.citizen[citizen])))
    return f"{archive.ids.offering[archive.problem.slot_offering[slot]]} of {owner}"


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
