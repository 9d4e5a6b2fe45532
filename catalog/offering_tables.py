"""The tables of the offerings: what each is, which leg it stands on and who may have it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import JSON, CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from catalog.columns import Base, TextKey, refers_to


class Leg(Base):
    """A life domain that a plan should stand on."""

    __tablename__ = "leg"
    id: Mapped[TextKey]
    da: Mapped[str]
    en: Mapped[str]
    covers: Mapped[list[Any]] = mapped_column(JSON, default_factory=list)


class LegDose(Base):
    """Minutes a week from which one activity covers the leg, by date."""

    __tablename__ = "leg_dose"
    __table_args__ = (CheckConstraint("minutes >= 0", name="minutes"),)
    leg_id: Mapped[str] = refers_to("leg.id", key=True)
    valid_from: Mapped[dt.date] = mapped_column(primary_key=True)
    valid_to: Mapped[dt.date | None] = mapped_column(default=None)
    minutes: Mapped[int]


class Indicator(Base):
    """A progression indicator, rated 1-5 by those in `asked` (citizen, staff)."""

    __tablename__ = "indicator"
    id: Mapped[TextKey]
    da: Mapped[str]
    en: Mapped[str]
    asked: Mapped[list[Any]] = mapped_column(JSON, default_factory=list)


class TargetGroup(Base):
    """A group of citizens that a law names; `law_ref` is the paragraph, `label_da` the plain words."""

    __tablename__ = "target_group"
    code: Mapped[TextKey]
    law_ref: Mapped[str]
    label_da: Mapped[str]
    valid_from: Mapped[dt.date]
    valid_to: Mapped[dt.date | None] = mapped_column(default=None)


class Offering(Base):
    """One of the things the centre offers."""

    __tablename__ = "offering"
    __table_args__ = (
        CheckConstraint("kind IN ('open_group', 'course', 'internship', 'individual', 'conference')", name="kind"),
        CheckConstraint("0 <= min_size AND min_size <= max_size", name="size"),
        CheckConstraint("meeting_min > 0 AND weeks > 0 AND load >= 0", name="amounts"),
        CheckConstraint("valid_to IS NULL OR valid_from <= valid_to", name="valid"),
    )
    id: Mapped[TextKey]
    nr: Mapped[int] = mapped_column(unique=True)
    da: Mapped[str]
    en: Mapped[str]
    neutral_da: Mapped[str]
    leg_id: Mapped[str] = refers_to("leg.id")
    kind: Mapped[str]
    job_oriented: Mapped[bool]
    health_skill: Mapped[bool]
    meeting_min: Mapped[int]
    meetings_per_week: Mapped[float]
    min_size: Mapped[int]
    max_size: Mapped[int]
    weeks: Mapped[int]
    intake: Mapped[str]  # rolling, cohort or every_N_weeks
    load: Mapped[int]
    contact_role: Mapped[str | None] = mapped_column(default=None)  # the role of `own_person`, if any
    staff_roles: Mapped[list[Any]] = mapped_column(JSON, default_factory=list)
    staff_present: Mapped[bool] = mapped_column(default=True)
    room_type: Mapped[str]
    remote_ok: Mapped[bool] = mapped_column(default=False)
    meetings_per_week_per_1000: Mapped[float] = mapped_column(default=0.0)
    people_min: Mapped[int | None] = mapped_column(default=None)  # of a conference, the citizen included
    people_max: Mapped[int | None] = mapped_column(default=None)
    earliest_min: Mapped[int | None] = mapped_column(default=None)  # no meeting starts before
    latest_min: Mapped[int | None] = mapped_column(default=None)  # no meeting ends after
    legal: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(default="")
    trains: Mapped[dict[str, Any]] = mapped_column(JSON, default_factory=dict)  # indicators: main, side
    builds_on: Mapped[list[Any]] = mapped_column(JSON, default_factory=list)  # words of the citizens' strengths
    prerequisites: Mapped[list[Any]] = mapped_column(JSON, default_factory=list)  # all of [{"any": [...]}]
    valid_from: Mapped[dt.date]
    valid_to: Mapped[dt.date | None] = mapped_column(default=None)


class OfferingTargetGroup(Base):
    """An offering that only some target groups may have names them here; one without rows is open to all."""

    __tablename__ = "offering_target_group"
    offering_id: Mapped[str] = refers_to("offering.id", key=True)
    target_code: Mapped[str] = refers_to("target_group.code", key=True)
    valid_from: Mapped[dt.date] = mapped_column(primary_key=True)
    valid_to: Mapped[dt.date | None] = mapped_column(default=None)
