"""The table of what each week takes over from those before it."""

from __future__ import annotations

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from catalog.columns import Base, refers_to


class CitizenWeek(Base):
    """What earlier weeks owe a citizen, and how much she may carry in this one; it stands before what `Citizen` says.

    `best` and `given` are the running sums of `scheduler.learning.ledger`, `behind_weeks` counts by
    `scheduler.learning.swaps`.
    """

    __tablename__ = "citizen_week"
    __table_args__ = (
        CheckConstraint("weight_percent BETWEEN 1 AND 1000", name="weight_percent"),
        CheckConstraint("energy >= 0 AND max_minutes >= 0", name="budgets"),
        CheckConstraint("0 <= given AND given <= best", name="sums"),
        CheckConstraint("behind_weeks >= 0", name="behind_weeks"),
    )
    citizen_id: Mapped[int] = refers_to("citizen.id", key=True)
    week: Mapped[str] = mapped_column(primary_key=True, index=True)
    best: Mapped[float]  # points
    given: Mapped[float]  # points
    weight_percent: Mapped[int]
    energy: Mapped[int]  # load points
    max_minutes: Mapped[int]
    behind_weeks: Mapped[int] = mapped_column(default=0, server_default="0")  # in a row, until now, served least
