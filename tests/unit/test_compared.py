"""Differences in memory: narrowed down by everything staff asks for, and made anew where a plan has changed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import update

from scheduler.compared import Comparisons, Narrowed, When, earlier_run, narrow
from scheduler.review import review
from scheduler.tables import Run
from tests.unit.plan_town import LAST_WEEK, PlanTown, engine, minutes, town

__all__ = ["engine", "town"]


def test_moves_are_narrowed_by_team_site_offering_group_and_reason(town: PlanTown) -> None:
    sent = town.published({1: ["motion"], 2: ["motion"], 3: ["kor"]}, LAST_WEEK)
    run_id = town.propose({1: ["motion2"], 2: ["motion"], 3: ["dansk"], 4: ["kor"]})
    found = Comparisons().of(town.session, run_id, sent.run_id)
    everybody = {1, 2, 3, 4}

    def who(**wanted: Any) -> list[int]:
        return [move.citizen_id for move in narrow(found, Narrowed(**wanted), everybody)]

    assert who() == [1, 3, 4]
    assert (who(team="Nord"), who(team="Syd"), who(team="Vest")) == ([1], [3], [])
    assert (who(site="nord"), who(site="syd")) == ([1, 3, 4], [])
    assert (who(offering="kor"), who(offering="motion")) == ([3, 4], [1])
    assert who(group=town.group("motion2")) == [1]
    assert (who(why="new"), who(why="left")) == ([4], [])
    assert [move.citizen_id for move in narrow(found, Narrowed(), {3})] == [3]
    assert found.when[town.group("dansk")] == When("nord", "Nordre", 0, 660)
    assert found.sites == {"nord": "Nordre"}
    assert found.reasons == {move.why for move in found.difference.moves}


def test_a_difference_is_kept_until_a_plan_changes(town: PlanTown) -> None:
    sent = town.published({1: ["motion"], 2: ["motion"]})
    run_id = town.propose({1: ["motion2"], 2: ["motion"]})
    kept = Comparisons()
    first = kept.of(town.session, run_id, sent.run_id)
    assert kept.of(town.session, run_id, sent.run_id) is first
    town.change(2, "kor", now=minutes(5))
    again = kept.of(town.session, run_id, sent.run_id)
    assert [move.citizen_id for move in again.difference.moves] == [1, 2]


def test_what_is_made_ready_is_what_is_then_looked_at(town: PlanTown) -> None:
    town.published({1: ["motion"], 2: ["motion"]}, LAST_WEEK)
    run_id = town.propose({1: ["kor"], 2: ["motion"]})
    kept = Comparisons()
    kept.get_ready(town.session, run_id)
    assert kept.review(town.session, run_id) == review(town.session, run_id)
    assert kept.faults(town.session, run_id) == 0
    town.session.execute(update(Run).where(Run.id == run_id).values(input=None))
    assert kept.faults(town.session, run_id) == 1  # Nobody can count it any more.
    assert earlier_run(town.session, run_id) == kept.difference(town.session, run_id, 1).against_run_id == 1
