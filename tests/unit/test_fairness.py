"""Groups of citizens whom the weeks so far served less than all others."""

from __future__ import annotations

from sqlalchemy import update

from api.pages.plan_review import named_served_less
from catalog.rules import store_rules
from catalog.tables import Site
from catalog.weeks import monday_of
from scheduler.approval import review
from scheduler.citizen_writing import set_interpreter
from scheduler.fairness import ServedLess, served_less
from scheduler.gate import Finding
from scheduler.tables import Citizen, CitizenWeek
from tests.unit.plan_town import WEEK, PlanTown, engine, town

__all__ = ["engine", "town"]


def test_a_site_that_is_served_less_is_named_and_its_run_needs_a_reason(town: PlanTown) -> None:
    _carry(town, {1: 100.0, 2: 75.0, 3: 50.0, 4: 50.0})
    less = ServedLess("site", "syd", 2, 50.0, 87.5)
    assert served_less(town.session, WEEK) == [less]
    assert named_served_less(town.session, WEEK) == [("Søndre", less)]
    run_id = town.propose({1: ["motion"]})
    limit = 5  # percent
    assert Finding("served_less", 37.5, limit) in review(town.session, run_id).findings


def test_those_who_need_an_interpreter_are_looked_at_by_their_language(town: PlanTown) -> None:
    _carry(town, {1: 50.0, 2: 100.0, 3: 50.0, 4: 100.0})
    for citizen, language in ((1, "Arabisk"), (3, "arabisk")):
        set_interpreter(town.session, citizen, language)
    town.session.flush()
    assert served_less(town.session, WEEK) == [ServedLess("language", "arabisk", 2, 50.0, 100.0)]


def test_a_small_difference_and_a_small_group_are_not_named(town: PlanTown) -> None:
    _carry(town, {1: 90.0, 2: 80.0, 3: 81.0, 4: 82.0})
    assert served_less(town.session, WEEK) == []
    store_rules(town.session, [("learning", "smallest_group", 3)], monday_of(WEEK))
    town.session.execute(update(CitizenWeek).where(CitizenWeek.citizen_id > 2).values(given=0.0))
    assert served_less(town.session, WEEK) == []


def test_nothing_is_said_of_a_week_into_which_nothing_was_carried(town: PlanTown) -> None:
    assert served_less(town.session, WEEK) == []
    assert review(town.session, town.propose({1: ["motion"]})).findings == ()


def _carry(town: PlanTown, given: dict[int, float]) -> None:
    """Two citizens at each of two sites; groups of two are large enough."""
    store_rules(town.session, [("learning", "smallest_group", 2), ("learning", "spread_flagged", 5)], monday_of(WEEK))
    town.session.add(Site(id="syd", name="Søndre"))
    town.session.flush()
    town.session.execute(update(Citizen).where(Citizen.id > 2).values(home_site_id="syd"))
    for citizen, points in given.items():
        town.session.add(
            CitizenWeek(
                citizen_id=citizen, week=WEEK, best=100.0, given=points, weight_percent=100, energy=9, max_minutes=600
            )
        )
    town.session.flush()
