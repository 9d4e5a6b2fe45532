"""An agreement with somebody who is served least gives way to something better, with her yes and only so.

This holds on both databases.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select, update

from catalog.database import make_engine
from catalog.tables import Group, Offering, SeriesMeeting
from catalog.weeks import shift_week
from scheduler import standing_yes
from scheduler.citizen_reading import read_facts
from scheduler.difference import difference
from scheduler.kept_promises import promises_kept
from scheduler.next_week import begin_week, look_back
from scheduler.problem import build_problem
from scheduler.publishing import withdraw
from scheduler.tables import Agreement, Citizen, CitizenWeek, Enrolment, Lock, StaffTask, SwapYes, Wish
from solver import Options, solve
from tests.unit.plan_town import CODES, LAST_WEEK, NOW, WEEK, PlanTown, town

__all__ = ["town"]
FOLLOWING = shift_week(WEEK, 1)
EVERYTHING = ["motion", "dansk", "kor"]


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    made = make_engine(database_url)
    yield made
    made.dispose()


@pytest.fixture(autouse=True)
def agreed(town: PlanTown) -> None:
    """Citizen 1 has time for one group a week: dansk is agreed with her, and she wishes for kor."""
    for code, (_, start) in CODES.items():
        town.session.add(SeriesMeeting(series_id=code, day=0, start_min=start, end_min=start + 60))
    town.session.execute(update(Citizen).where(Citizen.id == 1).values(max_minutes=60))
    town.session.add(Wish(citizen_id=1, offering_id="kor", strength=5))
    _agree(town, 1, "dansk")


def _agree(town: PlanTown, citizen: int, code: str, from_week: str = LAST_WEEK) -> None:
    key: dict[str, Any] = {"citizen_id": citizen, "offering_id": CODES[code][0], "from_week": from_week}
    town.session.add(Agreement(**key, until_week=shift_week(LAST_WEEK, 6), series_id=code, why="test"))
    town.session.flush()


def _two_bad_weeks(town: PlanTown) -> None:
    for week in (LAST_WEEK, WEEK):
        town.published({1: ["dansk"], 2: EVERYTHING, 3: EVERYTHING, 4: EVERYTHING}, week)
        begin_week(town.session, look_back(town.session, week), Options())


def _say(town: PlanTown, *, yes: bool = True) -> None:
    standing_yes.say(town.session, SwapYes, 1, town.planner, NOW, yes=yes)


def _bound(town: PlanTown) -> tuple[set[str], set[str]]:
    """The groups that are locked for citizen 1 in the following week, and those that she may keep."""
    facts = read_facts(town.session, FOLLOWING)
    code = dict(town.session.execute(select(Group.id, Group.code)).all())
    locked, kept = (
        {code[int(facts.group.id[at])] for who, at in pairs.tolist() if facts.citizen.id[who] == 1}
        for pairs in (facts.citizen.locked, facts.citizen.kept)
    )
    return locked, kept


def _planned(town: PlanTown) -> list[str]:
    """What the best plan of the following week gives citizen 1."""
    problem, ids = build_problem(town.session, FOLLOWING)
    plans = solve(problem, Options(time_limit=None)).plans
    code = dict(town.session.execute(select(Group.id, Group.code)).all())
    return [code[int(ids.group[at])] for at in plans.group[plans.ptr[0] : plans.ptr[1]]]


def _agreement(town: PlanTown) -> str | None:
    return town.session.scalars(select(Agreement.left_week).where(Agreement.citizen_id == 1)).one()


def _tasks(town: PlanTown) -> list[tuple[int, str, str | None]]:
    columns = (StaffTask.citizen_id, StaffTask.subject, StaffTask.staff_id)
    found = town.session.execute(select(*columns).where(StaffTask.slug == "agreement_swapped"))
    return [(citizen, subject, staff) for citizen, subject, staff in found]


def test_two_bad_weeks_and_her_yes_give_her_the_better_week(town: PlanTown) -> None:
    _two_bad_weeks(town)
    behind = select(CitizenWeek.week, CitizenWeek.behind_weeks).where(CitizenWeek.citizen_id == 1)
    assert dict(town.session.execute(behind).all()) == {WEEK: 1, FOLLOWING: 2}
    assert (_bound(town)[0], _planned(town)) == ({"dansk"}, ["dansk"])  # She has not said yes.
    _say(town)
    assert _bound(town) == (set(), {"dansk"})
    assert _planned(town) == ["kor"]
    _say(town, yes=False)
    assert _planned(town) == ["dansk"]


def test_at_publishing_the_agreement_ends_and_her_contact_hears_of_it(town: PlanTown) -> None:
    _two_bad_weeks(town)
    _say(town)
    run_id = town.propose({1: ["kor"], 2: EVERYTHING}, FOLLOWING)
    why = {move.citizen_id: move.why for move in difference(town.session, run_id, "last_week").moves}
    assert (why[1], _agreement(town), _tasks(town)) == ("swapped", None, [])  # A proposal changes nothing.
    town.published({1: ["kor"], 2: EVERYTHING}, FOLLOWING)
    assert (_agreement(town), _tasks(town)) == (FOLLOWING, [(1, "dansk", "ann")])
    (kept,) = promises_kept(town.session, FOLLOWING, FOLLOWING)
    assert (kept.kept, kept.broken) == (0, 0)
    run_id = town.propose({1: ["motion"]}, FOLLOWING)
    assert difference(town.session, run_id, "last_week").moves[0].why == "swapped"


def test_what_is_withdrawn_or_planned_anew_stands_again_unless_her_contact_dealt_with_it(town: PlanTown) -> None:
    _two_bad_weeks(town)
    _say(town)
    town.published({1: ["kor"]}, FOLLOWING)
    withdraw(town.session, FOLLOWING, town.planner, NOW)
    assert (_agreement(town), _tasks(town)) == (None, [])
    for codes, left in ((["kor"], FOLLOWING), (["dansk"], None), (["kor"], FOLLOWING)):
        town.published({1: codes}, FOLLOWING)
        assert _agreement(town) == left
    town.session.execute(update(StaffTask).where(StaffTask.slug == "agreement_swapped").values(done_at=NOW))
    town.published({1: ["dansk"]}, FOLLOWING)
    assert (_agreement(town), len(_tasks(town))) == (FOLLOWING, 1)


def test_a_week_without_her_or_her_group_and_one_without_her_yes_break_the_promise(town: PlanTown) -> None:
    _two_bad_weeks(town)
    town.published({1: ["kor"]}, FOLLOWING)
    _say(town)
    town.published({2: ["kor"]}, FOLLOWING, NOW + dt.timedelta(hours=1))
    assert (_agreement(town), _tasks(town)) == (None, [])
    (kept,) = promises_kept(town.session, FOLLOWING, FOLLOWING)
    assert (kept.kept, kept.broken) == (0, 1)


def test_what_has_just_been_agreed_binds(town: PlanTown) -> None:
    _two_bad_weeks(town)
    _say(town)
    town.session.execute(update(Agreement).values(from_week=FOLLOWING))
    assert _bound(town)[0] == {"dansk"}


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(behind=st.integers(0, 3), yes=st.booleans(), rolling=st.booleans(), locked=st.booleans(), enrolled=st.booleans())
def test_only_an_agreement_on_a_rolling_group_gives_way(
    town: PlanTown, behind: int, yes: bool, rolling: bool, locked: bool, enrolled: bool
) -> None:
    with town.session.begin_nested() as nested:
        limits: dict[str, Any] = {"best": 0.0, "given": 0.0, "weight_percent": 100, "energy": 9, "max_minutes": 60}
        town.session.add(CitizenWeek(citizen_id=1, week=WEEK, behind_weeks=behind, **limits))
        _say(town, yes=yes)
        intake = "rolling" if rolling else "cohort"
        town.session.execute(update(Offering).where(Offering.id == "dansk").values(intake=intake))
        if locked:
            town.session.add(Lock(citizen_id=1, group_id=town.group("dansk"), locked_by="Pia", why="by telephone"))
        if enrolled:
            town.session.add(Enrolment(citizen_id=1, series_id="dansk", from_week=LAST_WEEK, binding=True))
        town.session.flush()
        pairs = read_facts(town.session, WEEK).citizen.locked
        nested.rollback()
    gives_way = yes and behind >= 2 and rolling and not locked and not enrolled
    assert np.array_equal(pairs[:, 0], [] if gives_way else [0])
