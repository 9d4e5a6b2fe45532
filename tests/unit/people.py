"""A centre of two citizens and five members of staff, and somebody of each role to whom one of the citizens belongs."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from catalog.columns import Base
from catalog.database import make_engine, writing
from catalog.tables import Group, GroupStaff, Leg, Offering, Site, StaffMember
from scheduler.policy import Actor
from scheduler.tables import Account, Citizen, Contact, Representation

NOW, TODAY = dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC), dt.date(2026, 11, 23)


@dataclasses.dataclass
class People:
    """The citizen `hers` belongs to every actor, `other` to Carl; the groups are Anna's and Carl's."""

    session: Session
    hers: int
    other: int
    groups: tuple[int, int]
    actors: dict[str, Actor]  # by the letters of the table in `test_policy`

    def add(self, row: Any) -> Any:
        """Add a row and return its number."""
        self.session.add(row)
        self.session.flush()
        return row.id if hasattr(row, "id") else None

    def account(self, name: str, role: str = "representative", citizen_id: int | None = None) -> int:
        """Add an account."""
        return int(self.add(Account(username=name, name=name, role=role, citizen_id=citizen_id, created_at=NOW)))

    def represent(self, citizen: int, account: int, may: str, days: int = 1, revoked: bool = False) -> None:
        """Let an account see or act for a citizen until so many days from today."""
        until, revoked_at = TODAY + dt.timedelta(days=days), NOW if revoked else None
        fields: dict[str, Any] = {"granted_by": account, "granted_at": NOW, "revoked_at": revoked_at}
        self.add(Representation(citizen_id=citizen, account_id=account, may=may, until=until, **fields))


def fill(session: Session) -> People:
    """Fill an empty database."""
    people = People(session, 0, 0, (0, 0), {})
    add_staff(people)
    people.hers, people.other = add_citizen(people, "B1"), add_citizen(people, "B2")
    people.add(Contact(citizen_id=people.hers, role="caseworker", staff_id="anna"))
    people.add(Contact(citizen_id=people.other, role="caseworker", staff_id="carl"))
    people.groups = add_group(people, "G1", "anna"), add_group(people, "G2", "carl")
    sees, acts = people.account("sees"), people.account("acts")
    people.represent(people.hers, sees, "see")
    people.represent(people.hers, acts, "act")
    blank = Actor(0, "blank", "planner", "centre", citizen_id=None, staff_id=None, team=None, sees_protected=False)
    people.actors = {
        "C": dataclasses.replace(blank, role="citizen", scope="caseload", citizen_id=people.hers),
        "R": dataclasses.replace(blank, role="representative", scope="caseload", account_id=sees),
        "A": dataclasses.replace(blank, role="representative", scope="caseload", account_id=acts),
        "S": dataclasses.replace(blank, role="staff", scope="caseload", staff_id="anna", team="nord"),
        "P": blank,
        "M": dataclasses.replace(blank, role="admin"),
    }
    return people


def add_staff(people: People) -> None:
    """Add a site and five members of staff, two of one team and two of none."""
    people.add(Site(id="nord", name="Nordre"))
    for name, team in (("anna", "nord"), ("bo", "nord"), ("carl", "syd"), ("dora", ""), ("erik", "")):
        people.add(StaffMember(id=name, name=name, role="caseworker", team=team, site_id="nord"))
    people.add(Leg(id="krop", da="krop", en="body"))
    people.add(
        Offering(
            id="motion", nr=1, da="Motion", en="Exercise", neutral_da="Motion", kind="open_group", job_oriented=False,
            health_skill=True, meeting_min=60, meetings_per_week=1.0, min_size=1, max_size=9, weeks=10,
            intake="rolling", load=2, room_type="sal", leg_id="krop", valid_from=dt.date(2026, 1, 1),
        )
    )  # fmt: skip


def add_citizen(people: People, number: str) -> int:
    """Add a citizen by her number at the centre."""
    budgets: dict[str, Any] = {"min_minutes": 60, "max_minutes": 600, "energy": 9, "daily_limit": 3}
    return int(people.add(Citizen(external_id=number, home_site_id="nord", joined=dt.date(2026, 1, 1), **budgets)))


def add_group(people: People, code: str, staff: str) -> int:
    """Add a group that a member of staff holds."""
    group = people.add(Group(code=code, offering_id="motion", week="2026-W48", site_id="nord", seats=5, minimum=2))
    people.session.add(GroupStaff(group_id=group, staff_id=staff))
    return int(group)


@cache
def cheap_hasher() -> PasswordHash:
    """Argon2id with so little work that a test may hash often."""
    return PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),))


@cache
def _filled() -> tuple[Engine, People]:
    engine = make_engine("sqlite://")
    Base.metadata.create_all(engine)
    with writing(engine) as session:
        return engine, fill(session)


@pytest.fixture
def people() -> Iterator[People]:
    engine, filled = _filled()
    with Session(engine) as session:  # What a test adds is rolled back.
        yield dataclasses.replace(filled, session=session)
