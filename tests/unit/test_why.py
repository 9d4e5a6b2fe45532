"""Why she has an activity, and why not another, one reason after the other."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pytest

from catalog.tables import Meeting
from scheduler.counterfactuals import counterfactuals
from scheduler.question import Question
from scheduler.stored import NotFoundError
from scheduler.tables import (
    Agreement,
    CitizenLeg,
    CitizenSite,
    CitizenStrength,
    Clearance,
    Contact,
    Referral,
    SubGoal,
    TimePreference,
    Wish,
)
from scheduler.why import Reason, points, why, why_not
from tests.unit.questions import ask, lock, refuse, said, two_at
from tests.unit.small_centre import MONDAY, WEEK, Centre, centre

__all__ = ["centre"]

NINE, TEN, ELEVEN, NOON, EVENING = 540, 600, 660, 720, 1080


def test_every_reason_for_an_activity_is_found(centre: Centre) -> None:
    centre.offering(kind="individual", intake="due", trains={"main": ["jobtro"], "side": ["helbred"]}, builds_on=["x"])
    group, person = centre.group("m"), centre.citizen()
    for indicator, done in (("jobtro", False), ("helbred", True)):
        centre.add(SubGoal(citizen_id=person, indicator_id=indicator, level=4, by_week="2026-W52", done=done))
    centre.add(CitizenLeg(citizen_id=person, leg_id="krop", most_pressing=True))
    centre.add(CitizenStrength(citizen_id=person, word="x", kind="competence"))
    centre.add(TimePreference(citizen_id=person, day=0, half=0, strength=4))
    centre.add(Wish(citizen_id=person, offering_id="motion", strength=2))
    promise: dict[str, Any] = {"from_week": "2026-W40", "until_week": "2026-W50", "why": "test"}
    centre.add(Agreement(citizen_id=person, offering_id="motion", **promise))
    question = ask(centre, person, group)
    found = why(question, group, before=(group,))
    assert said(found) == ["agreed", "goal", "leg", "wished", "strength", "time", "site", "kept"]
    assert found[1:3] == (Reason("goal", "motion", goals=("jobtro",)), Reason("leg", "motion", legs=("krop",)))
    assert found[5].times == ((0, NINE, TEN),)
    worth = points(question, group)
    assert worth == {"progress": 212, "wish": 60, "strength": 10, "time": 8, "site": 6, "whole": worth["whole"]}
    assert worth["whole"] == 212 + 60 + 10 + 8 + 6 + 4 + 40 + 60 * 3


def test_what_staff_locked_is_fixed_and_what_is_due_is_referred(centre: Centre) -> None:
    centre.offering(meetings_per_week=0.5)
    group, person = centre.group("m"), centre.citizen()
    lock(centre, person, group)
    centre.add(Referral(citizen_id=person, offering_id="motion", due_week=WEEK, kind="due"))
    assert said(why(ask(centre, person), group)) == ["fixed", "referred", "site"]


def test_what_only_fits_says_so_and_an_unknown_group_is_none(centre: Centre) -> None:
    centre.offering()
    group, person = centre.group("m"), centre.citizen()
    centre.session.get_one(CitizenSite, (person, "nord")).preference = 0
    question = ask(centre, person, group)
    assert why(question, group) == (Reason("fits", "motion"),)
    for asked in (why, points):
        with pytest.raises(NotFoundError, match=f"no group {group + 1} in week {WEEK}"):
            asked(question, group + 1)


def test_what_the_week_lacks_or_she_has_is_said(centre: Centre) -> None:
    centre.offering()
    group, person = centre.group("m"), centre.citizen()
    question = ask(centre, person, group)
    assert [said(why_not(question, name)) for name in ("motion", "sang")] == [["held"], ["not_offered"]]
    assert counterfactuals(question, "motion") == counterfactuals(question, "sang") == ()


def test_what_bars_an_offering_comes_before_everything_else(centre: Centre) -> None:
    centre.offering(meetings_per_week=0.5)
    group, person = centre.group("m", start=EVENING), centre.citizen()
    assert said(why_not(ask(centre, person, full=(group,)), "motion")) == ["due"]
    centre.add(Clearance(citizen_id=person, offering_id=centre.offering("kost"), valid_from=dt.date(2026, 1, 1)))
    refuse(centre, person, "motion")
    question = ask(centre, person)
    assert said(why_not(question, "motion")) == ["eligible", "due", "refused"]
    assert counterfactuals(question, "motion") == ()


def test_a_cohort_that_has_begun_takes_nobody_in(centre: Centre) -> None:
    centre.offering(kind="course", intake="cohort")
    centre.group("m", open_intake=False)
    question = ask(centre, centre.citizen())
    assert why_not(question, "motion") == (Reason("intake", "motion"),)
    assert counterfactuals(question, "motion") == ()


def test_individual_time_is_with_her_own_contact(centre: Centre) -> None:
    centre.offering(kind="individual", contact_role="coach", staff_roles=["coach"])
    for name in ("ann", "bo"):
        centre.group(f"m-{name}", staff=centre.coach(name), appointment=True)
    person = centre.citizen()
    centre.add(Contact(citizen_id=person, role="coach", staff_id=centre.coach("cy")))
    question = ask(centre, person)
    assert why_not(question, "motion") == (Reason("own_person", "motion"),)
    assert counterfactuals(question, "motion") == ()


def test_a_site_that_she_does_not_reach_is_said(centre: Centre) -> None:
    centre.offering()
    centre.group("m")
    person = centre.citizen()
    centre.session.delete(centre.session.get_one(CitizenSite, (person, "nord")))
    centre.session.flush()
    assert why_not(ask(centre, person), "motion") == (Reason("reach", "motion"),)


def test_a_time_at_which_she_cannot_come_is_said_and_asked_for(centre: Centre) -> None:
    centre.offering()
    group = centre.group("m", start=EVENING)
    centre.add(Meeting(group_id=group, day=0, start_min=NINE, end_min=TEN, date=MONDAY))
    person = centre.citizen()
    question = ask(centre, person)
    evening = (0, EVENING, EVENING + 60)
    assert why_not(question, "motion") == (Reason("availability", "motion", times=(evening,)),)
    (free,) = counterfactuals(question, "motion")
    assert free.said == (Reason("if_free", "motion", times=(evening,)),)
    assert free.edits.free == (evening,)
    assert counterfactuals(ask(centre, person, full=(group,)), "motion") == ()
    assert counterfactuals(ask(centre, person, busy=(evening,)), "motion") == ()


def test_a_full_group_is_full_and_nothing_that_she_does_opens_it(centre: Centre) -> None:
    centre.offering()
    group = centre.group("m")
    question = ask(centre, centre.citizen(), full=(group,))
    assert why_not(question, "motion") == (Reason("seats", "motion"),)
    assert counterfactuals(question, "motion") == ()


def test_full_groups_at_other_times_than_hers_are_both(centre: Centre) -> None:
    centre.offering()
    group = centre.group("m", start=EVENING)
    assert said(why_not(ask(centre, centre.citizen(), full=(group,)), "motion")) == ["availability", "seats"]


def test_what_is_closed_for_a_reason_of_others_is_not_explained(centre: Centre) -> None:
    centre.offering()
    group = centre.group("m")
    question = ask(centre, centre.citizen(), shut=(group,))
    assert why_not(question, "motion") == (Reason("shut", "motion"),)
    assert counterfactuals(question, "motion") == ()


def test_what_is_free_can_be_asked_for(centre: Centre) -> None:
    motion, _ = two_at(centre, NINE, TEN)
    question = ask(centre, centre.citizen(), motion)
    assert why_not(question, "kost") == (Reason("possible", "kost"),)
    assert counterfactuals(question, "kost") == ()


def test_two_at_the_same_time_cost_one_of_them(centre: Centre) -> None:
    motion, kost = two_at(centre, NINE, NINE)
    question = ask(centre, centre.citizen(), motion)
    assert why_not(question, "kost") == (
        Reason("no_overlap", "kost", ("motion",)),
        Reason("cost", "kost", ("motion",)),
    )
    (given_up,) = counterfactuals(question, "kost")
    assert given_up.said == (Reason("if_given_up", "kost", ("motion",)),)
    assert question.frame.ids.group[[*given_up.given_up, *given_up.slots]].tolist() == [motion, kost]


def test_what_can_move_moves(centre: Centre) -> None:
    motion, _ = two_at(centre, NINE, NINE)
    later, person = centre.group("m2", "motion", TEN), centre.citizen()
    moves = (Reason("no_overlap", "kost", ("motion",)), Reason("moves", "kost", ("motion",)))
    assert why_not(ask(centre, person, motion), "kost") == moves
    assert said(why_not(ask(centre, person, motion, full=(later,)), "kost")) == ["no_overlap", "cost"]


@pytest.mark.parametrize(
    ("slug", "limit", "others"),
    [
        ("daily_limit", {"daily_limit": 1}, ("motion",)),
        ("weekly_hours", {"max_minutes": 90}, ()),
        ("energy", {"energy": 3}, ()),
    ],
)
def test_a_limit_of_her_own_costs_what_she_has(
    centre: Centre, slug: str, limit: dict[str, Any], others: tuple[str, ...]
) -> None:
    motion, _ = two_at(centre, NINE, TEN)
    question = ask(centre, centre.citizen(**limit), motion)
    assert why_not(question, "kost") == (Reason(slug, "kost", others), Reason("cost", "kost", ("motion",)))
    assert [found.said for found in counterfactuals(question, "kost")] == [
        (Reason("if_given_up", "kost", ("motion",)),)
    ]


def test_nobodys_time_left_is_a_full_group(centre: Centre) -> None:
    centre.offering(kind="individual", contact_role="coach", staff_roles=["coach"])
    centre.group("m", staff=centre.coach("ann"), appointment=True)
    free = ask(centre, centre.citizen())
    left = np.zeros(free.one.problem.num_rows, np.int64)
    question = Question(free.frame, free.facts, free.edits, free.one, free.price, free.full, free.shut, left)
    assert len(left) > 0
    assert said(why_not(free, "motion")) == ["possible"]
    assert said(why_not(question, "motion")) == ["seats"]
