"""ISO weeks and their days, and the groups that a week gets from the series."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple
from zoneinfo import ZoneInfo

import holidays
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from catalog.database import insert_rows
from catalog.rules import rules_on
from catalog.tables import Group, GroupStaff, Meeting, Offering, Series, SeriesMeeting, SeriesStaff

CENTRE_TIME = ZoneInfo("Europe/Copenhagen")
_WEEK = re.compile(r"(\d{4})-?W(\d{1,2})", re.IGNORECASE)


class WeekError(ValueError):
    """A text that names no ISO week; the message says what was found, `expected` only what was expected."""

    def __init__(self, text: str, expected: str) -> None:
        self.expected = expected
        super().__init__(f"{text!r} is no week: expected {expected}")


def parse_week(text: str, today: dt.date | None = None) -> str:
    """Read an ISO week as `2026-W48`; `next` is the week after today's in the centre's time zone.

    Raises
    ------
    WeekError
        The text is no week, or its year has no such week.
    """
    if text.strip().lower() == "next":
        return week_of((today or dt.datetime.now(CENTRE_TIME).date()) + dt.timedelta(days=7))
    match = _WEEK.fullmatch(text.strip())
    if match is None:
        raise WeekError(text, "a year and an ISO week such as 2026-W48, or next")
    year, number = int(match[1]), int(match[2])
    if not 1 <= year <= 9998:
        raise WeekError(text, "a year from 0001 to 9998")
    last = dt.date(year, 12, 28).isocalendar().week
    if not 1 <= number <= last:
        raise WeekError(text, f"a week from 1 to {last}, as {year} has")
    return f"{year:04}-W{number:02}"


def monday_of(week: str) -> dt.date:
    """The first day of a week as `parse_week` gives it."""
    return dt.date.fromisocalendar(int(week[:4]), int(week[6:]), 1)


def week_of(day: dt.date) -> str:
    """The ISO week that a day lies in."""
    year, number, _ = day.isocalendar()
    return f"{year:04}-W{number:02}"


def shift_week(week: str, weeks: int) -> str:
    """The week so many weeks later, or earlier where `weeks` is negative."""
    return week_of(monday_of(week) + dt.timedelta(weeks=weeks))


def weeks_between(first: str, second: str) -> int:
    """How many weeks `second` lies after `first`."""
    return (monday_of(second) - monday_of(first)).days // 7


def closed_days(session: Session, week: str) -> dict[dt.date, str]:
    """The days of a week without meetings, with their names: Danish holidays and the rules `closed` by date."""
    monday = monday_of(week)
    days = [monday + dt.timedelta(days=day) for day in range(7)]
    public = holidays.country_holidays("DK", language="da", years={monday.year, days[-1].year})
    closed = {day: str(public[day]) for day in days if day in public}
    for (slug, key), name in rules_on(session, monday).items():
        if slug == "closed" and dt.date.fromisoformat(key) in days:
            closed[dt.date.fromisoformat(key)] = str(name)
    return closed


class _Draft(NamedTuple):
    """A group that a week may get, before its meetings are known."""

    series: str
    offering: str
    site: str
    room: str | None
    seats: int
    minimum: int
    appointment: bool
    first: dt.date
    last: dt.date | None
    intake_from: dt.date
    intake: str


def create_groups(session: Session, week: str) -> int:
    """Make a week's groups from the series that run in it, and say how many are new.

    Days on which the centre is closed get no meeting, and a series without a meeting in the week gets no group. A group
    that the week already has is left as it is, so a second call makes nothing.
    """
    monday = monday_of(week)
    closed = closed_days(session, week)
    present = set(session.scalars(select(Group.code).where(Group.week == week)))
    drafts = {draft.series: draft for draft in _running(session, monday) if draft.series not in present}
    meetings: dict[str, list[tuple[int, int, int, dt.date]]] = {}
    intake_day: dict[str, dt.date] = {}  # of each series' first meeting that takes in
    for series, day, start, end in session.execute(
        select(SeriesMeeting.series_id, SeriesMeeting.day, SeriesMeeting.start_min, SeriesMeeting.end_min)
    ):
        draft = drafts.get(series)
        if draft is None:
            continue
        first = draft.intake_from + dt.timedelta(days=(day - draft.intake_from.weekday()) % 7)
        intake_day[series] = min(first, intake_day.get(series, first))
        date = monday + dt.timedelta(days=day)
        if date not in closed and draft.first <= date and (draft.last is None or date <= draft.last):
            meetings.setdefault(series, []).append((day, start, end, date))
    made = [drafts[series] for series in sorted(meetings)]
    if made:
        insert_rows(session, Group, [_group_row(draft, week, intake_day[draft.series]) for draft in made])
        _insert_meetings(session, week, made, meetings)
    return len(made)


def _running(session: Session, monday: dt.date) -> Iterator[_Draft]:
    sunday = monday + dt.timedelta(days=6)
    rows = session.execute(
        select(
            Series.id,
            Series.offering_id,
            Series.site_id,
            Series.room_id,
            Series.seats,
            Series.minimum,
            Series.appointment,
            Series.valid_from,
            Series.valid_to,
            Series.intake_from,
            Offering.intake,
            Offering.valid_from,
            Offering.valid_to,
        )
        .join(Offering, Offering.id == Series.offering_id)
        .where(Series.valid_from <= sunday, or_(Series.valid_to.is_(None), Series.valid_to >= monday))
        .where(Offering.valid_from <= sunday, or_(Offering.valid_to.is_(None), Offering.valid_to >= monday))
    )
    for (
        series,
        offering,
        site,
        room,
        seats,
        minimum,
        appointment,
        first,
        last,
        intake_from,
        intake,
        since,
        until,
    ) in rows:
        ends = [day for day in (last, until) if day is not None]
        yield _Draft(
            series=series,
            offering=offering,
            site=site,
            room=room,
            seats=seats,
            minimum=minimum,
            appointment=appointment,
            first=max(first, since),
            last=min(ends, default=None),
            intake_from=intake_from or first,
            intake=intake,
        )


def takes_in(intake: str, intake_from: dt.date, week: str) -> bool:
    """Whether a group of an offering with this intake is open to newcomers in the week.

    Parameters
    ----------
    intake
        `rolling`, `cohort` or `every_N_weeks`.
    intake_from
        A day of the first week that takes in.
    """
    if intake == "rolling":
        return True
    since = weeks_between(week_of(intake_from), week)
    if intake == "cohort":
        return since == 0
    return since >= 0 and since % int(intake.removeprefix("every_").removesuffix("_weeks")) == 0


def _group_row(draft: _Draft, week: str, intake_day: dt.date) -> dict[str, object]:
    return {
        "week": week,
        "code": draft.series,
        "series_id": draft.series,
        "offering_id": draft.offering,
        "site_id": draft.site,
        "seats": draft.seats,
        "minimum": draft.minimum,
        "appointment": draft.appointment,
        "open_intake": takes_in(draft.intake, intake_day, week),
    }


def _insert_meetings(
    session: Session, week: str, made: Iterable[_Draft], meetings: dict[str, list[tuple[int, int, int, dt.date]]]
) -> None:
    number = dict(session.execute(select(Group.code, Group.id).where(Group.week == week)).all())
    insert_rows(
        session,
        Meeting,
        [
            {
                "group_id": number[draft.series],
                "day": day,
                "start_min": start,
                "end_min": end,
                "date": date,
                "room_id": draft.room,
            }
            for draft in made
            for day, start, end, date in meetings[draft.series]
        ],
    )
    staff = session.execute(select(SeriesStaff.series_id, SeriesStaff.staff_id))
    held = [{"group_id": number[series], "staff_id": person} for series, person in staff if series in meetings]
    insert_rows(session, GroupStaff, held)
