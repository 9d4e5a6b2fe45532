"""Every week of a path: what a planned one takes, and what one between two of them takes, by the citizen."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from math import ceil
from typing import TypeVar

import numpy as np

from catalog.weeks import shift_week
from scheduler.facts import CentreFacts
from scheduler.lab.roll_out.costs import Costs, Kroner, kroner, rate
from scheduler.lab.roll_out.needs import Needs
from scheduler.lab.roll_out.path import Path, Question, Station
from scheduler.lab.roll_out.people import WeekOfPeople, conferences

_Number = TypeVar("_Number", int, float)
ALMOST = 1e-9  # so that what is whole but for rounding stays so


@dataclass(frozen=True)
class WeekOfPath:
    """What one week takes; hours are a week's."""

    number: int  # after the base week
    week: str
    is_planned: bool  # else it lies between two that are
    people: WeekOfPeople
    percent: float  # of the base week's groups
    needs: Needs
    groups_more: int  # than in the week before
    conferences: float
    start_up_hours: float  # of the conferences
    staff_hours: Mapping[str, float]  # by role, conferences among them
    staff: Mapping[str, int]  # people by role, by the norm
    hired: int  # more than in any week before
    sites: int
    kroner: Kroner

    @property
    def groups(self) -> int:
        """Groups of several citizens that meet."""
        return sum(self.needs.groups.values())

    @property
    def rooms(self) -> int:
        """Rooms that are in use at once."""
        return sum(self.needs.rooms.values())


def weeks_of(path: Path) -> tuple[WeekOfPath, ...]:
    """The base week and every week up to the last that was planned."""
    question, held = path.question, conferences(path.question.people, path.question.roll_out.start_up)
    start = path.stations[0].side.kpis.citizens
    people = (WeekOfPeople(0, 0, 0, start), *question.people)
    found: list[WeekOfPath] = []
    most: dict[str, int] = {}
    for number, percent, needs, is_planned in _each(path, people):
        costs, meetings = question.costs[number], 0.0 if number == 0 else held[number - 1]
        start_up = _start_up_hours(question, meetings)
        hours = _added(needs.staff_hours, start_up)
        staff = staff_for(costs, hours)
        sites = sites_for(question.task.draft.facts.centre, question.roll_out.rooms, needs.rooms)
        groups = sum(needs.groups.values())
        week = WeekOfPath(
            number, shift_week(question.week, number), is_planned, people[number], percent, needs,
            groups - found[-1].groups if found else 0, meetings, sum(start_up.values()), hours, staff,
            sum(max(0, persons - most.get(role, 0)) for role, persons in staff.items()) if found else 0, sites,
            kroner(costs, hours, needs.room_hours, needs.seats, sites),
        )  # fmt: skip
        most = {role: max(staff.get(role, 0), most.get(role, 0)) for role in {*staff, *most}}
        found.append(week)
    return tuple(found)


def staff_for(costs: Costs, hours: Mapping[str, float]) -> dict[str, int]:
    """People of full time by role who carry so many hours."""
    return {role: ceil(hours[role] / rate(costs.week_hours, role) - ALMOST) for role in sorted(hours)}


def sites_for(centre: CentreFacts, places: Mapping[str, int], rooms: Mapping[str, int]) -> int:
    """Sites that hold so many rooms: those there are, and more of their mean size for what does not fit in.

    Parameters
    ----------
    places
        Rooms that a site has place for, where it is not as many as now.
    """
    now = np.bincount(centre.room_site, minlength=len(centre.site))
    have = {name: places.get(name, int(number)) for name, number in zip(centre.site, now.tolist(), strict=True)}
    beyond = sum(max(0, number - have.get(site, 0)) for site, number in rooms.items())
    mean = max(1.0, sum(have.values()) / max(1, len(centre.site)))
    return len(centre.site) + ceil(beyond / mean - ALMOST)


def _each(path: Path, people: tuple[WeekOfPeople, ...]) -> Iterator[tuple[int, float, Needs, bool]]:
    """Number, supply, needs and whether it was planned, of each week up to the last station."""
    first = path.stations[0]
    yield 0, float(first.percent), first.needs, True
    for before, after in pairwise(path.stations):
        for number in range(before.number + 1, after.number):
            yield number, *_between(before, after, number, people[number].there), False
        yield after.number, float(after.percent), after.needs, True


def _between(before: Station, after: Station, number: int, citizens: int) -> tuple[float, Needs]:
    """Supply and needs a citizen lie on a straight line between those of the two planned weeks."""
    part = (number - before.number) / (after.number - before.number)

    def at(old: float, new: float) -> float:
        each = (1 - part) * old / before.side.kpis.citizens + part * new / after.side.kpis.citizens
        return citizens * each

    old, new = before.needs, after.needs
    needs = Needs(
        groups=_mixed(old.groups, new.groups, lambda a, b: round(at(a, b))),
        appointments=round(at(old.appointments, new.appointments)),
        seats=round(at(old.seats, new.seats)),
        staff_hours=_mixed(old.staff_hours, new.staff_hours, at),
        room_hours=_mixed(old.room_hours, new.room_hours, at),
        rooms=_mixed(old.rooms, new.rooms, lambda a, b: ceil(at(a, b) - ALMOST)),
    )
    return at(before.percent, after.percent), needs


def _mixed(
    old: Mapping[str, float], new: Mapping[str, float], at: Callable[[float, float], _Number]
) -> dict[str, _Number]:
    return {name: at(old.get(name, 0), new.get(name, 0)) for name in sorted({*old, *new})}


def _start_up_hours(question: Question, held: float) -> dict[str, float]:
    start_up = question.roll_out.start_up
    return {} if start_up is None else {role: hours * held for role, hours in start_up.hours.items()}


def _added(some: Mapping[str, float], more: Mapping[str, float]) -> dict[str, float]:
    return {name: some.get(name, 0.0) + more.get(name, 0.0) for name in sorted({*some, *more})}
