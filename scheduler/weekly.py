"""The run that the clock asks for: each week once, from the day and time of the dated rule `schedule.weekly` on."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy.orm import Session

from catalog.rules import rules_on
from catalog.weeks import CENTRE_TIME, week_of
from scheduler import clock
from scheduler.queue import schedule_weekly
from scheduler.tables import Run


def ask_if_due(session: Session, moment: dt.datetime | None = None) -> Run | None:
    """Ask for next week's run where its time has come; a second time, the same run is given back.

    The rule's value is `{"day": 3, "minute": 240}`: Thursday from 04:00 on. Without the rule no clock asks.
    """
    local = (moment or clock.now(session)).astimezone(CENTRE_TIME)
    rule = rules_on(session, local.date()).get(("schedule", "weekly"))
    if rule is None or not _is_due(local, rule):
        return None
    return schedule_weekly(session, week_of(local.date() + dt.timedelta(days=7)))


def _is_due(local: dt.datetime, rule: dict[str, Any]) -> bool:
    """By the clock on the wall: an hour that a clock change skips or repeats makes no difference to a key a week."""
    return (local.weekday(), local.hour * 60 + local.minute) >= (rule["day"], rule["minute"])
