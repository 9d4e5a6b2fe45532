"""The tables of the runs: what went in, what came out, and who got less than was wanted."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, false
from sqlalchemy.orm import Mapped, mapped_column

from catalog.columns import Base, RowNumber, refers_to


class Run(Base):
    """One optimisation of one week. Objectives and bound are in `solver.problem.MICRO` units."""

    __tablename__ = "run"
    __table_args__ = (
        CheckConstraint(
            "state IN ('queued', 'running', 'proposed', 'approved', 'published', 'failed', 'cancelled')", name="state"
        ),
    )
    id: Mapped[RowNumber] = mapped_column(init=False)
    week: Mapped[str] = mapped_column(index=True)
    state: Mapped[str]
    seed: Mapped[int] = mapped_column(BigInteger)
    lottery_seed: Mapped[int] = mapped_column(BigInteger)
    parameters: Mapped[dict[str, Any]] = mapped_column(JSON, default_factory=dict)
    rules_hash: Mapped[str] = mapped_column(default="")  # of the dated rules, weights and points that held
    code_version: Mapped[str] = mapped_column(default="")
    warm_from: Mapped[int | None] = mapped_column(ForeignKey("run.id"), default=None)
    created_at: Mapped[dt.datetime]
    finished_at: Mapped[dt.datetime | None] = mapped_column(default=None)
    num_citizens: Mapped[int] = mapped_column(default=0)
    num_groups: Mapped[int] = mapped_column(default=0)
    objective: Mapped[int | None] = mapped_column(BigInteger, default=None)
    bound: Mapped[int | None] = mapped_column(BigInteger, default=None)
    gap_percent: Mapped[float | None] = mapped_column(default=None)
    first_come_objective: Mapped[int | None] = mapped_column(BigInteger, default=None)
    closed_percent: Mapped[float | None] = mapped_column(default=None)
    figures: Mapped[dict[str, Any]] = mapped_column(JSON, default_factory=dict)  # further figures of the summary
    termination_reason: Mapped[str | None] = mapped_column(default=None)
    termination_limit: Mapped[str | None] = mapped_column(default=None)
    termination_proved: Mapped[str | None] = mapped_column(default=None)
    rounds: Mapped[int] = mapped_column(default=0)
    seconds: Mapped[float | None] = mapped_column(default=None)
    peak_mb: Mapped[float | None] = mapped_column(default=None)
    trace: Mapped[list[Any]] = mapped_column(JSON, default_factory=list)  # one entry a round
    prices: Mapped[bytes | None] = mapped_column(LargeBinary, default=None)
    input: Mapped[bytes | None] = mapped_column(LargeBinary, default=None, repr=False)
    input_version: Mapped[int] = mapped_column(default=1)
    error: Mapped[str | None] = mapped_column(default=None)
    # What makes the table a queue; see `scheduler.queue`.
    requested_by: Mapped[int | None] = refers_to("account.id", default=None)
    schedule_key: Mapped[str | None] = mapped_column(default=None, unique=True)  # of a run that a clock asked for
    owner: Mapped[str | None] = mapped_column(default=None)  # the worker that holds the lease
    lease_until: Mapped[float | None] = mapped_column(default=None)  # seconds since 1970 by the database's clock
    # Rises with every claim, so that an older worker's writes find no row.
    fence: Mapped[int] = mapped_column(default=0, server_default="0")
    attempt: Mapped[int] = mapped_column(default=0, server_default="0")
    cancel_requested: Mapped[bool] = mapped_column(default=False, server_default=false())
    progress: Mapped[dict[str, Any]] = mapped_column(JSON, default_factory=dict, server_default="{}")  # the last round
    checkpoint: Mapped[bytes | None] = mapped_column(LargeBinary, default=None, repr=False)


class PlanEntry(Base):
    """A group in a citizen's plan of a run."""

    __tablename__ = "plan_entry"
    __table_args__ = (Index(None, "group_id"),)
    run_id: Mapped[int] = refers_to("run.id", key=True)
    citizen_id: Mapped[int] = refers_to("citizen.id", key=True)
    group_id: Mapped[int] = refers_to("week_group.id", key=True)


class PlanException(Base):
    """A citizen whose own locks break the rule that `slug` names, and who got her locks all the same."""

    __tablename__ = "plan_exception"
    run_id: Mapped[int] = refers_to("run.id", key=True)
    citizen_id: Mapped[int] = refers_to("citizen.id", key=True)
    slug: Mapped[str] = mapped_column(primary_key=True)


class BelowMinimum(Base):
    """A citizen whose plan has less than her minimum hours.

    `alone`: not even an empty centre could; `slug` names the rule. `crowded`: only by pushing somebody else below;
    `exchange` names the exchange that was tried.
    """

    __tablename__ = "below_minimum"
    __table_args__ = (CheckConstraint("reason IN ('alone', 'crowded')", name="reason"),)
    run_id: Mapped[int] = refers_to("run.id", key=True)
    citizen_id: Mapped[int] = refers_to("citizen.id", key=True)
    reason: Mapped[str]
    slug: Mapped[str]
    minutes: Mapped[int]  # that she is short of
    exchange: Mapped[str] = mapped_column(default="")


class UncoveredLeg(Base):
    """A needed leg that a citizen's plan does not cover, and the rule or row that stands in the way."""

    __tablename__ = "uncovered_leg"
    run_id: Mapped[int] = refers_to("run.id", key=True)
    citizen_id: Mapped[int] = refers_to("citizen.id", key=True)
    leg_id: Mapped[str] = refers_to("leg.id", key=True)
    slug: Mapped[str]
