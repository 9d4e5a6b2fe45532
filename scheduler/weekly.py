"""The run that the clock asks for: each week once, from the day and time of the dated rule `schedule.weekly` on."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import Engine, select

from catalog.database import reading, writing
from catalog.rules import rules_on
from catalog.weeks import CENTRE_TIME, week_of
from scheduler import clock
from scheduler.next_week import carried_into, make_ready
from scheduler.queue import schedule_weekly, weekly_key
from scheduler.tables import Run
from solver import Options


def ask_if_due(engine: Engine, moment: dt.datetime | None = None) -> int | None:
    """Ask for next week's run where its time has come, and give its number; a second time, the same run's.

    The rule's value is `{"day": 3, "minute": 240}`: Thursday from 04:00 on. Without the rule no clock asks. Where this
    week is published, the next one follows from it.
    """
    with reading(engine) as session:
        local = (moment or clock.now(session)).astimezone(CENTRE_TIME)
        rule = rules_on(session, local.date()).get(("schedule", "weekly"))
        if rule is None or not _is_due(local, rule):
            return None
        week = week_of(local.date() + dt.timedelta(days=7))
        known = session.scalar(select(Run.id).where(Run.schedule_key == weekly_key(week)))
        if known is not None:
            return known
        carried = carried_into(session, week)
    with writing(engine) as session:
        return schedule_weekly(session, make_ready(session, week, carried, Options())).id


def _is_due(local: dt.datetime, rule: dict[str, Any]) -> bool:
    """By the clock on the wall: an hour that a clock change skips or repeats makes no difference to a key a week."""
    return (local.weekday(), local.hour * 60 + local.minute) >= (rule["day"], rule["minute"])
