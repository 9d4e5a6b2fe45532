"""Rows to arrays: one week's facts become the solver's `Problem`."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from catalog.weeks import monday_of
from scheduler.citizen_reading import read_facts
from scheduler.coupling import Coupling, couple
from scheduler.facts import CentreFacts, CitizenFacts, Facts
from scheduler.learning.progress import MOST_POINTS, Learned
from scheduler.lessons import learn_for_plan
from scheduler.points import Points, need_points, progress_points, read_points, share_out
from scheduler.slots import Slots, contact_role, lead, make_slots
from solver.problem import LOTTERY_SIZE, Ints, Problem, sum_by


@dataclass(frozen=True)
class Ids:
    """What the positions of a problem stand for in the tables."""

    citizen: Ints  # (I,) citizen.id
    group: Ints  # (G,) week_group.id
    offering: tuple[str, ...]
    site: tuple[str, ...]
    leg: tuple[str, ...]
    role: tuple[str, ...]
    staff: tuple[str, ...]
    coupling: Coupling  # what each staff and room row stands for


def build_problem(session: Session, week: str, lottery_seed: int = 0) -> tuple[Problem, Ids]:
    """Read the facts of an ISO week and give them points, by what was learned in the weeks before.

    Raises
    ------
    PointsError
        The table of points has a hole in that week.
    MissingSettingError
        A setting of what is learned has no value.
    InvalidProblemError
        A fact is outside its range.
    """
    points, facts = read_points(session, monday_of(week)), read_facts(session, week)
    learned = learn_for_plan(session, facts, points, lottery_seed)
    return make_problem(facts, points, lottery_seed, learned=learned)


def make_problem(
    facts: Facts,
    points: Points,
    lottery_seed: int = 0,
    slots: Slots | None = None,
    learned: Learned | None = None,
) -> tuple[Problem, Ids]:
    """Merge groups into slots where none are given, make the coupling rows and fill the arrays."""
    slots = slots or make_slots(facts)
    coupling = couple(facts, slots)
    centre = facts.centre
    problem = Problem(
        **_slot_arrays(facts, slots),
        **citizen_arrays(centre, facts.citizen, points, lottery_seed, slots.of_group, learned),
        row_limit=coupling.limit,
        row_is_room=coupling.is_room,
        use_ptr=coupling.use_ptr,
        use_row=coupling.use_row,
        offering_leg=centre.offering.leg,
        offering_job=centre.offering.job,
        offering_health_skill=centre.offering.health_skill,
        leg_dose=np.array([points.dose.get(leg, 0) for leg in centre.leg], np.int64),
        travel=centre.travel,
    )
    group_ids = facts.group.id[slots.group]
    offering = centre.offering.id
    return problem, Ids(
        facts.citizen.id, group_ids, offering, centre.site, centre.leg, centre.role, centre.staff, coupling
    )


def citizen_arrays(
    centre: CentreFacts,
    citizen: CitizenFacts,
    points: Points,
    lottery_seed: int,
    slot_of: Ints,
    learned: Learned | None = None,
    highest_weight: int | None = None,
) -> dict[str, Any]:
    """The arrays of a problem that speak of citizens.

    Parameters
    ----------
    slot_of
        (G,) slot of each group of the facts.
    learned
        What `scheduler.lessons` gives for these citizens.
    highest_weight
        Percent, of anybody in the week; None where these citizens are all of them.
    """
    num_citizens = len(citizen.id)
    highest = int(citizen.weight.max(initial=1)) if highest_weight is None else highest_weight
    keep_ptr, keep_slot = _pointed(citizen.kept, slot_of, num_citizens)
    lock_ptr, lock_slot = _pointed(citizen.locked, slot_of, num_citizens)
    return {
        "weight": citizen.weight,
        "min_minutes": citizen.min_minutes,
        "max_minutes": citizen.max_minutes,
        "energy": citizen.energy,
        "daily_limit": citizen.daily_limit,
        "idle_penalty": idle_penalties(points.idle_penalty, citizen.weight, highest),
        "parallel_points": np.full(num_citizens, points.parallel, np.int64),
        "need_points": need_points(citizen, points),
        "reach": citizen.reach,
        "available": citizen.available,
        "barred": citizen.barred,
        "serves_goal": citizen.goal @ (centre.offering.main | centre.offering.side).T.astype(np.int64) > 0,
        "progress": progress_points(centre, citizen, points, learned),
        "wish": share_out(points.wish_budget, np.where(citizen.barred == 0, citizen.wish, 0)),
        "strength": citizen.strength.astype(np.int64) @ centre.offering.builds_on.T.astype(np.int64) * points.strength,
        "lottery": lottery_numbers(citizen.id, centre.offering.id, lottery_seed),
        "time_points": citizen.time_level * points.time_wish,
        "site_points": citizen.site_level * points.site_wish,
        "contact": citizen.contact,
        "keep_ptr": keep_ptr,
        "keep_slot": keep_slot,
        "keep_points": np.full(len(keep_slot), points.keep, np.int64),
        "lock_ptr": lock_ptr,
        "lock_slot": lock_slot,
        "apart": citizen.apart,
    }


def idle_penalties(points: int, weight: Ints, highest_weight: int) -> Ints:
    """(I,) points a minute, so that with everybody's own weight it counts at least as for the highest one.

    Hours are no favour that grows with what is owed: the activities of whoever counts most cannot take anybody's.
    """
    return np.minimum(-(-points * max(highest_weight, 1) // weight), MOST_POINTS) if points else np.zeros_like(weight)


def lottery_numbers(citizen_id: Ints, offering: tuple[str, ...], seed: int) -> Ints:
    """Draw a number from 0 to 99 for every citizen and offering, the same whoever else takes part.

    The mixing is the finalizer of SplitMix64 (Steele, Lea, Flood 2014, doi 10.1145/2660193.2660195).
    """
    name = np.array([zlib.crc32(text.encode()) for text in offering], np.uint64)
    mixed = _mix(_mix(citizen_id.astype(np.uint64) + np.uint64(seed) * np.uint64(1_000_003))[:, None] + name[None, :])
    return (mixed % np.uint64(LOTTERY_SIZE)).astype(np.int64)


def _mix(number: np.ndarray[tuple[int, ...], np.dtype[np.uint64]]) -> np.ndarray[tuple[int, ...], np.dtype[np.uint64]]:
    number = number + np.uint64(0x9E3779B97F4A7C15)
    number = (number ^ (number >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    number = (number ^ (number >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return number ^ (number >> np.uint64(31))


def _slot_arrays(facts: Facts, slots: Slots) -> dict[str, Any]:
    group, first = facts.group, slots.first
    meetings = np.diff(group.meeting_ptr)[first]
    meeting_ptr = np.concatenate([[0], np.cumsum(meetings)]).astype(np.int64)
    meeting = np.repeat(group.meeting_ptr[first] - meeting_ptr[:-1], meetings) + np.arange(meeting_ptr[-1])
    offering = group.offering[first]
    return {
        "slot_offering": offering,
        "slot_site": group.site[first],
        "slot_open": group.open[first],
        "slot_role": contact_role(facts)[offering],
        "slot_person": lead(facts)[first],
        "slot_load": facts.centre.offering.load[offering] * sum_by(meeting_ptr, np.ones(len(meeting), np.int64)),
        "group_ptr": slots.ptr,
        "group_seats": group.seats[first],
        "group_minimum": group.minimum[first],
        "meeting_ptr": meeting_ptr,
        "meeting_day": group.meeting_day[meeting],
        "meeting_start": group.meeting_start[meeting],
        "meeting_end": group.meeting_end[meeting],
    }


def _pointed(pairs: Ints, slot_of: Ints, num_citizens: int) -> tuple[Ints, Ints]:
    """Turn pairs of citizen and group into a pointer and slots, each slot once and rising within a citizen."""
    num_slots = len(slot_of)  # At most so many; two whole numbers are sorted as one, much faster than as a row.
    found = np.unique(pairs[:, 0] * num_slots + slot_of[pairs[:, 1]])
    citizen, slot = np.divmod(found, max(1, num_slots))
    pointer = np.concatenate([[0], np.cumsum(np.bincount(citizen, minlength=num_citizens))])
    return pointer.astype(np.int64), slot
