"""The tables of the citizens. A citizen's facts have a table each; no table has a place for a CPR number."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from catalog.columns import RowNumber, refers_to
from catalog.tables import Base  # The citizens refer to the catalog, so its tables come along.
from scheduler.account_tables import Account, ApiKey, LoginAttempt, LoginSession, Representation
from scheduler.ledger_tables import CitizenWeek
from scheduler.progress_tables import Attendance, BrokenAgreement, Coming, HelpAnswer, Rating, SwapYes, TrialYes
from scheduler.promise_tables import (
    Agreement,
    Clearance,
    Completion,
    Enrolment,
    Goal,
    KeptWeek,
    Lock,
    Referral,
    SubGoal,
    TestResult,
)
from scheduler.publishing_tables import Approval, CalendarFeed, PlanAnswer, Publication, StaffTask
from scheduler.record_tables import (
    AskedScenario,
    AuditEntry,
    Chore,
    CitizenJob,
    Message,
    Pseudonym,
    StoredAnswer,
    WeekPrint,
)
from scheduler.request_tables import (
    ChangeRequest,
    FreedSeat,
    Hold,
    InboundText,
    Place,
    PlanChange,
    Supply,
    SupplyUse,
    Waiting,
)
from scheduler.run_tables import BelowMinimum, PlanEntry, PlanException, Run, UncoveredLeg

__all__ = [
    "Account",
    "Agreement",
    "ApiKey",
    "Approval",
    "AskedScenario",
    "Attendance",
    "AuditEntry",
    "AvailabilityBlock",
    "Base",
    "BelowMinimum",
    "BrokenAgreement",
    "CalendarFeed",
    "ChangeRequest",
    "Chore",
    "Citizen",
    "CitizenJob",
    "CitizenLeg",
    "CitizenPeriod",
    "CitizenSite",
    "CitizenStrength",
    "CitizenTargetGroup",
    "CitizenWeek",
    "Clearance",
    "Coming",
    "Completion",
    "Contact",
    "Enrolment",
    "FreedSeat",
    "Goal",
    "HelpAnswer",
    "Hold",
    "InboundText",
    "KeepApart",
    "KeptWeek",
    "Lock",
    "LoginAttempt",
    "LoginSession",
    "Message",
    "Place",
    "PlanAnswer",
    "PlanChange",
    "PlanEntry",
    "PlanException",
    "Pseudonym",
    "Publication",
    "Rating",
    "Referral",
    "Representation",
    "Run",
    "StaffTask",
    "StoredAnswer",
    "SubGoal",
    "Supply",
    "SupplyUse",
    "SwapYes",
    "TestResult",
    "TimePreference",
    "TrialYes",
    "UncoveredLeg",
    "Waiting",
    "WeekPrint",
    "Wish",
]


class Citizen(Base):
    """A person the centre plans for; `external_id` is the id in the centre's own system, never a CPR number."""

    __tablename__ = "citizen"
    __table_args__ = (
        CheckConstraint("0 <= min_minutes AND min_minutes <= max_minutes", name="minutes"),
        CheckConstraint("energy >= 0 AND daily_limit >= 0", name="budgets"),
        CheckConstraint("weight_percent BETWEEN 1 AND 1000", name="weight_percent"),
    )
    id: Mapped[RowNumber] = mapped_column(init=False)
    external_id: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str | None] = mapped_column(default=None)
    home_site_id: Mapped[str] = refers_to("site.id")
    joined: Mapped[dt.date]
    min_minutes: Mapped[int]
    max_minutes: Mapped[int]
    energy: Mapped[int]  # load points a week
    daily_limit: Mapped[int]  # meetings a day
    weight_percent: Mapped[int] = mapped_column(default=100)
    out_of_work_since: Mapped[dt.date | None] = mapped_column(default=None)
    protected_address: Mapped[bool] = mapped_column(default=False)
    interpreter: Mapped[str | None] = mapped_column(default=None)  # the language in which she needs one


class CitizenPeriod(Base):
    """A dated turn in a citizen's time at the centre.

    A `pause` lasts from `start` to `until`, both days included. An `exit` has a `destination` (job, education, ...); a
    `return` ends it.
    """

    __tablename__ = "citizen_period"
    __table_args__ = (
        CheckConstraint("kind IN ('join', 'pause', 'exit', 'return')", name="kind"),
        CheckConstraint("until IS NULL OR start <= until", name="dates"),
    )
    citizen_id: Mapped[int] = refers_to("citizen.id", key=True)
    start: Mapped[dt.date] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    until: Mapped[dt.date | None] = mapped_column(default=None)
    destination: Mapped[str | None] = mapped_column(default=None)


class CitizenTargetGroup(Base):
    """The target group a citizen belongs to, by date."""

    __tablename__ = "citizen_target_group"
    citizen_id: Mapped[int] = refers_to("citizen.id", key=True)
    target_code: Mapped[str] = refers_to("target_group.code")
    valid_from: Mapped[dt.date] = mapped_column(primary_key=True)
    valid_to: Mapped[dt.date | None] = mapped_column(default=None)


class CitizenLeg(Base):
    """A leg that a citizen needs."""

    __tablename__ = "citizen_leg"
    citizen_id: Mapped[int] = refers_to("citizen.id", key=True)
    leg_id: Mapped[str] = refers_to("leg.id", key=True)
    most_pressing: Mapped[bool] = mapped_column(default=False)


class CitizenStrength(Base):
    """A competence or job wish that a citizen brings; `word` is one of the words that offerings build on."""

    __tablename__ = "citizen_strength"
    __table_args__ = (CheckConstraint("kind IN ('competence', 'job_wish')", name="kind"),)
    citizen_id: Mapped[int] = refers_to("citizen.id", key=True)
    word: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)


class AvailabilityBlock(Base):
    """Time that a citizen can come (`free`) or not (`own_block`, `external`), every week or only in `week`.

    She can come in her free blocks of every week and of the week, without her own blocks and external appointments.
    """

    __tablename__ = "availability_block"
    __table_args__ = (
        CheckConstraint("kind IN ('free', 'own_block', 'external')", name="kind"),
        CheckConstraint("day BETWEEN 0 AND 6", name="day"),
        CheckConstraint("0 <= start_min AND start_min < end_min AND end_min <= 1440", name="times"),
    )
    id: Mapped[RowNumber] = mapped_column(init=False)
    citizen_id: Mapped[int] = refers_to("citizen.id", index=True)
    week: Mapped[str | None] = mapped_column(default=None)
    day: Mapped[int]
    start_min: Mapped[int]
    end_min: Mapped[int]
    kind: Mapped[str]


class CitizenSite(Base):
    """A site that a citizen reaches; `preference` 0-5 says how gladly."""

    __tablename__ = "citizen_site"
    __table_args__ = (CheckConstraint("preference BETWEEN 0 AND 5", name="preference"),)
    citizen_id: Mapped[int] = refers_to("citizen.id", key=True)
    site_id: Mapped[str] = refers_to("site.id", key=True)
    preference: Mapped[int] = mapped_column(default=0)


class Wish(Base):
    """What a citizen thinks of an offering, -5 to 5; `refused` bars it from every plan."""

    __tablename__ = "wish"
    __table_args__ = (CheckConstraint("strength BETWEEN -5 AND 5", name="strength"),)
    citizen_id: Mapped[int] = refers_to("citizen.id", key=True)
    offering_id: Mapped[str] = refers_to("offering.id", key=True)
    strength: Mapped[int]
    refused: Mapped[bool] = mapped_column(default=False)


class TimePreference(Base):
    """A half day that a citizen likes, 0-5; half 0 is before 12:00."""

    __tablename__ = "time_preference"
    __table_args__ = (
        CheckConstraint("day BETWEEN 0 AND 6 AND half BETWEEN 0 AND 1", name="half_day"),
        CheckConstraint("strength BETWEEN 0 AND 5", name="strength"),
    )
    citizen_id: Mapped[int] = refers_to("citizen.id", key=True)
    day: Mapped[int] = mapped_column(primary_key=True)
    half: Mapped[int] = mapped_column(primary_key=True)
    strength: Mapped[int]


class Contact(Base):
    """A citizen's own member of staff in a role."""

    __tablename__ = "contact"
    citizen_id: Mapped[int] = refers_to("citizen.id", key=True)
    role: Mapped[str] = mapped_column(primary_key=True)
    staff_id: Mapped[str] = refers_to("staff_member.id")


class KeepApart(Base):
    """Two citizens who never share a group. The reason has no place here."""

    __tablename__ = "keep_apart"
    __table_args__ = (CheckConstraint("first_citizen_id < second_citizen_id", name="order"),)
    first_citizen_id: Mapped[int] = refers_to("citizen.id", key=True)
    second_citizen_id: Mapped[int] = refers_to("citizen.id", key=True)
