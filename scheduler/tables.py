"""The tables of the citizens. A citizen's facts have a table each; no table has a place for a CPR number."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from catalog.columns import Base, RowNumber, refers_to
from scheduler.run_tables import BelowMinimum, PlanEntry, PlanException, Run, UncoveredLeg

__all__ = [
    "Agreement",
    "AvailabilityBlock",
    "Base",
    "BelowMinimum",
    "Citizen",
    "CitizenLeg",
    "CitizenPeriod",
    "CitizenSite",
    "CitizenStrength",
    "CitizenTargetGroup",
    "Completion",
    "Contact",
    "Enrolment",
    "Goal",
    "KeepApart",
    "Lock",
    "PlanEntry",
    "PlanException",
    "Referral",
    "Run",
    "SubGoal",
    "TestResult",
    "TimePreference",
    "UncoveredLeg",
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


class CitizenPeriod(Base):
    """A dated turn in a citizen's time at the centre.

    A `pause` lasts until `until` (both days included). An `exit` has a `destination` (job, education, ...); a `return` ends it.
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
    """Time that a citizen can come (`free`) or not (`own_block`, `external`), every week or in the one that `week` names.

    A citizen can come in her free blocks of every week and of the week, without her own blocks and external appointments.
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


class Lock(Base):
    """A group of one week that staff says a citizen has."""

    __tablename__ = "lock"
    citizen_id: Mapped[int] = refers_to("citizen.id", key=True)
    group_id: Mapped[int] = refers_to("week_group.id", key=True)
    locked_by: Mapped[str]
    why: Mapped[str]


class Enrolment(Base):
    """A citizen's place in a series from one week until another.

    It tells which groups she was in last week. `binding` places, a running cohort or a place at an employer, stand in her
    plan until they end.
    """

    __tablename__ = "enrolment"
    __table_args__ = (CheckConstraint("until_week IS NULL OR from_week <= until_week", name="weeks"), Index(None, "series_id"))
    citizen_id: Mapped[int] = refers_to("citizen.id", key=True)
    series_id: Mapped[str] = refers_to("series.id", key=True)
    from_week: Mapped[str] = mapped_column(primary_key=True)
    until_week: Mapped[str | None] = mapped_column(default=None)
    binding: Mapped[bool] = mapped_column(default=False)


class Agreement(Base):
    """A promise of one offering until a week; it stands until then unless the citizen asks to leave (`left_week`)."""

    __tablename__ = "agreement"
    __table_args__ = (CheckConstraint("from_week <= until_week", name="weeks"),)
    citizen_id: Mapped[int] = refers_to("citizen.id", key=True)
    offering_id: Mapped[str] = refers_to("offering.id", key=True)
    from_week: Mapped[str] = mapped_column(primary_key=True)
    until_week: Mapped[str]
    series_id: Mapped[str | None] = mapped_column(ForeignKey("series.id"), default=None)  # empty: any group of it
    sub_goal_id: Mapped[int | None] = mapped_column(ForeignKey("sub_goal.id"), default=None)
    why: Mapped[str]
    left_week: Mapped[str | None] = mapped_column(default=None)


class Referral(Base):
    """An offering that a citizen should have in a week: its turn has come, staff refers her, or she asks for it."""

    __tablename__ = "referral"
    __table_args__ = (CheckConstraint("kind IN ('due', 'referral', 'request')", name="kind"),)
    citizen_id: Mapped[int] = refers_to("citizen.id", key=True)
    offering_id: Mapped[str] = refers_to("offering.id", key=True)
    due_week: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]


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
    """A citizen's end goal, job or education."""

    __tablename__ = "goal"
    __table_args__ = (CheckConstraint("kind IN ('job', 'education')", name="kind"),)
    citizen_id: Mapped[int] = refers_to("citizen.id", key=True)
    set_on: Mapped[dt.date] = mapped_column(primary_key=True)
    kind: Mapped[str]
    words: Mapped[str] = mapped_column(default="")


class SubGoal(Base):
    """A dated step: an indicator and the level to reach, or the citizen's own words."""

    __tablename__ = "sub_goal"
    __table_args__ = (
        UniqueConstraint("citizen_id", "indicator_id", "by_week"),
        CheckConstraint("level BETWEEN 1 AND 5", name="level"),
        CheckConstraint("indicator_id IS NULL OR level IS NOT NULL", name="target"),
    )
    id: Mapped[RowNumber] = mapped_column(init=False)
    citizen_id: Mapped[int] = refers_to("citizen.id", index=True)
    indicator_id: Mapped[str | None] = mapped_column(ForeignKey("indicator.id"), default=None)
    level: Mapped[int | None] = mapped_column(default=None)
    words: Mapped[str] = mapped_column(default="")
    by_week: Mapped[str]
    done: Mapped[bool] = mapped_column(default=False)
