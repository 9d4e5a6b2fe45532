"""A citizen's published weeks as an iCalendar feed (RFC 5545) at a secret address that she can revoke.

Health and abuse can be read from an offering's name, so an event has the neutral title, and its UID is made of numbers.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import icalendar
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from catalog.tables import Group, Meeting, Offering, Site
from catalog.weeks import CENTRE_TIME
from scheduler.tables import CalendarFeed, PlanEntry, Publication

WEEKS = 12  # The newest published weeks; subscribed calendars forget what is no longer there.
# The rules of the European Union since 1996, without an end.
TIME_ZONE = icalendar.Timezone.from_ical(
    """BEGIN:VTIMEZONE
TZID:Europe/Copenhagen
BEGIN:DAYLIGHT
DTSTART:19810329T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
TZNAME:CEST
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:19961027T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
TZNAME:CET
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
END:VTIMEZONE
"""
)


class _Meeting(NamedTuple):
    group_id: int
    number: int  # of the meeting in its group
    date: dt.date
    start: int
    end: int
    title: str
    site: str


class _Version(NamedTuple):
    version: int
    run_id: int
    at: dt.datetime
    withdrawn_at: dt.datetime | None


@dataclass(frozen=True)
class _Week:
    """A week with all the versions it had. `version` is the last, and `moment` that of its last change."""

    runs: tuple[int, ...]
    standing_run: int | None
    version: int
    moment: dt.datetime


def make_feed(session: Session, citizen_id: int, now: dt.datetime) -> str:
    """Open a feed, and give its secret token; only the token's hash is kept."""
    token = secrets.token_urlsafe(32)
    session.add(CalendarFeed(token_hash=_hash(token), citizen_id=citizen_id, created_at=now))
    session.flush()
    return token


def revoke_feed(session: Session, citizen_id: int, now: dt.datetime) -> int:
    """Close all of a citizen's feeds, and say how many were open."""
    open_feeds = (CalendarFeed.citizen_id == citizen_id, CalendarFeed.revoked_at.is_(None))
    closed = session.execute(
        update(CalendarFeed).where(*open_feeds).values(revoked_at=now).returning(CalendarFeed.token_hash)
    )
    return len(closed.all())


def find_feed(session: Session, token: str) -> int | None:
    """The citizen whose feed a token opens, if it still does."""
    return session.scalar(
        select(CalendarFeed.citizen_id).where(
            CalendarFeed.token_hash == _hash(token), CalendarFeed.revoked_at.is_(None)
        )
    )


def feed(session: Session, citizen_id: int) -> str:
    """Write the newest published weeks of a citizen; what a later version of a week dropped is cancelled."""
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//igang//ugeskema//DA")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", "Min uge")
    calendar.add_component(TIME_ZONE)
    weeks = _weeks(session)
    meetings = _meetings(session, citizen_id, [run for week in weeks for run in week.runs])
    for week in weeks:
        for event in _events(citizen_id, week, meetings):
            calendar.add_component(event)
    text: str = calendar.to_ical().decode()
    return text


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _weeks(session: Session) -> list[_Week]:
    newest = select(Publication.week).distinct().order_by(Publication.week.desc()).limit(WEEKS)
    rows = session.execute(
        select(Publication.week, Publication.version, Publication.run_id, Publication.at, Publication.withdrawn_at)
        .where(Publication.week.in_(newest))
        .order_by(Publication.week, Publication.version)
    )
    versions: dict[str, list[_Version]] = {}
    for week, version, run_id, at, withdrawn_at in rows:
        versions.setdefault(week, []).append(_Version(version, run_id, at, withdrawn_at))
    return [_week(found) for found in versions.values()]


def _week(versions: Sequence[_Version]) -> _Week:
    standing = [each.run_id for each in versions if each.withdrawn_at is None]
    return _Week(
        runs=tuple({each.run_id for each in versions}),
        standing_run=standing[-1] if standing else None,
        version=versions[-1].version,
        moment=max(each.withdrawn_at or each.at for each in versions),
    )


def _meetings(session: Session, citizen_id: int, runs: Sequence[int]) -> dict[int, list[_Meeting]]:
    """The citizen's meetings in each of some runs."""
    rows = session.execute(
        select(
            PlanEntry.run_id,
            Group.id,
            Meeting.date,
            Meeting.start_min,
            Meeting.end_min,
            Offering.neutral_da,
            Site.name,
        )
        .join(Group, Group.id == PlanEntry.group_id)
        .join(Meeting, Meeting.group_id == Group.id)
        .join(Offering, Offering.id == Group.offering_id)
        .join(Site, Site.id == Group.site_id)
        .where(PlanEntry.citizen_id == citizen_id, PlanEntry.run_id.in_(runs))
        .order_by(PlanEntry.run_id, Group.id, Meeting.day, Meeting.start_min)
    )
    found: dict[int, list[_Meeting]] = {}
    for run, group, date, start, end, title, site in rows:
        known = found.setdefault(run, [])
        number = known[-1].number + 1 if known and known[-1].group_id == group else 1
        known.append(_Meeting(group, number, date, start, end, title, site))
    return found


def _events(citizen_id: int, week: _Week, meetings: dict[int, list[_Meeting]]) -> Iterator[icalendar.Event]:
    stands = set(meetings.get(week.standing_run or 0, ()))
    ever = {meeting for run in week.runs for meeting in meetings.get(run, ())}
    for meeting in sorted(ever, key=lambda each: (each.date, each.start, each.group_id)):
        event = icalendar.Event()
        event.add("uid", f"igang-{citizen_id}-{meeting.group_id}-{meeting.number}")
        event.add("sequence", week.version)
        event.add("dtstamp", week.moment)
        event.add("last-modified", week.moment)
        event.add("dtstart", _moment(meeting.date, meeting.start))
        event.add("dtend", _moment(meeting.date, meeting.end))
        event.add("summary", meeting.title)
        event.add("location", meeting.site)
        event.add("class", "PRIVATE")
        event.add("status", "CONFIRMED" if meeting in stands else "CANCELLED")
        yield event


def _moment(date: dt.date, minutes: int) -> dt.datetime:
    """A time by the clock on the wall, on a day when the clocks change too."""
    return (dt.datetime.combine(date, dt.time()) + dt.timedelta(minutes=minutes)).replace(tzinfo=CENTRE_TIME)
