"""The tables of how it goes: who came, what helped, how far the indicators are, and which promises were broken."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column

from catalog.columns import Base, refers_to


class Attendance(Base):
    """Whether a citizen was at one meeting, or why not. Nothing that plans a week reads `absent`."""

    __tablename__ = "attendance"
    __table_args__ = (
        CheckConstraint("state IN ('attended', 'excused', 'sick', 'absent', 'cancelled_by_us')", name="state"),
    )
    citizen_id: Mapped[int] = refers_to("citizen.id", key=True)
    group_id: Mapped[int] = refers_to("week_group.id", key=True, index=True)
    date: Mapped[dt.date] = mapped_column(primary_key=True)
    start_min: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    state: Mapped[str]
    reason: Mapped[str] = mapped_column(default="")
    account_id: Mapped[int] = refers_to("account.id")  # who recorded it
    at: Mapped[dt.datetime]


class Coming(Base):
    """A citizen says that she comes to one meeting; no row says nothing, and nothing that plans a week reads it."""

    __tablename__ = "coming"
    citizen_id: Mapped[int] = refers_to("citizen.id", key=True)
    group_id: Mapped[int] = refers_to("week_group.id", key=True, index=True)
    date: Mapped[dt.date] = mapped_column(primary_key=True)
    start_min: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    account_id: Mapped[int] = refers_to("account.id")  # who said it
    at: Mapped[dt.datetime]


class HelpAnswer(Base):
    """What a citizen says to "did it help?" of a group of a published week that she was in: 1 not at all, 5 a lot."""

    __tablename__ = "help_answer"
    __table_args__ = (CheckConstraint("value BETWEEN 1 AND 5", name="value"),)
    citizen_id: Mapped[int] = refers_to("citizen.id", key=True)
    group_id: Mapped[int] = refers_to("week_group.id", key=True, index=True)
    value: Mapped[int]
    account_id: Mapped[int] = refers_to("account.id")  # who tapped
    at: Mapped[dt.datetime]


class TrialYes(Base):
    """A citizen wants to try something new, at most one activity a week; no row is a no."""

    __tablename__ = "trial_yes"
    citizen_id: Mapped[int] = refers_to("citizen.id", key=True)
    account_id: Mapped[int] = refers_to("account.id")  # who wrote it down
    at: Mapped[dt.datetime]


class SwapYes(Base):
    """A citizen wants to swap what is agreed where something fits her better; no row is a no."""

    __tablename__ = "swap_yes"
    citizen_id: Mapped[int] = refers_to("citizen.id", key=True)
    account_id: Mapped[int] = refers_to("account.id")  # who wrote it down
    at: Mapped[dt.datetime]


class Rating(Base):
    """How far a citizen is on an indicator in a quarter, 1-5, as she sees it or as staff do."""

    __tablename__ = "rating"
    __table_args__ = (
        CheckConstraint("rater IN ('citizen', 'staff')", name="rater"),
        CheckConstraint("value BETWEEN 1 AND 5", name="value"),
    )
    citizen_id: Mapped[int] = refers_to("citizen.id", key=True)
    indicator_id: Mapped[str] = refers_to("indicator.id", key=True)
    quarter: Mapped[dt.date] = mapped_column(primary_key=True)  # its first day
    rater: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[int]
    account_id: Mapped[int] = refers_to("account.id")  # who wrote it down
    at: Mapped[dt.datetime]


class BrokenAgreement(Base):
    """The centre does not keep an agreement from a week on: who decided it, why, and what makes up for it."""

    __tablename__ = "broken_agreement"
    __table_args__ = (
        ForeignKeyConstraint(
            ["citizen_id", "offering_id", "from_week"],
            ["agreement.citizen_id", "agreement.offering_id", "agreement.from_week"],
            ondelete="CASCADE",
        ),
    )
    citizen_id: Mapped[int] = refers_to("citizen.id", key=True)
    offering_id: Mapped[str] = refers_to("offering.id", key=True)
    from_week: Mapped[str] = mapped_column(primary_key=True)
    week: Mapped[str]  # the first that is not kept
    reason: Mapped[str]
    made_up: Mapped[str]
    account_id: Mapped[int] = refers_to("account.id")
    at: Mapped[dt.datetime]
