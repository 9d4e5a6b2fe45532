"""What the plans of one week share: the centre, its groups and points, made once for questions about one citizen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.tables import Group
from catalog.weeks import monday_of
from scheduler.barring import read_target_codes
from scheduler.citizen_reading import highest_weight
from scheduler.facts import CentreFacts, CitizenFacts, Facts, GroupFacts
from scheduler.learning.progress import Learned
from scheduler.points import Points, read_points
from scheduler.problem import Ids, make_problem
from scheduler.reading import read_centre, read_groups
from scheduler.slots import Slots
from solver.problem import DAYS, QUARTERS, Problem


@dataclass(frozen=True)
class WeekFrame:
    """A week without its citizens. Every group is a slot of its own, by rising id."""

    week: str
    centre: CentreFacts
    group: GroupFacts
    points: Points
    lottery_seed: int
    problem: Problem  # nobody's, with the week's slots and staff and room rows
    ids: Ids  # `ids.group[slot]` is the group of a slot
    slot_of: Mapping[int, int]  # by week_group.id
    slot_of_code: Mapping[str, int]  # by week_group.code; a group of a series has the series' id
    target_codes: Mapping[str, frozenset[str]]  # see `scheduler.barring.bar`
    highest_weight: int  # percent, of anybody who is planned for
    learned: Mapping[int, Learned] = field(default_factory=dict)  # by citizen.id; empty where nothing was


def read_frame(session: Session, week: str, lottery_seed: int) -> WeekFrame:
    """Read what an ISO week offers and make its slots.

    Raises
    ------
    PointsError
        The table of points has a hole in that week.
    InvalidProblemError
        A fact is outside its range.
    """
    centre = read_centre(session, monday_of(week))
    group = read_groups(session, week, centre)
    points = read_points(session, monday_of(week))
    facts = Facts(week, centre, group, _nobody(centre))
    problem, ids = make_problem(facts, points, lottery_seed, _one_group_each(len(group.id)))
    slot_of = {key: slot for slot, key in enumerate(ids.group.tolist())}
    codes = session.execute(select(Group.id, Group.code).where(Group.week == week))
    slot_of_code = {code: slot_of[key] for key, code in codes if key in slot_of}
    target_codes = read_target_codes(session, week)
    highest = highest_weight(session, week)
    return WeekFrame(
        week, centre, group, points, lottery_seed, problem, ids, slot_of, slot_of_code, target_codes, highest
    )


def _one_group_each(num_groups: int) -> Slots:
    groups = np.arange(num_groups)
    return Slots(groups, np.arange(num_groups + 1), groups)


def _nobody(centre: CentreFacts) -> CitizenFacts:
    none, pairs = np.zeros(0, np.int64), np.zeros((0, 2), np.int64)
    by_offering = np.zeros((0, len(centre.offering.id)), np.int64)
    by_site = np.zeros((0, len(centre.site)), np.int64)
    return CitizenFacts(
        id=none,
        weight=none,
        min_minutes=none,
        max_minutes=none,
        energy=none,
        daily_limit=none,
        reach=by_site > 0,
        site_level=by_site,
        time_level=np.zeros((0, DAYS, 2), np.int64),
        available=np.zeros((0, DAYS, QUARTERS), np.bool_),
        leg=np.zeros((0, len(centre.leg)), np.int64),
        goal=np.zeros((0, len(centre.indicator)), np.int64),
        strength=np.zeros((0, len(centre.word)), np.bool_),
        wish=by_offering,
        barred=by_offering,
        promised=by_offering > 0,
        contact=np.zeros((0, len(centre.role)), np.int64),
        kept=pairs,
        locked=pairs,
        apart=pairs,
    )
