"""What a planned week asks of the centre: seats by hour and by offering, what a seat more is worth, who waits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from catalog.tables import Group, Offering
from scheduler.figures import HourUse, use_by_hour, wished_in_vain
from scheduler.life import published_run
from scheduler.prices import PRICES_PER_POINT, seat_prices
from scheduler.stored import find_run, stored_input
from scheduler.stored_plans import stored_plans
from scheduler.tables import Place, Run
from scheduler.waiting import count_waiting


class Demand(NamedTuple):
    """One offering in one planned week."""

    offering_id: str
    da: str
    en: str
    seats: int
    used: int
    unmet: int  # citizens who wish it, may have it and did not get it
    waiting: int  # citizens on its waiting list now
    price: float  # points that one seat more in its dearest group is worth


@dataclass(frozen=True)
class Capacity:
    """A run as its planner sees it."""

    hours: HourUse
    demands: tuple[Demand, ...]  # where a seat more is worth most first


class WeekUse(NamedTuple):
    """The seats of one offering in one published week, and how many are taken."""

    seats: int
    used: int


def capacity(session: Session, run_id: int) -> Capacity:
    """Read what a run shows of the centre.

    Raises
    ------
    NotFoundError
        There is no such run.
    ArchiveError
        Its input was removed, or this version cannot read it.
    """
    run = find_run(session, run_id)
    given = stored_input(run)
    problem, plans, ids = given.problem, stored_plans(session, run_id, given), given.ids
    unmet = wished_in_vain(problem, plans).sum(axis=0)
    seats, used = np.zeros(problem.num_offerings, np.int64), np.zeros(problem.num_offerings, np.int64)
    np.add.at(seats, problem.slot_offering, problem.seats)
    np.add.at(used, problem.slot_offering[plans.slot], 1)
    dearest = np.zeros(problem.num_offerings, np.int64)
    np.maximum.at(dearest, problem.slot_offering, seat_prices(run, problem))
    waiting = count_waiting(session)
    names = {key: (da, en) for key, da, en in session.execute(select(Offering.id, Offering.da, Offering.en))}
    demands = [
        Demand(
            key, *names.get(key, (key, key)), int(seats[at]), int(used[at]), int(unmet[at]), waiting[key],
            int(dearest[at]) / PRICES_PER_POINT,
        )
        for at, key in enumerate(ids.offering)
        if seats[at] or unmet[at] or waiting[key]
    ]  # fmt: skip
    demands.sort(key=lambda each: (-each.price, -each.unmet, -each.waiting, each.da))
    return Capacity(use_by_hour(problem, plans), tuple(demands))


def use_by_week(session: Session, weeks: list[str]) -> dict[str, dict[str, WeekUse]]:
    """The seats of each offering by published week as it stands; other weeks are left out."""
    found: dict[str, dict[str, WeekUse]] = {}
    for week in weeks:
        if published_run(session, week) is None:
            continue
        seats = select(Group.offering_id, func.sum(Group.seats)).where(Group.week == week).group_by(Group.offering_id)
        taken = select(Place.offering_id, func.count()).where(Place.week == week).group_by(Place.offering_id)
        used = dict(session.execute(taken).all())
        found[week] = {
            offering: WeekUse(int(number), used.get(offering, 0)) for offering, number in session.execute(seats)
        }
    return found


def runs_with_plans(session: Session, most: int) -> list[tuple[int, str]]:
    """(run, week) of each week's newest run that has kept its input, newest week first."""
    newest = select(func.max(Run.id)).where(Run.input.is_not(None), Run.objective.is_not(None)).group_by(Run.week)
    rows = session.execute(select(Run.id, Run.week).where(Run.id.in_(newest)).order_by(Run.week.desc()).limit(most))
    return [(run_id, week) for run_id, week in rows]
