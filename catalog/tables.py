"""The tables of what the centre offers, from the offerings to a week's groups and their meetings."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from catalog.columns import Base, RowNumber, TextKey, refers_to
from catalog.offering_tables import Indicator, Leg, LegDose, Offering, OfferingTargetGroup, TargetGroup

__all__ = [
    "Base",
    "Group",
    "GroupStaff",
    "Indicator",
    "Leg",
    "LegDose",
    "Meeting",
    "Offering",
    "OfferingTargetGroup",
    "Room",
    "Rule",
    "Series",
    "SeriesMeeting",
    "SeriesStaff",
    "Site",
    "SiteTravel",
    "StaffHours",
    "StaffMember",
    "TargetGroup",
    "Weight",
]


def _ordered(start: str, end: str, name: str) -> CheckConstraint:
    return CheckConstraint(f"{start} < {end}", name=name)


class Site(Base):
    """A place where groups meet."""

    __tablename__ = "site"
    id: Mapped[TextKey]
    name: Mapped[str]
    address: Mapped[str] = mapped_column(default="")


class SiteTravel(Base):
    """Minutes between two sites, kept once in each direction; a site is 0 minutes from itself without a row."""

    __tablename__ = "site_travel"
    __table_args__ = (CheckConstraint("minutes >= 0", name="minutes"),)
    from_site_id: Mapped[str] = refers_to("site.id", key=True)
    to_site_id: Mapped[str] = refers_to("site.id", key=True)
    minutes: Mapped[int]


class StaffMember(Base):
    """A named worker with one role."""

    __tablename__ = "staff_member"
    __table_args__ = (CheckConstraint("week_minutes >= 0", name="week_minutes"),)
    id: Mapped[TextKey]
    name: Mapped[str]
    role: Mapped[str]
    team: Mapped[str] = mapped_column(default="")
    site_id: Mapped[str] = refers_to("site.id")
    week_minutes: Mapped[int] = mapped_column(default=2220)


class StaffHours(Base):
    """When a worker works; a worker without rows works whenever the centre is open."""

    __tablename__ = "staff_hours"
    __table_args__ = (_ordered("start_min", "end_min", "times"), CheckConstraint("day BETWEEN 0 AND 6", name="day"))
    staff_id: Mapped[str] = refers_to("staff_member.id", key=True)
    day: Mapped[int] = mapped_column(primary_key=True)
    start_min: Mapped[int] = mapped_column(primary_key=True)
    end_min: Mapped[int]


class Room(Base):
    """A room of a site; `capacity` empty means that nobody counted."""

    __tablename__ = "room"
    __table_args__ = (CheckConstraint("capacity >= 0", name="capacity"),)
    id: Mapped[TextKey]
    name: Mapped[str] = mapped_column(default="")
    site_id: Mapped[str] = refers_to("site.id")
    type: Mapped[str]
    capacity: Mapped[int | None] = mapped_column(default=None)


class Series(Base):
    """A group that recurs every week between two dates.

    `appointment`: taken by citizens, so its staff and room are used by quarter-hours of those who take it. Every other
    series has its staff and room reserved by the timetable. A cohort, or a series whose offering takes in every so many
    weeks, takes in first at its first meeting from `intake_from` (`valid_from` where empty) on.
    """

    __tablename__ = "series"
    __table_args__ = (
        CheckConstraint("seats >= 0 AND minimum >= 0 AND minimum <= seats", name="seats"),
        CheckConstraint("valid_to IS NULL OR valid_from <= valid_to", name="valid"),
    )
    id: Mapped[TextKey]
    offering_id: Mapped[str] = refers_to("offering.id", index=True)
    site_id: Mapped[str] = refers_to("site.id")
    room_id: Mapped[str | None] = mapped_column(ForeignKey("room.id"), default=None)
    seats: Mapped[int]
    minimum: Mapped[int]
    appointment: Mapped[bool] = mapped_column(default=False)
    intake_from: Mapped[dt.date | None] = mapped_column(default=None)
    valid_from: Mapped[dt.date]
    valid_to: Mapped[dt.date | None] = mapped_column(default=None)


class SeriesMeeting(Base):
    """A weekday and time at which a series meets."""

    __tablename__ = "series_meeting"
    __table_args__ = (_ordered("start_min", "end_min", "times"), CheckConstraint("day BETWEEN 0 AND 6", name="day"))
    series_id: Mapped[str] = refers_to("series.id", key=True)
    day: Mapped[int] = mapped_column(primary_key=True)
    start_min: Mapped[int] = mapped_column(primary_key=True)
    end_min: Mapped[int]


class SeriesStaff(Base):
    """Who holds a series."""

    __tablename__ = "series_staff"
    series_id: Mapped[str] = refers_to("series.id", key=True)
    staff_id: Mapped[str] = refers_to("staff_member.id", key=True)


class Group(Base):
    """One class of an offering in one week. `code` is its series' id, or a name of its own where it has none."""

    __tablename__ = "week_group"
    __table_args__ = (
        UniqueConstraint("week", "code"),
        CheckConstraint("seats >= 0 AND minimum >= 0 AND minimum <= seats", name="seats"),
    )
    id: Mapped[RowNumber] = mapped_column(init=False)
    week: Mapped[str]
    code: Mapped[str]
    series_id: Mapped[str | None] = mapped_column(ForeignKey("series.id"), index=True, default=None)
    offering_id: Mapped[str] = refers_to("offering.id")
    site_id: Mapped[str] = refers_to("site.id")
    seats: Mapped[int]
    minimum: Mapped[int]
    appointment: Mapped[bool] = mapped_column(default=False)
    open_intake: Mapped[bool] = mapped_column(default=True)


class Meeting(Base):
    """One time interval of a group."""

    __tablename__ = "meeting"
    __table_args__ = (_ordered("start_min", "end_min", "times"), CheckConstraint("day BETWEEN 0 AND 6", name="day"))
    group_id: Mapped[int] = refers_to("week_group.id", key=True)
    day: Mapped[int] = mapped_column(primary_key=True)
    start_min: Mapped[int] = mapped_column(primary_key=True)
    end_min: Mapped[int]
    date: Mapped[dt.date]
    room_id: Mapped[str | None] = mapped_column(ForeignKey("room.id"), default=None)


class GroupStaff(Base):
    """Who holds a group."""

    __tablename__ = "group_staff"
    __table_args__ = (Index(None, "staff_id"),)
    group_id: Mapped[int] = refers_to("week_group.id", key=True)
    staff_id: Mapped[str] = refers_to("staff_member.id", key=True)


class Rule(Base):
    """A dated setting of the rule that `slug` names, such as (`daily_limit`, `default`, 3)."""

    __tablename__ = "rule"
    slug: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    valid_from: Mapped[dt.date] = mapped_column(primary_key=True)
    valid_to: Mapped[dt.date | None] = mapped_column(default=None)
    value: Mapped[Any] = mapped_column(JSON)


class Weight(Base):
    """Dated points of one term of a plan's value."""

    __tablename__ = "weight"
    key: Mapped[str] = mapped_column(primary_key=True)
    valid_from: Mapped[dt.date] = mapped_column(primary_key=True)
    valid_to: Mapped[dt.date | None] = mapped_column(default=None)
    points: Mapped[int]
