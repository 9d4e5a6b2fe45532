"""What a week takes over from the one before it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from catalog.tables import Group, Series, SeriesMeeting
from catalog.weeks import monday_of, shift_week, week_of
from scheduler import keeping
from scheduler.citizen_reading import read_facts
from scheduler.erasure import bury
from scheduler.life import NotPublishedError
from scheduler.next_week import begin_week, look_back
from scheduler.runs import Task
from scheduler.tables import Citizen, CitizenWeek, Enrolment, HelpAnswer, Run, Wish
from solver import Options
from tests.unit.plan_town import CODES, NOW, WEEK, PlanTown, engine, town

__all__ = ["engine", "town"]
FOLLOWING = shift_week(WEEK, 1)
OPTIONS = Options(time_limit=None, max_rounds=3)


@pytest.fixture(autouse=True)
def series(town: PlanTown) -> None:
    """The town's groups recur."""
    for code, (_, start) in CODES.items():
        town.session.add(SeriesMeeting(series_id=code, day=0, start_min=start, end_min=start + 60))
    town.session.flush()


def test_who_was_given_less_than_her_best_week_weighs_more_and_others_as_before(town: PlanTown) -> None:
    for citizen in (1, 2):
        town.session.add(Wish(citizen_id=citizen, offering_id="kor", strength=5))
    town.session.flush()
    town.published({1: ["kor"], 2: []})
    task = _roll_over(town.session)

    weight = _column(town.session, CitizenWeek.weight_percent)
    assert weight[1] == 100 < weight[2]
    facts = read_facts(town.session, FOLLOWING).citizen
    assert dict(zip(facts.id.tolist(), facts.weight.tolist(), strict=True)) == weight
    assert (read_facts(town.session, WEEK).citizen.weight == 100).all()
    assert task == Task(FOLLOWING, OPTIONS, warm_from=town.session.scalars(select(Run.id)).one())
    assert set(town.session.scalars(select(Group.code).where(Group.week == FOLLOWING))) >= {"motion", "kor"}


def test_a_debt_lasts_until_she_is_given_more_and_then_fades(town: PlanTown) -> None:
    town.session.add(Wish(citizen_id=1, offering_id="kor", strength=5))
    town.session.flush()
    debts = []
    for number, given in enumerate(([], [], ["kor"], ["kor"])):
        week, following = shift_week(WEEK, number), shift_week(WEEK, number + 1)
        town.published({1: given}, week)
        _roll_over(town.session, week)
        row = town.session.get_one(CitizenWeek, (1, following))
        debts.append(1 - row.given / row.best)
    assert debts[0] == debts[1] == 1 > debts[2] > debts[3] > 0


def test_hours_and_load_shrink_after_a_bad_week_and_grow_back_step_by_step(town: PlanTown) -> None:
    town.published({1: ["motion"], 2: ["motion"], 3: ["motion"]})
    for citizen, value in ((1, 1), (2, 5)):
        _answer(town, citizen, value)
    _roll_over(town.session)
    energy, minutes = (_column(town.session, each) for each in (CitizenWeek.energy, CitizenWeek.max_minutes))
    assert (energy, minutes) == ({1: 8, 2: 9, 3: 9, 4: 9}, {1: 570, 2: 600, 3: 600, 4: 600})
    town.published({1: ["motion"]}, FOLLOWING)
    _roll_over(town.session, FOLLOWING)
    after = shift_week(FOLLOWING, 1)
    assert _column(town.session, CitizenWeek.energy, after)[1] == 9
    assert _column(town.session, CitizenWeek.max_minutes, after)[1] == 600


def test_who_is_in_a_cohort_stays_until_it_ends_and_who_has_left_it_is_free(town: PlanTown) -> None:
    town.add_offering("kursus", kind="course", intake="cohort", weeks=3)
    begun = monday_of(WEEK)
    course = Series(id="kursus", offering_id="kursus", site_id="nord", seats=9, minimum=0, valid_from=begun)
    town.session.add(course)
    town.session.flush()
    town.session.add(SeriesMeeting(series_id="kursus", day=0, start_min=840, end_min=900))
    town.add_group("kursus", "kursus", 840, WEEK, "kursus")
    town.published({1: ["kursus"], 2: ["kursus"], 3: ["motion"]})
    town.change(2, "motion")
    _roll_over(town.session)
    _roll_over(town.session)

    assert _locked(town.session, FOLLOWING) == {(1, "kursus")}
    town.published({1: ["kursus"]}, FOLLOWING)
    _roll_over(town.session, FOLLOWING)
    last = shift_week(FOLLOWING, 1)
    assert _locked(town.session, last) == {(1, "kursus")}
    town.published({1: ["kursus"]}, last)
    _roll_over(town.session, last)
    assert _locked(town.session, shift_week(last, 1)) == set()
    assert len(town.session.scalars(select(Enrolment)).all()) == 1


def test_a_place_at_an_employer_is_kept_too(town: PlanTown) -> None:
    town.add_offering("praktik", kind="internship", weeks=4)
    town.session.add(
        Series(id="praktik", offering_id="praktik", site_id="nord", seats=1, minimum=0, valid_from=monday_of(WEEK))
    )
    town.session.flush()
    town.session.add(SeriesMeeting(series_id="praktik", day=0, start_min=840, end_min=900))
    town.add_group("praktik", "praktik", 840, WEEK, "praktik")
    town.published({1: ["praktik"], 2: ["motion"]})
    _roll_over(town.session)
    assert _locked(town.session, FOLLOWING) == {(1, "praktik")}


def test_who_asks_keeps_her_week_where_it_is_there_again_and_she_can_come(town: PlanTown) -> None:
    town.published({1: ["motion", "kor"], 2: ["motion", "kor"], 3: ["motion"], 4: ["kor"]})
    for citizen in (1, 2, 4):
        keeping.say(town.session, citizen, FOLLOWING, town.planner, NOW, keep=True)
    keeping.say(town.session, 4, FOLLOWING, town.planner, NOW, keep=False)
    town.session.add(Wish(citizen_id=2, offering_id="kor", strength=0, refused=True))
    for citizen in (1, 3):
        _answer(town, citizen, 1)
    for _ in range(2):
        _roll_over(town.session)
        assert _locked(town.session, FOLLOWING) == {(1, "motion"), (1, "kor"), (2, "motion")}
    minutes = _column(town.session, CitizenWeek.max_minutes)
    assert minutes[3] < minutes[1] == 600  # A bad week does not take from her what she asks to keep.
    keeping.say(town.session, 1, FOLLOWING, town.planner, NOW, keep=False)
    assert _locked(town.session, FOLLOWING) == {(2, "motion")}


def test_a_week_that_has_begun_or_is_published_cannot_be_kept_any_more(town: PlanTown) -> None:
    town.published({1: ["motion"]})
    for week in (WEEK, week_of(NOW.date())):
        with pytest.raises(keeping.TooLateError, match=week):
            keeping.say(town.session, 1, week, town.planner, NOW, keep=True)
        assert not keeping.is_kept(town.session, 1, week)


def test_the_same_week_begun_again_is_the_same(town: PlanTown) -> None:
    town.published({1: ["motion"], 2: ["kor"]})
    tasks = [_roll_over(town.session), _roll_over(town.session)]
    assert tasks[0] == tasks[1]
    assert len(town.session.scalars(select(CitizenWeek)).all()) == 4


def test_a_week_whose_facts_are_gone_carries_what_was_owed_before(town: PlanTown) -> None:
    town.session.add(Wish(citizen_id=1, offering_id="kor", strength=5))
    town.session.flush()
    town.published({1: []})
    _roll_over(town.session)
    before = _column(town.session, CitizenWeek.weight_percent)[1]
    town.published({1: []}, FOLLOWING)
    bury(town.session, town.session.get_one(Citizen, 4), NOW + dt.timedelta(days=8))
    town.session.execute(update(Run).values(input=None))
    task = _roll_over(town.session, FOLLOWING)
    assert task.warm_from is None
    assert _column(town.session, CitizenWeek.weight_percent, shift_week(FOLLOWING, 1)) == {
        1: before,
        2: 100,
        3: 100,
        4: 100,
    }


def test_a_week_that_is_not_published_has_no_next_one(town: PlanTown) -> None:
    with pytest.raises(NotPublishedError, match=WEEK):
        look_back(town.session, WEEK)
    assert town.session.scalars(select(CitizenWeek)).all() == []


def _roll_over(session: Session, week: str = WEEK) -> Task:
    return begin_week(session, look_back(session, week), OPTIONS)


def _column(session: Session, column: object, week: str = FOLLOWING) -> dict[int, int]:
    rows: Sequence[tuple[int, int]] = session.execute(
        select(CitizenWeek.citizen_id, column).where(CitizenWeek.week == week)  # type: ignore[call-overload]  # any column of the table
    ).all()
    return dict(rows)


def _locked(session: Session, week: str) -> set[tuple[int, str]]:
    facts = read_facts(session, week)
    code = dict(session.execute(select(Group.id, Group.code)).all())
    return {(int(facts.citizen.id[who]), code[int(facts.group.id[at])]) for who, at in facts.citizen.locked.tolist()}


def _answer(town: PlanTown, citizen: int, value: int) -> None:
    answer = HelpAnswer(citizen_id=citizen, group_id=town.group("motion"), value=value, account_id=town.planner, at=NOW)
    town.session.add(answer)
    town.session.flush()
