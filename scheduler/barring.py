"""What keeps an offering from a citizen in a week: eligibility, turns that are not due, and refusals."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
from sqlalchemy import func, literal, or_, select
from sqlalchemy.orm import Session

from catalog.tables import OfferingTargetGroup, Series
from catalog.weeks import monday_of
from scheduler.facts import CentreFacts
from scheduler.reading import columns, ints, places, table
from scheduler.tables import CitizenTargetGroup, Clearance, Completion, Enrolment, Referral, TestResult, Wish
from solver.problem import BARRED_BIT, Bools, Ints


def read_barred(session: Session, week: str, ids: Ints, centre: CentreFacts) -> Ints:
    """(I, O) sums of `BARRED_BIT` of the rules that keep the offering from the citizen."""
    offerings = centre.offering.id
    refused = select(Wish.citizen_id, Wish.offering_id, literal(1)).where(Wish.refused)
    referred = select(Referral.citizen_id, Referral.offering_id, literal(1)).where(Referral.due_week == week)
    is_due = ~centre.offering.due | (table(session, referred, ids, offerings) > 0)
    is_eligible = (
        _cleared(session, week, ids, centre)
        & _in_target_group(session, week, ids, centre)
        & _prepared(session, week, ids, centre)
    )
    is_refused = table(session, refused, ids, offerings) > 0
    bars = {"eligible": ~is_eligible, "due": ~is_due, "refused": is_refused}
    barred: Ints = np.stack([BARRED_BIT[rule] * bar for rule, bar in bars.items()]).sum(axis=0)
    return barred


def _holds(row: Any, day: dt.date) -> tuple[Any, Any]:
    return row.valid_from <= day, or_(row.valid_to.is_(None), row.valid_to >= day)


def _cleared(session: Session, week: str, ids: Ints, centre: CentreFacts) -> Bools:
    # A row a citizen instead of a row a clearance: the longest table is read in a third of the time.
    opened = func.aggregate_strings(Clearance.offering_id, ",")
    statement = select(Clearance.citizen_id, opened).group_by(Clearance.citizen_id)
    citizen, lists = columns(session, statement.where(*_holds(Clearance, monday_of(week))))
    place = {offering: position for position, offering in enumerate(centre.offering.id)}
    cleared = np.zeros((len(ids), len(place)), np.bool_)
    for row, offerings in zip(places(citizen, ids).tolist(), lists, strict=True):
        if row >= 0:
            cleared[row, [place[offering] for offering in offerings.split(",") if offering in place]] = True
    everything = ~cleared.any(axis=1, keepdims=True)
    return cleared | everything


def _in_target_group(session: Session, week: str, ids: Ints, centre: CentreFacts) -> Bools:
    day = monday_of(week)
    open_to = select(OfferingTargetGroup.target_code, OfferingTargetGroup.offering_id)
    codes_of: dict[str, set[str]] = {}
    for code, offering in session.execute(open_to.where(*_holds(OfferingTargetGroup, day))):
        codes_of.setdefault(offering, set()).add(code)
    allowed = np.ones((len(ids), len(centre.offering.id)), np.bool_)
    if codes_of:
        codes = tuple(sorted(set().union(*codes_of.values())))
        belongs = select(CitizenTargetGroup.citizen_id, CitizenTargetGroup.target_code, literal(1))
        member = table(session, belongs.where(*_holds(CitizenTargetGroup, day)), ids, codes) > 0
        for position, offering in enumerate(centre.offering.id):
            if offering in codes_of:
                allowed[:, position] = member[:, [code in codes_of[offering] for code in codes]].any(axis=1)
    return allowed


def _prepared(session: Session, week: str, ids: Ints, centre: CentreFacts) -> Bools:
    """Whether one of each list of prerequisites is completed or ongoing, or a test passed."""
    offerings = centre.offering.id
    completed = select(Completion.citizen_id, Completion.offering_id, literal(1))
    ongoing = select(Enrolment.citizen_id, Series.offering_id, literal(1)).join(
        Series, Series.id == Enrolment.series_id
    )
    running = (Enrolment.from_week <= week, or_(Enrolment.until_week.is_(None), Enrolment.until_week >= week))
    begun = completed.where(Completion.completed_on <= monday_of(week))
    has = (table(session, begun, ids, offerings) + table(session, ongoing.where(*running), ids, offerings)) > 0
    level = _test_levels(session, ids)
    prepared = np.ones(has.shape, np.bool_)
    for position, wanted in enumerate(centre.offering.prerequisites):
        for options in wanted:
            prepared[:, position] &= np.any([_has_option(option, has, level, offerings) for option in options], axis=0)
    return prepared


def _has_option(option: str, has: Bools, level: dict[str, Ints], offerings: tuple[str, ...]) -> Bools:
    if not option.startswith("test:"):
        return has[:, offerings.index(option)] if option in offerings else np.zeros(len(has), np.bool_)
    test, _, least = option.removeprefix("test:").partition(">=")
    passed: Bools = level.get(test, np.zeros(len(has), np.int64)) >= int(least or 1)
    return passed


def _test_levels(session: Session, ids: Ints) -> dict[str, Ints]:
    """The highest level that each citizen has reached, by test."""
    statement = select(TestResult.citizen_id, TestResult.test, func.max(TestResult.level))
    citizen, tests, levels = columns(session, statement.group_by(TestResult.citizen_id, TestResult.test))
    names = tuple(sorted(set(tests)))
    row, column = places(citizen, ids), np.array([names.index(test) for test in tests], np.int64)
    level = np.zeros((len(names), len(ids)), np.int64)
    level[column[row >= 0], row[row >= 0]] = ints(levels)[row >= 0]
    return dict(zip(names, level, strict=True))
