"""The town of four with few seats, so that its citizens are in each other's way.

| group     | seats | Monday        | held by                                  |
|-----------|-------|---------------|------------------------------------------|
| `motion`  | 2     | 9:00 - 10:00  | Ann                                      |
| `motion2` | 1     | 10:00 - 11:00 | Ann                                      |
| `dansk`   | 2     | 11:00 - 12:00 | Ann                                      |
| `kor`     | 2     | 12:00 - 13:00 | Ann                                      |
| `tale`    | 1     | 13:00 - 14:00 | Dy, by appointment                       |
| `tale2`   | 1     | 13:30 - 14:30 | Dy, by appointment, so not beside `tale` |

Citizens 2 and 3 are kept apart; everybody needs the only leg, and 1 and 4 have an agreement on Danish.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from functools import cache
from typing import Any, cast

import pytest
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from catalog.columns import Base
from catalog.database import make_engine, writing
from catalog.tables import Group, GroupStaff, Meeting, StaffMember
from catalog.weeks import monday_of
from scheduler import requests
from scheduler.asked import Asked
from scheduler.request_effects import Asker
from scheduler.tables import Agreement, ChangeRequest, CitizenLeg, KeepApart, Place, Wish
from scheduler.week_state import WeekStates
from tests.unit.plan_town import WEEK, PlanTown, minutes
from tests.unit.request_week import week_faults

SEATS = {"motion": 2, "motion2": 1, "dansk": 2, "kor": 2}
APPOINTMENTS = {"tale": 780, "tale2": 810}
PLAN = {1: ["motion", "dansk"], 2: ["motion"], 3: ["kor"], 4: ["dansk", "tale"]}
WISHES = {1: ("motion", 4), 2: ("kor", 4), 3: ("motion", 2), 4: ("tale", 4)}


class RequestTown(PlanTown):
    """The town, and what a test looks at in it."""

    def __init__(self, session: Session, planner: int | None = None) -> None:
        super().__init__(session, planner)
        if planner is None:
            self._crowd()

    def places(self, citizen: int) -> tuple[str, ...]:
        """The codes of the groups that a citizen has now."""
        hers = select(Group.code).join(Place, Place.group_id == Group.id)
        return tuple(sorted(self.session.scalars(hers.where(Place.citizen_id == citizen, Place.week == WEEK))))

    def _crowd(self) -> None:
        for code, seats in SEATS.items():
            self.session.execute(update(Group).where(Group.code == code, Group.week == WEEK).values(seats=seats))
        self.add_offering("tale", kind="individual")
        self._add(StaffMember(id="dy", name="Dy", role="guide", team="", site_id="nord"))
        for code, start in APPOINTMENTS.items():
            self._add_appointment(code, start)
        for citizen, (offering, strength) in WISHES.items():
            self._add(Wish(citizen_id=citizen, offering_id=offering, strength=strength))
            self._add(CitizenLeg(citizen_id=citizen, leg_id="krop", most_pressing=False))
        for citizen in (1, 4):
            self._add(
                Agreement(citizen_id=citizen, offering_id="dansk", from_week=WEEK, until_week="2026-W52", why="test")
            )
        self._add(KeepApart(first_citizen_id=2, second_citizen_id=3))

    def _add_appointment(self, code: str, start: int) -> None:
        group = Group(
            week=WEEK, code=code, offering_id="tale", site_id="nord", seats=1, minimum=0, appointment=True
        )  # fmt: skip
        self._add(group)
        meeting = Meeting(group_id=group.id, day=0, start_min=start, end_min=start + 60, date=monday_of(WEEK))
        self._add(meeting, GroupStaff(group_id=group.id, staff_id="dy"))


@pytest.fixture
def town(engine: Engine) -> Iterator[RequestTown]:
    """The town with a published week; what a test leaves there adds up."""
    with writing(engine) as session:
        made = RequestTown(session)
        made.published(PLAN)
        yield made
        assert week_faults(session) == []


def asker(town: RequestTown, after: float = 1, *, staff: bool = False) -> Asker:
    """Who asks, so many minutes after the test begins."""
    return Asker(town.planner, minutes(after), is_staff=staff, on_behalf=staff)


def ask(town: RequestTown, citizen: int, wish: Asked, by: Asker | None = None) -> ChangeRequest:
    """Ask, with everybody's seats as they are now."""
    state = WeekStates(fresh_seconds=0.0).of(town.session, WEEK)
    return requests.ask(town.session, state, citizen, wish, by or asker(town))


def hold(town: RequestTown, citizen: int, wish: Asked, week: str) -> ChangeRequest:
    """Ask, and hold the week of these codes."""
    request = ask(town, citizen, wish)
    return requests.hold(town.session, request.id, citizen, offered(town, request).index(week), asker(town))


def grant(town: RequestTown, citizen: int, wish: Asked, week: str) -> ChangeRequest:
    """Ask, hold and confirm."""
    return requests.confirm(town.session, hold(town, citizen, wish, week).id, citizen, asker(town))


def offered(town: RequestTown, request: ChangeRequest) -> list[str]:
    """The weeks that a request may choose from, best first, by the codes of their groups."""
    code = dict(town.session.execute(select(Group.id, Group.code)).all())
    return [" ".join(sorted(code[group] for group in proposal["groups"])) for proposal in request.proposals]


@cache
def _databases() -> tuple[Engine, Engine, int]:
    """The filled town, made once; where it is copied to, one engine for all, since that keeps its SQL; the planner."""
    filled = make_engine("sqlite://")
    Base.metadata.create_all(filled)
    with writing(filled) as session:
        return filled, make_engine("sqlite://"), RequestTown(session).planner


def fresh_town() -> tuple[Engine, int]:
    """The town without a published week, in the one database that is filled anew, and its planner."""
    filled, engine, planner = _databases()
    with closing(filled.raw_connection()) as source, closing(engine.raw_connection()) as target:
        cast(Any, source.driver_connection).backup(target.driver_connection)
    return engine, planner
