"""What the tests of waiting share: people who wait in the town of four, and a seat of `dansk` that comes free."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from catalog.tables import Group
from scheduler.offers import offer_freed
from scheduler.request_effects import Asker
from scheduler.supplies import recount
from scheduler.tables import Hold, Place, Waiting
from scheduler.waiting import in_line, join
from scheduler.week_state import WeekStates
from tests.unit.plan_town import NOW, WEEK, PlanTown


def wait(town: PlanTown, *citizens: int, offering: str = "dansk", now: dt.datetime = NOW) -> list[Waiting]:
    """Let citizens wait for an offering."""
    return [join(town.session, citizen, offering, Asker(town.planner, now)) for citizen in citizens]


def line(town: PlanTown, offering: str = "dansk", now: dt.datetime = NOW) -> list[int]:
    """Who waits, the first in line first."""
    return [each.citizen_id for each in in_line(town.session, offering, WEEK, now)]


def offer(town: PlanTown, now: dt.datetime = NOW) -> int | None:
    """Offer what came free; who has an offer now."""
    offer_freed(town.session, WeekStates(fresh_seconds=0.0), now)
    assert recount(town.session, WEEK) == []
    return town.session.scalar(select(Hold.citizen_id).where(Hold.waiting_id.is_not(None)))


def places(session: Session) -> dict[int, set[int]]:
    """Everybody's groups."""
    found: dict[int, set[int]] = {}
    for citizen, group in session.execute(select(Place.citizen_id, Place.group_id)):
        found.setdefault(citizen, set()).add(group)
    return found


def full_dansk(town: PlanTown, *others: int) -> None:
    """Publish a week whose only seat in `dansk` is citizen 4's, and let her leave it."""
    town.session.execute(update(Group).where(Group.code == "dansk").values(seats=1))
    town.published({4: ["dansk"], **{other: ["motion"] for other in others}})
    town.change(4)
