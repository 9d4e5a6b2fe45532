"""Each rule and row, broken once and kept once: `verify` names exactly the one that is broken."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest

from solver.problem import ROWS, RULES, Problem
from solver.solution import Plans
from solver.verify import InvalidPlansError, Violation, verify
from tests.facts import Citizen, Offering, Slot, plans, town

MONDAY, TUESDAY = 0, 1
NINE, TEN, ELEVEN = (MONDAY, 540, 600), (MONDAY, 600, 660), (MONDAY, 660, 720)
MORNINGS = [Slot(0, [NINE]), Slot(1, [TEN]), Slot(2, [(TUESDAY, 540, 600)])]
FAR = ((0, 30), (30, 0))


class Case(NamedTuple):
    """A week, plans that break one rule or row, and plans that break none."""

    problem: Problem
    broken: Plans
    kept: Plans


CASES = {
    "availability": Case(
        town(MORNINGS, [Citizen(busy=[(MONDAY, 645, 650)])]),
        plans([0, 1]),
        plans([0]),
    ),
    "no_overlap": Case(
        town([Slot(0, [NINE]), Slot(1, [TEN], site=1), Slot(2, [ELEVEN])], [Citizen()], travel=FAR),
        plans([0, 1]),
        plans([0, 2]),
    ),
    "one_group": Case(
        town([Slot(0, [NINE]), Slot(0, [TEN])], [Citizen()]),
        plans([0, 1]),
        plans([1]),
    ),
    "eligible": Case(town(MORNINGS, [Citizen(barred={0: "eligible"})]), plans([0]), plans([1, 2])),
    "due": Case(town(MORNINGS, [Citizen(barred={1: "due"})]), plans([0, 1]), plans([0])),
    "intake": Case(
        town([Slot(0, [NINE], is_open=False)], [Citizen(locks=[0]), Citizen()]),
        plans([0], [0]),
        plans([0], []),
    ),
    "refused": Case(town(MORNINGS, [Citizen(barred={2: "refused"})]), plans([2]), plans([0, 1])),
    "own_person": Case(
        town([Slot(0, [NINE], role=1, person=4), Slot(0, [TEN], role=1, person=5)], [Citizen(contact={1: 5})]),
        plans([0]),
        plans([1]),
    ),
    "daily_limit": Case(town(MORNINGS, [Citizen(daily_limit=1)]), plans([0, 1]), plans([0, 2])),
    "weekly_hours": Case(town(MORNINGS, [Citizen(max_minutes=120)]), plans([0, 1, 2]), plans([0, 1])),
    "energy": Case(
        town([Slot(0, [NINE], load=3), Slot(1, [TEN], load=2)], [Citizen(energy=4)]),
        plans([0, 1]),
        plans([0]),
    ),
    "locked": Case(town(MORNINGS, [Citizen(locks=[1])]), plans([0]), plans([0, 1])),
    "seats": Case(
        town([Slot(0, [NINE], seats=1, groups=2)], [Citizen(), Citizen()]),
        plans([(0, 0)], [(0, 0)]),
        plans([(0, 0)], [(0, 1)]),
    ),
    "staff": Case(
        town([Slot(0, [NINE], rows=[0]), Slot(1, [TEN], rows=[0])], [Citizen(), Citizen()], rows=[("staff", 1)]),
        plans([0], [1]),
        plans([], [1]),
    ),
    "room": Case(
        town([Slot(0, [NINE], rows=[0]), Slot(1, [TEN], rows=[0])], [Citizen(), Citizen()], rows=[("room", 1)]),
        plans([0, 1], []),
        plans([0], []),
    ),
    "minimum_size": Case(
        town([Slot(0, [NINE], minimum=2, groups=2)], [Citizen(), Citizen()]),
        plans([(0, 0)], [(0, 1)]),
        plans([(0, 1)], [(0, 1)]),
    ),
    "keep_apart": Case(
        town(MORNINGS, [Citizen(), Citizen(), Citizen()], apart=[(2, 0)]),
        plans([0, 1], [1], [1]),
        plans([0, 1], [1], [2]),
    ),
}


def test_every_slug_has_its_case() -> None:
    assert set(CASES) == {*RULES, *ROWS}


@pytest.mark.parametrize("slug", [*RULES, *ROWS])
def test_breaking_one_rule_or_row_names_exactly_it(slug: str) -> None:
    case = CASES[slug]

    assert {v.slug for v in verify(case.problem, case.broken).violations} == {slug}
    assert verify(case.problem, case.kept).violations == ()


def test_a_violation_says_where_it_is() -> None:
    problem = town([Slot(0, [NINE], groups=2), Slot(1, [TEN])], [Citizen(), Citizen(barred={1: "refused"})])

    verdict = verify(problem, plans([(0, 1)], [(0, 1), (1, 2)]))

    text = "an offering that the rule keeps from the citizen"
    assert verdict.violations == (Violation("refused", citizen=1, group=2, text=text),)


def test_a_site_out_of_reach_breaks_availability() -> None:
    problem = town([Slot(0, [NINE], site=1)], [Citizen(out_of_reach=[1])], travel=FAR)

    assert [v.slug for v in verify(problem, plans([0])).violations] == ["availability"]


def test_travel_is_kept_free_in_the_direction_that_is_travelled() -> None:
    slots = [Slot(0, [NINE], site=0), Slot(1, [(MONDAY, 620, 680)], site=1)]

    uphill = verify(town(slots, [Citizen()], travel=((0, 30), (10, 0))), plans([0, 1]))
    downhill = verify(town(slots, [Citizen()], travel=((0, 20), (90, 0))), plans([0, 1]))

    assert [v.slug for v in uphill.violations] == ["no_overlap"]
    assert downhill.violations == ()


def test_meetings_clash_in_whatever_order_their_slots_stand() -> None:
    later, earlier = Slot(0, [(MONDAY, 620, 680)], site=1), Slot(1, [NINE], site=0)

    enough = verify(town([later, earlier], [Citizen()], travel=((0, 20), (90, 0))), plans([0, 1]))
    too_long = verify(town([later, earlier], [Citizen()], travel=((0, 21), (0, 0))), plans([0, 1]))

    assert enough.violations == ()
    assert [v.slug for v in too_long.violations] == ["no_overlap"]


def test_a_clash_behind_a_nearer_meeting_is_seen() -> None:
    slots = [Slot(0, [NINE], site=0), Slot(1, [(MONDAY, 605, 610)], site=2), Slot(2, [(MONDAY, 615, 660)], site=1)]
    travel = ((0, 60, 5), (60, 0, 5), (5, 5, 0))

    assert [v.slug for v in verify(town(slots, [Citizen()], travel=travel), plans([0, 1, 2])).violations] == [
        "no_overlap"
    ]


def test_a_meeting_that_ends_on_the_quarter_leaves_the_next_quarter_alone() -> None:
    problem = town([Slot(0, [(MONDAY, 540, 600)])], [Citizen(busy=[(MONDAY, 600, 615)])])

    assert verify(problem, plans([0])).violations == ()


def test_own_person_asks_nothing_of_who_has_no_contact() -> None:
    problem = town([Slot(0, [NINE], role=0, person=4)], [Citizen(), Citizen(contact={0: 0})])

    assert [(v.slug, v.citizen) for v in verify(problem, plans([0], [0])).violations] == [("own_person", 1)]


def test_locks_beyond_the_seats_are_accepted_and_reported() -> None:
    problem = town([Slot(0, [NINE], seats=1)], [Citizen(locks=[0]), Citizen(locks=[0]), Citizen()])

    locked = verify(problem, plans([0], [0], []))
    one_more = verify(problem, plans([0], [0], [0]))

    assert (locked.violations, [v.slug for v in locked.reports]) == ((), ["seats"])
    assert [v.slug for v in one_more.violations] == ["seats"]


def test_locks_beyond_a_row_are_accepted_and_reported() -> None:
    slots = [Slot(0, [NINE], rows=[0]), Slot(1, [TEN], rows=[0])]
    problem = town(slots, [Citizen(locks=[0, 1]), Citizen()], rows=[("staff", 1)])

    locked = verify(problem, plans([0, 1], []))
    one_more = verify(problem, plans([0, 1], [0]))

    assert (locked.violations, [v.slug for v in locked.reports]) == ((), ["staff"])
    assert [v.slug for v in one_more.violations] == ["staff"]


def test_a_group_that_a_lock_holds_open_runs_below_its_minimum_and_is_reported() -> None:
    problem = town([Slot(0, [NINE], minimum=3)], [Citizen(locks=[0]), Citizen()])

    verdict = verify(problem, plans([0], [0]))

    assert verdict.violations == ()
    assert verdict.reports == (Violation("minimum_size", None, 0, "2 participants, at least 3"),)


def test_two_who_keep_apart_stay_together_only_where_both_are_locked() -> None:
    both = verify(town(MORNINGS, [Citizen(locks=[0]), Citizen(locks=[0])], apart=[(0, 1)]), plans([0], [0]))
    one = verify(town(MORNINGS, [Citizen(locks=[0]), Citizen()], apart=[(0, 1)]), plans([0], [0]))

    assert (both.violations, [v.slug for v in both.reports]) == ((), ["keep_apart"])
    assert [v.slug for v in one.violations] == ["keep_apart"]


CLASHING = town(
    [Slot(0, [NINE]), Slot(1, [NINE]), Slot(2, [TEN])],
    [Citizen(locks=[0, 1], barred={1: "refused"}, progress={0: 5, 1: 7}), Citizen(progress={2: 1})],
)


def test_an_exception_gets_exactly_her_locks_and_counts() -> None:
    verdict = verify(CLASHING, plans([0, 1], [2]), [(0, "no_overlap")])

    assert verdict.violations == ()
    assert verdict.objective == 13 * 1_000_000


@pytest.mark.parametrize(
    ("first", "exceptions", "named"),
    [
        ([0, 1, 2], [(0, "no_overlap")], {(0, "locked")}),
        ([0], [(0, "no_overlap")], {(0, "locked")}),
        ([0, 1], [(0, "refused")], {(0, "no_overlap")}),
        ([0, 1], [], {(0, "no_overlap"), (0, "refused")}),
        ([0, 1], [(0, "no_overlap"), (1, "energy")], {(1, "energy")}),
    ],
)
def test_a_wrong_exception_is_named(
    first: list[int | tuple[int, int]], exceptions: list[tuple[int, str]], named: set[tuple[int, str]]
) -> None:
    verdict = verify(CLASHING, plans(first, [2]), exceptions)

    assert {(v.citizen, v.slug) for v in verdict.violations} == named


def test_every_term_of_the_value_is_counted_once() -> None:
    offerings = [Offering(leg=0, job=True), Offering(leg=0, health_skill=True), Offering(leg=1)]
    slots = [Slot(0, [NINE, (TUESDAY, 720, 780)], site=1), Slot(1, [TEN]), Slot(2, [ELEVEN])]
    citizen = Citizen(
        progress={0: 1_000, 1: 2_000},
        wish={1: 300},
        strength={0: 40},
        lottery={0: 7, 1: 9},
        needs={0: 5_000, 1: 8_000},
        times={(MONDAY, 0): 3, (TUESDAY, 1): 6},
        sites={1: 100},
        keep={0: 20},
        weight=250,
        min_minutes=300,
        idle_penalty=2,
        parallel_points=700,
    )
    problem = town(slots, [citizen], offerings, dose=(60, 61), travel=FAR)

    verdict = verify(problem, plans([0, 1, 2]))

    first = 1_000 + 40 + (3 + 6) // 2 + 100 + 20
    second = 2_000 + 300 + 3
    third = 3  # Its leg is needed, but an hour is below the dose: useful, not covered.
    points = first + second + third + 5_000 + 700
    assert verdict.objective_without_idle == points * 2_500_000 + 16
    assert verdict.idle_minutes.tolist() == [300 - 240]
    assert verdict.objective == (points - 2 * 60) * 2_500_000 + 16


def test_the_days_of_one_citizen_are_not_those_of_the_next() -> None:
    slots = [Slot(0, [(6, 540, 600)]), Slot(1, [(0, 540, 600)]), Slot(2, [(1, 540, 600)])]
    problem = town(slots, [Citizen(daily_limit=1) for _ in range(3)])

    assert verify(problem, plans([0], [1], [2])).violations == ()


def test_job_without_health_earns_nothing_for_both() -> None:
    offerings = [Offering(job=True), Offering(health_skill=True)]
    problem = town([Slot(0, [NINE]), Slot(1, [TEN])], [Citizen(parallel_points=5)] * 3, offerings)

    assert verify(problem, plans([0], [1], [])).objective == 0
    assert verify(problem, plans([0], [1], [0, 1])).objective == 5_000_000


def test_filler_does_not_make_anybody_under_way() -> None:
    citizens = [Citizen(min_minutes=60, idle_penalty=1, progress={0: 9}), Citizen(min_minutes=60, goals=[0])]

    verdict = verify(town([Slot(0, [NINE])], citizens), plans([0], [0]))

    assert verdict.idle_minutes.tolist() == [60, 0]


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        (plans([0]), "ptr"),
        (plans([(0, 0)], [(3, 0)]), "slot"),
        (plans([(0, 0)], [(1, 0)]), r"group\[1\]"),
        (plans([(0, 1)], []), r"group\[0\]"),
        (Plans(np.array([0, 1, 3]), np.array([0, 1]), np.array([0, 1])), "slot, group"),
    ],
)
def test_plans_of_another_week_are_refused_with_the_place(wrong: Plans, place: str) -> None:
    with pytest.raises(InvalidPlansError, match=place):
        verify(town(MORNINGS, [Citizen(), Citizen()]), wrong)


def test_a_slot_taken_twice_breaks_one_group() -> None:
    problem = town([Slot(0, [NINE], groups=2)], [Citizen()])

    assert "one_group" in {v.slug for v in verify(problem, plans([(0, 0), (0, 1)])).violations}


def test_an_empty_town_is_verified() -> None:
    verdict = verify(town([], []), plans())

    assert (verdict.violations, verdict.objective) == ((), 0)
