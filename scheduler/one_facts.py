"""Read the facts of one citizen, anew for every question about her week, in the form of everybody's."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from sqlalchemy import Date, Integer, Text, bindparam, case, lambda_stmt, literal_column, or_, select, union_all
from sqlalchemy.orm import Session

from catalog.database import run_made
from catalog.weeks import monday_of
from scheduler import barring, citizen_reading, promises
from scheduler.barring import Eligibility, bar
from scheduler.citizen_reading import away, free_quarters
from scheduler.facts import CitizenFacts
from scheduler.keeping import LOCKED_BY_STAFF
from scheduler.reading import Rows
from scheduler.stored import NotFoundError
from scheduler.tables import AvailabilityBlock, KeepApart
from scheduler.week_frame import WeekFrame
from solver.problem import DAYS, Bools, Ints

_CITIZEN, _WEEK = bindparam("citizen", type_=Integer), bindparam("week", type_=Text)
_MONDAY, _SUNDAY = bindparam("monday", type_=Date), bindparam("sunday", type_=Date)
_LISTED = {
    "site": citizen_reading.reached_sites(),
    "leg": citizen_reading.needed_legs(),
    "goal": citizen_reading.open_goals(),
    "strength": citizen_reading.strengths(),
    "wish": citizen_reading.wishes(),
    "refused": barring.refusals(),
    "referred": barring.referrals(_WEEK),
    "cleared": barring.clearances(_MONDAY),
    "target": barring.memberships(_MONDAY),
    "completed": barring.completions(_MONDAY),
    "running": barring.running_places(_WEEK),
    "test": barring.best_tests(),
    "promised": promises.promises(_WEEK),
    "lock": promises.locks(_WEEK).where(LOCKED_BY_STAFF),
    "binding": promises.binding_places(_WEEK),
}


_TIMED = {
    "liked": citizen_reading.liked_times(),
    "free": citizen_reading.blocks(_WEEK).where(AvailabilityBlock.kind == "free"),
    "busy": citizen_reading.blocks(_WEEK).where(AvailabilityBlock.kind != "free"),
}


def _together(statements: Mapping[str, Rows], width: int) -> Any:
    """Rows of one citizen, each with its statement's name in the place of her id, and 1 for an amount that lacks."""
    parts = []
    for name, statement in statements.items():
        citizen, *rest = statement.selected_columns
        columns = [literal_column(f"'{name}'", Text), *rest, literal_column("1")][: width + 1]
        parts.append(statement.with_only_columns(*columns, maintain_column_froms=True).where(citizen == _CITIZEN))
    return _made(union_all(*parts))


def _hers(statement: Rows) -> Any:
    return _made(statement.where(statement.selected_columns[0] == _CITIZEN))


def _made(statement: Any) -> Any:
    return lambda_stmt(lambda: statement)


_HERSELF = _hers(citizen_reading.joined(_SUNDAY, _WEEK))
_TURNS = _hers(citizen_reading.turns(_MONDAY))
_LISTS, _TIMES = _together(_LISTED, 2), _together(_TIMED, 3)
_CONTACTS = _hers(citizen_reading.contacts())
_IS_FIRST, _IS_SECOND = KeepApart.first_citizen_id == _CITIZEN, KeepApart.second_citizen_id == _CITIZEN
_APART = _made(
    select(case((_IS_FIRST, KeepApart.second_citizen_id), else_=KeepApart.first_citizen_id)).where(
        or_(_IS_FIRST, _IS_SECOND)
    )
)


def read_one(session: Session, frame: WeekFrame, citizen_id: int) -> CitizenFacts:
    """Read the facts of one citizen in the frame's week.

    Only staff's own locks and binding places are locked: approvals and agreements do not bind who asks for a change.

    Raises
    ------
    NotFoundError
        She is not planned for in that week.
    """
    monday, centre = monday_of(frame.week), frame.centre
    sunday = monday + dt.timedelta(days=6)
    values = {"citizen": citizen_id, "week": frame.week, "monday": monday, "sunday": sunday}
    herself = run_made(session, _HERSELF, values).first()
    begun: Any = run_made(session, _TURNS, values)
    if herself is None or away(begun, monday):
        raise NotFoundError(f"citizen {citizen_id} is not planned for in week {frame.week}: not there, or away")
    _, min_minutes, max_minutes, energy, daily_limit, weight = (np.array([number], np.int64) for number in herself)
    listed: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for fact, key, amount in run_made(session, _LISTS, values):
        listed[fact].append((key, amount))
    times: Any = run_made(session, _TIMES, values).all()
    site_level = _amounts(listed["site"], centre.site)
    return CitizenFacts(
        id=np.array([citizen_id], np.int64),
        weight=weight,
        min_minutes=min_minutes,
        max_minutes=max_minutes,
        energy=energy,
        daily_limit=daily_limit,
        reach=site_level > 0,
        site_level=np.maximum(site_level - 1, 0),
        time_level=_time_level(times),
        available=_available(times),
        leg=_amounts([(leg, 1 + most_pressing) for leg, most_pressing in listed["leg"]], centre.leg),
        goal=_amounts(listed["goal"], centre.indicator),
        strength=_amounts(listed["strength"], centre.word) > 0,
        wish=_amounts(listed["wish"], centre.offering.id),
        barred=bar(centre, frame.target_codes, _eligibility(listed, centre.offering.id)),
        promised=_amounts(listed["promised"], centre.offering.id) > 0,
        contact=_contact(run_made(session, _CONTACTS, values).all(), centre.role, centre.staff),
        kept=np.zeros((0, 2), np.int64),
        locked=own_groups([frame.slot_of_code.get(code, -1) for code, _ in listed["lock"] + listed["binding"]]),
        apart=np.zeros((0, 2), np.int64),
    )


def people_apart(session: Session, citizen_id: int) -> list[int]:
    """The ids of those with whom the citizen never shares a group, rising."""
    return sorted(other for (other,) in run_made(session, _APART, {"citizen": citizen_id}))


def own_groups(slots: Sequence[int]) -> Ints:
    """(n, 2) the only citizen and each slot that the week has."""
    return np.array([(0, slot) for slot in slots if slot >= 0], np.int64).reshape(-1, 2)


def _amounts(rows: Sequence[tuple[str, int]], names: tuple[str, ...]) -> Ints:
    """(1, n) sums of the amounts of each name; what is unknown is left out."""
    place = _places(names)
    total = np.zeros((1, len(names)), np.int64)
    for key, amount in rows:
        if key in place:
            total[0, place[key]] += amount
    return total


@lru_cache
def _places(names: tuple[str, ...]) -> dict[str, int]:
    return {name: position for position, name in enumerate(names)}


def _eligibility(listed: dict[str, list[tuple[str, int]]], offerings: tuple[str, ...]) -> Eligibility:
    return Eligibility(
        refused=_amounts(listed["refused"], offerings) > 0,
        referred=_amounts(listed["referred"], offerings) > 0,
        cleared=_amounts(listed["cleared"], offerings) > 0,
        has=_amounts(listed["completed"] + listed["running"], offerings) > 0,
        level={test: np.array([level], np.int64) for test, level in listed["test"]},
        belongs={code: np.ones(1, np.bool_) for code, _ in listed["target"]},
    )


def _time_level(times: Sequence[tuple[str, int, int, int]]) -> Ints:
    level = np.zeros((1, DAYS, 2), np.int64)
    for kind, day, half, strength in times:
        if kind == "liked":
            level[0, day, half] = strength
    return level


def _available(times: Sequence[tuple[str, int, int, int]]) -> Bools:
    free, busy = (
        np.array([(0, *time) for kind, *time in times if kind == wanted], np.int64).reshape(-1, 4)
        for wanted in ("free", "busy")
    )
    return free_quarters(1, free, busy)


def _contact(rows: Sequence[tuple[Any, ...]], roles: Sequence[str], staff: Sequence[str]) -> Ints:
    contact = np.full((1, len(roles)), -1, np.int64)
    for _, role, person in rows:
        if role in roles and person in staff:
            contact[0, roles.index(role)] = staff.index(person)
    return contact
