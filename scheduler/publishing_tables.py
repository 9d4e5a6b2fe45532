"""The tables of a plan's life after its run: answered, approved, published, and what people are asked to do."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import JSON, CheckConstraint, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from catalog.columns import Base, RowNumber, refers_to


class PlanAnswer(Base):
    """What a citizen, or somebody for her, says to the proposal of a run; silence blocks nothing."""

    __tablename__ = "plan_answer"
    __table_args__ = (CheckConstraint("answer IN ('yes', 'change', 'call_me')", name="answer"),)
    run_id: Mapped[int] = refers_to("run.id", key=True)
    citizen_id: Mapped[int] = refers_to("citizen.id", key=True)
    answer: Mapped[str]
    text: Mapped[str] = mapped_column(default="")
    account_id: Mapped[int] = refers_to("account.id")  # who said it
    at: Mapped[dt.datetime]


class Approval(Base):
    """A named person approves a run, for one team or whole; with a `reason` where the gate found something too bad."""

    __tablename__ = "approval"
    __table_args__ = (UniqueConstraint("run_id", "team"),)
    id: Mapped[RowNumber] = mapped_column(init=False)
    run_id: Mapped[int] = refers_to("run.id", index=True)
    team: Mapped[str] = mapped_column(default="")  # empty: everybody
    account_id: Mapped[int] = refers_to("account.id")
    at: Mapped[dt.datetime]
    gate: Mapped[list[Any]] = mapped_column(JSON, default_factory=list)  # what was worse than its limit
    reason: Mapped[str] = mapped_column(default="")


class Publication(Base):
    """A version of a week's plan that went out. It never changes; a later one follows it, or it is withdrawn."""

    __tablename__ = "publication"
    __table_args__ = (UniqueConstraint("week", "version"),)
    id: Mapped[RowNumber] = mapped_column(init=False)
    week: Mapped[str]
    version: Mapped[int]
    run_id: Mapped[int] = refers_to("run.id", index=True)
    account_id: Mapped[int] = refers_to("account.id")
    at: Mapped[dt.datetime]
    withdrawn_at: Mapped[dt.datetime | None] = mapped_column(default=None)
    withdrawn_by: Mapped[int | None] = refers_to("account.id", default=None)
    etag: Mapped[str]
    body: Mapped[bytes] = mapped_column(LargeBinary, repr=False)  # the whole week as compressed JSON, encoded once


class CalendarFeed(Base):
    """A secret address at which a citizen's calendar can be read; kept as a SHA-256 hash."""

    __tablename__ = "calendar_feed"
    token_hash: Mapped[str] = mapped_column(primary_key=True, repr=False)
    citizen_id: Mapped[int] = refers_to("citizen.id", index=True)
    created_at: Mapped[dt.datetime]
    revoked_at: Mapped[dt.datetime | None] = mapped_column(default=None)


class StaffTask(Base):
    """Something that a person has to do: `slug` says what, `details` whom and which offering it is about."""

    __tablename__ = "staff_task"
    __table_args__ = (UniqueConstraint("slug", "citizen_id", "week", "subject"),)
    id: Mapped[RowNumber] = mapped_column(init=False)
    slug: Mapped[str]
    citizen_id: Mapped[int] = refers_to("citizen.id", index=True)
    week: Mapped[str]
    subject: Mapped[str]  # an offering's id, or empty
    staff_id: Mapped[str | None] = refers_to("staff_member.id", default=None)
    created_at: Mapped[dt.datetime]
    done_at: Mapped[dt.datetime | None] = mapped_column(default=None)
    done_by: Mapped[int | None] = refers_to("account.id", default=None)
    note: Mapped[str] = mapped_column(default="")  # what the one who did it wrote
    proposed_week: Mapped[str | None] = mapped_column(default=None)  # where the task is to agree on a new one
