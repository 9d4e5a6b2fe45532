"""A centre so small that every array can be read: one site, two legs, two indicators."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy.orm import Session

from catalog.columns import Base
from catalog.database import make_engine, writing
from catalog.tables import (
    Group,
    GroupStaff,
    Indicator,
    Leg,
    LegDose,
    Meeting,
    Offering,
    Series,
    Site,
    StaffMember,
)
from scheduler.points import load_points
from scheduler.problem import Ids, build_problem
from scheduler.tables import (
    AvailabilityBlock,
    Citizen,
    CitizenSite,
)
from solver.problem import Problem

WEEK, LAST_WEEK, MONDAY = "2026-W48", "2026-W47", dt.date(2026, 11, 23)


@dataclass
class Centre:
    """One site with a room and a coach, and what a test puts into it."""

    session: Session

    def offering(self, name: str = "motion", **fields: Any) -> str:
        """Add an offering, a weekly open group where nothing else is said."""
        given: dict[str, Any] = {
            "kind": "open_group", "job_oriented": False, "health_skill": True, "meeting_min": 60,
            "meetings_per_week": 1.0, "min_size": 1, "max_size": 9, "weeks": 10, "intake": "rolling", "load": 2,
            "room_type": "sal", "leg_id": "krop", "valid_from": dt.date(2026, 1, 1),
        }  # fmt: skip
        number = len(self.session.query(Offering).all()) + 1
        titles: dict[str, Any] = dict.fromkeys(("da", "en", "neutral_da"), name)
        self.add(Offering(id=name, nr=number, **titles, **(given | fields)))
        return name

    def citizen(self, name: str = "B1", **fields: Any) -> int:
        """Add a citizen who can come to the site on Mondays from 8:00 to 16:00."""
        given: dict[str, Any] = {
            "joined": dt.date(2026, 1, 1), "min_minutes": 60, "max_minutes": 600, "energy": 9, "daily_limit": 3,
        }  # fmt: skip
        person = Citizen(external_id=name, home_site_id="nord", **(given | fields))
        self.add(person)
        self.add(CitizenSite(citizen_id=person.id, site_id="nord", preference=3))
        self.add(AvailabilityBlock(citizen_id=person.id, day=0, start_min=480, end_min=960, kind="free"))
        return person.id

    def group(
        self, code: str, offering: str = "motion", start: int = 540, staff: str | None = None, **fields: Any
    ) -> int:
        """Add a group of this week that meets on Monday for an hour."""
        room = fields.pop("room_id", None)
        given: dict[str, Any] = {"week": WEEK, "site_id": "nord", "seats": 5, "minimum": 2}
        group = Group(code=code, offering_id=offering, **(given | fields))
        self.add(group)
        self.add(Meeting(group_id=group.id, day=0, start_min=start, end_min=start + 60, date=MONDAY, room_id=room))
        if staff:
            self.add(GroupStaff(group_id=group.id, staff_id=staff))
        return group.id

    def series(self, code: str, offering: str = "motion") -> int:
        """Add a series and its group of this week."""
        since = dt.date(2026, 10, 5)
        self.add(Series(id=code, offering_id=offering, site_id="nord", seats=5, minimum=2, valid_from=since))
        return self.group(code, offering, series_id=code)

    def coach(self, name: str) -> str:
        """Add a coach."""
        self.add(StaffMember(id=name, name=name, role="coach", site_id="nord"))
        return name

    def add(self, row: Any) -> None:
        """Add a row."""
        self.session.add(row)
        self.session.flush()

    def problem(self) -> tuple[Problem, Ids]:
        """Build this week's problem."""
        return build_problem(self.session, WEEK)


@pytest.fixture
def centre() -> Iterator[Centre]:
    with open_centre() as made:
        yield made


@contextmanager
def open_centre() -> Iterator[Centre]:
    """A centre in a database of its own, for as long as it is needed."""
    engine = make_engine("sqlite://")
    Base.metadata.create_all(engine)
    with writing(engine) as session:
        yield furnish(session)
    engine.dispose()


def furnish(session: Session) -> Centre:
    """The centre in a database that is empty."""
    made = Centre(session)
    for leg in ("arbejde", "krop"):
        made.add(Leg(id=leg, da=leg, en=leg))
        made.add(LegDose(leg_id=leg, valid_from=dt.date(2026, 1, 1), minutes=60))
    for indicator in ("helbred", "jobtro"):
        made.add(Indicator(id=indicator, da=indicator, en=indicator))
    made.add(Site(id="nord", name="Nordre"))
    load_points(session)
    return made


def locked_groups(problem: Problem, ids: Ids) -> list[int]:
    """The ids of the groups that the first citizen is locked into."""
    slots = problem.lock_slot[problem.lock_ptr[0] : problem.lock_ptr[1]]
    return sorted(ids.group[problem.group_ptr[slots]].tolist())
