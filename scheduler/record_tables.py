"""The tables that record what was done and what waits: the audit, answers to writes, messages, jobs, chores."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import JSON, CheckConstraint, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from catalog.columns import Base, RowNumber, TextKey, refers_to


class AuditEntry(Base):
    """One reading or writing of personal data. Each entry's hash covers the one before it.

    `subject` is a pseudonym, so that erasing a citizen leaves the chain whole.
    """

    __tablename__ = "audit_entry"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # without gaps, from 1
    at: Mapped[dt.datetime]
    account_id: Mapped[int | None]
    role: Mapped[str]
    purpose: Mapped[str]
    subject: Mapped[str] = mapped_column(index=True)
    action: Mapped[str]
    outcome: Mapped[str]
    request_id: Mapped[str]
    previous_hash: Mapped[str]
    hash: Mapped[str]


class Pseudonym(Base):
    """Whom an audit entry's subject means; erased with the citizen."""

    __tablename__ = "pseudonym"
    citizen_id: Mapped[int] = refers_to("citizen.id", key=True)
    subject: Mapped[str] = mapped_column(unique=True)


class StoredAnswer(Base):
    """The answer to a write with an idempotency key, given again where the key comes again."""

    __tablename__ = "stored_answer"
    account_id: Mapped[int] = refers_to("account.id", key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    request_hash: Mapped[str]  # of method, path and body
    status: Mapped[int]
    headers: Mapped[dict[str, Any]] = mapped_column(JSON, default_factory=dict)
    body: Mapped[bytes] = mapped_column(LargeBinary, repr=False)
    at: Mapped[dt.datetime]


class Message(Base):
    """A message to a citizen or a member of staff: a slug with its arguments, put into words when it is sent."""

    __tablename__ = "message"
    __table_args__ = (CheckConstraint("channel IN ('sms', 'letter', 'call', 'email')", name="channel"),)
    id: Mapped[RowNumber] = mapped_column(init=False)
    citizen_id: Mapped[int] = refers_to("citizen.id", index=True)
    channel: Mapped[str]
    slug: Mapped[str]
    arguments: Mapped[dict[str, Any]] = mapped_column(JSON, default_factory=dict)
    created_at: Mapped[dt.datetime]
    send_at: Mapped[dt.datetime]
    sent_at: Mapped[dt.datetime | None] = mapped_column(default=None)


class CitizenJob(Base):
    """A copy of a citizen's data, or her erasure, that somebody asked for and a worker does."""

    __tablename__ = "citizen_job"
    __table_args__ = (CheckConstraint("kind IN ('copy', 'erasure')", name="kind"),)
    id: Mapped[RowNumber] = mapped_column(init=False)
    kind: Mapped[str]
    citizen_id: Mapped[int] = refers_to("citizen.id", index=True)
    asked_by: Mapped[int] = refers_to("account.id")
    asked_at: Mapped[dt.datetime]
    done_at: Mapped[dt.datetime | None] = mapped_column(default=None)
    error: Mapped[str] = mapped_column(default="")  # why it waits still, or why nothing came of it
    copy: Mapped[bytes | None] = mapped_column(LargeBinary, default=None, repr=False)  # as compressed JSON


class WeekPrint(Base):
    """Everybody's sheets of a published run as a PDF, that somebody asked for and a worker makes."""

    __tablename__ = "week_print"
    id: Mapped[RowNumber] = mapped_column(init=False)
    run_id: Mapped[int] = refers_to("run.id", index=True)
    asked_by: Mapped[int] = refers_to("account.id")
    asked_at: Mapped[dt.datetime]
    done_at: Mapped[dt.datetime | None] = mapped_column(default=None)
    error: Mapped[str] = mapped_column(default="")
    sheets: Mapped[int] = mapped_column(default=0)
    pdf: Mapped[bytes | None] = mapped_column(LargeBinary, default=None, repr=False)


class AskedScenario(Base):
    """A planned week with something different that somebody asked for, and what a worker found that it would be."""

    __tablename__ = "asked_scenario"
    __table_args__ = (CheckConstraint("attempt >= 0", name="attempt"),)
    id: Mapped[RowNumber] = mapped_column(init=False)
    asked_by: Mapped[int] = refers_to("account.id")
    asked_at: Mapped[dt.datetime]
    scenario: Mapped[dict[str, Any]] = mapped_column(JSON)
    tried_at: Mapped[dt.datetime | None] = mapped_column(default=None)  # when a worker took it up
    attempt: Mapped[int] = mapped_column(default=0)
    done_at: Mapped[dt.datetime | None] = mapped_column(default=None)
    error: Mapped[str] = mapped_column(default="")
    result: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True), default=None, repr=False)


class Chore(Base):
    """When something that recurs is due again, so that of many workers one does it."""

    __tablename__ = "chore"
    name: Mapped[TextKey]
    due: Mapped[float]  # seconds since 1970 by the database's clock
