"""What bars an offering from a citizen, when she can come, and what she was promised."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest

from catalog.tables import OfferingTargetGroup, Site, SiteTravel, TargetGroup
from scheduler.tables import (
    Agreement,
    AvailabilityBlock,
    CitizenPeriod,
    CitizenTargetGroup,
    Clearance,
    Completion,
    Enrolment,
    Lock,
    Place,
    Referral,
    TestResult,
    Wish,
)
from tests.unit.small_centre import LAST_WEEK, WEEK, Centre, centre, locked_groups

__all__ = ["centre"]


ELIGIBLE, DUE, REFUSED = 1, 2, 4


def barred(centre: Centre) -> int:
    """What keeps the first offering from the first citizen."""
    return int(centre.problem()[0].barred[0, 0])


def test_a_refusal_bars(centre: Centre) -> None:
    centre.offering()
    person = centre.citizen()
    assert barred(centre) == 0
    centre.add(Wish(citizen_id=person, offering_id="motion", strength=-5, refused=True))
    assert barred(centre) == REFUSED


@pytest.mark.parametrize("fields", [{"meetings_per_week": 0.5}, {"kind": "conference"}])
def test_what_is_taken_now_and_then_is_barred_until_it_is_due(centre: Centre, fields: dict[str, Any]) -> None:
    centre.offering(**fields)
    person = centre.citizen()
    centre.add(Referral(citizen_id=person, offering_id="motion", due_week="2026-W49", kind="due"))
    assert barred(centre) == DUE
    centre.add(Referral(citizen_id=person, offering_id="motion", due_week=WEEK, kind="due"))
    assert barred(centre) == 0


def test_whoever_has_clearances_may_have_nothing_else(centre: Centre) -> None:
    centre.offering()
    centre.offering("kost")
    person = centre.citizen()
    centre.add(Clearance(citizen_id=person, offering_id="kost", valid_from=dt.date(2026, 1, 1)))
    assert centre.problem()[0].barred.tolist() == [[ELIGIBLE, 0]]


def test_an_offering_for_a_target_group_is_barred_from_others_by_date(centre: Centre) -> None:
    centre.offering()
    person = centre.citizen()
    for code in ("ung", "voksen"):
        centre.add(TargetGroup(code=code, law_ref="§", label_da=code, valid_from=dt.date(2020, 1, 1)))
    centre.add(OfferingTargetGroup(offering_id="motion", target_code="ung", valid_from=dt.date(2020, 1, 1)))
    since = dt.date(2026, 1, 1)
    centre.add(CitizenTargetGroup(citizen_id=person, target_code="voksen", valid_from=since))
    assert barred(centre) == ELIGIBLE
    centre.add(CitizenTargetGroup(citizen_id=person, target_code="ung", valid_from=dt.date(2026, 11, 24)))
    assert barred(centre) == ELIGIBLE
    centre.add(CitizenTargetGroup(citizen_id=person, target_code="ung", valid_from=dt.date(2026, 11, 23)))
    assert barred(centre) == 0


@pytest.mark.parametrize(
    ("row", "is_open"),
    [
        (lambda who: Completion(citizen_id=who, offering_id="kost", completed_on=dt.date(2026, 5, 1)), True),
        (lambda who: Completion(citizen_id=who, offering_id="kost", completed_on=dt.date(2026, 12, 1)), False),
        (lambda who: Enrolment(citizen_id=who, series_id="kost-1", from_week="2026-W40", binding=False), True),
        (lambda who: Enrolment(citizen_id=who, series_id="kost-1", from_week="2026-W40", until_week=LAST_WEEK), False),
        (lambda who: TestResult(citizen_id=who, test="dansk", tested_on=dt.date(2026, 5, 1), level=2), True),
        (lambda who: TestResult(citizen_id=who, test="dansk", tested_on=dt.date(2026, 5, 1), level=1), False),
    ],
)
def test_a_prerequisite_is_completed_or_ongoing_or_a_test_passed(centre: Centre, row: Any, is_open: bool) -> None:
    centre.offering(prerequisites=[{"any": ["kost", "test:dansk>=2"]}])
    centre.offering("kost")
    centre.series("kost-1", "kost")
    person = centre.citizen()
    assert barred(centre) == ELIGIBLE
    centre.add(row(person))
    assert (barred(centre) == 0) == is_open


def test_time_is_free_where_a_quarter_hour_lies_whole_in_free_time_and_touches_nothing_else(centre: Centre) -> None:
    centre.offering()
    person = centre.citizen()
    block: dict[str, Any] = {"citizen_id": person, "day": 1, "start_min": 550, "end_min": 655}
    centre.add(AvailabilityBlock(**block, kind="free"))
    centre.add(AvailabilityBlock(**(block | {"start_min": 590, "end_min": 600}), week=WEEK, kind="external"))
    centre.add(AvailabilityBlock(**(block | {"start_min": 630, "end_min": 640}), week="2026-W49", kind="external"))
    free = np.flatnonzero(centre.problem()[0].available[0, 1]) * 15
    assert free.tolist() == [555, 570, 600, 615, 630]


@pytest.mark.parametrize(
    ("turns", "is_planned"),
    [
        ([("pause", dt.date(2026, 11, 2), dt.date(2026, 11, 29))], False),
        ([("pause", dt.date(2026, 11, 2), dt.date(2026, 11, 24))], True),
        ([("exit", dt.date(2026, 11, 2), None)], False),
        ([("exit", dt.date(2026, 11, 2), None), ("return", dt.date(2026, 11, 9), None)], True),
    ],
)
def test_people_on_a_pause_or_gone_are_not_planned_for(centre: Centre, turns: list[Any], is_planned: bool) -> None:
    centre.offering()
    person = centre.citizen("B1")
    stays = centre.citizen("B2")
    centre.citizen("B3", joined=dt.date(2026, 12, 1))
    for kind, start, until in turns:
        centre.add(CitizenPeriod(citizen_id=person, kind=kind, start=start, until=until))
    assert centre.problem()[1].citizen.tolist() == ([person] if is_planned else []) + [stays]


def test_travel_and_reach_are_by_site(centre: Centre) -> None:
    centre.add(Site(id="syd", name="Søndre"))
    for start, end in (("nord", "syd"), ("syd", "nord")):
        centre.add(SiteTravel(from_site_id=start, to_site_id=end, minutes=20))
    centre.offering()
    centre.citizen()
    problem, ids = centre.problem()
    assert ids.site == ("nord", "syd")
    assert problem.travel.tolist() == [[0, 20], [20, 0]]
    assert problem.reach.tolist() == [[True, False]]


def test_locks_running_places_and_agreements_are_locked(centre: Centre) -> None:
    for name in ("motion", "kost", "gaahold", "natur"):
        centre.offering(name)
    person = centre.citizen()
    groups = [centre.series(f"{name}-1", name) for name in ("motion", "kost", "gaahold", "natur")]
    centre.add(Lock(citizen_id=person, group_id=groups[0], locked_by="test", why="test"))
    centre.add(Enrolment(citizen_id=person, series_id="kost-1", from_week="2026-W40", until_week=WEEK, binding=True))
    promise: dict[str, Any] = {"citizen_id": person, "from_week": "2026-W40", "until_week": "2026-W50", "why": "test"}
    centre.add(Agreement(**promise, offering_id="gaahold", series_id="gaahold-1"))
    centre.add(Agreement(**promise, offering_id="natur", series_id="natur-1", left_week=WEEK))
    problem, ids = centre.problem()
    assert locked_groups(problem, ids) == groups[:3]


def test_what_has_ended_is_not_locked(centre: Centre) -> None:
    centre.offering()
    person = centre.citizen()
    centre.series("motion-1")
    ended: dict[str, Any] = {"citizen_id": person, "from_week": "2026-W40", "until_week": LAST_WEEK}
    centre.add(Enrolment(**ended, series_id="motion-1", binding=True))
    centre.add(Agreement(**ended, offering_id="motion", series_id="motion-1", why="test"))
    assert centre.problem()[0].lock_slot.tolist() == []


def test_an_agreement_without_a_group_makes_the_offering_worth_more(centre: Centre) -> None:
    centre.offering()
    person = centre.citizen()
    promise: dict[str, Any] = {"citizen_id": person, "from_week": "2026-W40", "until_week": "2026-W50", "why": "test"}
    centre.add(Agreement(**promise, offering_id="motion"))
    assert centre.problem()[0].progress.tolist() == [[200]]


def test_last_weeks_place_in_a_series_or_the_published_week_is_kept(centre: Centre) -> None:
    centre.offering()
    centre.offering("kost")
    person = centre.citizen()
    centre.series("motion-1")
    kost, before = centre.group("kost-1", "kost"), centre.group("kost-1", "kost", week=LAST_WEEK)
    centre.add(Enrolment(citizen_id=person, series_id="motion-1", from_week="2026-W40", binding=False))
    centre.add(Place(citizen_id=person, week=LAST_WEEK, offering_id="kost", group_id=before))
    problem, ids = centre.problem()
    assert ids.group[problem.group_ptr[problem.keep_slot]].tolist() == [kost - 1, kost]
    assert problem.keep_points.tolist() == [15, 15]
