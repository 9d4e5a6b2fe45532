"""A week as pages show it: its days with their meetings, in the reader's language."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from catalog.weeks import monday_of

WORKDAYS = 5


@dataclass(frozen=True)
class Event:
    """One meeting of somebody's week; times are minutes after midnight. `state` is a slug `state_...` of the texts."""

    date: dt.date
    start: int
    end: int
    title: str
    site: str
    room: str = ""
    staff: tuple[str, ...] = ()
    group_id: int = 0
    offering_id: str = ""
    state: str = ""
    href: str = ""


@dataclass(frozen=True)
class Day:
    """One day of a week; `closed` names the holiday."""

    date: dt.date
    is_today: bool
    events: tuple[Event, ...] = field(default=())
    closed: str = ""

    def left(self, minute: int) -> tuple[Event, ...]:
        """What is not over at a minute of the day."""
        return tuple(event for event in self.events if event.end > minute)


def days_of(
    week: str, events: Iterable[Event], today: dt.date, closed: Mapping[dt.date, str] | None = None
) -> list[Day]:
    """The working days of a week with their meetings in order, and a Saturday or Sunday that has some."""
    by_day: dict[dt.date, list[Event]] = {}
    for event in events:
        by_day.setdefault(event.date, []).append(event)
    monday = monday_of(week)
    dates = [monday + dt.timedelta(days=number) for number in range(7)]
    return [
        Day(
            date,
            date == today,
            tuple(sorted(by_day.get(date, ()), key=lambda event: (event.start, event.title))),
            (closed or {}).get(date, ""),
        )
        for date in dates
        if date.weekday() < WORKDAYS or date in by_day
    ]


def events_of(body: bytes, language: str) -> list[Event]:
    """The meetings of a citizen's week as `PublishedWeeks` gives it."""
    return [
        Event(
            dt.date.fromisoformat(meeting["date"]),
            meeting["start"],
            meeting["end"],
            group[language] or group["da"],
            group["site"],
            meeting["room"],
            tuple(group["staff"]),
            group["group_id"],
            group["offering_id"],
        )
        for group in json.loads(body)["groups"]
        for meeting in group["meetings"]
    ]
