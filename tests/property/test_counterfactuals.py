"""Whatever a citizen is told would let her have an offering is true once it is so, and no other rule forbids it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from catalog.columns import Base
from catalog.database import make_engine, writing
from scheduler.counterfactuals import Counterfactual, counterfactuals
from scheduler.facts import CitizenFacts
from scheduler.one_facts import read_one
from scheduler.one_problem import Edits, make_one
from scheduler.question import Question
from scheduler.stored import NotFoundError
from scheduler.tables import Citizen
from scheduler.week_frame import WeekFrame, read_frame
from scheduler.why import Reason, why_not
from solver.one import OneCitizen
from solver.options import Frame, make_frame
from solver.problem import BARRED_BIT, Bools, Ints, Problem
from tests import oracle
from tests.unit.one_rows import WEEK, make_eventful_town

OFFERINGS_EACH = 8


@dataclass(frozen=True)
class Town:
    """A week with everybody's facts."""

    frame: WeekFrame
    slots: Frame
    facts: tuple[CitizenFacts, ...]


@pytest.fixture(scope="module")
def town() -> Iterator[Town]:
    engine = make_engine("sqlite://")
    Base.metadata.create_all(engine)
    with writing(engine) as session:
        make_eventful_town(session, 240)
        frame = read_frame(session, WEEK, 0)
        facts = []
        for citizen in session.scalars(select(Citizen.id).order_by(Citizen.id)):
            try:
                facts.append(read_one(session, frame, citizen))
            except NotFoundError:
                continue
        yield Town(frame, make_frame(frame.problem), tuple(facts))
    engine.dispose()


def ask(town: Town, rng: Random) -> Question:
    """Let a citizen have a good plan of what is left when some groups are full, and more of them be full after it."""
    p, facts = town.frame.problem, rng.choice(town.facts)
    price = _ints(rng.choice([0, rng.randrange(60_000)]) for _ in range(p.num_slots))
    full, shut = (np.array([rng.random() < share for _ in range(p.num_slots)]) for share in (0.3, 0.05))
    left = _ints(rng.randrange(3) for _ in range(p.num_rows))
    busy = ((rng.randrange(5), 540, 600),) if rng.random() < 0.3 else ()
    plan = OneCitizen(town.slots, make_one(town.frame, facts, Edits(busy=busy))).best(price, full | shut, left).slots
    full |= np.array([rng.random() < rng.choice([0, 0.5]) for _ in range(p.num_slots)])
    edits = Edits(tuple(town.frame.ids.group[list(plan)].tolist()), rng.randrange(20), busy=busy)
    one = OneCitizen(town.slots, make_one(town.frame, facts, edits))
    fixed = frozenset(slot for slot in plan if rng.random() < 0.1)
    return Question(town.frame, facts, edits, one, price, full, shut, left, fixed)


def some_offerings(question: Question, rng: Random) -> list[str]:
    """Offerings to ask for, mostly such as nothing bars."""
    names = question.frame.ids.offering
    free = [name for name, barred in zip(names, question.one.problem.barred[0], strict=True) if barred in (0, 4)]
    return [rng.choice(free if free and rng.random() < 0.8 else names) for _ in range(OFFERINGS_EACH)]


@settings(max_examples=60)
@given(st.integers(0, 2**32 - 1))
@example(69)  # Two of her groups would need one worker at a time.
def test_what_would_let_her_have_it_does(town: Town, seed: int) -> None:
    rng = Random(seed)
    question = ask(town, rng)
    for offering in some_offerings(question, rng):
        found = counterfactuals(question, offering)
        assert len(found) <= 3
        for each in found:
            check_week(question, offering, each)
            check_asked_again(question, offering, each)


def check_week(question: Question, offering: str, said: Counterfactual) -> None:
    """The week is hers: every rule kept, open groups only, nothing lost but what is said."""
    p, plan, slots = question.one.problem, set(question.plan), set(said.slots)
    edited = make_one(question.frame, question.facts, said.edits)
    assert oracle.broken_rules(edited, 0, tuple(sorted(slots))) == []
    assert not (question.full | question.shut)[list(slots - plan)].any()
    taken = [row for slot in slots - plan for row in p.use_row[p.use_ptr[slot] : p.use_ptr[slot + 1]].tolist()]
    assert question.left is not None
    assert all(question.left[row] > 0 for row in taken)
    given_up = set(said.given_up)
    assert given_up <= plan - question.fixed - set(question.one.locks)
    assert question.fixed & plan <= slots
    kept, had = set(question.offerings(slots)), set(question.offerings(plan))
    assert kept == had - set(question.offerings(given_up)) | {offering}
    reason = said.said[0]
    assert reason.others == question.offerings(said.given_up)
    assert set(reason.times) == set(said.edits.free) - set(question.edits.free)
    moved = sorted(plan - slots - given_up)
    assert said.said[1:] == ((Reason("moves", offering, question.offerings(moved)),) if moved else ())
    assert all(not _overlap(time, busy) for time in reason.times for busy in question.edits.busy)


def _uses_too_much(question: Question, slots: tuple[int, ...]) -> bool:
    """Whether a plan of hers takes more of a worker's or room's time than others leave."""
    p, left = question.one.problem, question.left
    assert left is not None
    used = Counter(row for slot in slots for row in p.use_row[p.use_ptr[slot] : p.use_ptr[slot + 1]].tolist())
    return any(units > left[row] for row, units in used.items())


def check_asked_again(question: Question, offering: str, said: Counterfactual) -> None:
    """Without the change no open group goes beside her plan; with it she is answered with one, from scratch."""
    p, slots = question.one.problem, question.slots_of(offering).tolist()
    (joined,) = set(slots) & set(said.slots)
    for slot in slots:
        beside = tuple(sorted({*question.plan, slot}))
        if not (question.full | question.shut)[slot] and not _uses_too_much(question, beside):
            assert oracle.broken_rules(p, 0, beside) != []
    again = OneCitizen(question.one.frame, make_one(question.frame, question.facts, said.edits))
    shut: Bools = question.full | question.shut
    shut[list(question.plan)] = False
    shut |= np.isin(p.slot_offering, p.slot_offering[list(said.given_up)])
    found = again.best_with(joined, question.price, shut, question.left)
    assert found is not None
    assert again.breaks(found.slots) == ()


@settings(max_examples=60)
@given(st.integers(0, 2**32 - 1))
def test_why_not_is_always_answered_and_rightly(town: Town, seed: int) -> None:
    rng = Random(seed)
    question = ask(town, rng)
    for offering in some_offerings(question, rng):
        reasons = why_not(question, offering)
        assert len(reasons) == len(set(reasons)) > 0
        for reason in reasons:
            assert reason.offering == offering
            assert set(reason.others) <= set(question.offerings(question.plan))
        if len(question.slots_of(offering)) and offering not in question.offerings(question.plan):
            check_reasons(question, offering, {reason.slug: reason for reason in reasons})


def check_reasons(question: Question, offering: str, said: dict[str, Reason]) -> None:
    """Eligibility, refusals, times and seats, each found anew."""
    p, locks, slots = question.one.problem, question.one.locks, question.slots_of(offering).tolist()
    barred = int(p.barred[0, p.slot_offering[slots[0]]])
    bars = {slug for slug, bit in BARRED_BIT.items() if barred & bit}
    assert set(said) & set(BARRED_BIT) == bars
    if bars or question.one.fault:
        assert set(said) == bars or set(said) == {"locked"}
        return
    possible = {slot for slot in slots if oracle.broken_rules(p, 0, tuple(sorted({*locks, slot}))) == []}
    is_open = {slot for slot in slots if not _is_closed(question, slot)}
    if said.keys() & {"possible", "cost", "moves"}:
        assert possible & is_open
    if "seats" in said:
        assert not possible & is_open
        assert any(question.full[slot] or _is_spent(question, slot) for slot in possible or slots)
    elif possible and not possible & is_open:
        assert "shut" in said
    if "availability" in said:
        blocks = {time for slot in set(slots) - possible for time in question.times(slot)}
        assert set(said["availability"].times) <= blocks
        assert all(not _can_come(p, *time) for time in said["availability"].times)
    if set(said) == {"availability"}:
        assert not possible
    if "cost" in said:
        assert all(
            oracle.broken_rules(p, 0, tuple(sorted({*question.plan, slot}))) != [] for slot in possible & is_open
        )


def _can_come(p: Problem, day: int, start: int, end: int) -> bool:
    return all(p.available[0, day, quarter] for quarter in range(start // 15, -(-end // 15)))


def _is_spent(question: Question, slot: int) -> bool:
    p = question.one.problem
    assert question.left is not None
    return any(question.left[row] < 1 for row in p.use_row[p.use_ptr[slot] : p.use_ptr[slot + 1]])


def _is_closed(question: Question, slot: int) -> bool:
    return bool(question.full[slot] or question.shut[slot] or _is_spent(question, slot))


def _overlap(one: tuple[int, int, int], other: tuple[int, int, int]) -> bool:
    return one[0] == other[0] and one[1] < other[2] and other[1] < one[2]


def _ints(numbers: Iterator[int]) -> Ints:
    return np.array(list(numbers), np.int64)
