"""What a plan means, in people and hours first and points last, and who gets more or less than before."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scheduler.facts import Facts
from scheduler.figures import count_figures, in_points
from scheduler.problem import Ids
from solver.problem import Ints, Problem
from solver.solution import Plans, gap_percent
from solver.verify import Verdict

MINUTES = 60


@dataclass(frozen=True)
class Kpis:
    """One plan of one week; the order is that of the table."""

    citizens: int
    under_way: int
    not_under_way: int
    below_minimum: int
    hours_a_citizen: float
    legs_covered: int
    legs_uncovered: int
    wishes_met: int
    unmet_wishes: int
    groups_running: int
    seats: int
    idle_seats: int
    staff_hours: float
    staff_hours_by_role: dict[str, float]
    points: float
    bound: float
    gap_percent: float
    seconds: float


@dataclass(frozen=True)
class Moves:
    """Citizens of the week as it was planned, by what becomes of them; `new` and `gone` are of the scenario alone."""

    more_hours: int
    fewer_hours: int
    same_hours: int
    other_groups: int
    newly_under_way: int
    no_longer_under_way: int
    new: int
    gone: int


@dataclass(frozen=True)
class Side:
    """A plan with what it is a plan of."""

    problem: Problem
    ids: Ids
    plans: Plans
    kpis: Kpis


def count_kpis(
    facts: Facts, problem: Problem, ids: Ids, plans: Plans, verdict: Verdict, bound: int, seconds: float
) -> Kpis:
    """Count everything that the table shows."""
    found = count_figures(problem, plans, verdict)
    by_role = staff_hours(facts, ids, plans)
    return Kpis(
        citizens=found.citizens,
        under_way=found.under_way,
        not_under_way=found.citizens - found.under_way,
        below_minimum=found.below_minimum,
        hours_a_citizen=found.minutes / MINUTES / max(1, found.citizens),
        legs_covered=found.legs_covered,
        legs_uncovered=found.legs - found.legs_covered,
        wishes_met=found.wishes_met,
        unmet_wishes=found.wishes - found.wishes_met,
        groups_running=found.groups_running,
        seats=found.seats,
        idle_seats=found.seats - found.seats_used,
        staff_hours=sum(by_role.values()),
        staff_hours_by_role=by_role,
        points=in_points(verdict.objective),
        bound=in_points(bound),
        gap_percent=gap_percent(bound, verdict.objective),
        seconds=seconds,
    )


def times_taken(facts: Facts, ids: Ids, plans: Plans) -> Ints:
    """(G,) how often staff is needed for each group: once where it runs, an appointment each time it is taken."""
    group = facts.group
    rising = np.argsort(group.id)
    used = np.bincount(rising[np.searchsorted(group.id[rising], ids.group[plans.group])], minlength=len(group.id))
    return np.where(group.appointment, used, used > 0)


def staff_hours(facts: Facts, ids: Ids, plans: Plans, share: NDArray[np.float64] | None = None) -> dict[str, float]:
    """Hours of staff in front of citizens by role.

    A group that nobody who works here holds counts once for each role that its offering asks for.

    Parameters
    ----------
    share
        (G,) of each group's time, the part in which its staff is there; all of it where nothing is given.
    """
    group, times = facts.group, times_taken(facts, ids, plans)
    of_meeting = np.repeat(np.arange(len(times)), np.diff(group.meeting_ptr))
    minutes = np.bincount(of_meeting, weights=group.meeting_end - group.meeting_start, minlength=len(times)) * times
    there = minutes if share is None else minutes * share
    hours: dict[str, float] = {}
    for at in np.flatnonzero(there).tolist():
        staff = group.staff[group.staff_ptr[at] : group.staff_ptr[at + 1]].tolist()
        roles = [facts.centre.staff_role[who] for who in staff]
        for role in roles or facts.centre.offering.staff_roles[int(group.offering[at])]:
            hours[role] = hours.get(role, 0.0) + float(there[at]) / MINUTES
    return {role: round(hours[role], 2) for role in sorted(hours)}


def compare(before: Side, after: Side) -> Moves:
    """Count who gets more, less or something else."""
    old, new = _weeks(before), _weeks(after)
    both = sorted(old.keys() & new.keys())
    hours = [(new[key].minutes > old[key].minutes) - (new[key].minutes < old[key].minutes) for key in both]
    return Moves(
        more_hours=hours.count(1),
        fewer_hours=hours.count(-1),
        same_hours=hours.count(0),
        other_groups=sum(new[key].groups != old[key].groups for key in both),
        newly_under_way=sum(new[key].useful and not old[key].useful for key in both),
        no_longer_under_way=sum(old[key].useful and not new[key].useful for key in both),
        new=len(new.keys() - old.keys()),
        gone=len(old.keys() - new.keys()),
    )


@dataclass(frozen=True)
class _Week:
    minutes: int
    groups: frozenset[int]
    useful: bool


def _weeks(side: Side) -> dict[int, _Week]:
    """Everybody's week by id."""
    problem, plans = side.problem, side.plans
    citizen: Ints = np.repeat(np.arange(problem.num_citizens), np.diff(plans.ptr))
    offering = problem.slot_offering[plans.slot]
    useful = problem.serves_goal[citizen, offering] | (problem.wish[citizen, offering] > 0)
    useful |= problem.need_points[citizen, problem.offering_leg[offering]] > 0
    minutes = np.bincount(citizen, weights=problem.slot_minutes[plans.slot], minlength=problem.num_citizens)
    helped = np.bincount(citizen[useful], minlength=problem.num_citizens) > 0
    groups, ptr = side.ids.group[plans.group].tolist(), plans.ptr.tolist()
    return {
        key: _Week(int(minutes[at]), frozenset(groups[ptr[at] : ptr[at + 1]]), bool(helped[at]))
        for at, key in enumerate(side.ids.citizen.tolist())
    }
