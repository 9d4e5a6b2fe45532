"""The activities of a citizen's published week, in the reader's language, with what was noted and said of them."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass

from sqlalchemy.orm import Session

from api.http.requests import asker_of
from api.pages.callers import Page
from api.pages.citizen.whose import Whose
from api.pages.rendering import language_of
from scheduler import attendance, help_answers
from scheduler import coming as said
from scheduler.life import NotPublishedError

OFF = {"sick": "off", "excused": "off", "cancelled_by_us": "cancelled"}  # the states that a week shows
COMING = "coming"  # and this where she says that she comes
Moment = tuple[int, dt.date, int]  # group, day, minute of its beginning


@dataclass(frozen=True)
class Meeting:
    """One meeting of an activity; times are minutes after midnight."""

    date: dt.date
    start: int
    end: int
    room: str


@dataclass(frozen=True)
class Activity:
    """One group of her week."""

    group_id: int
    offering_id: str
    title: str
    site: str
    staff: tuple[str, ...]
    meetings: tuple[Meeting, ...]


def read_activities(page: Page, session: Session, her: Whose, week: str) -> list[Activity]:
    """Her published week as it stands, or NotPublishedError."""
    language = language_of(page.request)
    document = json.loads(page.service.weeks.of(session, week, her.id).body)
    return [
        Activity(
            group["group_id"],
            group["offering_id"],
            group[language] or group["da"],
            group["site"],
            tuple(group["staff"]),
            tuple(
                Meeting(dt.date.fromisoformat(one["date"]), one["start"], one["end"], one["room"])
                for one in group["meetings"]
            ),
        )
        for group in document["groups"]
    ]


def helpful(page: Page, session: Session, her: Whose, week: str) -> list[tuple[Activity, int | None]]:
    """The activities of a week of which she may say whether they helped, and what she has said."""
    try:
        known = {each.group_id: each for each in read_activities(page, session, her, week)}
    except NotPublishedError:
        return []
    asked = help_answers.askable(session, her.id, week, asker_of(page, her.id))
    return [(known[each.group_id], each.value) for each in asked if each.group_id in known]


def states_of(session: Session, citizen_id: int) -> dict[Moment, str]:
    """What she has said of meetings, and which of them the centre cancelled."""
    coming = {(row.group_id, row.date, row.start_min): COMING for row in said.coming_of(session, citizen_id)}
    noted = attendance.attendance_of(session, citizen_id)
    return coming | {(row.group_id, row.date, row.start_min): OFF[row.state] for row in noted if row.state in OFF}
