"""Each needed leg that a plan leaves out names the rule or row in the way: one tiny week a slug."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import pytest

from solver.problem import Problem
from solver.reasons import explain
from solver.reasons_legs import UncoveredLeg
from solver.solution import Plans
from solver.verify import verify
from tests.facts import Citizen, Offering, Slot, plans, town
from tests.towns import TOWNS

MONDAY, TUESDAY = 0, 1
NINE, TEN, ELEVEN = (MONDAY, 540, 600), (MONDAY, 600, 660), (MONDAY, 660, 720)
SHORT, TUESDAY_NINE = (MONDAY, 570, 600), (TUESDAY, 540, 600)
NEEDS = {0: 10}
two_legs = partial(town, offerings=[Offering(leg=0), Offering(leg=1)], dose=[60, 60])


class Case(NamedTuple):
    """A week in which the first citizen's first leg is not covered, and the slug that says why."""

    slug: str
    problem: Problem
    plans: Plans


CASES = {
    "barred_by_its_target_group": Case(
        "eligible", town([Slot(0, [NINE])], [Citizen(needs=NEEDS, barred={0: "eligible"})]), plans([])
    ),
    "not_due_this_week": Case("due", town([Slot(0, [NINE])], [Citizen(needs=NEEDS, barred={0: "due"})]), plans([])),
    "what_bars_most_slots_is_named": Case(
        "refused",
        town(
            [Slot(0, [NINE]), Slot(1, [NINE]), Slot(1, [TEN])],
            [Citizen(needs=NEEDS, barred={0: "eligible", 1: "refused"})],
        ),
        plans([]),
    ),
    "past_its_intake": Case(
        "intake",
        town([Slot(0, [NINE], is_open=False), Slot(1, [NINE])], [Citizen(needs=NEEDS, barred={1: "refused"})]),
        plans([]),
    ),
    "with_somebody_elses_contact": Case(
        "own_person", town([Slot(0, [NINE], role=0, person=4)], [Citizen(needs=NEEDS, contact={0: 5})]), plans([])
    ),
    "when_she_cannot_come": Case(
        "availability", town([Slot(0, [NINE])], [Citizen(needs=NEEDS, busy=[(MONDAY, 585, 590)])]), plans([])
    ),
    "when_she_must_leave_before_the_end": Case(
        "availability", town([Slot(0, [(MONDAY, 540, 605)])], [Citizen(needs=NEEDS, busy=[TEN])]), plans([])
    ),
    "where_she_cannot_come": Case(
        "availability",
        town([Slot(0, [NINE], site=1)], [Citizen(needs=NEEDS, out_of_reach=[1])], travel=((0, 9), (9, 0))),
        plans([]),
    ),
    "only_token_contact": Case("seats", town([Slot(0, [SHORT])], [Citizen(needs=NEEDS)]), plans([0])),
    "nothing_on_the_leg_this_week": Case("seats", two_legs([Slot(1, [NINE])], [Citizen(needs=NEEDS)]), plans([0])),
    "full": Case("seats", town([Slot(0, [NINE], seats=1)], [Citizen(needs=NEEDS), Citizen()]), plans([], [0])),
    "the_worker_is_taken": Case(
        "staff",
        town(
            [Slot(0, [NINE], rows=[0]), Slot(1, [NINE], rows=[0])],
            [Citizen(needs=NEEDS), Citizen()],
            rows=[("staff", 1)],
        ),
        plans([], [1]),
    ),
    "the_room_is_taken": Case(
        "room",
        town([Slot(0, [NINE], rows=[1, 0])], [Citizen(needs=NEEDS), Citizen()], rows=[("room", 1), ("staff", 2)]),
        plans([], [0]),
    ),
    "too_few_to_start": Case("minimum_size", town([Slot(0, [NINE], minimum=2)], [Citizen(needs=NEEDS)]), plans([])),
    "a_second_group_takes_more_people": Case(
        "minimum_size",
        town([Slot(0, [NINE], seats=2, minimum=2, groups=2)], [Citizen(needs=NEEDS), Citizen(), Citizen()]),
        plans([], [(0, 0)], [(0, 0)]),
    ),
    "with_somebody_she_never_meets": Case(
        "keep_apart", town([Slot(0, [NINE])], [Citizen(needs=NEEDS), Citizen()], apart=[(1, 0)]), plans([], [0])
    ),
    "full_and_with_somebody_she_never_meets": Case(
        "seats", town([Slot(0, [NINE], seats=1)], [Citizen(needs=NEEDS), Citizen()], apart=[(1, 0)]), plans([], [0])
    ),
    "what_closes_most_slots_is_named": Case(
        "minimum_size",
        town(
            [Slot(0, [NINE], seats=1), *(Slot(0, [TEN], minimum=2) for _ in range(2))],
            [Citizen(needs=NEEDS), Citizen()],
        ),
        plans([], [0]),
    ),
    "beside_something_else": Case(
        "no_overlap", two_legs([Slot(0, [NINE]), Slot(1, [SHORT])], [Citizen(needs=NEEDS)]), plans([1])
    ),
    "too_far_from_something_else": Case(
        "no_overlap",
        two_legs([Slot(0, [NINE], site=1), Slot(1, [TEN])], [Citizen(needs=NEEDS)], travel=((0, 0), (30, 0))),
        plans([1]),
    ),
    "too_far_on_from_something_else": Case(
        "no_overlap",
        two_legs([Slot(0, [TEN], site=1), Slot(1, [NINE])], [Citizen(needs=NEEDS)], travel=((0, 30), (0, 0))),
        plans([1]),
    ),
    "she_has_another_group_of_it": Case(
        "one_group", town([Slot(0, [TEN]), Slot(0, [SHORT])], [Citizen(needs=NEEDS)]), plans([1])
    ),
    "a_day_is_full": Case(
        "daily_limit",
        two_legs([Slot(0, [NINE]), Slot(1, [ELEVEN])], [Citizen(needs=NEEDS, daily_limit=1)]),
        plans([1]),
    ),
    "the_hours_are_full": Case(
        "weekly_hours",
        two_legs([Slot(0, [NINE]), Slot(1, [ELEVEN])], [Citizen(needs=NEEDS, max_minutes=119)]),
        plans([1]),
    ),
    "the_energy_is_spent": Case(
        "energy",
        two_legs([Slot(0, [NINE], load=2), Slot(1, [ELEVEN], load=2)], [Citizen(needs=NEEDS, energy=3)]),
        plans([1]),
    ),
    "one_rule_after_the_other_leaves_none": Case(
        "energy",
        two_legs(
            [Slot(0, [NINE]), Slot(0, [TUESDAY_NINE], load=2), Slot(1, [SHORT], load=2)],
            [Citizen(needs=NEEDS, energy=3)],
        ),
        plans([2]),
    ),
    "free_and_fitting_but_not_taken": Case(
        "points", two_legs([Slot(0, [NINE]), Slot(1, [ELEVEN])], [Citizen(needs=NEEDS)]), plans([1])
    ),
    "a_lock_holds_a_small_group_open": Case(
        "points",
        town([Slot(0, [NINE], minimum=3)], [Citizen(needs=NEEDS), Citizen(locks=[0])]),
        plans([], [0]),
    ),
    "a_second_group_can_start": Case(
        "points",
        town([Slot(0, [NINE], seats=3, minimum=2, groups=2)], [Citizen(needs=NEEDS), Citizen(), Citizen(), Citizen()]),
        plans([], *[[(0, 0)]] * 3),
    ),
    "locks_that_clash": Case(
        "no_overlap",
        two_legs([Slot(0, [TUESDAY_NINE]), Slot(1, [NINE]), Slot(1, [SHORT])], [Citizen(needs=NEEDS, locks=[1, 2])]),
        plans([1, 2]),
    ),
    "a_lock_into_what_is_barred": Case(
        "refused",
        two_legs([Slot(0, [TEN]), Slot(1, [NINE])], [Citizen(needs=NEEDS, locks=[1], barred={1: "refused"})]),
        plans([1]),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_an_uncovered_leg_names_what_is_in_the_way(name: str) -> None:
    slug, problem, plan = CASES[name]
    exceptions = [(0, slug)] if name in ("locks_that_clash", "a_lock_into_what_is_barred") else []
    assert verify(problem, plan, exceptions).violations == ()
    assert explain(problem, plan).legs == (UncoveredLeg(0, 0, slug),)


def test_a_leg_that_is_covered_or_not_needed_is_not_listed() -> None:
    week = two_legs([Slot(0, [NINE]), Slot(1, [TEN])], [Citizen(needs=NEEDS), Citizen(needs={1: 5})])
    assert explain(week, plans([0], [0])).legs == (UncoveredLeg(1, 1, "points"),)


@pytest.mark.parametrize("name", TOWNS)
def test_every_needed_leg_is_covered_or_listed(name: str) -> None:
    known = TOWNS[name]
    p = known.problem
    covered = {
        (i, int(p.offering_leg[p.slot_offering[s]]))
        for i, plan in enumerate(known.best)
        for s in plan
        if p.slot_minutes[s] >= p.leg_dose[p.offering_leg[p.slot_offering[s]]]
    }
    needed = {(int(i), int(d)) for i, d in zip(*p.need_points.nonzero(), strict=True)}
    # Which group of a slot a citizen is in does not matter here.
    plan = plans(*([(s, int(p.group_ptr[s])) for s in best] for best in known.best))
    assert [(x.citizen, x.leg) for x in explain(p, plan).legs] == sorted(needed - covered)
