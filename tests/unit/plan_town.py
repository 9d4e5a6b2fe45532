"""A town of four whose runs are written down by hand, so that a test says who gets what and when.

| citizen | team of her contact |
|---------|---------------------|
| 1, 2    | Nord                |
| 3       | Syd                 |
| 4       | none                |

Week 48 has the groups `motion`, `motion2`, `dansk` and `kor`, week 47 the same by their series, each on Monday.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from catalog.columns import Base
from catalog.database import make_engine, writing
from catalog.tables import Group, GroupStaff, Indicator, Leg, LegDose, Meeting, Offering, Series, Site, StaffMember
from catalog.weeks import monday_of
from scheduler.approval import approve
from scheduler.figures import count_figures
from scheduler.places import Why, change_plan, hold_plan
from scheduler.points import load_points
from scheduler.publishing import publish
from scheduler.runs import Outcome, Task, read_input, store
from scheduler.supplies import move
from scheduler.tables import Account, AvailabilityBlock, Citizen, CitizenSite, Contact, PlanChange, Publication
from solver.solution import Plans, Round, Solution, Termination
from solver.verify import verify
from tests.facts import plans

WEEK, LAST_WEEK = "2026-W48", "2026-W47"
NOW = dt.datetime(2026, 11, 20, 9, 0, tzinfo=dt.UTC)
LONG_AGO = dt.date(2026, 1, 1)
CODES = {"motion": ("motion", 540), "motion2": ("motion", 600), "dansk": ("dansk", 660), "kor": ("kor", 720)}
Wanted = Mapping[int, Sequence[str]]  # the codes that a citizen gets


def minutes(count: float) -> dt.datetime:
    """So many minutes after the test begins."""
    return NOW + dt.timedelta(minutes=count)


class PlanTown:
    """The town in a database, and what may be done to a plan there; it is filled where no `planner` is named."""

    def __init__(self, session: Session, planner: int | None = None, weeks: Sequence[str] = (LAST_WEEK, WEEK)) -> None:
        self.session = session
        self.planner = self._fill(weeks) if planner is None else planner

    def group(self, code: str, week: str = WEEK) -> int:
        """The number of a group."""
        return self.session.scalars(select(Group.id).where(Group.code == code, Group.week == week)).one()

    def groups(self, *codes: str, week: str = WEEK) -> tuple[int, ...]:
        """The numbers of some groups, rising."""
        return tuple(sorted(self.group(code, week) for code in codes))

    def add_group(self, code: str, offering: str, start: int, week: str, series: str | None = None) -> int:
        """Add a group that meets on Monday for an hour, held by Ann."""
        group = Group(week=week, code=code, series_id=series, offering_id=offering, site_id="nord", seats=9, minimum=0)
        self._add(group)
        times: dict[str, Any] = {"start_min": start, "end_min": start + 60, "date": monday_of(week)}
        self._add(Meeting(group_id=group.id, day=0, **times), GroupStaff(group_id=group.id, staff_id="ann"))
        return group.id

    def propose(self, wanted: Wanted, week: str = WEEK, *, gap: float = 0.0, now: dt.datetime = NOW) -> int:
        """Store a run, asked for now, that gives each citizen these groups, with a bound so many percent above."""
        outcome = _outcome(self.session, week, {who: self.groups(*codes, week=week) for who, codes in wanted.items()})
        run = store(self.session, outcome)
        run.gap_percent, run.created_at = gap, now
        self.session.flush()
        return run.id

    def published(self, wanted: Wanted, week: str = WEEK, now: dt.datetime = NOW) -> Publication:
        """Propose, approve and publish a plan."""
        run_id = self.propose(wanted, week, now=now)
        approve(self.session, run_id, "", self.planner, now, "as agreed")
        return publish(self.session, run_id, self.planner, now)

    def change(self, citizen: int, *codes: str, week: str = WEEK, now: dt.datetime = NOW) -> PlanChange:
        """Let a citizen have these groups of a published week from now on."""
        before, after = hold_plan(self.session, citizen, week), self.groups(*codes, week=week)
        move(self.session, set(after) - set(before.groups), set(before.groups) - set(after))
        return change_plan(self.session, citizen, week, before, after, Why("request", self.planner, now))

    def add_offering(self, name: str, **fields: Any) -> None:
        """Add an offering on the only leg, a weekly open group where nothing else is said."""
        given: dict[str, Any] = {
            "kind": "open_group", "job_oriented": False, "health_skill": True, "meeting_min": 60,
            "meetings_per_week": 1.0, "min_size": 0, "max_size": 9, "weeks": 10, "intake": "rolling", "load": 1,
            "room_type": "sal", "leg_id": "krop", "valid_from": LONG_AGO,
        }  # fmt: skip
        titles: dict[str, Any] = {"da": f"{name} (da)", "en": f"{name} (en)", "neutral_da": f"Aktivitet {len(name)}"}
        number = 1 + len(self.session.scalars(select(Offering.id)).all())
        self._add(Offering(id=name, nr=number, **titles, **(given | fields)))

    def _fill(self, weeks: Sequence[str]) -> int:
        self._add(Leg(id="krop", da="krop", en="body"), LegDose(leg_id="krop", valid_from=LONG_AGO, minutes=60))
        self._add(Indicator(id="helbred", da="helbred", en="health"), Site(id="nord", name="Nordre"))
        load_points(self.session)
        for staff, team in (("ann", "Nord"), ("bo", "Syd"), ("cy", "")):
            self._add(StaffMember(id=staff, name=staff.title(), role="coach", team=team, site_id="nord"))
        for offering in ("motion", "dansk", "kor"):
            self.add_offering(offering)
        for code, (offering, start) in CODES.items():
            self._add(Series(id=code, offering_id=offering, site_id="nord", seats=9, minimum=0, valid_from=LONG_AGO))
            for week in weeks:
                self.add_group(code, offering, start, week, code)
        for number, contact in enumerate(("ann", "ann", "bo", "cy"), start=1):
            self._add_citizen(number, contact)
        account = Account(username="pia", name="Pia", role="planner", created_at=NOW)
        self._add(account)
        return account.id

    def _add_citizen(self, number: int, contact: str) -> None:
        limits: dict[str, Any] = {"min_minutes": 0, "max_minutes": 600, "energy": 9, "daily_limit": 5}
        person = Citizen(
            external_id=f"B{number}", name=f"Name {number}", home_site_id="nord", joined=LONG_AGO, **limits
        )
        self._add(person)
        free = AvailabilityBlock(citizen_id=person.id, day=0, start_min=480, end_min=960, kind="free")
        self._add(CitizenSite(citizen_id=person.id, site_id="nord"), free)
        self._add(Contact(citizen_id=person.id, role="coach", staff_id=contact))

    def _add(self, *rows: Base) -> None:
        for row in rows:
            self.session.add(row)
            self.session.flush()


def _outcome(session: Session, week: str, wanted: Mapping[int, Sequence[int]]) -> Outcome:
    """What a solver would give that finds this plan and proves it best."""
    given = read_input(session, Task(week))
    planned = _plans(
        given.archive.ids.citizen.tolist(), given.archive.ids.group, given.archive.problem.group_ptr, wanted
    )
    verdict = verify(given.archive.problem, planned)
    return Outcome(
        task=given.task,
        archive=given.archive,
        solution=Solution(
            plans=planned,
            objective=verdict.objective,
            bound=verdict.objective,
            price=np.zeros(given.archive.problem.num_slots + given.archive.problem.num_rows, np.int64),
            marginal=np.zeros(given.archive.problem.num_slots + given.archive.problem.num_rows, np.int64),
            exceptions=(),
            termination=Termination("optimal", None, "optimal"),
            rounds=(Round(1, "prices", verdict.objective, verdict.objective, 1, 0.1),),
            seconds=0.1,
        ),
        verdict=verdict,
        figures=count_figures(given.archive.problem, planned, verdict),
        first_come=0.0,
        first_come_idle=0.0,
        seconds=0.1,
        peak_mb=1.0,
        rules_hash=given.rules_hash,
    )


def _plans(citizens: list[int], group: np.ndarray, group_ptr: np.ndarray, wanted: Mapping[int, Sequence[int]]) -> Plans:
    place = {key: position for position, key in enumerate(group.tolist())}
    entries = [sorted(place[key] for key in wanted.get(citizen, ())) for citizen in citizens]
    return plans(*[[(int(np.searchsorted(group_ptr, at, side="right")) - 1, at) for at in own] for own in entries])


@pytest.fixture
def engine() -> Iterator[Engine]:
    made = make_engine("sqlite://")
    Base.metadata.create_all(made)
    yield made
    made.dispose()


@pytest.fixture
def town(engine: Engine) -> Iterator[PlanTown]:
    """The town in a database of its own, inside one transaction."""
    with writing(engine) as session:
        yield PlanTown(session)


@pytest.fixture
def either(database_url: str) -> Iterator[PlanTown]:
    """The town on SQLite and then on PostgreSQL."""
    made = make_engine(database_url)
    with writing(made) as session:
        yield PlanTown(session)
    made.dispose()
