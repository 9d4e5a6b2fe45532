"""What one more seat of a planned week is worth, and what stands in the way of the wishes that it does not meet.

A price is quoted for one seat, or for one more appointment of a worker or a room: where many are added, each is worth
less than the one before. What a whole group is worth only a new plan tells (`scheduler.lab.what_if`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.tables import Group, StaffMember
from scheduler import archive
from scheduler.archive import Archive
from scheduler.figures import wished_in_vain
from scheduler.slots import QUARTER_MINUTES
from scheduler.stored import find_run, stored_input
from scheduler.stored_plans import stored_plans
from scheduler.tables import Run
from scheduler.waiting import count_waiting
from solver.master import make_rows, slot_prices
from solver.options import prepare
from solver.problem import Ints, Problem
from solver.solution import Plans

HOUR_MINUTES = 60
PRICES_PER_POINT = 1_000


class Moment(NamedTuple):
    """A weekday (0 = Monday) and a minute after midnight."""

    day: int
    minute: int


class Scarce(NamedTuple):
    """Seats of one group, offering, hour or site; or appointments of one staff role or room type.

    Appointments are counted at the moments alone at which there are fewer than could be asked for.
    """

    name: str
    seats: int
    used: int
    price: float  # points that one more is worth where it is worth most
    mean_price: float  # points, over all of them
    dearest: Moment | None  # when one more is worth most; nothing for an hour, or where none is worth anything


Scarces = tuple[Scarce, ...]


class Unmet(NamedTuple):
    """Citizens whose wish for an offering is not met, by what stands in the way, and who waits for it now."""

    offering: str
    no_time: int  # it does not meet where and when they can come, or their locks leave no room
    full: int  # all groups in which they could be are full
    own_week: int  # there is a free seat, and their own week has no room for it or is worth more without
    waiting: int


@dataclass(frozen=True)
class Prices:
    """A run's prices, the dearest first in each list."""

    run: int
    week: str
    groups: Scarces  # by code
    offerings: Scarces
    hours: Scarces  # by weekday and hour, as `0-09`: Monday from nine to ten
    sites: Scarces
    roles: Scarces
    rooms: Scarces  # by room type and site, as `sal syd`
    unmet: tuple[Unmet, ...]  # most first


def read_prices(session: Session, run_id: int) -> Prices:
    """Read what one more of anything would be worth in a run.

    Raises
    ------
    NotFoundError
        There is no such run.
    ArchiveError
        Its input was removed, or this version cannot read it.
    """
    run = find_run(session, run_id)
    given = stored_input(run)
    plans = stored_plans(session, run_id, given)
    groups, offerings, hours, sites = _seats(session, run, given, plans)
    roles, rooms = _appointments(session, run, given, plans)
    return Prices(run.id, run.week, groups, offerings, hours, sites, roles, rooms, _unmet(session, given, plans))


def seat_prices(run: Run, problem: Problem) -> Ints:
    """(S,) 1/1000 points of one more seat with its staff and room; 0 where the run has kept no prices."""
    if run.prices is None:
        return np.zeros(problem.num_slots, np.int64)
    return slot_prices(make_rows(problem), archive.unpack_marginal(run.prices))


def _seats(session: Session, run: Run, given: Archive, plans: Plans) -> tuple[Scarces, Scarces, Scarces, Scarces]:
    problem, ids = given.problem, given.ids
    slot_of_group = np.repeat(np.arange(problem.num_slots), np.diff(problem.group_ptr))
    price = seat_prices(run, problem)
    taken = np.bincount(plans.group, minlength=problem.num_groups)
    first = problem.meeting_ptr[:-1]
    table = _Table(
        problem.group_seats[slot_of_group], taken, price[slot_of_group],
        problem.meeting_day[first][slot_of_group], problem.meeting_start[first][slot_of_group],
    )  # fmt: skip
    codes = dict(session.execute(select(Group.id, Group.code).where(Group.week == run.week)).all())
    names = [codes.get(key, str(key)) for key in ids.group.tolist()]
    offering = [ids.offering[each] for each in problem.slot_offering[slot_of_group].tolist()]
    site = [ids.site[each] for each in problem.slot_site[slot_of_group].tolist()]
    every = np.arange(problem.num_groups)
    # When a group that meets in an hour begins says nothing of the hour.
    hours = tuple(each._replace(dearest=None) for each in table.by(*_hours(problem, slot_of_group)))
    return table.by(every, names), table.by(every, offering), hours, table.by(every, site)


def _hours(problem: Problem, slot_of_group: Ints) -> tuple[Ints, list[str]]:
    """(entries,) groups, and the name of an hour in which each of them meets."""
    found: list[tuple[int, str]] = []
    for group, slot in enumerate(slot_of_group.tolist()):
        hours = {
            (int(problem.meeting_day[meeting]), hour)
            for meeting in range(problem.meeting_ptr[slot], problem.meeting_ptr[slot + 1])
            for hour in range(
                int(problem.meeting_start[meeting]) // HOUR_MINUTES,
                -(-int(problem.meeting_end[meeting]) // HOUR_MINUTES),
            )
        }
        found += [(group, f"{day}-{hour:02}") for day, hour in sorted(hours)]
    return np.array([group for group, _ in found], np.int64), [name for _, name in found]


def _appointments(session: Session, run: Run, given: Archive, plans: Plans) -> tuple[Scarces, Scarces]:
    problem, ids, rows = given.problem, given.ids, given.ids.coupling
    if not problem.num_rows:
        return (), ()
    price = np.zeros(problem.num_rows, np.int64)
    if run.prices is not None:
        price = archive.unpack_marginal(run.prices)[problem.num_slots :]
    taken = np.bincount(plans.slot, minlength=problem.num_slots)
    used = np.zeros(problem.num_rows, np.int64)
    np.add.at(used, problem.use_row, np.repeat(taken, np.diff(problem.use_ptr)))
    table = _Table(problem.row_limit, used, price, rows.day, rows.quarter * QUARTER_MINUTES)
    staff, rooms = np.flatnonzero(~problem.row_is_room), np.flatnonzero(problem.row_is_room)
    role = dict(session.execute(select(StaffMember.id, StaffMember.role)).all())
    roles = [role.get(ids.staff[who], "") for who in rows.resource[staff].tolist()]
    places = zip(rows.resource[rooms].tolist(), rows.site[rooms].tolist(), strict=True)
    return table.by(staff, roles), table.by(rooms, [f"{rows.room_types[kind]} {ids.site[at]}" for kind, at in places])


class _Table(NamedTuple):
    """Things with seats, one an entry."""

    seats: Ints
    used: Ints
    price: Ints  # 1/1000 points
    day: Ints
    minute: Ints

    def by(self, entry: Ints, name: Sequence[str]) -> Scarces:
        """Put entries of one name together, the dearest name first."""
        names = sorted(set(name))
        which = np.searchsorted(np.array(names), np.array(name)) if names else np.zeros(0, np.int64)
        found = []
        for at, each in enumerate(names):
            own = entry[which == at]
            seats, dearest = int(self.seats[own].sum()), int(own[np.argmax(self.price[own])])
            mean = float((self.price[own] * self.seats[own]).sum()) / max(1, seats)
            when = Moment(int(self.day[dearest]), int(self.minute[dearest])) if self.price[dearest] else None
            found.append(
                Scarce(
                    each, seats, int(self.used[own].sum()), float(self.price[dearest]) / PRICES_PER_POINT,
                    mean / PRICES_PER_POINT, when,
                )
            )  # fmt: skip
        return tuple(sorted(found, key=lambda scarce: (-scarce.price, -scarce.mean_price, scarce.name)))


def _unmet(session: Session, given: Archive, plans: Plans) -> tuple[Unmet, ...]:
    problem, menu = given.problem, prepare(given.problem).menu
    shape = (problem.num_citizens, problem.num_offerings)
    can, free = (np.zeros(shape, np.bool_) for _ in range(2))
    citizen_of_choice = np.repeat(np.arange(problem.num_citizens), np.diff(menu.choice_ptr))
    choice_of_class = np.repeat(np.arange(len(menu.class_ptr) - 1), np.diff(menu.class_ptr))
    citizen = np.repeat(citizen_of_choice[choice_of_class], np.diff(menu.option_ptr))
    slot = menu.option_slot.astype(np.int64)
    has_seat = np.bincount(plans.slot, minlength=problem.num_slots) < problem.seats
    can[citizen, problem.slot_offering[slot]] = True
    free[citizen[has_seat[slot]], problem.slot_offering[slot[has_seat[slot]]]] = True
    missed, waiting = wished_in_vain(problem, plans), count_waiting(session)
    no_time, full, own_week = ((missed & which).sum(axis=0).tolist() for which in (~can, can & ~free, free))
    found = [
        Unmet(name, no_time[at], full[at], own_week[at], waiting[name]) for at, name in enumerate(given.ids.offering)
    ]
    told = [each for each in found if any(each[1:])]
    return tuple(
        sorted(told, key=lambda each: (-each.no_time - each.full - each.own_week, -each.waiting, each.offering))
    )
