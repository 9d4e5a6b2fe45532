"""Read the citizens who are planned for in one week, as columns."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

import numpy as np
from sqlalchemy import Integer, and_, cast, func, literal, or_, select
from sqlalchemy.orm import Session

from catalog.weeks import monday_of
from scheduler.barring import Day, Week, read_barred
from scheduler.facts import CentreFacts, CitizenFacts, Facts, GroupFacts
from scheduler.promises import read_kept, read_locked, read_promised
from scheduler.reading import Rows, columns, ints, places, positions, read_centre, read_groups, table
from scheduler.slots import QUARTER_MINUTES
from scheduler.tables import (
    AvailabilityBlock,
    Citizen,
    CitizenLeg,
    CitizenPeriod,
    CitizenSite,
    CitizenStrength,
    CitizenWeek,
    Contact,
    KeepApart,
    SubGoal,
    TimePreference,
    Wish,
)
from solver.problem import DAYS, QUARTERS, Bools, Ints


def read_facts(session: Session, week: str) -> Facts:
    """Read everything that the plan of an ISO week builds on."""
    centre = read_centre(session, monday_of(week))
    group = read_groups(session, week, centre)
    return Facts(week, centre, group, read_citizens(session, week, centre, group))


def read_citizens(session: Session, week: str, centre: CentreFacts, group: GroupFacts) -> CitizenFacts:
    """Read those who have joined, are not on a pause and have not left, by id."""
    everybody = _present(session, week)
    ids, min_minutes, max_minutes, energy, daily_limit, weight = (np.ascontiguousarray(column) for column in everybody)
    site_level = table(session, reached_sites(), ids, centre.site)
    locked = read_locked(session, week, ids, group)
    return CitizenFacts(
        id=ids,
        weight=weight,
        min_minutes=min_minutes,
        max_minutes=max_minutes,
        energy=energy,
        daily_limit=daily_limit,
        reach=site_level > 0,
        site_level=np.maximum(site_level - 1, 0),
        time_level=_time_level(session, ids),
        available=_available(session, week, ids),
        leg=table(session, needed_legs(), ids, centre.leg, each=1),
        goal=table(session, open_goals(), ids, centre.indicator),
        strength=table(session, strengths(), ids, centre.word) > 0,
        wish=table(session, wishes(), ids, centre.offering.id),
        barred=read_barred(session, week, ids, centre),
        promised=read_promised(session, week, ids, centre.offering.id),
        contact=_contact(session, ids, centre),
        kept=read_kept(session, week, ids, group, locked),
        locked=locked,
        apart=_apart(session, ids),
    )


def highest_weight(session: Session, week: str) -> int:
    """Percent, of anybody who is planned for; 1 where that is nobody."""
    *_, weight = _present(session, week)
    return int(weight.max(initial=1))


def joined(sunday: Day, week: Week) -> Rows:
    """Those who have joined by the end of a week, with their limits and weight: the week's own, where it has some."""
    limits = (
        Citizen.min_minutes,
        func.coalesce(CitizenWeek.max_minutes, Citizen.max_minutes),
        func.coalesce(CitizenWeek.energy, Citizen.energy),
        Citizen.daily_limit,
        func.coalesce(CitizenWeek.weight_percent, Citizen.weight_percent),
    )
    own = and_(CitizenWeek.citizen_id == Citizen.id, CitizenWeek.week == week)
    return select(Citizen.id, *limits).outerjoin(CitizenWeek, own).where(Citizen.joined <= sunday)


def turns(monday: Day) -> Rows:
    """Pauses, exits and returns that have begun by the first day of a week, in order of their start."""
    begun = select(CitizenPeriod.citizen_id, CitizenPeriod.kind, CitizenPeriod.until)
    return begun.where(CitizenPeriod.start <= monday).order_by(CitizenPeriod.start)


def away(begun: Iterable[tuple[int, str, dt.date | None]], monday: dt.date) -> list[int]:
    """Those of `turns` who have left, or whose pause holds until the Friday of the week."""
    is_away: dict[int, bool] = {}
    for citizen, kind, until in begun:
        if kind == "pause":
            is_away[citizen] = is_away.get(citizen, False) or until is None or until >= monday + dt.timedelta(days=4)
        else:
            is_away[citizen] = kind == "exit"
    return [citizen for citizen, gone in is_away.items() if gone]


def reached_sites() -> Rows:
    """Sites that a citizen reaches, and her preference + 1."""
    return select(CitizenSite.citizen_id, CitizenSite.site_id, CitizenSite.preference + 1)


def needed_legs() -> Rows:
    """Legs that a citizen needs, and 1 where it is the most pressing."""
    return select(CitizenLeg.citizen_id, CitizenLeg.leg_id, cast(CitizenLeg.most_pressing, Integer))


def open_goals() -> Rows:
    """Indicators of a citizen's open sub-goals."""
    goals = select(SubGoal.citizen_id, SubGoal.indicator_id, literal(1)).where(SubGoal.done.is_(False))
    return goals.where(SubGoal.indicator_id.is_not(None))


def strengths() -> Rows:
    """Words of a citizen's strengths."""
    return select(CitizenStrength.citizen_id, CitizenStrength.word, literal(1))


def wishes() -> Rows:
    """Offerings that a citizen wishes for, and how much."""
    wanted = select(Wish.citizen_id, Wish.offering_id, Wish.strength)
    return wanted.where(Wish.strength > 0, Wish.refused.is_(False))


def liked_times() -> Rows:
    """Half days that a citizen likes, and how much."""
    return select(TimePreference.citizen_id, TimePreference.day, TimePreference.half, TimePreference.strength)


def blocks(week: Week) -> Rows:
    """A citizen's free and busy times in a week: day, first and last minute, whether free."""
    block = AvailabilityBlock
    times = select(block.citizen_id, block.day, block.start_min, block.end_min, block.kind == "free")
    return times.where(or_(block.week.is_(None), block.week == week))


def contacts() -> Rows:
    """A citizen's own members of staff, by role."""
    return select(Contact.citizen_id, Contact.role, Contact.staff_id)


def _present(session: Session, week: str) -> Ints:
    monday = monday_of(week)
    statement = joined(monday + dt.timedelta(days=6), week).order_by(Citizen.id)
    everybody = np.array(columns(session, statement), np.int64)
    begun: Any = session.execute(turns(monday))
    return everybody[:, ~np.isin(everybody[0], away(begun, monday))]


def _time_level(session: Session, ids: Ints) -> Ints:
    citizen, day, half, strength = columns(session, liked_times())
    row = places(citizen, ids)
    level = np.zeros((len(ids), DAYS, 2), np.int64)
    level[row[row >= 0], ints(day)[row >= 0], ints(half)[row >= 0]] = ints(strength)[row >= 0]
    return level


def _available(session: Session, week: str, ids: Ints) -> Bools:
    citizen, day, start, end, free = columns(session, blocks(week))
    times = np.stack([places(citizen, ids), ints(day), ints(start), ints(end)], axis=1)
    times, is_free = times[times[:, 0] >= 0], np.array(free, np.bool_)[times[:, 0] >= 0]
    return free_quarters(len(ids), times[is_free], times[~is_free])


def free_quarters(num_citizens: int, free: Ints, busy: Ints) -> Bools:
    """(I, 7, 96) quarter-hours that lie whole in free time and touch nothing busy.

    Parameters
    ----------
    free, busy
        (n, 4) int64: citizen position, day, first and last minute.
    """
    whole = QUARTER_MINUTES - 1
    is_free = _covered(num_citizens, free + np.array([0, 0, whole, 0]))
    return is_free & ~_covered(num_citizens, busy + np.array([0, 0, 0, whole]))


def _covered(num_citizens: int, blocks: Ints) -> Bools:
    citizen, day, start, end = blocks.T
    first, last = start // QUARTER_MINUTES, end // QUARTER_MINUTES
    some = first < last
    change = np.zeros((num_citizens, DAYS, QUARTERS + 1), np.int16)
    np.add.at(change, (citizen[some], day[some], first[some]), 1)
    np.add.at(change, (citizen[some], day[some], last[some]), -1)
    covered: Bools = np.cumsum(change[:, :, :QUARTERS], axis=2) > 0
    return covered


def _contact(session: Session, ids: Ints, centre: CentreFacts) -> Ints:
    citizen, role, staff = columns(session, contacts())
    row, column = places(citizen, ids), positions(role, centre.role)
    known = (row >= 0) & (column >= 0)
    contact = np.full((len(ids), len(centre.role)), -1, np.int64)
    contact[row[known], column[known]] = positions(staff, centre.staff)[known]
    return contact


def _apart(session: Session, ids: Ints) -> Ints:
    statement = select(KeepApart.first_citizen_id, KeepApart.second_citizen_id)
    pairs = np.array([places(column, ids) for column in columns(session, statement)], np.int64).reshape(2, -1).T
    return np.unique(pairs[(pairs >= 0).all(axis=1)], axis=0)
