"""What the program brings along: today's offerings, the centre's calendar and the table of points."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.offerings import DATA, load_offerings
from catalog.rules import load_dated
from catalog.tables import Offering, Weight
from scheduler.points import load_points


def load_shipped(session: Session) -> None:
    """Fill empty tables; a centre that has offerings or points of its own keeps them."""
    if session.scalar(select(Offering.id).limit(1)) is None:
        load_offerings(session)
        load_dated(session, DATA / "rules.yaml")
    if session.scalar(select(Weight.key).limit(1)) is None:
        load_points(session)
