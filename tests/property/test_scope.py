"""Whom an actor reaches, by the filter in SQL and by a recomputation in plain Python, in small towns drawn by lot."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cache
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, delete, insert
from sqlalchemy.orm import Session

from catalog.columns import Base
from catalog.database import make_engine, writing
from catalog.tables import StaffMember
from scheduler.policy import ACTIONS, Actor, NotPermittedError, UnknownCitizenError, permit_citizen
from scheduler.scope import visible_citizens
from scheduler.tables import Contact, Representation
from tests.unit.people import NOW, TODAY, People, add_citizen, add_staff

CITIZENS, ACCOUNTS, STAFF = (1, 2, 3, 4), (1, 2), ("anna", "bo", "carl", "dora", "erik")
TEAMS = ("nord", "syd", "")
SEEING = {"citizen.read", "plan.read", "request.read"}
CHANGING = {"wishes.write", "availability.write", "plan.answer", "feed.write", "request.write"}
CHANGING |= {f"{what}.{how}" for what in ("goal", "rating", "attendance") for how in ("read", "write")}
WHOLE = {"run.publish", "run.withdraw", "import.write", "export.read", "text.receive"}


@dataclass(frozen=True)
class Town:
    """Who is in which team, who is whose contact, and who may act for whom."""

    team: dict[str, str]
    contacts: frozenset[tuple[int, str]]  # of citizen and member of staff
    leaves: tuple[tuple[int, int, str, int, bool], ...]  # citizen, account, may, days left, revoked


actors = st.builds(
    Actor,
    account_id=st.sampled_from(ACCOUNTS),
    name=st.just("somebody"),
    role=st.sampled_from(("citizen", "representative", "staff", "planner", "admin")),
    scope=st.sampled_from(("centre", "team", "caseload")),
    citizen_id=st.sampled_from((None, *CITIZENS)),
    staff_id=st.sampled_from((None, *STAFF)),
    team=st.sampled_from((None, *TEAMS)),
    sees_protected=st.booleans(),
)
towns = st.builds(
    Town,
    team=st.fixed_dictionaries({staff: st.sampled_from(TEAMS) for staff in STAFF}),
    contacts=st.frozensets(st.tuples(st.sampled_from(CITIZENS), st.sampled_from(STAFF)), max_size=6),
    leaves=st.lists(
        st.tuples(
            st.sampled_from(CITIZENS),
            st.sampled_from(ACCOUNTS),
            st.sampled_from(("see", "act")),
            st.integers(-1, 1),
            st.booleans(),
        ),
        max_size=4,
    ).map(tuple),
)


def reached(town: Town, actor: Actor, action: str) -> set[int]:
    """Whom the actor reaches, a citizen at a time."""
    if actor.role not in ACTIONS[action] or (action in WHOLE and actor.scope != "centre"):
        return set()
    return {citizen for citizen in CITIZENS if reaches(town, actor, action, citizen)}


def reaches(town: Town, actor: Actor, action: str, citizen: int) -> bool:
    """Whether the actor reaches this citizen."""
    if actor.role in ("citizen", "representative"):
        own = actor.role == "citizen" and citizen == actor.citizen_id
        return own or any(
            whom == citizen and who == actor.account_id and days >= 0 and not revoked
            and (action in SEEING or (action in CHANGING and may == "act"))
            for whom, who, may, days, revoked in town.leaves
        )  # fmt: skip
    if actor.role == "planner" or (actor.role == "admin" and actor.scope != "centre"):
        return False
    if actor.scope == "centre":
        return True
    colleagues = {staff for staff, team in town.team.items() if actor.scope == "team" and team and team == actor.team}
    return any((citizen, staff) in town.contacts for staff in colleagues | {actor.staff_id or ""})


@cache
def _empty_town() -> Engine:
    engine = make_engine("sqlite://")
    Base.metadata.create_all(engine)
    with writing(engine) as session:
        people = People(session, 0, 0, (0, 0), {})
        add_staff(people)
        assert tuple(add_citizen(people, f"B{number}") for number in CITIZENS) == CITIZENS
        assert tuple(people.account(f"a{number}") for number in ACCOUNTS) == ACCOUNTS
        session.execute(delete(StaffMember))
    return engine


def _build(session: Session, town: Town) -> None:
    staff = [
        {"id": name, "name": name, "role": "x", "team": team, "site_id": "nord"} for name, team in town.team.items()
    ]
    contacts = [{"citizen_id": citizen, "role": name, "staff_id": name} for citizen, name in town.contacts]
    leaves: list[dict[str, Any]] = [
        {
            "citizen_id": citizen, "account_id": account, "may": may, "until": TODAY + dt.timedelta(days=days),
            "granted_by": 1, "granted_at": NOW, "revoked_at": NOW if revoked else None,
        }
        for citizen, account, may, days, revoked in town.leaves
    ]  # fmt: skip
    for table, rows in ((StaffMember, staff), (Contact, contacts), (Representation, leaves)):
        if rows:
            session.execute(insert(table), rows)


@settings(max_examples=150)
@given(towns, st.lists(st.tuples(actors, st.sampled_from(sorted(ACTIONS))), min_size=1, max_size=8))
def test_the_filter_reaches_exactly_whom_a_recomputation_reaches(town: Town, asked: list[tuple[Actor, str]]) -> None:
    with Session(_empty_town()) as session:  # Rolled back, so that the next town begins empty.
        _build(session, town)
        for actor, action in asked:
            expected = reached(town, actor, action)
            found = list(session.scalars(visible_citizens(actor, action, TODAY)))
            assert sorted(found) == sorted(expected)
            assert {citizen for citizen in CITIZENS if _permitted(session, actor, action, citizen)} == expected


def _permitted(session: Session, actor: Actor, action: str, citizen: int) -> bool:
    try:
        permit_citizen(session, actor, action, citizen, TODAY)
    except (NotPermittedError, UnknownCitizenError):
        return False
    return True
