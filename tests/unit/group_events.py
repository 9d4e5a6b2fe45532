"""What the tests of cancelled and moved groups share: what the centre does to a group, and who hears of it."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select

from scheduler import sms
from scheduler.cancelled import Given, cancel_group, move_group
from scheduler.messages import render
from scheduler.request_effects import Asker
from scheduler.supplies import recount
from scheduler.tables import (
    Message,
    StaffTask,
)
from scheduler.week_state import WeekState, WeekStates
from tests.unit.plan_town import NOW, WEEK, PlanTown


def centre(town: PlanTown, now: dt.datetime = NOW) -> Asker:
    """The centre itself, at a moment."""
    return Asker(town.planner, now, is_staff=True)


def state(town: PlanTown) -> WeekState:
    """The week as it is now."""
    return WeekStates(fresh_seconds=0.0).of(town.session, WEEK)


def cancel(town: PlanTown, code: str, now: dt.datetime = NOW) -> dict[int, Given]:
    """Cancel a group; what everyone in it has now."""
    given = cancel_group(town.session, state(town), town.group(code), "the worker is ill", centre(town, now))
    assert recount(town.session, WEEK) == []
    return {each.citizen_id: each for each in given}


def move_to(town: PlanTown, code: str, *times: tuple[int, int, int], now: dt.datetime = NOW) -> dict[int, Given]:
    """Let a group meet at other times; what everyone in it has now."""
    given = move_group(town.session, town.group(code), times, "the room is needed", centre(town, now))
    assert recount(town.session, WEEK) == []
    return {each.citizen_id: each for each in given}


def told(town: PlanTown, given: Given) -> str:
    """The words of her message."""
    text = render(town.session.get_one(Message, given.message_id))
    assert sms.size(text) <= sms.MOST
    return text


def tasks(town: PlanTown, slug: str) -> list[int]:
    """Those whose contact has such a task."""
    return list(town.session.scalars(select(StaffTask.citizen_id).where(StaffTask.slug == slug).order_by(StaffTask.id)))
