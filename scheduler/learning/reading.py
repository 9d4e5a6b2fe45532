"""Rows to arrays: what citizens said helped them, what they share, and how far their sub-goals are.

Nothing learned is stored: what is believed before a week is a function of the rows that are there, so a citizen who is
erased leaves no trace in the next week's, and an earlier week's can be computed again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import literal, or_, select
from sqlalchemy.orm import Session

from catalog.tables import Group
from catalog.weeks import monday_of, weeks_between
from scheduler.citizen_reading import open_goals
from scheduler.facts import CentreFacts
from scheduler.learning.evidence import Answers, Evidence, Floats, weigh
from scheduler.learning.model import Estimates, estimate, shared_columns
from scheduler.learning.progress import UNKNOWN, expected_help
from scheduler.learning.settings import Settings
from scheduler.reading import Rows, columns, ints, places, positions, table
from scheduler.tables import CitizenTargetGroup, HelpAnswer, Rating, SubGoal
from solver.problem import Ints


@dataclass(frozen=True)
class Steps:
    """Open sub-goals by indicator; of two on one indicator, the one that is due first."""

    level: Ints  # (I, X) the newest rating, `UNKNOWN` where there is none
    wanted: Ints  # (I, X) level of the sub-goal, 0 = none open
    weeks_left: Ints  # (I, X)


@dataclass(frozen=True)
class Said:
    """All answers, and those who gave them or are asked about."""

    ids: Ints  # (I,) citizen.id, rising
    goal: Ints  # (I, X) open sub-goals on the indicator
    evidence: Evidence
    expected: Floats  # (I, O) what the catalogue says


def read_estimates(session: Session, week: str, ids: Ints, centre: CentreFacts, settings: Settings) -> Estimates:
    """What is believed before `week` of these citizens, from everything that anybody said before it.

    Parameters
    ----------
    ids
        (I,) citizen.id, rising.
    """
    said = read_said(session, week, ids, centre, settings)
    target = columns(session, _target_groups(week))
    codes = sorted(set(target[1]))
    target_group = table(session, _target_groups(week), said.ids, codes).astype(np.float64)
    shared, deviation = shared_columns(np.minimum(target_group, 1), said.goal.astype(np.float64), settings.spread)
    found = estimate(said.evidence, said.expected, shared, deviation, settings.spread)
    who = np.searchsorted(said.ids, ids)
    return Estimates(*(getattr(found, name)[who] for name in Estimates.__dataclass_fields__))


def read_said(session: Session, week: str, ids: Ints, centre: CentreFacts, settings: Settings) -> Said:
    """What was said before `week` by anybody, and what the catalogue says of them and of these citizens."""
    rows = columns(session, _said(week))
    everybody = np.union1d(ids, ints(rows[0]))
    goal = table(session, open_goals(), everybody, centre.indicator)
    answers = _answers(rows, week, everybody, centre)
    evidence = weigh(answers, len(everybody), len(centre.offering.id), settings.forgetting)
    return Said(everybody, goal, evidence, expected_help(goal, centre.offering, settings))


def read_steps(session: Session, week: str, ids: Ints, centre: CentreFacts) -> Steps:
    """How far the open sub-goals are; a citizen's own rating stands before one by staff."""
    shape = (len(ids), len(centre.indicator))
    level, wanted, weeks_left = np.full(shape, UNKNOWN), np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    ratings = select(Rating.citizen_id, Rating.indicator_id, Rating.value, Rating.rater == "citizen")
    rated = ratings.where(Rating.quarter < monday_of(week)).order_by(Rating.rater.desc(), Rating.quarter)
    _put(session, rated, ids, centre, level)
    goals = select(SubGoal.citizen_id, SubGoal.indicator_id, SubGoal.level, SubGoal.by_week)
    is_open = (SubGoal.done.is_(False), SubGoal.indicator_id.is_not(None), SubGoal.level.is_not(None))
    citizen, indicator, goal_level, by_week = columns(session, goals.where(*is_open).order_by(SubGoal.by_week.desc()))
    row, column = places(citizen, ids), positions(indicator, centre.indicator)
    known = (row >= 0) & (column >= 0)
    wanted[row[known], column[known]] = ints(goal_level)[known]
    left = ints([weeks_between(week, due) for due in by_week])
    weeks_left[row[known], column[known]] = left[known]
    return Steps(level, wanted, weeks_left)


def _put(session: Session, statement: Rows, ids: Ints, centre: CentreFacts, level: Ints) -> None:
    """Write values by citizen and indicator, a later row over an earlier one; `level` changes in place."""
    citizen, indicator, value, _ = columns(session, statement)
    row, column = places(citizen, ids), positions(indicator, centre.indicator)
    for at in np.flatnonzero((row >= 0) & (column >= 0)).tolist():
        level[row[at], column[at]] = value[at]


def _said(week: str) -> Rows:
    said = select(HelpAnswer.citizen_id, Group.offering_id, Group.week, HelpAnswer.value)
    return said.join(Group, Group.id == HelpAnswer.group_id).where(Group.week < week)


def _target_groups(week: str) -> Rows:
    monday, belongs = monday_of(week), CitizenTargetGroup
    holds = (belongs.valid_from <= monday, or_(belongs.valid_to.is_(None), belongs.valid_to >= monday))
    return select(belongs.citizen_id, belongs.target_code, literal(1)).where(*holds)


def _answers(rows: list[tuple[Any, ...]], week: str, ids: Ints, centre: CentreFacts) -> Answers:
    """What was said of offerings that hold in `week`, by position."""
    citizen, offering, said_in, value = rows
    age = {earlier: weeks_between(earlier, week) - 1 for earlier in set(said_in)}
    place = positions(offering, centre.offering.id)
    found = Answers(places(citizen, ids), place, ints([age[earlier] for earlier in said_in]), ints(value))
    return Answers(*(getattr(found, name)[place >= 0] for name in Answers.__dataclass_fields__))
