"""What a plan means for the people in it: counts for the summary, from the arrays alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from solver.problem import DAYS, MICRO, Bools, Ints, Problem
from solver.solution import Plans
from solver.verify import Verdict

HOURS = 24


@dataclass(frozen=True)
class Figures:
    """Counts of one plan. A citizen is under way where she has an activity that serves a goal, a need or a wish."""

    citizens: int
    under_way: int
    below_minimum: int
    wishes: int  # offerings that somebody wishes, may have and that meet this week
    wishes_met: int
    wishers: int  # citizens with such a wish
    wishers_met: int  # of them, with at least one wish met
    legs: int  # needed legs of all citizens
    legs_covered: int
    seats: int
    seats_used: int
    groups: int
    groups_running: int
    minutes: int  # planned, of all citizens


@dataclass(frozen=True)
class HourUse:
    """Seats by weekday and hour of the groups that meet then, and how many of them are taken."""

    seats: Ints  # (7, 24)
    used: Ints  # (7, 24)
    groups: Ints  # (7, 24)


def count_figures(problem: Problem, plans: Plans, verdict: Verdict) -> Figures:
    """Count what the summary tells."""
    citizen = np.repeat(np.arange(problem.num_citizens), np.diff(plans.ptr))
    offering = problem.slot_offering[plans.slot]
    leg = problem.offering_leg[offering]
    minutes = problem.slot_minutes[plans.slot]
    useful = problem.serves_goal[citizen, offering] | (problem.wish[citizen, offering] > 0)
    useful |= problem.need_points[citizen, leg] > 0
    wished = _wished(problem)
    met = np.zeros_like(wished)
    met[citizen, offering] = True
    met &= wished
    covered = np.zeros(problem.need_points.shape, np.bool_)
    dosed = minutes >= problem.leg_dose[leg]
    covered[citizen[dosed], leg[dosed]] = True
    needed = problem.need_points > 0
    return Figures(
        citizens=problem.num_citizens,
        under_way=len(np.unique(citizen[useful])),
        below_minimum=int((verdict.idle_minutes > 0).sum()),
        wishes=int(wished.sum()),
        wishes_met=int(met.sum()),
        wishers=int(wished.any(axis=1).sum()),
        wishers_met=int(met.any(axis=1).sum()),
        legs=int(needed.sum()),
        legs_covered=int((needed & covered).sum()),
        seats=int(problem.seats.sum()),
        seats_used=len(plans.group),
        groups=problem.num_groups,
        groups_running=len(np.unique(plans.group)),
        minutes=int(minutes.sum()),
    )


def wished_in_vain(problem: Problem, plans: Plans) -> Bools:
    """(I, O) what a citizen wishes, may have and has not."""
    unmet: Bools = (problem.wish > 0) & (problem.barred == 0)
    unmet[np.repeat(np.arange(problem.num_citizens), np.diff(plans.ptr)), problem.slot_offering[plans.slot]] = False
    return unmet


def use_by_hour(problem: Problem, plans: Plans) -> HourUse:
    """Add up the seats of every group in each hour that one of its meetings touches."""
    use = HourUse(*(np.zeros((DAYS, HOURS), np.int64) for _ in range(3)))
    taken = np.bincount(plans.slot, minlength=problem.num_slots)
    slot = np.repeat(np.arange(problem.num_slots), np.diff(problem.meeting_ptr))
    groups, seats = np.diff(problem.group_ptr), problem.seats
    facts = (slot, problem.meeting_day, problem.meeting_start // 60, (problem.meeting_end - 1) // 60)
    for s, day, first, last in zip(*(column.tolist() for column in facts), strict=True):
        use.seats[day, first : last + 1] += seats[s]
        use.used[day, first : last + 1] += taken[s]
        use.groups[day, first : last + 1] += groups[s]
    return use


def in_points(micro: int) -> float:
    """A value in points."""
    return micro / MICRO


def closed_percent(objective: int, bound: int, first_come: float) -> float | None:
    """Where the plan lies between first come, first served (0) and the bound (100); None where these are one."""
    return None if bound == first_come else 100.0 * (objective - first_come) / (bound - first_come)


def _wished(problem: Problem) -> Bools:
    """(I, O) what a citizen wishes, may have, and could have this week."""
    held = np.zeros(problem.num_offerings, np.bool_)
    held[problem.slot_offering] = True
    wished: Bools = (problem.wish > 0) & (problem.barred == 0) & held
    return wished
