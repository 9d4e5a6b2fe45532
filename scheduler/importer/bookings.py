"""Finds workers and rooms that two series or groups would have at the same time.

A timetable's groups have their staff and room to themselves. Appointments of one worker or room may overlap, for
citizens take them by quarter-hours; an appointment may not overlap a timetable's group.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.cells import DAY_WORDS
from catalog.tables import Group, GroupStaff, Meeting, Offering, Series, SeriesMeeting, SeriesStaff
from catalog.weeks import monday_of
from scheduler.importer.checking import Checked
from scheduler.importer.errors import ErrorList, Place

FOREVER = dt.date.max


class Booking(NamedTuple):
    """A worker or room at a weekly time between two days; `place` is empty for what the tables already have."""

    column: str
    resource: str
    day: int
    start: int
    end: int
    first: dt.date
    last: dt.date
    appointment: bool
    code: str
    place: Place | None


def check_bookings(session: Session, checked: Checked, errors: ErrorList) -> None:
    """Note each row that books a worker or room twice in `errors`, which is changed in place."""
    present = {key: (kind, there) for key, kind, there in session.execute(_OFFERED)}
    files = [(row.id, row.kind, row.staff_present) for catalog in checked.catalogs for row in catalog.offerings]
    files += [(row.id, row.kind, row.staff_present) for _, row in checked.of("offerings")]
    offered = present | {key: (kind, there) for key, kind, there in files}
    by_day: dict[tuple[str, str, int], list[Booking]] = defaultdict(list)
    for booking in [*_of_files(checked, offered), *_of_series(session, checked), *_of_groups(session, checked)]:
        by_day[booking.column, booking.resource, booking.day].append(booking)
    for bookings in by_day.values():
        for later, earlier in _clashes(bookings):
            _note(later, earlier, errors)


_OFFERED = select(Offering.id, Offering.kind, Offering.staff_present)


def is_appointment(kind: str, stated: bool | None) -> bool:
    """Whether citizens take staff and room by quarter-hours: individual time and conferences, unless stated."""
    return kind in ("individual", "conference") if stated is None else stated


def _clashes(bookings: list[Booking]) -> Iterator[tuple[Booking, Booking]]:
    """Pairs of a worker or room and weekday that overlap in time and in their dates, the row of a file first."""
    active: list[Booking] = []
    for booking in sorted(bookings, key=lambda booking: (booking.start, booking.end, booking.code)):
        active = [other for other in active if other.end > booking.start]
        for other in active:
            in_dates = booking.first <= other.last and other.first <= booking.last
            if in_dates and booking.code != other.code and not (booking.appointment and other.appointment):
                yield (booking, other) if _comes_later(booking, other) else (other, booking)
        active.append(booking)


def _comes_later(booking: Booking, other: Booking) -> bool:
    if booking.place is None or other.place is None:
        return booking.place is not None
    return (booking.place.sheet, booking.place.row) >= (other.place.sheet, other.place.row)


def _note(later: Booking, earlier: Booking, errors: ErrorList) -> None:
    if later.place is None:
        return
    clock = "-".join(f"{time // 60}:{time % 60:02}" for time in (earlier.start, earlier.end))
    where = f" (row {earlier.place.row} of {earlier.place.sheet})" if earlier.place else ""
    what = "a worker" if later.column == "staff" else "a room"
    wanted = f"{what} not booked twice: {earlier.code}{where} has it {DAY_WORDS[later.day][0]} {clock}"
    errors.add(later.place, later.column, later.resource, wanted)


def _of_files(checked: Checked, offered: dict[str, tuple[str, bool]]) -> Iterator[Booking]:
    for name in ("series", "groups"):
        for place, row in checked.of(name):
            if name == "series":
                first, last = row.valid_from, row.valid_to or FOREVER
            else:
                first, last = _days_of(row.week)
            kind, present = offered.get(row.offering, ("", True))
            staff = [("staff", person) for person in row.staff] if present else []
            rooms = [("room", row.room)] if row.room else []
            for column, resource in staff + rooms:
                appointment = is_appointment(kind, row.appointment)
                for day, start, end in row.meetings:
                    yield Booking(column, resource, day, start, end, first, last, appointment, row.id, place)


def _days_of(week: str) -> tuple[dt.date, dt.date]:
    return monday_of(week), monday_of(week) + dt.timedelta(days=6)


def _of_series(session: Session, checked: Checked) -> Iterator[Booking]:
    """The bookings of the series that the tables have and the files do not replace."""
    replaced = {row.id for _, row in checked.of("series")}
    shared = (SeriesMeeting.day, SeriesMeeting.start_min, SeriesMeeting.end_min, Series.valid_from, Series.valid_to)
    query = select(Series.id, Series.appointment, *shared).join(SeriesMeeting, SeriesMeeting.series_id == Series.id)
    staff = (
        query.add_columns(SeriesStaff.staff_id)
        .join(SeriesStaff, SeriesStaff.series_id == Series.id)
        .join(Offering, Offering.id == Series.offering_id)
        .where(Offering.staff_present)
    )
    rooms = query.add_columns(Series.room_id).where(Series.room_id.is_not(None))
    for column, rows in (("staff", staff), ("room", rooms)):
        for code, appointment, day, start, end, first, last, resource in session.execute(rows):
            if code not in replaced:
                yield Booking(column, str(resource), day, start, end, first, last or FOREVER, appointment, code, None)


def _of_groups(session: Session, checked: Checked) -> Iterable[Booking]:
    """The bookings of groups without a series in the weeks that the files' groups and series touch."""
    replaced = {(row.week, row.id) for _, row in checked.of("groups")}
    shared = (Meeting.day, Meeting.start_min, Meeting.end_min)
    query = select(Group.week, Group.code, Group.appointment, *shared).join(Meeting, Meeting.group_id == Group.id)
    query = query.where(Group.series_id.is_(None))
    staff = (
        query.add_columns(GroupStaff.staff_id)
        .join(GroupStaff, GroupStaff.group_id == Group.id)
        .join(Offering, Offering.id == Group.offering_id)
        .where(Offering.staff_present)
    )
    rooms = query.add_columns(Meeting.room_id).where(Meeting.room_id.is_not(None))
    for column, rows in (("staff", staff), ("room", rooms)):
        for week, code, appointment, day, start, end, resource in session.execute(rows):
            if (week, code) not in replaced:
                first, last = _days_of(week)
                yield Booking(column, str(resource), day, start, end, first, last, appointment, code, None)
