"""A citizen's published weeks as they stand, as an iCalendar feed (RFC 5545) at a secret address that she can revoke.

Health and abuse can be read from an offering's name, so an event has the neutral title, and its UID is made of numbers.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import icalendar
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from catalog.tables import Group, Meeting, Offering, Site
from catalog.weeks import CENTRE_TIME
from scheduler.tables import CalendarFeed, Place, PlanChange, PlanEntry, Publication

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


@dataclass(frozen=True)
class _Week:
    """A week with all the versions it had; of the citizen's own changes too where she has some.

    `sequence` rises with every version and every change, and `moment` is that of the last of them.
    """

    runs: frozenset[int]
    sequence: int
    moment: dt.datetime
    changed: frozenset[int] = frozenset()  # groups before or after a change


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
    """Write the newest published weeks of a citizen; what a later version or a change dropped is cancelled."""
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//igang//ugeskema//DA")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", "Min uge")
    calendar.add_component(TIME_ZONE)
    weeks = _with_changes(session, citizen_id, _weeks(session))
    stands, groups = _groups(session, citizen_id, weeks)
    meetings = _meetings(session, groups)
    for name, week in weeks.items():
        for event in _events(citizen_id, week, meetings.get(name, ()), stands):
            calendar.add_component(event)
    text: str = calendar.to_ical().decode()
    return text


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _weeks(session: Session) -> dict[str, _Week]:
    newest = select(Publication.week).distinct().order_by(Publication.week.desc()).limit(WEEKS)
    rows = session.execute(
        select(Publication.week, Publication.version, Publication.run_id, Publication.at, Publication.withdrawn_at)
        .where(Publication.week.in_(newest))
        .order_by(Publication.week, Publication.version)
    )
    found: dict[str, _Week] = {}
    for name, version, run_id, at, withdrawn_at in rows:
        week = found.get(name, _Week(frozenset(), 0, at))
        found[name] = _Week(week.runs | {run_id}, version, max(week.moment, withdrawn_at or at))
    return found


def _with_changes(session: Session, citizen_id: int, weeks: dict[str, _Week]) -> dict[str, _Week]:
    """The weeks with what was changed of the citizen's own plans."""
    query = select(PlanChange.week, PlanChange.at, PlanChange.before, PlanChange.after)
    rows = session.execute(query.where(PlanChange.citizen_id == citizen_id, PlanChange.week.in_(weeks)))
    found = dict(weeks)
    for name, at, before, after in rows:
        week = found[name]
        changed = week.changed.union(before, after)
        found[name] = replace(week, sequence=week.sequence + 1, moment=max(week.moment, at), changed=changed)
    return found


def _groups(session: Session, citizen_id: int, weeks: dict[str, _Week]) -> tuple[set[int], set[int]]:
    """The groups that the citizen is in, and all that she was ever in."""
    places = select(Place.group_id).where(Place.citizen_id == citizen_id, Place.week.in_(weeks))
    runs = {run for week in weeks.values() for run in week.runs}
    entries = select(PlanEntry.group_id).where(PlanEntry.citizen_id == citizen_id, PlanEntry.run_id.in_(runs))
    stands = set(session.scalars(places))
    return stands, stands.union(session.scalars(entries), *(week.changed for week in weeks.values()))


def _meetings(session: Session, groups: Collection[int]) -> dict[str, list[_Meeting]]:
    """The meetings of some groups by week and time."""
    rows = session.execute(
        select(Group.week, Group.id, Meeting.date, Meeting.start_min, Meeting.end_min, Offering.neutral_da, Site.name)
        .join(Meeting, Meeting.group_id == Group.id)
        .join(Offering, Offering.id == Group.offering_id)
        .join(Site, Site.id == Group.site_id)
        .where(Group.id.in_(groups))
        .order_by(Meeting.date, Meeting.start_min, Group.id)
    )
    found: dict[str, list[_Meeting]] = {}
    number = Counter[int]()
    for week, group, date, start, end, title, site in rows:
        number[group] += 1
        found.setdefault(week, []).append(_Meeting(group, number[group], date, start, end, title, site))
    return found


def _events(
    citizen_id: int, week: _Week, meetings: Sequence[_Meeting], stands: Collection[int]
) -> Iterator[icalendar.Event]:
    for meeting in meetings:
        event = icalendar.Event()
        event.add("uid", f"igang-{citizen_id}-{meeting.group_id}-{meeting.number}")
        event.add("sequence", week.sequence)
        event.add("dtstamp", week.moment)
        event.add("last-modified", week.moment)
        event.add("dtstart", _moment(meeting.date, meeting.start))
        event.add("dtend", _moment(meeting.date, meeting.end))
        event.add("summary", meeting.title)
        event.add("location", meeting.site)
        event.add("class", "PRIVATE")
        event.add("status", "CONFIRMED" if meeting.group_id in stands else "CANCELLED")
        yield event


def _moment(date: dt.date, minutes: int) -> dt.datetime:
    """A time by the clock on the wall, on a day when the clocks change too."""
    return (dt.datetime.combine(date, dt.time()) + dt.timedelta(minutes=minutes)).replace(tzinfo=CENTRE_TIME)
