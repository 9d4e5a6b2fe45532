"""Who moved between two plans, and from where to where."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import delete

from catalog.tables import Series
from catalog.weeks import monday_of
from scheduler.difference import Move, difference
from scheduler.life import NotPublishedError
from scheduler.matching import same_groups
from scheduler.stored import NotFoundError
from scheduler.tables import AvailabilityBlock, CitizenPeriod, HelpAnswer, Lock, Wish
from tests.unit.plan_town import LAST_WEEK, NOW, WEEK, PlanTown, Wanted, engine, town

__all__ = ["engine", "town"]


def test_only_those_with_other_groups_moved(town: PlanTown) -> None:
    sent = town.published({1: ["motion", "dansk"], 2: ["motion"], 3: ["kor"]})
    run_id = town.propose({1: ["motion2", "dansk"], 2: ["motion"], 3: ["kor"]})
    found = difference(town.session, run_id, "published")
    assert (found.run_id, found.against_run_id) == (run_id, sent.run_id)
    assert (found.moved, found.unchanged, found.share_moved) == (1, 3, 0.25)
    assert found.moves == (Move(1, town.groups("motion"), town.groups("motion2"), "better"),)
    assert {name.code: (name.offering_id, name.da, name.en) for name in found.groups.values()} == {
        "motion": ("motion", "motion (da)", "motion (en)"),
        "motion2": ("motion", "motion (da)", "motion (en)"),
    }


def test_the_same_plan_moves_nobody(town: PlanTown) -> None:
    town.published({1: ["motion", "dansk"], 2: ["motion"]})
    found = difference(town.session, town.propose({1: ["motion", "dansk"], 2: ["motion"]}), "published")
    assert (found.moved, found.unchanged, found.moves, found.groups) == (0, 4, (), {})


def test_last_weeks_group_is_this_weeks_of_the_same_series(town: PlanTown) -> None:
    town.published({1: ["motion"], 2: ["motion"]}, LAST_WEEK)
    found = difference(town.session, town.propose({1: ["motion"], 2: ["motion2"]}), "last_week")
    (move,) = found.moves
    assert (move.citizen_id, move.gone) == (2, town.groups("motion", week=LAST_WEEK))
    assert move.new == town.groups("motion2")
    assert (found.moved, found.unchanged) == (1, 3)


def test_a_group_without_its_series_goes_on_at_the_same_time_and_place(town: PlanTown) -> None:
    before = town.add_group("walk-47", "motion", 840, LAST_WEEK)
    after = town.add_group("walk-48", "motion", 840, WEEK)
    town.add_group("later-48", "motion", 900, WEEK)
    town.add_group("other-48", "kor", 840, WEEK)
    town.published({1: ["walk-47"], 2: ["walk-47"]}, LAST_WEEK)
    found = difference(town.session, town.propose({1: ["walk-48"], 2: ["later-48"]}), "last_week")
    assert same_groups(town.session, LAST_WEEK, WEEK)[before] == after
    assert [(move.citizen_id, move.why) for move in found.moves] == [(2, "better")]


def test_parallel_groups_at_one_time_go_on_in_one_group_each(town: PlanTown) -> None:
    before = [town.add_group(f"{name}-47", "motion", 840, LAST_WEEK) for name in ("a", "b")]
    after = town.add_group("c-48", "motion", 840, WEEK)
    same = same_groups(town.session, LAST_WEEK, WEEK)
    assert same[before[0]] == after
    assert before[1] not in same


def test_why_somebody_moved(town: PlanTown) -> None:
    town.session.add(
        Series(id="old", offering_id="kor", site_id="nord", seats=9, minimum=0, valid_from=dt.date(2026, 1, 1))
    )
    town.session.flush()
    town.add_group("old", "kor", 780, LAST_WEEK, "old")
    town.published({1: ["old"], 2: ["motion"], 3: ["motion", "kor"]}, LAST_WEEK)
    lock = Lock(citizen_id=2, group_id=town.group("dansk"), locked_by="Pia", why="by telephone")
    town.session.add(lock)
    town.session.flush()
    found = difference(town.session, town.propose({1: ["kor"], 2: ["dansk"], 4: ["kor"]}), "last_week")
    assert {move.citizen_id: move.why for move in found.moves} == {
        1: "group_cancelled", 2: "locked", 3: "left", 4: "new"
    }  # fmt: skip
    assert (found.moved, found.unchanged) == (4, 0)


def test_a_course_that_is_over_is_none_that_the_centre_cancelled(town: PlanTown) -> None:
    over = Series(id="old", offering_id="kor", site_id="nord", seats=9, minimum=0, valid_from=dt.date(2026, 1, 1))
    over.valid_to = monday_of(WEEK) - dt.timedelta(days=1)
    town.session.add(over)
    town.session.flush()
    town.add_group("old", "kor", 780, LAST_WEEK, "old")
    town.published({1: ["old"]}, LAST_WEEK)
    assert _why(town, {1: ["motion"]}) == {1: "course_ended"}


def test_what_she_refuses_and_what_did_not_help_her_is_said(town: PlanTown) -> None:
    town.published({who: ["motion"] for who in (1, 2, 3)}, LAST_WEEK)
    town.session.merge(Wish(citizen_id=1, offering_id="motion", strength=-5, refused=True))
    motion = town.group("motion", LAST_WEEK)
    for who, value in ((2, 1), (3, 5)):
        town.session.add(HelpAnswer(citizen_id=who, group_id=motion, value=value, account_id=town.planner, at=NOW))
    town.session.flush()
    assert _why(town, {1: ["kor"], 2: ["kor"], 3: ["kor"]}) == {1: "you_asked", 2: "did_not_help", 3: "to_serve_others"}


def test_who_could_not_have_stayed_is_told_apart_from_who_gave_way(town: PlanTown) -> None:
    town.published({1: ["motion"], 2: ["motion"]}, LAST_WEEK)
    town.session.execute(delete(AvailabilityBlock).where(AvailabilityBlock.citizen_id == 1))
    town.session.flush()
    assert _why(town, {1: ["kor"], 2: ["motion2"]}) == {1: "no_longer_fits", 2: "to_serve_others"}


def _why(town: PlanTown, proposed: Wanted) -> dict[int, str]:
    found = difference(town.session, town.propose(proposed), "last_week")
    return {move.citizen_id: move.why for move in found.moves}


def test_somebody_who_has_gone_from_the_centre_is_not_missed_among_the_unchanged(town: PlanTown) -> None:
    town.published({1: ["motion"], 2: ["motion"]}, LAST_WEEK)
    town.session.add(CitizenPeriod(citizen_id=1, start=dt.date(2026, 11, 20), kind="exit"))
    town.session.flush()
    found = difference(town.session, town.propose({2: ["motion"]}), "last_week")
    assert (found.moved, found.unchanged) == (1, 3)
    assert [(move.citizen_id, move.why) for move in found.moves] == [(1, "left")]


def test_there_must_be_something_to_compare(town: PlanTown) -> None:
    run_id = town.propose({1: ["motion"]})
    with pytest.raises(NotPublishedError, match=WEEK):
        difference(town.session, run_id, "published")
    with pytest.raises(NotPublishedError, match=LAST_WEEK):
        difference(town.session, run_id, "last_week")
    with pytest.raises(NotFoundError, match="no run 99"):
        difference(town.session, 99, "published")
