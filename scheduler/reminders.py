"""Queues a reminder for everybody who has something on tomorrow in the published week as it stands."""

from __future__ import annotations

import datetime as dt
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.database import insert_rows
from catalog.tables import Group, Meeting, Offering, Site
from catalog.weeks import CENTRE_TIME, week_of
from scheduler.stored import clock
from scheduler.tables import Message, Place
from scheduler.turns import take_turn

FROM_HOUR, UNTIL_HOUR = 15, 21  # of the day before, in the centre's time zone: not at night
SLUGS = ("reminder", "reminder_several")


class _First(NamedTuple):
    """A citizen's first meeting of a day."""

    start: int
    title: str  # the neutral one
    site: str
    meetings: int  # on that day


def queue_reminders(session: Session, now: dt.datetime, channel: str = "sms") -> int:
    """Queue tomorrow's reminders, one a citizen, and say how many are new; a second call queues none again.

    Nothing happens outside the afternoon and evening, so that a plan that changes before noon is told right.
    """
    here = now.astimezone(CENTRE_TIME)
    if not FROM_HOUR <= here.hour < UNTIL_HOUR:
        return 0
    tomorrow = here.date() + dt.timedelta(days=1)
    take_turn(session, "reminders")
    told = _told_since(session, here.replace(hour=0, minute=0, second=0, microsecond=0))
    meetings = _first_meetings(session, tomorrow)
    rows = [_row(citizen, first, channel, now) for citizen, first in meetings.items() if citizen not in told]
    insert_rows(session, Message, rows)
    return len(rows)


def _row(citizen_id: int, first: _First, channel: str, now: dt.datetime) -> dict[str, Any]:
    arguments: dict[str, Any] = {"time": clock(first.start), "title": first.title, "place": first.site}
    if first.meetings > 1:
        arguments["count"] = first.meetings
    return {
        "citizen_id": citizen_id,
        "channel": channel,
        "slug": SLUGS[first.meetings > 1],
        "arguments": arguments,
        "created_at": now,
        "send_at": now,
    }


def _told_since(session: Session, moment: dt.datetime) -> set[int]:
    return set(session.scalars(select(Message.citizen_id).where(Message.slug.in_(SLUGS), Message.created_at >= moment)))


def _first_meetings(session: Session, day: dt.date) -> dict[int, _First]:
    rows = session.execute(
        select(Place.citizen_id, Meeting.start_min, Offering.neutral_da, Site.name)
        .join(Group, Group.id == Place.group_id)
        .join(Meeting, Meeting.group_id == Group.id)
        .join(Offering, Offering.id == Group.offering_id)
        .join(Site, Site.id == Group.site_id)
        .where(Place.week == week_of(day), Meeting.date == day)
        .order_by(Place.citizen_id, Meeting.start_min, Group.id)
    )
    found: dict[int, _First] = {}
    for citizen, start, title, site in rows:
        first = found.get(citizen)
        found[citizen] = _First(start, title, site, 1) if first is None else first._replace(meetings=first.meetings + 1)
    return found
