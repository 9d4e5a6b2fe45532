"""One citizen's problem of a week is her row of everybody's, and an edit changes only what it says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

import numpy as np
import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from catalog.columns import Base
from catalog.database import make_engine, writing
from scheduler.approval import LOCKED_BY_APPROVAL
from scheduler.one_facts import people_apart, read_one
from scheduler.one_problem import Edits, make_one, one_problem
from scheduler.problem import build_problem
from scheduler.stored import NotFoundError
from scheduler.tables import Agreement, AvailabilityBlock, CitizenPeriod, Enrolment, KeepApart, Lock, Wish
from scheduler.week_frame import WeekFrame, read_frame
from solver.problem import BARRED_BIT, Problem
from tests.unit import one_rows
from tests.unit.small_centre import WEEK, Centre, centre

__all__ = ["centre"]


@pytest.fixture(scope="module")
def town() -> Iterator[Session]:
    engine = make_engine("sqlite://")
    Base.metadata.create_all(engine)
    with writing(engine) as session:
        one_rows.make_eventful_town(session, 240)
        yield session
    engine.dispose()


def frame_of(centre: Centre) -> WeekFrame:
    """This week's frame."""
    return read_frame(centre.session, WEEK, 0)


def groups(frame: WeekFrame, slots: Any) -> list[int]:
    """The groups of some slots."""
    found: list[int] = frame.ids.group[slots].tolist()
    return found


def changed(one: Problem, other: Problem) -> set[str]:
    """The arrays in which two problems differ."""
    names = [field.name for field in fields(Problem)]
    return {name for name in names if not np.array_equal(getattr(one, name), getattr(other, name))}


def test_each_citizens_problem_is_her_row_of_everybodys(town: Session) -> None:
    frame = read_frame(town, WEEK, one_rows.LOTTERY_SEED)
    assert list(one_rows.differing_rows(town, frame)) == []


def test_every_group_is_a_slot_with_the_rows_of_everybodys_problem(town: Session) -> None:
    frame = read_frame(town, WEEK, one_rows.LOTTERY_SEED)
    problem, ids = build_problem(town, WEEK, one_rows.LOTTERY_SEED)
    assert problem.num_slots < frame.problem.num_slots == len(ids.group)
    assert frame.ids.group.tolist() == sorted(ids.group.tolist())
    assert [frame.slot_of[group] for group in frame.ids.group.tolist()] == list(range(frame.problem.num_slots))
    assert one_rows.slot_facts(frame.problem, frame.ids) == one_rows.slot_facts(problem, ids)
    rows = one_rows.coupling_rows(problem, ids)
    assert rows
    assert one_rows.coupling_rows(frame.problem, frame.ids) == rows


def test_five_statements_read_a_citizen(centre: Centre) -> None:
    centre.offering()
    person, frame = centre.citizen(), frame_of(centre)
    sent: list[str] = []
    event.listen(centre.session.connection(), "before_cursor_execute", lambda *given: sent.append(given[2]))
    read_one(centre.session, frame, person)
    assert len(sent) == 5


@pytest.mark.parametrize("kind", ["pause", "exit"])
def test_whoever_is_away_or_unknown_has_no_problem(centre: Centre, kind: str) -> None:
    centre.offering()
    person, later = centre.citizen(), centre.citizen("B2", joined=dt.date(2026, 12, 1))
    frame = frame_of(centre)
    assert one_problem(centre.session, frame, person).num_citizens == 1
    centre.add(CitizenPeriod(citizen_id=person, kind=kind, start=dt.date(2026, 11, 2)))
    for who in (person, later, later + 1):
        with pytest.raises(NotFoundError, match=f"citizen {who} is not planned for in week {WEEK}"):
            one_problem(centre.session, frame, who)


def test_staffs_locks_and_binding_places_bind_but_approvals_and_agreements_do_not(centre: Centre) -> None:
    for name in ("motion", "kost", "gaahold", "natur"):
        centre.offering(name)
    person, other = centre.citizen(), centre.citizen("B2")
    number = [centre.series(f"{name}-1", name) for name in ("motion", "kost", "gaahold", "natur")]
    centre.add(Lock(citizen_id=person, group_id=number[0], locked_by="Ann", why="she asked"))
    centre.add(Lock(citizen_id=person, group_id=number[1], locked_by="Pia", why=f"{LOCKED_BY_APPROVAL}7"))
    centre.add(Lock(citizen_id=other, group_id=number[1], locked_by="Ann", why="she asked"))
    centre.add(Enrolment(citizen_id=person, series_id="gaahold-1", from_week="2026-W40", binding=True))
    weeks: dict[str, Any] = {"from_week": "2026-W40", "until_week": "2026-W50"}
    centre.add(Agreement(citizen_id=person, offering_id="natur", series_id="natur-1", why="test", **weeks))
    frame = frame_of(centre)
    problem = one_problem(centre.session, frame, person, edits=Edits(tuple(number), 4))
    assert groups(frame, problem.lock_slot) == [number[0], number[2]]
    assert groups(frame, problem.keep_slot) == [number[1], number[3]]
    assert problem.keep_points.tolist() == [4, 4]


def small_week(centre: Centre) -> tuple[WeekFrame, int, list[int]]:
    """A citizen who can come on Monday, wishes for one of three offerings and refuses another."""
    names = [centre.offering(name) for name in ("motion", "kost", "natur")]
    number = [centre.group(name, name) for name in names]
    person = centre.citizen()
    centre.add(Wish(citizen_id=person, offering_id="motion", strength=2))
    centre.add(Wish(citizen_id=person, offering_id="natur", strength=-5, refused=True))
    centre.add(AvailabilityBlock(citizen_id=person, week=WEEK, day=0, start_min=600, end_min=630, kind="own_block"))
    return frame_of(centre), person, number


@pytest.mark.parametrize(
    ("edits", "arrays"),
    [
        (Edits(), set()),
        (Edits(change_cost=5), set()),
        (Edits(busy=((0, 480, 500),)), {"available"}),
        (Edits(free=((3, 480, 720),)), {"available"}),
        (Edits(refused=frozenset({"motion"})), {"barred", "wish"}),
        (Edits(refused=frozenset({"kost"})), {"barred"}),
        (Edits(wished=frozenset({"kost"})), {"wish"}),
        (Edits(wished=frozenset({"natur"})), {"barred", "wish"}),
        (Edits(present=(10**6,), refused=frozenset({"nothing"}), wished=frozenset({"nothing"})), set()),
    ],
)
def test_an_edit_changes_only_what_it_says(centre: Centre, edits: Edits, arrays: set[str]) -> None:
    frame, person, _ = small_week(centre)
    facts = read_one(centre.session, frame, person)
    before, after = make_one(frame, facts), make_one(frame, facts, edits)
    assert changed(before, after) == arrays
    assert changed(before, make_one(frame, facts)) == set()


def test_the_present_plan_is_worth_what_a_change_costs(centre: Centre) -> None:
    frame, person, number = small_week(centre)
    plain = one_problem(centre.session, frame, person)
    problem = one_problem(centre.session, frame, person, edits=Edits((number[2], number[0]), 9))
    assert changed(plain, problem) == {"keep_ptr", "keep_slot", "keep_points"}
    assert groups(frame, problem.keep_slot) == [number[0], number[2]]
    assert (problem.keep_ptr.tolist(), problem.keep_points.tolist()) == ([0, 2], [9, 9])


def test_time_that_is_free_for_the_question_covers_her_blocks_and_busy_time_covers_both(centre: Centre) -> None:
    frame, person, _ = small_week(centre)
    facts = read_one(centre.session, frame, person)
    edits = Edits(free=((0, 590, 640), (1, 600, 660)), busy=((1, 620, 630),))
    before, after = (make_one(frame, facts, given).available[0] for given in (Edits(), edits))
    assert (np.argwhere(after & ~before) * [1, 15]).tolist() == [[0, 600], [0, 615], [1, 600], [1, 630], [1, 645]]
    assert not (before & ~after).any()


def test_a_wish_lifts_a_refusal_unless_both_are_said(centre: Centre) -> None:
    frame, person, _ = small_week(centre)
    natur = frame.ids.offering.index("natur")
    said = frozenset({"natur"})
    wished = one_problem(centre.session, frame, person, edits=Edits(wished=said))
    both = one_problem(centre.session, frame, person, edits=Edits(wished=said, refused=said))
    assert (wished.barred[0, natur], both.barred[0, natur]) == (0, BARRED_BIT["refused"])
    assert wished.wish[0, natur] > wished.wish[0, frame.ids.offering.index("motion")] > 0
    assert both.wish[0, natur] == 0


@pytest.mark.parametrize("time", [(7, 0, 60), (-1, 0, 60), (0, 60, 60), (0, 1400, 1441), (0, -15, 60)])
def test_a_time_that_no_week_has_is_refused(time: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="expected a day"):
        Edits(busy=(time,))
    with pytest.raises(ValueError, match="expected a day"):
        Edits(free=(time,))


def test_people_to_be_kept_apart_are_found_from_either_side(centre: Centre) -> None:
    first, second, third = (centre.citizen(name) for name in ("B1", "B2", "B3"))
    centre.add(KeepApart(first_citizen_id=second, second_citizen_id=third))
    centre.add(KeepApart(first_citizen_id=first, second_citizen_id=second))
    assert people_apart(centre.session, second) == [first, third]
    assert people_apart(centre.session, third) == [second]
    assert people_apart(centre.session, first) == [second]
