"""The tables of who may use the service: accounts, their sessions and keys, and who acts for whom."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from catalog.columns import Base, RowNumber, refers_to

ROLES = ("citizen", "representative", "staff", "planner", "admin")
SCOPES = ("centre", "team", "caseload")


class Account(Base):
    """Somebody who may log in; a `representative` has no week of her own and acts for citizens who let her.

    `scope` says whose data a member of staff sees: everybody's (`centre`), those with a contact in her team (`team`),
    or those whose contact she is (`caseload`). A password or a one-time code is kept as an argon2id hash.
    """

    __tablename__ = "account"
    __table_args__ = (
        CheckConstraint("role IN ('citizen', 'representative', 'staff', 'planner', 'admin')", name="role"),
        CheckConstraint("scope IN ('centre', 'team', 'caseload')", name="scope"),
        CheckConstraint("role <> 'citizen' OR citizen_id IS NOT NULL", name="citizen"),
    )
    id: Mapped[RowNumber] = mapped_column(init=False)
    username: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    role: Mapped[str]
    scope: Mapped[str] = mapped_column(default="caseload")
    citizen_id: Mapped[int | None] = refers_to("citizen.id", default=None)
    staff_id: Mapped[str | None] = refers_to("staff_member.id", default=None)
    sees_protected: Mapped[bool] = mapped_column(default=False)  # protected addresses and keep-apart pairs
    password_hash: Mapped[str | None] = mapped_column(default=None, repr=False)
    code_hash: Mapped[str | None] = mapped_column(default=None, repr=False)  # one-time code
    code_until: Mapped[dt.datetime | None] = mapped_column(default=None)
    created_at: Mapped[dt.datetime]
    closed_at: Mapped[dt.datetime | None] = mapped_column(default=None)


class LoginSession(Base):
    """A login in a browser; the cookie's value is kept as a SHA-256 hash."""

    __tablename__ = "login_session"
    token_hash: Mapped[str] = mapped_column(primary_key=True, repr=False)
    account_id: Mapped[int] = refers_to("account.id", index=True)
    form_token: Mapped[str] = mapped_column(repr=False)
    created_at: Mapped[dt.datetime]
    seen_at: Mapped[dt.datetime]
    by_code: Mapped[bool] = mapped_column(default=False, server_default=false())  # it began with a one-time code


class ApiKey(Base):
    """A key that lets a machine act as an account; kept as a SHA-256 hash."""

    __tablename__ = "api_key"
    key_hash: Mapped[str] = mapped_column(primary_key=True, repr=False)
    account_id: Mapped[int] = refers_to("account.id", index=True)
    label: Mapped[str]
    created_at: Mapped[dt.datetime]
    revoked_at: Mapped[dt.datetime | None] = mapped_column(default=None)


class LoginAttempt(Base):
    """A login that failed, so that the next ones can be slowed down."""

    __tablename__ = "login_attempt"
    id: Mapped[RowNumber] = mapped_column(init=False)
    username: Mapped[str] = mapped_column(index=True)
    address: Mapped[str] = mapped_column(index=True)
    at: Mapped[dt.datetime]


class Representation(Base):
    """A citizen lets somebody see her week (`see`) or also act for her (`act`), until a day or until she revokes it."""

    __tablename__ = "representation"
    __table_args__ = (CheckConstraint("may IN ('see', 'act')", name="may"),)
    id: Mapped[RowNumber] = mapped_column(init=False)
    citizen_id: Mapped[int] = refers_to("citizen.id", index=True)
    account_id: Mapped[int] = refers_to("account.id", index=True)
    may: Mapped[str]
    until: Mapped[dt.date]
    granted_by: Mapped[int] = refers_to("account.id")
    granted_at: Mapped[dt.datetime]
    revoked_at: Mapped[dt.datetime | None] = mapped_column(default=None)
