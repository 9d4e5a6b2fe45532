"""Which group a planned week should have next: on a centre of four where two wishes are not met."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest
from sqlalchemy import func, select

from catalog.tables import Group, Room, StaffHours, StaffMember
from scheduler.lab.candidates import list_candidates
from scheduler.lab.free import find_free
from scheduler.lab.scenario import Scenario, ScenarioError
from scheduler.lab.suggest import Question, read_question, suggest
from scheduler.lab.suggested import as_record
from scheduler.lab.what_if import before_of
from scheduler.tables import Citizen, Run, Wish
from tests.unit.lab_centre import FEW, own, plan_week, planned
from tests.unit.small_centre import WEEK, Centre

__all__ = ["own", "planned"]


def asked(centre: Centre, groups: int = 1) -> Question:
    return read_question(centre.session, Scenario.model_validate({"week": WEEK}), groups)


def test_the_only_group_that_helps_is_found_held_by_who_is_free_and_confirmed(planned: Centre) -> None:
    record = as_record(suggest(asked(planned, 3), FEW))
    (one,) = record["groups"]  # What else could be held then is wished by nobody.
    assert (one["offering"], one["site"], one["meetings"]) == ("motion", "nord", ["man 11:00-12:00"])
    assert (one["staff"], one["room"], one["people"]) == (["ann"], None, 2)
    assert (one["newly_under_way"], one["wishes_met"], one["below_minimum"]) == (2, 2, -2)
    assert one["confirmed"] == pytest.approx(one["promised"])
    assert record["total"] == one["confirmed"] > 0
    assert record["confirmed_of_promised"] == pytest.approx(1)


def test_what_a_planner_would_choose_by_hand_stands_beside_it(planned: Centre) -> None:
    record = as_record(suggest(asked(planned), FEW))
    (one,) = record["greedy"]["groups"]
    assert (one["offering"], one["meetings"]) == ("motion", ["man 11:00-12:00"])
    assert record["greedy"]["total"] == record["total"]
    assert record["greedy"]["change"]["wishes_met"] == 2


def test_whoever_holds_a_group_or_an_appointment_or_is_not_at_work_is_never_chosen(own: Centre) -> None:
    def times(centre: Centre) -> set[tuple[int, int]]:
        question = asked(centre)
        side, _ = before_of(question.task, FEW)
        draft = question.task.draft
        found = list_candidates(draft, question.workers, find_free(draft, question.workers, side))
        return {(one.times[0][1], who) for one in found for who in one.staff}

    assert times(own) == {(660, 0)}  # At nine Ann holds motion-1.
    own.group("kor-2", "kor", start=660, staff="ann", seats=3, minimum=0)
    plan_week(own)
    assert times(own) == set()
    own.coach("bo")
    assert times(own) == {(540, 1), (660, 1)}
    own.add(StaffHours(staff_id="bo", day=0, start_min=600, end_min=720))
    assert times(own) == {(660, 1)}
    own.session.get_one(StaffMember, "bo").week_minutes = 45
    own.session.flush()
    assert times(own) == set()
    with pytest.raises(ScenarioError, match=f"week: found '{WEEK}', expected a group of several citizens whose staff"):
        suggest(asked(own), FEW)


def test_a_taken_appointment_keeps_its_worker_and_its_room(own: Centre) -> None:
    own.offering("samtale", kind="individual", room_type="rum", valid_from=dt.date(2026, 1, 1))
    own.add(Room(id="rum-1", site_id="nord", type="rum"))
    own.group("samtale-1", "samtale", start=660, staff="ann", seats=1, minimum=0, appointment=True)
    own.add(Wish(citizen_id=1, offering_id="samtale", strength=5))
    plan_week(own)
    question = asked(own)
    side, _ = before_of(question.task, FEW)
    free = find_free(question.task.draft, question.workers, side)
    nobody = replace(side, plans=replace(side.plans, ptr=np.zeros_like(side.plans.ptr), slot=side.plans.slot[:0],
                                         group=side.plans.group[:0]))  # fmt: skip
    then = find_free(question.task.draft, question.workers, nobody)
    assert free.staff[0] & ~then.staff[0] == 0
    assert free.staff[0] != then.staff[0]
    assert free.kind[0, "rum"] != then.kind[0, "rum"]


def test_a_room_that_is_taken_or_missing_keeps_a_group_away(own: Centre) -> None:
    own.add(Room(id="sal-1", site_id="nord", type="sal"))
    own.session.get_one(Room, "koekken").type = "sal"
    own.session.flush()
    assert as_record(suggest(asked(own), FEW))["groups"][0]["room"] == "sal-1"  # `kor` holds the kitchen at eleven.
    own.group("kor-2", "kor", start=660, seats=3, minimum=0, room_id="sal-1")
    plan_week(own)
    with pytest.raises(ScenarioError, match="staff and room are free"):
        suggest(asked(own), FEW)


def test_nothing_of_a_suggestion_is_written(planned: Centre) -> None:
    suggest(asked(planned, 2), FEW)
    assert not planned.session.new
    assert not planned.session.dirty
    counts = [planned.session.scalar(select(func.count()).select_from(table)) for table in (Run, Group, Citizen)]
    assert counts == [1, 2, 4]


@pytest.mark.parametrize("groups", [0, 101])
def test_no_group_and_too_many_are_refused(planned: Centre, groups: int) -> None:
    with pytest.raises(ScenarioError, match=f"groups: found {groups}, expected 1 to 100"):
        asked(planned, groups)


def test_a_wish_to_stop_keeps_what_is_confirmed(planned: Centre) -> None:
    record = as_record(suggest(asked(planned, 3), FEW, should_stop=lambda: True))
    assert (record["groups"], record["total"], record["confirmed_of_promised"]) == ([], 0, None)
