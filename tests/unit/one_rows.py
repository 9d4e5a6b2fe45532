"""A town in which everything that opens or bars an offering happens to somebody, and one citizen's row of its week."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.offerings import load_offerings
from catalog.tables import Group, GroupStaff, Meeting, Offering, OfferingTargetGroup, Series, TargetGroup
from scheduler.citizen_reading import read_facts
from scheduler.one_problem import Edits, one_problem
from scheduler.points import load_points
from scheduler.problem import Ids, build_problem
from scheduler.tables import (
    Agreement,
    AvailabilityBlock,
    Citizen,
    CitizenPeriod,
    CitizenTargetGroup,
    Clearance,
    Completion,
    Enrolment,
    Referral,
    TestResult,
    TimePreference,
    Wish,
)
from scheduler.town import make_town
from scheduler.week_frame import WeekFrame
from solver.problem import BY_CITIZEN, Problem

WEEK, LONG_AGO, PAST = "2026-W48", dt.date(2026, 1, 1), dt.date(2026, 11, 20)
LOTTERY_SEED, CHANGE_COST = 3, 7


def make_eventful_town(session: Session, citizens: int) -> None:
    """Make a tight town in which some groups have a twin, and let something happen to every citizen."""
    load_offerings(session)
    load_points(session)
    make_town(session, citizens, 5, 0.6, WEEK)
    for group in session.scalars(select(Group).where(Group.open_intake, Group.id % 3 == 0)).all():
        _add_twin(session, group)
    offerings = session.scalars(select(Offering.id).order_by(Offering.nr)).all()
    series = session.scalars(select(Series.id).order_by(Series.id)).all()
    for code in ("ung", "voksen"):
        session.add(TargetGroup(code=code, law_ref="§", label_da=code, valid_from=LONG_AGO))
    session.flush()
    for number, code in ((3, "ung"), (3, "voksen"), (7, "ung")):
        session.add(OfferingTargetGroup(offering_id=offerings[number], target_code=code, valid_from=LONG_AGO))
    for number, who in enumerate(session.scalars(select(Citizen.id).order_by(Citizen.id)).all()):
        offering = offerings[number % len(offerings)]
        events = (
            CitizenTargetGroup(citizen_id=who, target_code=("ung", "voksen")[number % 2], valid_from=LONG_AGO),
            CitizenTargetGroup(citizen_id=who, target_code="ung", valid_from=LONG_AGO, valid_to=PAST),
            Completion(citizen_id=who, offering_id=offering, completed_on=LONG_AGO),
            TestResult(citizen_id=who, test=("dansk", "ordblind")[number % 2], tested_on=LONG_AGO, level=number % 4),
            CitizenPeriod(citizen_id=who, kind="pause", start=LONG_AGO, until=(PAST, None)[number % 7 == 0]),
            Clearance(citizen_id=who, offering_id=offering, valid_from=LONG_AGO - dt.timedelta(1), valid_to=PAST),
            Referral(citizen_id=who, offering_id=offering, due_week=("2026-W44", WEEK)[number % 2], kind="request"),
            Enrolment(citizen_id=who, series_id=series[number % len(series)], from_week="2026-W02", binding=False),
            AvailabilityBlock(citizen_id=who, week=WEEK, day=number % 5, start_min=605, end_min=700, kind="external"),
            AvailabilityBlock(citizen_id=who, week="2026-W49", day=2, start_min=600, end_min=900, kind="external"),
            TimePreference(citizen_id=who, day=6, half=number % 2, strength=4),
            Wish(citizen_id=who, offering_id=offering, strength=-5, refused=True),
        )
        session.merge(events[number % len(events)])
        session.merge(events[(number // 3 + 5) % len(events)])
    session.flush()


def _add_twin(session: Session, group: Group) -> None:
    names = ("week", "offering_id", "site_id", "seats", "minimum", "appointment", "open_intake")
    twin = Group(code=f"{group.code}-twin", **{name: getattr(group, name) for name in names})
    session.add(twin)
    session.flush()
    for meeting in session.scalars(select(Meeting).where(Meeting.group_id == group.id)).all():
        times = {name: getattr(meeting, name) for name in ("day", "start_min", "end_min", "date")}
        session.add(Meeting(group_id=twin.id, **times))
    for person in session.scalars(select(GroupStaff.staff_id).where(GroupStaff.group_id == group.id)).all():
        session.add(GroupStaff(group_id=twin.id, staff_id=person))


def differing_rows(session: Session, frame: WeekFrame) -> Iterator[tuple[int, str]]:
    """The citizens, and the names of their arrays, in which a problem of one is not her row of everybody's problem."""
    problem, ids = build_problem(session, WEEK, LOTTERY_SEED)
    facts = read_facts(session, WEEK)
    for place, citizen_id in enumerate(ids.citizen.tolist()):
        kept = facts.citizen.kept[facts.citizen.kept[:, 0] == place, 1]
        present = facts.group.id[kept]
        one = one_problem(session, frame, citizen_id, edits=Edits(tuple(present.tolist()), CHANGE_COST))
        for name in BY_CITIZEN:
            if not np.array_equal(getattr(problem, name)[place : place + 1], getattr(one, name)):
                yield citizen_id, name
        locked = problem.lock_slot[problem.lock_ptr[place] : problem.lock_ptr[place + 1]]
        binding = set(ids.group[problem.group_ptr[locked]].tolist()) - _agreed_groups(session, citizen_id)
        if sorted(binding) != frame.ids.group[one.lock_slot].tolist():
            yield citizen_id, "lock_slot"
        if frame.ids.group[one.keep_slot].tolist() != present.tolist():
            yield citizen_id, "keep_slot"


def _agreed_groups(session: Session, citizen_id: int) -> set[int]:
    agreed = select(Group.id).join(Agreement, Agreement.series_id == Group.series_id).where(Group.week == WEEK)
    return set(session.scalars(agreed.where(Agreement.citizen_id == citizen_id)))


def slot_facts(problem: Problem, ids: Ids) -> list[tuple[object, ...]]:
    """What is said of each group's slot, by group."""
    names = ("slot_offering", "slot_site", "slot_open", "slot_role", "slot_person", "slot_load")
    columns = [getattr(problem, name) for name in (*names, "group_seats", "group_minimum")]
    meetings = np.stack([problem.meeting_day, problem.meeting_start, problem.meeting_end], axis=1).tolist()
    found: list[tuple[object, ...]] = []
    for slot in range(problem.num_slots):
        times = meetings[problem.meeting_ptr[slot] : problem.meeting_ptr[slot + 1]]
        said = (*(column[slot].item() for column in columns), times)
        groups = ids.group[problem.group_ptr[slot] : problem.group_ptr[slot + 1]].tolist()
        found += [(group, *said) for group in groups]
    return sorted(found)


def coupling_rows(problem: Problem, ids: Ids) -> list[tuple[object, ...]]:
    """Each staff or room row with the groups that use it."""
    coupling = ids.coupling
    columns = (coupling.resource, coupling.site, coupling.day, coupling.quarter, problem.row_limit, problem.row_is_room)
    slot = np.repeat(np.arange(problem.num_slots), np.diff(problem.use_ptr))
    slot_of_group = np.repeat(np.arange(problem.num_slots), np.diff(problem.group_ptr))
    found: list[tuple[object, ...]] = []
    for row in range(problem.num_rows):
        users = np.isin(slot_of_group, slot[problem.use_row == row])
        found.append((*(column[row].item() for column in columns), sorted(ids.group[users].tolist())))
    return sorted(found)
