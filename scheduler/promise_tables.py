"""The tables of what a citizen is promised, referred to and working towards."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from catalog.columns import Base, RowNumber, refers_to


class Lock(Base):
    """A group of one week that staff says a citizen has."""

    __tablename__ = "lock"
    citizen_id: Mapped[int] = refers_to("citizen.id", key=True)
    group_id: Mapped[int] = refers_to("week_group.id", key=True, index=True)
    locked_by: Mapped[str]
    why: Mapped[str]


class KeptWeek(Base):
    """A citizen wants a week to be as the one before it; what may be so is locked when the week is made."""

    __tablename__ = "kept_week"
    citizen_id: Mapped[int] = refers_to("citizen.id", key=True)
    week: Mapped[str] = mapped_column(primary_key=True, index=True)
    account_id: Mapped[int] = refers_to("account.id")  # who said it
    at: Mapped[dt.datetime]


class Enrolment(Base):
    """A citizen's place in a series from one week until another.

    It tells which groups she was in last week. `binding` places, a running cohort or a place at an employer, stand in
    her plan until they end.
    """

    __tablename__ = "enrolment"
    __table_args__ = (
        CheckConstraint("until_week IS NULL OR from_week <= until_week", name="weeks"),
        Index(None, "series_id"),
    )
    citizen_id: Mapped[int] = refers_to("citizen.id", key=True)
    series_id: Mapped[str] = refers_to("series.id", key=True)
    from_week: Mapped[str] = mapped_column(primary_key=True)
    until_week: Mapped[str | None] = mapped_column(default=None)
    binding: Mapped[bool] = mapped_column(default=False)


class Agreement(Base):
    """A promise of one offering until a week; it binds the centre until then, not the citizen.

    From `left_week` on it stands no longer: she has left or swapped, or a `BrokenAgreement` says why the centre does
    not keep it.
    """

    __tablename__ = "agreement"
    __table_args__ = (
        CheckConstraint("from_week <= until_week", name="weeks"),
        CheckConstraint("week_minutes > 0", name="week_minutes"),
    )
    citizen_id: Mapped[int] = refers_to("citizen.id", key=True)
    offering_id: Mapped[str] = refers_to("offering.id", key=True)
    from_week: Mapped[str] = mapped_column(primary_key=True)
    until_week: Mapped[str]
    series_id: Mapped[str | None] = mapped_column(ForeignKey("series.id"), default=None)  # empty: any group of it
    sub_goal_id: Mapped[int | None] = mapped_column(ForeignKey("sub_goal.id", ondelete="SET NULL"), default=None)
    why: Mapped[str]
    left_week: Mapped[str | None] = mapped_column(default=None)
    week_minutes: Mapped[int | None] = mapped_column(default=None)
    # by a person, so that it may last longer than the usual
    assessed: Mapped[bool] = mapped_column(default=False, server_default=false())
    agreed_by: Mapped[int | None] = refers_to("account.id", default=None)
    agreed_at: Mapped[dt.datetime | None] = mapped_column(default=None)


class Referral(Base):
    """An offering that a citizen should have in a week: its turn has come, staff refers her, or she asks for it."""

    __tablename__ = "referral"
    __table_args__ = (CheckConstraint("kind IN ('due', 'referral', 'request')", name="kind"),)
    citizen_id: Mapped[int] = refers_to("citizen.id", key=True)
    offering_id: Mapped[str] = refers_to("offering.id", key=True)
    due_week: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]


class Clearance(Base):
    """An offering that staff has opened to a citizen; one without rows may have every offering."""

    __tablename__ = "clearance"
    citizen_id: Mapped[int] = refers_to("citizen.id", key=True)
    offering_id: Mapped[str] = refers_to("offering.id", key=True)
    valid_from: Mapped[dt.date] = mapped_column(primary_key=True)
    valid_to: Mapped[dt.date | None] = mapped_column(default=None)


class Completion(Base):
    """An offering that a citizen has completed."""

    __tablename__ = "completion"
    citizen_id: Mapped[int] = refers_to("citizen.id", key=True)
    offering_id: Mapped[str] = refers_to("offering.id", key=True)
    completed_on: Mapped[dt.date] = mapped_column(primary_key=True)


class TestResult(Base):
    """The level a citizen reached in a test; a prerequisite `test:dansk>=2` asks for level 2, `test:ordblind` for 1."""

    __test__ = False  # The name is no test for pytest.
    __tablename__ = "test_result"
    citizen_id: Mapped[int] = refers_to("citizen.id", key=True)
    test: Mapped[str] = mapped_column(primary_key=True)
    tested_on: Mapped[dt.date] = mapped_column(primary_key=True)
    level: Mapped[int]


class Goal(Base):
    """A citizen's end goal, job or education; the one set last holds. What was imported does not tell who set it."""

    __tablename__ = "goal"
    __table_args__ = (
        CheckConstraint("kind IN ('job', 'education')", name="kind"),
        CheckConstraint("words_of IN ('citizen', 'staff')", name="words_of"),
    )
    citizen_id: Mapped[int] = refers_to("citizen.id", key=True)
    set_on: Mapped[dt.date] = mapped_column(primary_key=True)
    kind: Mapped[str]
    words: Mapped[str] = mapped_column(default="")
    words_of: Mapped[str | None] = mapped_column(default=None)
    set_by: Mapped[int | None] = refers_to("account.id", default=None)


class SubGoal(Base):
    """A dated step: an indicator and the level to reach, or own words on any leg.

    `first_by_week` is the week that was agreed first, where it was moved since.
    """

    __tablename__ = "sub_goal"
    __table_args__ = (
        UniqueConstraint("citizen_id", "indicator_id", "by_week"),
        CheckConstraint("level BETWEEN 1 AND 5", name="level"),
        CheckConstraint("indicator_id IS NULL OR level IS NOT NULL", name="target"),
        CheckConstraint("words_of IN ('citizen', 'staff')", name="words_of"),
        CheckConstraint("done_at IS NULL OR done", name="done_at"),
    )
    id: Mapped[RowNumber] = mapped_column(init=False)
    citizen_id: Mapped[int] = refers_to("citizen.id", index=True)
    indicator_id: Mapped[str | None] = mapped_column(ForeignKey("indicator.id"), default=None)
    level: Mapped[int | None] = mapped_column(default=None)
    words: Mapped[str] = mapped_column(default="")
    by_week: Mapped[str]
    done: Mapped[bool] = mapped_column(default=False)
    leg_id: Mapped[str | None] = mapped_column(ForeignKey("leg.id"), default=None)
    words_of: Mapped[str | None] = mapped_column(default=None)
    set_by: Mapped[int | None] = refers_to("account.id", default=None)
    set_on: Mapped[dt.date | None] = mapped_column(default=None)
    first_by_week: Mapped[str | None] = mapped_column(default=None)
    done_at: Mapped[dt.datetime | None] = mapped_column(default=None)
    done_by: Mapped[int | None] = refers_to("account.id", default=None)
