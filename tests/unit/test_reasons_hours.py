"""Each citizen below her minimum hours is alone, crowded or an exception, with the rule or row that says why."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import NamedTuple

import numpy as np
import pytest

from solver.problem import Problem
from solver.reasons import explain
from solver.reasons_hours import BelowMinimum
from solver.solution import Plans
from solver.verify import verify
from tests.facts import Citizen, Offering, Slot, plans, town
from tests.towns import TOWNS

MONDAY, TUESDAY = 0, 1
NINE, TEN, ELEVEN = (MONDAY, 540, 600), (MONDAY, 600, 660), (MONDAY, 660, 720)
HALF_PAST_NINE, TUESDAY_NINE = (MONDAY, 570, 630), (TUESDAY, 540, 600)
HOUR = Citizen(goals=[0, 1, 2], min_minutes=60, idle_penalty=1)
TWO_HOURS = replace(HOUR, min_minutes=120)
FAR = ((0, 30), (30, 0))
week_of = partial(town, offerings=[Offering()] * 4)  # To HOUR, the last one is filler.


class Alone(NamedTuple):
    """A week in which the only citizen stays below her minimum, and the rule to relax."""

    slug: str
    problem: Problem
    plans: Plans


ALONE = {
    "she_cannot_come_then": Alone("availability", week_of([Slot(0, [NINE])], [replace(HOUR, busy=[NINE])]), plans([])),
    "she_cannot_come_there": Alone(
        "availability", week_of([Slot(0, [NINE], site=1)], [replace(HOUR, out_of_reach=[1])], travel=FAR), plans([])
    ),
    "she_has_not_the_energy": Alone("energy", week_of([Slot(0, [NINE], load=3)], [replace(HOUR, energy=2)]), plans([])),
    "long_ones_only": Alone(
        "weekly_hours", week_of([Slot(0, [NINE, TEN])], [replace(HOUR, max_minutes=90)]), plans([])
    ),
    "one_meeting_a_day": Alone(
        "daily_limit", week_of([Slot(0, [NINE]), Slot(1, [TEN])], [replace(TWO_HOURS, daily_limit=1)]), plans([0])
    ),
    "her_contact_has_no_time": Alone(
        "own_person", week_of([Slot(0, [NINE], role=0, person=4)], [replace(HOUR, contact={0: 5})]), plans([])
    ),
    "the_cohort_has_begun": Alone("intake", week_of([Slot(0, [NINE], is_open=False)], [HOUR]), plans([])),
    "not_in_its_target_group": Alone(
        "eligible", week_of([Slot(0, [NINE])], [replace(HOUR, barred={0: "eligible"})]), plans([])
    ),
    "not_due": Alone("due", week_of([Slot(0, [NINE])], [replace(HOUR, barred={0: "due"})]), plans([])),
    "she_refused_it": Alone("refused", week_of([Slot(0, [NINE])], [replace(HOUR, barred={0: "refused"})]), plans([])),
    "all_at_once": Alone("no_overlap", week_of([Slot(0, [NINE]), Slot(1, [HALF_PAST_NINE])], [TWO_HOURS]), plans([0])),
    "too_far_apart": Alone(
        "no_overlap", week_of([Slot(0, [NINE]), Slot(1, [TEN], site=1)], [TWO_HOURS], travel=FAR), plans([0])
    ),
    "too_far_from_where_a_lock_is": Alone(
        "no_overlap",
        week_of([Slot(0, [NINE]), Slot(1, [TEN], site=1)], [replace(TWO_HOURS, locks=[0])], travel=FAR),
        plans([0]),
    ),
    "the_first_rule_that_is_enough_is_named": Alone(
        "refused",
        week_of(
            [Slot(0, [NINE]), Slot(1, [TEN], load=3), Slot(2, [ELEVEN, TUESDAY_NINE])],
            [replace(TWO_HOURS, energy=2, barred={0: "due", 2: "refused"})],
        ),
        plans([]),
    ),
    "else_the_rule_that_gains_most": Alone(
        "refused",
        week_of(
            [Slot(0, [NINE]), Slot(1, [TEN, ELEVEN])],
            [replace(HOUR, min_minutes=300, barred={0: "eligible", 1: "refused"})],
        ),
        plans([]),
    ),
    "filler_is_no_way_out": Alone(
        "refused",
        week_of([Slot(0, [NINE]), Slot(3, [TEN])], [replace(HOUR, barred={0: "refused", 3: "eligible"})]),
        plans([]),
    ),
    "there_is_nothing_useful": Alone("eligible", week_of([Slot(3, [NINE])], [HOUR]), plans([0])),
}


@pytest.mark.parametrize("name", ALONE)
def test_whom_not_even_an_empty_centre_helps_is_alone(name: str) -> None:
    slug, problem, plan = ALONE[name]
    useful = 60 * int(problem.serves_goal[0, problem.slot_offering[plan.slot]].sum())
    assert verify(problem, plan).violations == ()
    assert explain(problem, plan).below == (BelowMinimum(0, useful, int(problem.min_minutes[0]), "alone", slug, None),)


class Crowded(NamedTuple):
    """A week in which only others keep the first citizen below her hours: the row, and the cheapest exchange."""

    slug: str
    exchange: tuple[int, int] | None
    problem: Problem
    plans: Plans


CROWDED = {
    "the_only_seat_is_taken": Crowded(
        "seats", (0, 1), week_of([Slot(0, [NINE], seats=1)], [HOUR, Citizen(progress={0: 9})]), plans([], [0])
    ),
    "who_loses_least_is_asked": Crowded(
        "seats",
        (0, 2),
        week_of(
            [Slot(0, [NINE], seats=2), Slot(1, [TEN], seats=1), Slot(2, [NINE])],
            [
                replace(HOUR, busy=[TEN], goals=[0]),
                Citizen(progress={0: 9, 1: 9}),
                Citizen(progress={0: 12, 2: 11}),
                Citizen(progress={1: 5}),
            ],
        ),
        plans([], [0], [0], [1]),
    ),
    "who_keeps_her_own_hours_is_asked_first": Crowded(
        "seats",
        (0, 2),
        week_of(
            [Slot(0, [NINE], seats=2)],
            [HOUR, replace(HOUR, progress={0: 1}), Citizen(progress={0: 300}, min_minutes=0)],
        ),
        plans([], [0], [0]),
    ),
    "locks_are_not_asked": Crowded(
        "seats", None, week_of([Slot(0, [NINE], seats=1)], [HOUR, Citizen(locks=[0])]), plans([], [0])
    ),
    "the_plan_with_the_fewest_full_slots_is_tried": Crowded(
        "seats",
        (1, 1),
        week_of(
            [Slot(0, [NINE], seats=1), Slot(1, [TUESDAY_NINE, TEN], seats=1), Slot(2, [ELEVEN], seats=1)],
            [TWO_HOURS, Citizen(progress={0: 1, 1: 50, 2: 1})],
        ),
        plans([], [0, 1, 2]),
    ),
    "the_worker_is_taken": Crowded(
        "staff",
        (1, 1),
        week_of(
            [Slot(0, [NINE], rows=[0]), Slot(1, [NINE], rows=[0])],
            [replace(HOUR, goals=[0]), Citizen(progress={1: 5})],
            rows=[("staff", 1)],
        ),
        plans([], [1]),
    ),
    "the_room_is_taken": Crowded(
        "room",
        (1, 1),
        week_of(
            [Slot(0, [NINE], rows=[0, 1]), Slot(1, [NINE], rows=[1])],
            [replace(HOUR, goals=[0]), Citizen(progress={1: 5})],
            rows=[("staff", 1), ("room", 1)],
        ),
        plans([], [1]),
    ),
    "too_few_to_start": Crowded("minimum_size", None, week_of([Slot(0, [NINE], minimum=2)], [HOUR]), plans([])),
    "with_somebody_she_never_meets": Crowded(
        "keep_apart",
        (0, 2),
        week_of([Slot(0, [NINE])], [HOUR, Citizen(progress={0: 1}), Citizen(progress={0: 9})], apart=[(0, 2)]),
        plans([], [0], [0]),
    ),
    "her_own_seat_is_not_in_the_way": Crowded(
        "room",
        (1, 1),
        week_of(
            [Slot(0, [NINE], seats=1, rows=[0]), Slot(1, [TEN], rows=[1])],
            [TWO_HOURS, Citizen(progress={1: 1})],
            rows=[("staff", 1), ("room", 1)],
        ),
        plans([0], [1]),
    ),
    "a_lock_into_filler_leaves_the_rest_open": Crowded(
        "seats",
        (1, 1),
        week_of([Slot(3, [NINE]), Slot(1, [TEN], seats=1)], [replace(HOUR, locks=[0]), Citizen(progress={1: 5})]),
        plans([0], [1]),
    ),
    "nothing_is_in_the_way": Crowded("points", None, week_of([Slot(0, [NINE])], [HOUR]), plans([])),
}


@pytest.mark.parametrize("name", CROWDED)
def test_whom_an_empty_centre_helps_is_crowded(name: str) -> None:
    slug, exchange, problem, plan = CROWDED[name]
    assert verify(problem, plan).violations == ()
    (found, *others) = explain(problem, plan).below
    assert others == []
    assert (found.citizen, found.reason, found.slug, found.exchange) == (0, "crowded", slug, exchange)


def test_locks_that_break_a_rule_make_an_exception() -> None:
    week = week_of([Slot(0, [NINE]), Slot(1, [NINE])], [replace(HOUR, min_minutes=180, locks=[0, 1]), HOUR])
    plan = plans([0, 1], [0])
    assert verify(week, plan, [(0, "no_overlap")]).violations == ()
    assert explain(week, plan).below == (BelowMinimum(0, 120, 180, "exception", "no_overlap"),)


def test_a_lock_counts_towards_the_hours_and_its_rules() -> None:
    week = week_of(
        [Slot(0, [NINE]), Slot(1, [HALF_PAST_NINE]), Slot(2, [TEN], load=2)], [replace(TWO_HOURS, energy=1, locks=[0])]
    )
    assert explain(week, plans([0])).below == (BelowMinimum(0, 60, 120, "alone", "energy"),)


@pytest.mark.parametrize("name", TOWNS)
def test_whoever_verify_counts_as_idle_is_listed_with_the_same_minutes(name: str) -> None:
    known = TOWNS[name]
    p = known.problem
    # Which group of a slot a citizen is in does not matter here.
    plan = plans(*([(s, int(p.group_ptr[s])) for s in best] for best in known.best))
    idle = verify(p, plan, known.exceptions).idle_minutes
    listed = {x.citizen: x.minutes_wanted - x.minutes_useful for x in explain(p, plan).below}
    assert listed == {int(i): int(idle[i]) for i in np.flatnonzero(idle)}
