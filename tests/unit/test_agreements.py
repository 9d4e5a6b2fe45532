"""Agreements have an end and a sub-goal, last no longer than their rule, and are broken by a named decision only."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest
from sqlalchemy import select, update

from catalog.rules import store_rules
from catalog.tables import Offering, TargetGroup
from catalog.weeks import shift_week
from scheduler.agreements import AgreementError, Promise, agree, agreements_of, break_agreement
from scheduler.goals import Step, add_step, mark_step
from scheduler.promises import read_promised
from scheduler.request_effects import Asker
from scheduler.stored import NotFoundError
from scheduler.tables import Agreement, BrokenAgreement, CitizenTargetGroup, Message
from tests.unit.plan_town import LONG_AGO, NOW, WEEK, PlanTown, engine, town

__all__ = ["engine", "town"]

STAFF = Asker(1, NOW, is_staff=True, on_behalf=True)


@pytest.fixture
def promise(town: PlanTown) -> Promise:
    """Exercise for four weeks, towards the only step of citizen 1."""
    step = add_step(town.session, 1, Step("2026-W52", indicator_id="helbred", level=4), STAFF)
    return Promise("motion", WEEK, shift_week(WEEK, 3), step.id, 120, "mere luft")


@pytest.fixture
def internship(town: PlanTown, promise: Promise) -> Promise:
    """The same in a company, by the law that limits it."""
    town.add_offering("praktik", kind="internship", legal="LAB § 61")
    return replace(promise, offering_id="praktik")


def test_an_agreement_stands_until_its_end_and_says_who_made_it(town: PlanTown, promise: Promise) -> None:
    made = agree(town.session, 1, promise, STAFF)
    assert (made.agreed_by, made.agreed_at, made.week_minutes, made.left_week) == (1, NOW, 120, None)
    assert [_holds(town, week) for week in ("2026-W47", WEEK, promise.until_week, shift_week(WEEK, 4))] == [
        False, True, True, False,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("group", "assessed", "most", "rule"),
    [
        ("jobparat", False, 4, "agreement.company_weeks.jobparat"),
        ("aktivitetsparat", False, 13, "agreement.company_weeks.other"),
        (None, False, 13, "agreement.company_weeks.other"),
        ("jobparat", True, 26, "agreement.assessed_weeks"),
    ],
)
def test_an_internship_lasts_no_longer_than_the_rule_of_its_kind(
    town: PlanTown, internship: Promise, group: str | None, assessed: bool, most: int, rule: str
) -> None:
    if group is not None:
        town.session.add(TargetGroup(code=group, law_ref="x", label_da="x", valid_from=LONG_AGO))
        town.session.flush()
        town.session.add(CitizenTargetGroup(citizen_id=1, target_code=group, valid_from=LONG_AGO))
    wanted = replace(internship, assessed=assessed, until_week=shift_week(WEEK, most))
    with pytest.raises(AgreementError, match=f"at most {most} weeks by the rule {rule}, found {most + 1}"):
        agree(town.session, 1, wanted, STAFF)
    assert agreements_of(town.session, 1) == []
    agree(town.session, 1, replace(wanted, until_week=shift_week(WEEK, most - 1)), STAFF)


def test_internships_that_follow_on_one_another_count_together(town: PlanTown, internship: Promise) -> None:
    agree(town.session, 1, replace(internship, until_week=shift_week(WEEK, 9)), STAFF)
    more = replace(internship, from_week=shift_week(WEEK, 10), until_week=shift_week(WEEK, 13))
    with pytest.raises(AgreementError, match=f"found 14, counted from {WEEK} on"):
        agree(town.session, 1, more, STAFF)
    agree(town.session, 1, replace(more, from_week=shift_week(WEEK, 11)), STAFF)  # A week between begins anew.


def test_another_internship_and_a_changed_law_have_their_own_limits(town: PlanTown, internship: Promise) -> None:
    town.add_offering("timer", kind="internship", legal="ansættelse")
    paid = replace(internship, offering_id="timer", until_week=shift_week(WEEK, 26))
    with pytest.raises(AgreementError, match=r"at most 26 weeks by the rule agreement\.internship_weeks"):
        agree(town.session, 1, paid, STAFF)
    store_rules(town.session, [("agreement", "company_weeks", {"other": 2})], dt.date(2026, 11, 23))
    with pytest.raises(AgreementError, match="at most 2 weeks"):
        agree(town.session, 1, internship, STAFF)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"from_week": "2026-W46"}, "from_week 2026-W46: that week is past, expected 2026-W47 or later"),
        ({"until_week": "2026-W47"}, "until_week 2026-W47: expected from_week 2026-W48 or later"),
        ({"week_minutes": 0}, "week_minutes 0: expected 1 to 2220 by the rule agreement.most_week_minutes"),
        ({"week_minutes": 2221}, "week_minutes 2221"),
        ({"why": "  "}, "needs its reason"),
    ],
)
def test_an_agreement_that_makes_no_sense_is_refused_by_name(
    town: PlanTown, promise: Promise, change: dict[str, str | int], said: str
) -> None:
    with pytest.raises(AgreementError, match=said):
        agree(town.session, 1, replace(promise, **change), STAFF)  # type: ignore[arg-type]  # A dict of mixed values.
    assert town.session.scalars(select(Agreement)).all() == []


def test_an_agreement_leads_to_an_open_step_of_hers_and_to_something_there_is(town: PlanTown, promise: Promise) -> None:
    for wrong in ({"sub_goal_id": 99}, {"offering_id": "kano"}, {"series_id": "dansk"}):
        with pytest.raises(NotFoundError):
            agree(town.session, 1, replace(promise, **wrong), STAFF)
    with pytest.raises(NotFoundError, match="she has no such sub-goal"):
        agree(town.session, 2, promise, STAFF)
    mark_step(town.session, 1, promise.sub_goal_id, True, STAFF)
    with pytest.raises(AgreementError, match="is reached"):
        agree(town.session, 1, promise, STAFF)


def test_two_agreements_on_an_offering_do_not_overlap(town: PlanTown, promise: Promise) -> None:
    agree(town.session, 1, promise, STAFF)
    for start in (WEEK, promise.until_week, "2026-W47"):
        with pytest.raises(AgreementError, match="is there already"):
            agree(town.session, 1, replace(promise, from_week=start, until_week="2027-W01"), STAFF)
    town.session.execute(update(Agreement).values(left_week=shift_week(WEEK, 1)))
    agree(town.session, 1, replace(promise, from_week=shift_week(WEEK, 1)), STAFF)


def test_breaking_a_promise_has_a_name_a_reason_and_what_makes_up_for_it_and_deletes_nothing(
    town: PlanTown, promise: Promise
) -> None:
    agree(town.session, 1, promise, STAFF)
    week, key = shift_week(WEEK, 2), ("motion", WEEK)
    broken = break_agreement(town.session, 1, key, week, "salen lukker", "natur i stedet", STAFF)
    assert (broken.account_id, broken.reason, broken.made_up, broken.at) == (1, "salen lukker", "natur i stedet", NOW)
    assert [_holds(town, each) for each in (shift_week(WEEK, 1), week)] == [True, False]
    assert [(one.agreement.offering_id, one.broken) for one in agreements_of(town.session, 1)] == [("motion", broken)]
    message = town.session.scalars(select(Message)).one()
    assert (message.slug, message.arguments) == ("agreement_broken", {"title": "Aktivitet 6", "week": week})
    with pytest.raises(AgreementError, match="stands no longer"):
        break_agreement(town.session, 1, key, week, "igen", "intet", STAFF)


@pytest.mark.parametrize(
    ("week", "reason", "made_up", "said"),
    [
        ("2026-W47", "x", "y", "expected 2026-W48 to 2026-W51"),
        ("2026-W52", "x", "y", "expected 2026-W48 to 2026-W51"),
        (WEEK, " ", "y", "reason: breaking"),
        (WEEK, "x", "", "made_up: breaking"),
    ],
)
def test_a_promise_is_not_broken_without_words_or_when_it_does_not_stand(
    town: PlanTown, promise: Promise, week: str, reason: str, made_up: str, said: str
) -> None:
    agree(town.session, 1, promise, STAFF)
    with pytest.raises(AgreementError, match=said):
        break_agreement(town.session, 1, ("motion", WEEK), week, reason, made_up, STAFF)
    assert town.session.scalars(select(BrokenAgreement)).all() == []
    with pytest.raises(NotFoundError):
        break_agreement(town.session, 2, ("motion", WEEK), WEEK, "x", "y", STAFF)


def _holds(town: PlanTown, week: str) -> bool:
    """Whether the planner must keep the promise of exercise to citizen 1 in a week."""
    names = town.session.scalars(select(Offering.id).order_by(Offering.id)).all()
    return bool(read_promised(town.session, week, np.array([1]), names)[0, names.index("motion")])
