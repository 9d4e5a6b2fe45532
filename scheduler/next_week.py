"""Makes a week from the one before: its groups, what each citizen is owed and may carry, where prices begin."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

from catalog.database import insert_rows
from catalog.tables import Group, Offering, Series
from catalog.weeks import create_groups, monday_of, shift_week, week_of
from scheduler.archive import Archive
from scheduler.keeping import lock_kept, who_keeps
from scheduler.learning import ledger, ramp
from scheduler.learning.best_weeks import best_weeks
from scheduler.learning.evidence import Floats
from scheduler.learning.ledger import Ledger
from scheduler.learning.ramp import BAD, FAIR, GOOD, Budget
from scheduler.learning.settings import Settings, read_settings
from scheduler.learning.swaps import behind_weeks
from scheduler.life import need_published_run, published_run
from scheduler.promises import BINDS
from scheduler.reading import columns, places
from scheduler.runs import Task
from scheduler.stored import find_run, stored_input
from scheduler.stored_plans import known_plans
from scheduler.tables import Citizen, CitizenWeek, Enrolment, HelpAnswer, Place
from solver import Options
from solver.problem import MICRO, Ints
from solver.verify import verify


@dataclass(frozen=True)
class Carried:
    """What everybody brings into a week."""

    week: str
    from_run: int | None  # whose prices and plans are the start
    rows: list[dict[str, Any]]  # of `CitizenWeek`


def look_back(session: Session, week: str) -> Carried:
    """Compute what follows from a published week for the one after it; nothing is written.

    Raises
    ------
    NotPublishedError
        The week has no published plan.
    MissingSettingError
        A setting of what is learned has no value.
    """
    run, following = find_run(session, need_published_run(session, week)), shift_week(week, 1)
    settings = read_settings(session, monday_of(following))
    who = np.array(columns(session, _WHO.order_by(Citizen.id)), np.int64).reshape(4, -1)
    ids, agreed = who[0], Budget(who[2], who[1])
    stood, before = _state(session, week, ids, agreed)
    if run.input is not None:  # Whoever is erased takes the run's input along, and with it what that week could be.
        stood = _book(session, stored_input(run), week, ids, stood, settings)
    lowest = Budget(agreed.energy * settings.ramp_lowest // 100, who[3])
    budget = ramp.next_budget(before, _went(session, week, ids, settings), lowest, agreed, settings)
    keeps = np.isin(ids, list(who_keeps(session, following)))
    budget = Budget(*(np.where(keeps, np.maximum(was, now), now) for was, now in zip(before, budget, strict=True)))
    names = ("citizen_id", "best", "given", "weight_percent", "energy", "max_minutes", "behind_weeks")
    weight = ledger.weights(stood.owed, settings)
    found = (ids, *stood.owed, weight, budget.energy, budget.max_minutes, stood.behind)
    rows = zip(*(column.tolist() for column in found), strict=True)
    carried = [{"week": following, **dict(zip(names, row, strict=True))} for row in rows]
    return Carried(following, None if run.input is None else run.id, carried)


def carried_into(session: Session, week: str) -> Carried | None:
    """What everybody brings into a week; None where the week before it is not published. Nothing is written."""
    before = shift_week(week, -1)
    return None if published_run(session, before) is None else look_back(session, before)


def make_ready(session: Session, week: str, carried: Carried | None, options: Options) -> Task:
    """Make a week's groups, with what everybody brings where that is known, and say what is to be planned."""
    if carried is not None:
        return begin_week(session, carried, options)
    create_groups(session, week)
    return Task(week, options)


def begin_week(session: Session, carried: Carried, options: Options) -> Task:
    """Make the week's groups and enrolments, write what everybody brings, and say what is to be planned.

    Again, it does the same.
    """
    create_groups(session, carried.week)
    _enrol(session, carried.week)
    session.execute(delete(CitizenWeek).where(CitizenWeek.week == carried.week))
    insert_rows(session, CitizenWeek, carried.rows)
    lock_kept(session, carried.week)
    return Task(carried.week, options, warm_from=carried.from_run)


def _enrol(session: Session, week: str) -> None:
    """Let whoever was last week in a cohort, or in a place at an employer, stay until that or its series ends."""
    before = shift_week(week, -1)
    known = select(Enrolment.citizen_id, Enrolment.series_id).where(
        Enrolment.binding, or_(Enrolment.until_week.is_(None), Enrolment.until_week >= before)
    )
    enrolled = set(map(tuple, session.execute(known).all()))
    places = select(Place.citizen_id, Series.id, Series.valid_to, Offering.weeks)
    places = places.join(Group, Group.id == Place.group_id).join(Series, Series.id == Group.series_id)
    places = places.join(Offering, Offering.id == Series.offering_id)
    rows = []
    for citizen, series, last, weeks in session.execute(places.where(Place.week == before, BINDS)):
        until = min(shift_week(before, weeks - 1), week_of(last or dt.date.max))
        if until >= week and (citizen, series) not in enrolled:
            place = {"citizen_id": citizen, "series_id": series, "from_week": before, "until_week": until}
            rows.append(place | {"binding": True})
    insert_rows(session, Enrolment, rows)


_WHO = select(Citizen.id, Citizen.max_minutes, Citizen.energy, Citizen.min_minutes)


class _Stood(NamedTuple):
    owed: Ledger
    behind: Ints  # (I,) weeks in a row


def _state(session: Session, week: str, ids: Ints, agreed: Budget) -> tuple[_Stood, Budget]:
    """What stood at the beginning of the week: nothing owed, and all that is agreed, where nobody has carried it."""
    kept = (CitizenWeek.citizen_id, CitizenWeek.best, CitizenWeek.given, CitizenWeek.behind_weeks)
    limits = (CitizenWeek.energy, CitizenWeek.max_minutes)
    carried = columns(session, select(*kept, *limits).where(CitizenWeek.week == week))
    row = places(carried[0], ids)
    known = row >= 0
    stood = _Stood(Ledger(np.zeros(len(ids)), np.zeros(len(ids))), np.zeros(len(ids), np.int64))
    budget = Budget(agreed.energy.copy(), agreed.max_minutes.copy())
    for now, column in zip((*stood.owed, stood.behind, *budget), carried[1:], strict=True):
        now[row[known]] = np.array(column, now.dtype)[known]
    return stood, budget


def _book(session: Session, archive: Archive, week: str, ids: Ints, stood: _Stood, settings: Settings) -> _Stood:
    """Add what the week could have been at best, and was; who was not planned for keeps what she brought."""
    problem = archive.problem
    alike = replace(problem, weight=np.full_like(problem.weight, 100), keep_points=np.zeros_like(problem.keep_points))
    plain = replace(alike, idle_penalty=np.zeros_like(problem.idle_penalty))
    standing = columns(session, select(Place.citizen_id, Place.group_id).where(Place.week == week))
    verdict = verify(plain, known_plans(archive, np.array(standing, np.int64).T))
    row = places(archive.ids.citizen.tolist(), ids)
    here, planned = row[row >= 0], row >= 0
    best, given = best_weeks(alike)[planned], verdict.value[planned] // MICRO
    owed, behind = Ledger(*(total.copy() for total in stood.owed)), stood.behind.copy()
    booked = ledger.book(Ledger(owed.best[here], owed.given[here]), best, given, settings)
    owed.best[here], owed.given[here] = booked
    behind[here] = behind_weeks(behind[here], best, given, verdict.idle_minutes[planned], settings)
    return _Stood(owed, behind)


def _went(session: Session, week: str, ids: Ints, settings: Settings) -> Ints:
    """(I,) how the week went, by the mean of what a citizen says that its groups helped; silence is a fair week."""
    mean = func.avg(HelpAnswer.value * 1.0)
    said = select(HelpAnswer.citizen_id, mean).join(Group, Group.id == HelpAnswer.group_id)
    citizen, value = columns(session, said.where(Group.week == week).group_by(HelpAnswer.citizen_id))
    helped: Floats = np.array([float(one) for one in value])
    row = places(citizen, ids)
    went = np.full(len(ids), FAIR, np.int64)
    level = np.select([helped <= settings.did_not_help, helped >= settings.went_well], [BAD, GOOD], FAIR)
    went[row[row >= 0]] = level[row >= 0]
    return went
