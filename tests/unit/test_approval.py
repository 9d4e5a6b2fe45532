"""A citizen answers, a named person looks at the exceptions and approves, and what is approved is locked."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import delete, select, update

from catalog.rules import store_rules
from catalog.weeks import monday_of
from scheduler.answers import AnswerError, answer, find_answer, share_heard
from scheduler.approval import ReasonNeededError, approve, review, take_back
from scheduler.gate import Finding
from scheduler.life import ClosedRunError
from scheduler.limits import MissingSettingError, read_limits
from scheduler.publishing import publish, withdraw
from scheduler.runs import Task, read_input
from scheduler.stored import NotFoundError
from scheduler.tables import Approval, BelowMinimum, Lock, PlanEntry, Run, UncoveredLeg
from tests.unit.plan_town import LAST_WEEK, NOW, WEEK, PlanTown, engine, minutes, town
from tests.unit.small_centre import locked_groups

__all__ = ["engine", "town"]

PLAN = {1: ["motion"], 2: ["motion"], 3: ["dansk"]}


def _state(town: PlanTown, run_id: int) -> str:
    return town.session.scalars(select(Run.state).where(Run.id == run_id)).one()


def _locks(town: PlanTown) -> set[tuple[int, int]]:
    return {(who, group) for who, group in town.session.execute(select(Lock.citizen_id, Lock.group_id))}


def _break(town: PlanTown, run_id: int) -> None:
    """Take away an entry of a stored plan behind the program's back."""
    town.session.execute(delete(PlanEntry).where(PlanEntry.run_id == run_id, PlanEntry.citizen_id == 1))


def test_a_later_answer_replaces_the_earlier(town: PlanTown) -> None:
    run_id = town.propose(PLAN)
    answer(town.session, run_id, 1, "yes", "", town.planner, NOW)
    answer(town.session, run_id, 1, "change", "not on Mondays", town.planner, minutes(1))
    kept = find_answer(town.session, run_id, 1)
    assert kept is not None
    assert (kept.answer, kept.text, kept.at) == ("change", "not on Mondays", minutes(1))
    assert share_heard(town.session, run_id) == 0.25


def test_only_known_answers_of_bearable_length_are_taken(town: PlanTown) -> None:
    run_id = town.propose(PLAN)
    with pytest.raises(AnswerError, match="expected yes, change, call_me"):
        answer(town.session, run_id, 1, "no", "", town.planner, NOW)
    with pytest.raises(AnswerError, match="at most 2000"):
        answer(town.session, run_id, 1, "change", "x" * 2_001, town.planner, NOW)
    assert share_heard(town.session, run_id) == 0.0


def test_a_published_plan_takes_no_answers_until_it_is_withdrawn(town: PlanTown) -> None:
    run_id = town.published(PLAN).run_id
    with pytest.raises(ClosedRunError, match="published"):
        answer(town.session, run_id, 1, "yes", "", town.planner, NOW)
    withdraw(town.session, WEEK, town.planner, minutes(1))
    answer(town.session, run_id, 1, "yes", "", town.planner, minutes(2))
    with pytest.raises(NotFoundError, match="no run 99"):
        answer(town.session, 99, 1, "yes", "", town.planner, NOW)


def test_a_plan_that_a_later_version_replaced_takes_no_answers_either(town: PlanTown) -> None:
    first = town.published(PLAN)
    town.published({**PLAN, 1: ["kor"]}, now=minutes(1))
    assert _state(town, first.run_id) == "approved"
    with pytest.raises(ClosedRunError, match="was published"):
        answer(town.session, first.run_id, 1, "yes", "", town.planner, minutes(2))


def test_silence_blocks_nothing(town: PlanTown) -> None:
    run_id = town.propose(PLAN)
    approve(town.session, run_id, "", town.planner, NOW)
    assert _state(town, run_id) == "approved"


def test_exceptions_come_first_and_in_their_order(town: PlanTown) -> None:
    town.published({4: ["motion", "dansk"]}, LAST_WEEK)
    run_id = town.propose({**PLAN, 4: ["motion2", "kor"]})
    town.session.add(BelowMinimum(run_id=run_id, citizen_id=3, reason="alone", slug="availability", minutes=90))
    town.session.add(UncoveredLeg(run_id=run_id, citizen_id=2, leg_id="krop", slug="seats"))
    answer(town.session, run_id, 1, "call_me", "after ten", town.planner, NOW)
    answer(town.session, run_id, 3, "yes", "", town.planner, NOW)
    seen = review(town.session, run_id)
    assert [(each.external_id, each.rank) for each in seen.citizens] == [("B3", 1), ("B2", 2), ("B1", 3), ("B4", 4)]
    hours, leg, asks, moved = seen.citizens
    assert (hours.minutes_short, hours.short_reason, hours.short_slug) == (90, "alone", "availability")
    assert (hours.answer, leg.legs, asks.answer, asks.text) == ("", ["krop: seats"], "call_me", "after ten")
    assert (moved.gone, moved.new) == (2, 2)
    assert (seen.against, seen.moved, seen.unchanged, seen.share_heard) == ("last_week", 4, 0, 0.5)


def test_a_small_change_is_no_exception(town: PlanTown) -> None:
    town.published({1: ["motion"]}, LAST_WEEK)
    seen = review(town.session, town.propose({1: ["motion2"]}))
    assert (seen.moved, seen.citizens) == (1, ())


def test_a_team_reviews_its_own(town: PlanTown) -> None:
    run_id = town.propose(PLAN)
    for citizen in (1, 3):
        answer(town.session, run_id, citizen, "change", "", town.planner, NOW)
    assert [each.citizen_id for each in review(town.session, run_id, "Syd").citizens] == [3]
    assert [each.citizen_id for each in review(town.session, run_id).citizens] == [1, 3]


def test_a_sound_run_passes_the_gate_and_needs_no_reason(town: PlanTown) -> None:
    run_id = town.propose(PLAN)
    assert review(town.session, run_id).findings == ()
    made = approve(town.session, run_id, "", town.planner, NOW)
    assert (made.run_id, made.team, made.account_id, made.at, made.gate, made.reason) == (
        run_id, "", town.planner, NOW, [], ""
    )  # fmt: skip


def test_a_stored_plan_that_was_tampered_with_does_not_pass(town: PlanTown) -> None:
    run_id = town.propose(PLAN)
    _break(town, run_id)
    with pytest.raises(ReasonNeededError, match="verify is 1") as caught:
        approve(town.session, run_id, "", town.planner, NOW, "   ")
    assert caught.value.findings == (Finding("verify", 1, 0),)
    assert (_state(town, run_id), _locks(town)) == ("proposed", set())
    made = approve(town.session, run_id, "", town.planner, NOW, " left out by agreement ")
    assert (made.gate, made.reason) == ([{"slug": "verify", "value": 1, "limit": 0}], "left out by agreement")


def test_a_run_whose_input_is_gone_does_not_pass(town: PlanTown) -> None:
    run_id = town.propose(PLAN)
    town.session.execute(update(Run).where(Run.id == run_id).values(input=None))
    assert review(town.session, run_id).findings == (Finding("verify", 1, 0),)


def test_every_figure_has_its_limit(town: PlanTown) -> None:
    town.published({1: ["motion"], 2: ["dansk"]}, LAST_WEEK)
    run_id = town.propose({1: ["kor"], 2: ["dansk"]}, gap=2.0)
    town.session.add(BelowMinimum(run_id=run_id, citizen_id=3, reason="crowded", slug="seats", minutes=90))
    town.session.add(UncoveredLeg(run_id=run_id, citizen_id=2, leg_id="krop", slug="seats"))
    town.session.execute(update(Run).where(Run.id == run_id).values(figures={"legs": 2}))
    store_rules(town.session, [("acceptance", "moved_since_last_week_percent", 20)], monday_of(WEEK))
    assert review(town.session, run_id).findings == (
        Finding("gap_percent", 2.0, 1.0),
        Finding("below_minimum_crowded_percent", 25.0, 1.0),
        Finding("legs_uncovered_percent", 50.0, 20.0),
        Finding("moved_since_last_week_percent", 25.0, 20),
    )


def test_a_published_week_may_change_less_than_a_new_one(town: PlanTown) -> None:
    run_id = town.propose({1: ["motion2"]})
    town.published({1: ["motion"]})
    found = review(town.session, run_id)
    assert (found.against, found.findings) == ("published", (Finding("moved_since_published_percent", 25.0, 10.0),))


def test_limits_are_dated_and_the_centres_own_stand_first(town: PlanTown) -> None:
    monday = monday_of(WEEK)
    shipped = read_limits(town.session, monday)
    store_rules(town.session, [("acceptance", "gap_percent", 0.25)], monday)
    assert read_limits(town.session, monday).gap_percent == 0.25
    assert read_limits(town.session, monday - dt.timedelta(days=1)) == shipped
    with pytest.raises(MissingSettingError, match="'gap_percent': no row holds on 2025-12-31"):
        read_limits(town.session, dt.date(2025, 12, 31))


def test_teams_approve_one_by_one_but_leave_nobody_out(town: PlanTown) -> None:
    run_id = town.propose({**PLAN, 4: ["kor"]})
    seen = review(town.session, run_id)
    assert (seen.teams_left, seen.without_team) == (("Nord", "Syd"), 1)
    for team in ("Nord", "Syd"):
        approve(town.session, run_id, team, town.planner, NOW)
        assert _state(town, run_id) == "proposed"
    seen = review(town.session, run_id)
    assert (seen.teams_left, [each.team for each in seen.approvals]) == ((), ["Nord", "Syd"])
    approve(town.session, run_id, "", town.planner, NOW)
    assert _state(town, run_id) == "approved"


def test_a_run_is_approved_when_all_its_teams_have(town: PlanTown) -> None:
    run_id = town.propose(PLAN)
    approve(town.session, run_id, "Syd", town.planner, NOW)
    assert _locks(town) == {(3, town.group("dansk"))}
    with pytest.raises(ClosedRunError, match="team Syd has approved"):
        approve(town.session, run_id, "Syd", town.planner, NOW)
    with pytest.raises(NotFoundError, match="no team 'Vest'"):
        approve(town.session, run_id, "Vest", town.planner, NOW)
    approve(town.session, run_id, "Nord", town.planner, NOW)
    assert _state(town, run_id) == "approved"
    with pytest.raises(ClosedRunError, match="is approved, expected proposed"):
        approve(town.session, run_id, "", town.planner, NOW)


def test_what_is_approved_is_locked_for_the_weeks_later_runs(town: PlanTown) -> None:
    approve(town.session, town.propose(PLAN), "Nord", town.planner, NOW)
    archive = read_input(town.session, Task(WEEK)).archive
    assert locked_groups(archive.problem, archive.ids) == [town.group("motion")]
    assert archive.problem.lock_ptr.tolist() == [0, 1, 2, 2, 2]
    following = read_input(town.session, Task(LAST_WEEK)).archive
    assert not len(following.problem.lock_slot)


def test_a_later_approval_takes_the_place_of_the_earlier_and_staffs_locks_stay(town: PlanTown) -> None:
    town.session.add(Lock(citizen_id=1, group_id=town.group("motion"), locked_by="Ann", why="by telephone"))
    town.session.flush()
    first, second = town.propose(PLAN), town.propose({**PLAN, 2: ["kor"], 3: []})
    approve(town.session, first, "", town.planner, NOW)
    approve(town.session, second, "", town.planner, NOW)
    assert _locks(town) == {(1, town.group("motion")), (2, town.group("kor"))}
    assert town.session.scalars(select(Lock.locked_by).order_by(Lock.citizen_id)).all() == ["Ann", "Pia"]
    publish(town.session, first, town.planner, NOW)
    assert _locks(town) == {(1, town.group("motion")), (2, town.group("motion")), (3, town.group("dansk"))}


def test_an_approval_can_be_taken_back_with_its_locks_until_it_is_published(town: PlanTown) -> None:
    town.session.add(Lock(citizen_id=1, group_id=town.group("motion"), locked_by="Ann", why="by telephone"))
    town.session.flush()
    run_id = town.propose(PLAN)
    with pytest.raises(ClosedRunError, match="nobody has approved"):
        take_back(town.session, run_id)
    approve(town.session, run_id, "", town.planner, NOW)
    take_back(town.session, run_id)
    assert (_state(town, run_id), _locks(town)) == ("proposed", {(1, town.group("motion"))})
    assert town.session.scalars(select(Approval)).all() == []
    approve(town.session, run_id, "", town.planner, NOW)
    publish(town.session, run_id, town.planner, NOW)
    with pytest.raises(ClosedRunError, match="is published"):
        take_back(town.session, run_id)
