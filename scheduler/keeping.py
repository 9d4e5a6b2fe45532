"""A citizen asks that her next week be as this one, and has it so where nothing else is agreed or has changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

import numpy as np
from sqlalchemy import Delete, and_, delete, select
from sqlalchemy.orm import Session

from catalog.database import insert_rows
from catalog.tables import Group
from catalog.weeks import CENTRE_TIME, week_of
from scheduler.approval import LOCKED_BY_APPROVAL
from scheduler.citizen_reading import read_facts
from scheduler.facts import Facts, GroupFacts
from scheduler.idempotency import replace_row
from scheduler.life import published_run
from scheduler.slots import QUARTER_MINUTES, can_take, contact_role, lead
from scheduler.tables import KeptWeek, Lock
from solver.problem import DAYS, QUARTERS, Bools

KEPT = "as in the week before"  # why a group is locked
LOCKED_BY_STAFF = and_(~Lock.why.startswith(LOCKED_BY_APPROVAL), Lock.why != KEPT)


class TooLateError(ValueError):
    """The week has begun or is published, so that it follows from the one before it no longer."""


def say(session: Session, citizen_id: int, week: str, account_id: int, at: dt.datetime, *, keep: bool) -> None:
    """Keep that her week is to be as the one before it, or take it back.

    Raises
    ------
    TooLateError
        The week has begun or is published.
    """
    if week <= week_of(at.astimezone(CENTRE_TIME).date()) or published_run(session, week) is not None:
        raise TooLateError(f"week {week} has begun or is published: ask for a change of it")
    if keep:
        row = {"citizen_id": citizen_id, "week": week, "account_id": account_id, "at": at}
        replace_row(session, KeptWeek, row)
    else:
        session.execute(delete(KeptWeek).where(KeptWeek.citizen_id == citizen_id, KeptWeek.week == week))
        session.execute(_kept_locks(week).where(Lock.citizen_id == citizen_id))


def is_kept(session: Session, citizen_id: int, week: str) -> bool:
    """Whether she wants the week to be as the one before it."""
    return session.get(KeptWeek, (citizen_id, week)) is not None


def who_keeps(session: Session, week: str) -> set[int]:
    """The citizens who want the week to be as the one before it."""
    return set(session.scalars(select(KeptWeek.citizen_id).where(KeptWeek.week == week)))


def lock_kept(session: Session, week: str) -> None:
    """Lock into a week that is being made what its askers had in the one before it. Again, it does the same.

    A group is locked where it is there again and has a seat, and where she can take it still beside what she is bound
    to. What cannot be locked is planned as usual.
    """
    session.execute(_kept_locks(week))
    asked = who_keeps(session, week)
    if not asked:
        return
    facts = read_facts(session, week)
    pairs = [(facts.citizen.id[citizen], facts.group.id[group]) for citizen, group in _keepable(facts, asked)]
    rows = [{"citizen_id": int(her), "group_id": int(group), "locked_by": "", "why": KEPT} for her, group in pairs]
    insert_rows(session, Lock, rows)


def _kept_locks(week: str) -> Delete:
    return delete(Lock).where(Lock.why == KEPT, Lock.group_id.in_(select(Group.id).where(Group.week == week)))


def _keepable(facts: Facts, asked: Collection[int]) -> list[tuple[int, int]]:
    """Positions of citizens and of the groups that they may keep."""
    group, citizen = facts.group, facts.citizen
    person, role = lead(facts), contact_role(facts)[group.offering]
    busy, seats = np.zeros_like(citizen.available), group.seats.copy()
    for who, at in citizen.locked.tolist():
        busy[who] |= _quarters(group, at)
        seats[at] -= 1
    found = []
    for who, at in citizen.kept.tolist():
        may = int(citizen.id[who]) in asked and group.open[at] and seats[at] > 0
        times = _quarters(group, at)
        if may and can_take(facts, at, np.array([who]), person[at], role[at]).all() and not (busy[who] & times).any():
            busy[who] |= times
            seats[at] -= 1
            found.append((who, at))
    return found


def _quarters(group: GroupFacts, at: int) -> Bools:
    """(7, 96) quarter-hours that a group's meetings touch."""
    touched = np.zeros((DAYS, QUARTERS), np.bool_)
    for meeting in range(group.meeting_ptr[at], group.meeting_ptr[at + 1]):
        start, end = int(group.meeting_start[meeting]), int(group.meeting_end[meeting])
        touched[group.meeting_day[meeting], start // QUARTER_MINUTES : -(-end // QUARTER_MINUTES)] = True
    return touched
