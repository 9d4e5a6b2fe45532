"""Who waits for a place in an offering, and in what order: by need and by what earlier weeks owed, then by a lottery.

Whoever changes somebody's waiting holds it first, and with it her plan of the week of which a seat is offered to her.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any, NamedTuple

import numpy as np
from sqlalchemy import Select, delete, func, or_, select
from sqlalchemy.orm import Session

from catalog.tables import Group, LegDose, Meeting, Offering
from catalog.weeks import CENTRE_TIME, monday_of, week_of
from scheduler.places import Standing, hold_plan
from scheduler.problem import lottery_numbers
from scheduler.request_effects import Asker
from scheduler.request_rules import read_request_rules
from scheduler.stored import NotFoundError
from scheduler.supplies import move
from scheduler.tables import Citizen, CitizenLeg, FreedSeat, Hold, Place, SubGoal, Waiting

OPEN = ("waiting", "offered")
BANDS = ((1, 3), (4, 10), (11, 30), (31, None))


class Line(NamedTuple):
    """A place in line, so coarse that it tells of nobody else."""

    band: tuple[int, int | None]  # the first and the last place of it
    freed: int | None  # seats in the last weeks; None: fewer than are counted out


class Held(NamedTuple):
    """Somebody's waiting that nobody else changes until this transaction ends."""

    waiting: Waiting
    seat: Hold | None  # that is offered to her
    plan: Standing | None  # of the week of the seat


def count_waiting(session: Session) -> Counter[str]:
    """How many citizens wait for each offering now."""
    return Counter(session.scalars(select(Waiting.offering_id).where(Waiting.state.in_(OPEN))))


def join(session: Session, citizen_id: int, offering_id: str, asker: Asker) -> Waiting:
    """Let a citizen wait for a place in an offering; where she waits already, nothing changes.

    Raises
    ------
    NotFoundError
        There is no such citizen or offering.
    """
    _hold_citizen(session, citizen_id)
    if session.get(Offering, offering_id) is None:
        raise NotFoundError(f"there is no offering {offering_id!r}")
    waiting = session.scalar(_open(citizen_id, offering_id))
    if waiting is None:
        waiting = Waiting(citizen_id=citizen_id, offering_id=offering_id, since=asker.at, state="waiting")
        session.add(waiting)
        session.flush()
    return waiting


def leave(session: Session, citizen_id: int, offering_id: str, asker: Asker) -> Waiting:
    """Let her wait no longer; a seat that is offered to her goes to the next.

    Raises
    ------
    NotFoundError
        She does not wait for this offering.
    """
    held = hold_waiting(session, _need(session, citizen_id, offering_id).id)
    if held.seat is not None:
        give_back(session, held.waiting, held.seat)
    held.waiting.state, held.waiting.ended_at = "ended", asker.at
    session.flush()
    return held.waiting


def waits_of(session: Session, citizen_id: int) -> list[Waiting]:
    """What a citizen waits for."""
    return list(session.scalars(_open(citizen_id)))


def place_in_line(session: Session, citizen_id: int, offering_id: str, now: dt.datetime) -> Line:
    """Where she stands among those who wait for an offering, and how many seats came free lately.

    Raises
    ------
    NotFoundError
        She does not wait for this offering.
    """
    mine = _need(session, citizen_id, offering_id)
    today = now.astimezone(CENTRE_TIME).date()
    newest = session.scalar(select(func.max(Place.week))) or week_of(today)
    place = 1 + [waiting.id for waiting in in_line(session, offering_id, newest, now)].index(mine.id)
    rules = read_request_rules(session, today)
    since = now - dt.timedelta(weeks=rules.freed_weeks)
    freed = session.scalar(select(func.count()).where(FreedSeat.offering_id == offering_id, FreedSeat.at >= since)) or 0
    band = next((first, last) for first, last in BANDS if last is None or place <= last)
    return Line(band, freed if freed >= rules.smallest_counted else None)


def in_line(session: Session, offering_id: str, week: str, now: dt.datetime) -> list[Waiting]:
    """Those who wait for an offering, first in line first.

    What earlier weeks owe comes first (it is in the citizen's weight), then a needed leg that her plan of the week does
    not cover, then an open sub-goal, then whole weeks of waiting, then a lottery that nobody's coming or going changes.
    """
    # In one statement: whose waiting ends between two of them would have no weight.
    weighed = _open(offering_id=offering_id).join(Citizen, Citizen.id == Waiting.citizen_id)
    rows = session.execute(weighed.add_columns(Citizen.weight_percent)).all()
    waiting, weight = [row[0] for row in rows], {row[0].citizen_id: row[1] for row in rows}
    offering = session.get_one(Offering, offering_id)
    who = _open(offering_id=offering_id).with_only_columns(Waiting.citizen_id).order_by(None)
    needing = select(CitizenLeg.citizen_id).where(CitizenLeg.leg_id == offering.leg_id, CitizenLeg.citizen_id.in_(who))
    needs = set(session.scalars(needing)) - set(session.scalars(_covered(session, offering.leg_id, week)))
    trained = {indicator for kind in ("main", "side") for indicator in offering.trains.get(kind, ())}
    aiming = select(SubGoal.citizen_id).where(SubGoal.done.is_(False), SubGoal.indicator_id.in_(trained))
    aims = set(session.scalars(aiming.where(SubGoal.citizen_id.in_(who))))
    drawn = lottery_numbers(np.array([each.citizen_id for each in waiting], np.int64), (offering_id,), 0)[:, 0].tolist()
    lottery = dict(zip([each.citizen_id for each in waiting], drawn, strict=True))

    def rank(each: Waiting) -> tuple[int, ...]:
        her, weeks = each.citizen_id, (now - each.since).days // 7
        return -weight[her], -(her in needs), -(her in aims), -weeks, -lottery[her], her

    return sorted(waiting, key=rank)


def hold_waiting(session: Session, waiting_id: int) -> Held:
    """Take somebody's waiting, and with it her plan of the week of which a seat is offered to her.

    Raises
    ------
    NotFoundError
        There is no such waiting.
    """
    citizen_id = session.scalar(select(Waiting.citizen_id).where(Waiting.id == waiting_id))
    if citizen_id is None:
        raise NotFoundError(f"there is no waiting {waiting_id}")
    _hold_citizen(session, citizen_id)
    offered = select(Hold).where(Hold.waiting_id == waiting_id).execution_options(populate_existing=True)
    week = session.scalar(offered.with_only_columns(Hold.week))
    plan = None if week is None else hold_plan(session, citizen_id, week)
    waiting = session.get_one(Waiting, waiting_id, populate_existing=True)
    return Held(waiting, session.scalar(offered), plan)


def give_back(session: Session, waiting: Waiting, seat: Hold) -> None:
    """Let her wait on, and the seat that is offered to her be offered to the next."""
    session.execute(delete(Hold).where(Hold.id == seat.id))
    move(session, (), [seat.group_id])
    session.get_one(FreedSeat, waiting.asked[-1]).offered = False
    waiting.state, waiting.base = "waiting", ""
    session.flush()


def _open(citizen_id: int | None = None, offering_id: str | None = None) -> Select[Waiting]:
    query = select(Waiting).where(Waiting.state.in_(OPEN)).order_by(Waiting.id)
    if citizen_id is not None:
        query = query.where(Waiting.citizen_id == citizen_id)
    return query if offering_id is None else query.where(Waiting.offering_id == offering_id)


def _need(session: Session, citizen_id: int, offering_id: str) -> Waiting:
    waiting = session.scalar(_open(citizen_id, offering_id))
    if waiting is None:
        raise NotFoundError(f"citizen {citizen_id} does not wait for {offering_id!r}")
    return waiting


def _hold_citizen(session: Session, citizen_id: int) -> None:
    her = select(Citizen.id).where(Citizen.id == citizen_id).with_for_update(key_share=True)
    if session.scalar(her) is None:
        raise NotFoundError(f"there is no citizen {citizen_id}")


def _covered(session: Session, leg_id: str, week: str) -> Any:
    """Select those of whose week one activity gives the leg its dose."""
    monday = monday_of(week)
    holds = (LegDose.valid_from <= monday, or_(LegDose.valid_to.is_(None), LegDose.valid_to >= monday))
    dose = session.scalar(select(LegDose.minutes).where(LegDose.leg_id == leg_id, *holds)) or 0
    return (
        select(Place.citizen_id)
        .join(Group, Group.id == Place.group_id)
        .join(Offering, Offering.id == Group.offering_id)
        .join(Meeting, Meeting.group_id == Group.id)
        .where(Place.week == week, Offering.leg_id == leg_id)
        .group_by(Place.citizen_id, Place.group_id)
        .having(func.sum(Meeting.end_min - Meeting.start_min) >= dose)
    )
