"""What is said to let her have an offering: the smallest changes, and nothing that she cannot do."""

from __future__ import annotations

from dataclasses import replace

from scheduler.counterfactuals import counterfactuals
from scheduler.question import Question
from scheduler.tables import TimePreference, Wish
from scheduler.why import Reason, why_not
from tests.unit.questions import ask, lock, refuse, said, two_at
from tests.unit.small_centre import Centre, centre

__all__ = ["centre"]

NINE, TEN, ELEVEN, NOON, EVENING = 540, 600, 660, 720, 1080


def fix(question: Question, group: int) -> Question:
    """The same question where only a person changes a group of her plan."""
    return replace(question, fixed=frozenset([question.frame.slot_of[group]]))


def test_who_refuses_may_say_yes(centre: Centre) -> None:
    motion, kost = two_at(centre, NINE, TEN)
    person = centre.citizen()
    refuse(centre, person, "kost")
    question = ask(centre, person, motion)
    assert said(why_not(question, "kost")) == ["refused"]
    (agreed,) = counterfactuals(question, "kost")
    assert agreed.said == (Reason("if_agreed", "kost"),)
    assert question.frame.ids.group[list(agreed.slots)].tolist() == [motion, kost]
    assert counterfactuals(ask(centre, person, motion, full=(kost,)), "kost") == ()


def test_who_refuses_and_has_no_room_would_have_to_do_both(centre: Centre) -> None:
    motion, _ = two_at(centre, NINE, NINE)
    person = centre.citizen()
    refuse(centre, person, "kost")
    (agreed,) = counterfactuals(ask(centre, person, motion), "kost")
    assert agreed.said == (Reason("if_agreed_without", "kost", ("motion",)),)


def test_where_a_seat_is_left_when_she_cannot_come_both_are_said(centre: Centre) -> None:
    centre.offering()
    morning, _ = centre.group("m"), centre.group("e", start=EVENING)
    question = ask(centre, centre.citizen(), full=(morning,))
    assert said(why_not(question, "motion")) == ["seats", "availability"]
    assert said(counterfactuals(question, "motion")[0].said) == ["if_free"]


def test_what_is_locked_is_in_the_way_and_never_to_be_given_up(centre: Centre) -> None:
    motion, _ = two_at(centre, NINE, NINE)
    person = centre.citizen()
    lock(centre, person, motion)
    question = ask(centre, person, motion)
    assert why_not(question, "kost") == (Reason("no_overlap", "kost", ("motion",)),)
    assert counterfactuals(question, "kost") == ()


def test_what_only_a_person_changes_is_never_to_be_given_up(centre: Centre) -> None:
    motion, _ = two_at(centre, NINE, NINE)
    question = fix(ask(centre, centre.citizen(), motion), motion)
    assert why_not(question, "kost") == (Reason("locked", "kost"),)
    assert counterfactuals(question, "kost") == ()


def test_what_can_be_given_up_is_given_up_before_what_only_a_person_changes(centre: Centre) -> None:
    motion, _ = two_at(centre, NINE, TEN)
    natur, person = centre.group("n", centre.offering("natur"), ELEVEN), centre.citizen(energy=4)
    centre.add(Wish(citizen_id=person, offering_id="natur", strength=5))
    question = ask(centre, person, motion, natur)
    costs = [why_not(asked, "kost")[-1] for asked in (question, fix(question, motion), fix(question, natur))]
    assert costs == [Reason("cost", "kost", (name,)) for name in ("motion", "natur", "motion")]


def test_nothing_moves_that_can_stay_and_nothing_is_lost_that_can_move(centre: Centre) -> None:
    motion, _ = two_at(centre, NINE, TEN)
    dear, person = centre.group("m2", "motion", NOON), centre.citizen()
    centre.add(TimePreference(citizen_id=person, day=0, half=1, strength=5))
    assert said(why_not(ask(centre, person, motion), "kost")) == ["possible"]
    centre.group("s", centre.offering("sang"), NINE)
    question = ask(centre, person, motion)
    question.price[question.frame.slot_of[dear]] = 10**6
    assert said(why_not(question, "sang")) == ["no_overlap", "moves"]


def test_locks_that_break_a_rule_leave_no_room(centre: Centre) -> None:
    motion, kost = two_at(centre, NINE, NINE)
    centre.offering("natur")
    centre.group("n", "natur", TEN)
    person = centre.citizen()
    for group in (motion, kost):
        lock(centre, person, group)
    question = ask(centre, person)
    assert why_not(question, "natur") == (Reason("locked", "natur"),)
    assert counterfactuals(question, "natur") == ()


def test_the_smallest_change_comes_first_and_two_changes_only_where_one_is_not_enough(centre: Centre) -> None:
    names = [centre.offering(name) for name in ("motion", "kost", "natur", "sang")]
    present = [centre.group(name, name, start) for name, start in zip(names[:3], (NINE, TEN, ELEVEN), strict=True)]
    centre.group("s", "sang", EVENING)
    centre.group("s2", "sang", NOON + 60)
    person = centre.citizen(max_minutes=180)
    question = ask(centre, person, *present)
    given_up = [(Reason("if_given_up", "sang", (name,)),) for name in names[:3]]
    assert [found.said for found in counterfactuals(question, "sang")] == given_up
    assert [found.said for found in counterfactuals(question, "sang", most=1)] == given_up[:1]
    afternoon = int(question.frame.ids.group[question.slots_of("sang")[1]])
    (both,) = counterfactuals(ask(centre, person, *present, full=(afternoon,)), "sang")
    assert said(both.said) == ["if_free_without"]
    assert both.said[0].times == ((0, EVENING, EVENING + 60),)
    assert len(both.given_up) == len(both.said[0].others) == 1


def test_more_time_alone_is_said_before_anything_is_given_up(centre: Centre) -> None:
    motion, _ = two_at(centre, NINE, NINE)
    centre.group("k2", "kost", 960)
    question = ask(centre, centre.citizen(), motion)
    found = [each.said[0].slug for each in counterfactuals(question, "kost")]
    assert sorted(found) == ["if_free", "if_given_up"]
