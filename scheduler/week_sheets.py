"""What stands on paper of a published week: a sheet for everybody who has something in it.

Offerings have their neutral titles. Which language a citizen reads is kept nowhere, so sheets are in Danish.
"""

from __future__ import annotations

import datetime as dt
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from babel.dates import format_date
from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.tables import Group, Meeting, Offering, Room, Site, StaffMember
from catalog.weeks import closed_days, monday_of
from scheduler.centre import Centre, read_centre_contact
from scheduler.life import need_published_run
from scheduler.reading import columns
from scheduler.revision_tasks import contacts_of_all
from scheduler.tables import Citizen, Place
from scheduler.texts import LANGUAGES, texts

LANGUAGE, DOMAIN = LANGUAGES[0], "sheets"
WORKDAYS = 5
MOST_HEIGHT, CARD_MARGIN = 112, 6.5  # of a day's column as the template sets it, in millimetres
SIZES = (("large", 16, 6.1), ("usual", 19, 5.2))  # of cards: letters a line at least, millimetres a line
LIST = "list"  # what takes the place of cards where a day has too many of them


class Shown(NamedTuple):
    """One meeting as a sheet shows it."""

    day: int  # 0 = Monday
    time: str
    title: str
    place: str

    def height(self, letters: int, line: float) -> float:
        """How high its card is at most, in millimetres, with so many letters a line."""
        lines = 1 + sum(len(textwrap.wrap(text, letters)) for text in (self.title, self.place))
        return lines * line + CARD_MARGIN


def read_sheets(session: Session, week: str) -> dict[str, Any]:
    """What stands on the sheets of everybody who has something in a published week, as its template reads it.

    They lie as they are handed out: by the name of each citizen's contact, then by her own.

    Raises
    ------
    NotPublishedError
        The week has no published plan.
    """
    need_published_run(session, week)
    meetings, of_group = _meetings(session, week)
    hers = _places(session, week, of_group)
    heights = {size: [one.height(letters, line) for one in meetings] for size, letters, line in SIZES}
    last = max((meetings[at].day for found in hers.values() for at in found), default=0)
    days = [monday_of(week) + dt.timedelta(days=day) for day in range(max(WORKDAYS, last + 1))]
    closed = closed_days(session, week)
    return {
        "words": _words(week, days, read_centre_contact(session, days[0])),
        "days": [{"name": _capital(format_date(day, "EEEE d. MMMM", LANGUAGE)), "closed": closed.get(day, "")}
                 for day in days],
        "meetings": [one[1:] for one in meetings],
        "citizens": [
            {"name": name, "contact": contact} | _week(hers[citizen], meetings, heights, len(days))
            for contact, name, citizen in _people(session, hers)
        ],
    }  # fmt: skip


def _meetings(session: Session, week: str) -> tuple[list[Shown], dict[int, list[int]]]:
    """Every meeting of the week's groups in the order of time, and where each group's are in it."""
    query = (
        select(Meeting.day, Meeting.start_min, Meeting.end_min, Offering.neutral_da, Site.name, Room.name, Group.id)
        .join(Group, Group.id == Meeting.group_id)
        .join(Offering, Offering.id == Group.offering_id)
        .join(Site, Site.id == Group.site_id)
        .outerjoin(Room, Room.id == Meeting.room_id)
        .where(Group.week == week)
        .order_by(Meeting.day, Meeting.start_min, Meeting.end_min, Group.id)
    )
    found: list[Shown] = []
    of_group: dict[int, list[int]] = {}
    for day, start, end, title, site, room, group in session.execute(query):
        of_group.setdefault(group, []).append(len(found))
        found.append(Shown(day, f"{_clock(start)}-{_clock(end)}", title, f"{site}, {room}" if room else site))
    return found, of_group


def _places(session: Session, week: str, of_group: Mapping[int, list[int]]) -> dict[int, list[int]]:
    """Each citizen's meetings in the order of time."""
    hers: dict[int, list[int]] = {}
    places = select(Place.citizen_id, Place.group_id).where(Place.week == week)
    for citizen, group in zip(*columns(session, places), strict=True):
        hers.setdefault(citizen, []).extend(of_group.get(group, ()))
    return {citizen: sorted(found) for citizen, found in hers.items() if found}


def _people(session: Session, hers: Mapping[int, object]) -> list[tuple[str, str, int]]:
    """(contact, name, citizen) of those who have a sheet, as the sheets lie."""
    contact = contacts_of_all(session)
    staff = dict(session.execute(select(StaffMember.id, StaffMember.name)).all())
    rows = zip(*columns(session, select(Citizen.id, Citizen.name, Citizen.external_id)), strict=True)
    return sorted((staff.get(contact.get(key, ""), ""), name or other, key) for key, name, other in rows if key in hers)


def _week(
    found: Iterable[int], meetings: Sequence[Shown], heights: Mapping[str, Sequence[float]], num_days: int
) -> dict[str, Any]:
    """Her meetings by day, and the largest size in which every day's fit."""
    days: list[list[int]] = [[] for _ in range(num_days)]
    for at in found:
        days[meetings[at].day].append(at)
    fitting = (
        size for size, height in heights.items() if all(sum(height[at] for at in day) <= MOST_HEIGHT for day in days)
    )
    return {"days": days, "size": next(fitting, LIST) if num_days == WORKDAYS else LIST}


def _words(week: str, days: list[dt.date], centre: Centre) -> dict[str, str]:
    number, phone = int(week[6:]), centre.phone
    said = texts(LANGUAGE, DOMAIN).gettext
    first, last = (format_date(day, "d. MMMM", LANGUAGE) for day in (days[0], days[-1]))
    given = {
        "number": number, "first": first, "last": last, "phone": phone, "centre": centre.name,
        "from": _clock(centre.open_from), "until": _clock(centre.open_until),
    }  # fmt: skip
    words = {
        slug: said(slug).format(**given) for slug in ("title", "week", "call", "change", "contact", "free", "notes")
    }
    return words | {"phone": phone, "centre": centre.name, "language": LANGUAGE}


def _clock(minutes: int) -> str:
    return f"{minutes // 60}.{minutes % 60:02}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
