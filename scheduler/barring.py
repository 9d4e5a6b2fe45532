"""What keeps an offering from a citizen in a week: eligibility, turns that are not due, and refusals."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import BindParameter, func, literal, or_, select
from sqlalchemy.orm import Session

from catalog.tables import OfferingTargetGroup, Series
from catalog.weeks import monday_of
from scheduler.facts import CentreFacts
from scheduler.reading import Rows, columns, ints, places, table
from scheduler.tables import CitizenTargetGroup, Clearance, Completion, Enrolment, Referral, TestResult, Wish
from solver.problem import BARRED_BIT, Bools, Ints

# What a statement asks for: a week or a day, or the name under which each run of the statement gives one.
Week = str | BindParameter[str]
Day = dt.date | BindParameter[dt.date]


@dataclass(frozen=True)
class Eligibility:
    """What is known of some citizens that opens offerings to them or keeps offerings from them."""

    refused: Bools  # (I, O)
    referred: Bools  # (I, O) due in the week
    cleared: Bools  # (I, O) opened by staff; nobody is held to it who has none
    has: Bools  # (I, O) completed or ongoing
    level: Mapping[str, Ints]  # (I,) the highest level reached, by test
    belongs: Mapping[str, Bools]  # (I,) by code of a target group


def bar(centre: CentreFacts, codes_of: Mapping[str, frozenset[str]], known: Eligibility) -> Ints:
    """(I, O) sums of `BARRED_BIT` of the rules that keep the offering from the citizen.

    Parameters
    ----------
    codes_of
        The target groups of the offerings that are not for everybody, by offering.
    """
    everything = ~known.cleared.any(axis=1, keepdims=True)
    is_eligible = (known.cleared | everything) & _in_target_group(centre, codes_of, known) & _prepared(centre, known)
    bars = {"eligible": ~is_eligible, "due": centre.offering.due & ~known.referred, "refused": known.refused}
    barred: Ints = np.stack([BARRED_BIT[rule] * bar for rule, bar in bars.items()]).sum(axis=0)
    return barred


def read_barred(session: Session, week: str, ids: Ints, centre: CentreFacts, rules_week: str | None = None) -> Ints:
    """Read what is known of everybody, and `bar` by it; by the target groups of another week where one is named."""
    offerings, day = centre.offering.id, monday_of(week)
    codes_of = read_target_codes(session, rules_week or week)
    codes = tuple(sorted(frozenset[str]().union(*codes_of.values())))
    member = table(session, memberships(day), ids, codes) > 0
    has = table(session, completions(day), ids, offerings) + table(session, running_places(week), ids, offerings)
    known = Eligibility(
        refused=table(session, refusals(), ids, offerings) > 0,
        referred=table(session, referrals(week), ids, offerings) > 0,
        cleared=_cleared(session, day, ids, offerings),
        has=has > 0,
        level=_test_levels(session, ids),
        belongs=dict(zip(codes, member.T, strict=True)),
    )
    return bar(centre, codes_of, known)


def read_target_codes(session: Session, week: str) -> dict[str, frozenset[str]]:
    """The target groups of the offerings that are not for everybody, by offering."""
    open_to = select(OfferingTargetGroup.offering_id, OfferingTargetGroup.target_code)
    codes_of: dict[str, frozenset[str]] = {}
    for offering, code in session.execute(open_to.where(*_holds(OfferingTargetGroup, monday_of(week)))):
        codes_of[offering] = codes_of.get(offering, frozenset()) | {code}
    return codes_of


def refusals() -> Rows:
    """Offerings that a citizen refuses."""
    return select(Wish.citizen_id, Wish.offering_id, literal(1)).where(Wish.refused)


def referrals(week: Week) -> Rows:
    """Offerings that are due, referred to or asked for in a week."""
    return select(Referral.citizen_id, Referral.offering_id, literal(1)).where(Referral.due_week == week)


def clearances(day: Day) -> Rows:
    """Offerings that staff has opened to a citizen."""
    return select(Clearance.citizen_id, Clearance.offering_id, literal(1)).where(*_holds(Clearance, day))


def memberships(day: Day) -> Rows:
    """Target groups to which a citizen belongs."""
    belongs = select(CitizenTargetGroup.citizen_id, CitizenTargetGroup.target_code, literal(1))
    return belongs.where(*_holds(CitizenTargetGroup, day))


def completions(day: Day) -> Rows:
    """Offerings that a citizen has completed."""
    completed = select(Completion.citizen_id, Completion.offering_id, literal(1))
    return completed.where(Completion.completed_on <= day)


def running_places(week: Week) -> Rows:
    """Offerings in whose series a citizen has a place."""
    ongoing = select(Enrolment.citizen_id, Series.offering_id, literal(1)).join(
        Series, Series.id == Enrolment.series_id
    )
    return ongoing.where(Enrolment.from_week <= week, or_(Enrolment.until_week.is_(None), Enrolment.until_week >= week))


def best_tests() -> Rows:
    """The highest level that a citizen has reached in each test."""
    reached = select(TestResult.citizen_id, TestResult.test, func.max(TestResult.level))
    return reached.group_by(TestResult.citizen_id, TestResult.test)


def _holds(row: Any, day: Day) -> tuple[Any, Any]:
    return row.valid_from <= day, or_(row.valid_to.is_(None), row.valid_to >= day)


def _cleared(session: Session, day: dt.date, ids: Ints, offerings: tuple[str, ...]) -> Bools:
    # A row a citizen instead of a row a clearance: the longest table is read in a third of the time.
    opened = func.aggregate_strings(Clearance.offering_id, ",")
    statement = clearances(day).with_only_columns(Clearance.citizen_id, opened).group_by(Clearance.citizen_id)
    citizen, lists = columns(session, statement)
    place = {offering: position for position, offering in enumerate(offerings)}
    cleared = np.zeros((len(ids), len(place)), np.bool_)
    for row, opened_to in zip(places(citizen, ids).tolist(), lists, strict=True):
        if row >= 0:
            cleared[row, [place[offering] for offering in opened_to.split(",") if offering in place]] = True
    return cleared


def _in_target_group(centre: CentreFacts, codes_of: Mapping[str, frozenset[str]], known: Eligibility) -> Bools:
    allowed = np.ones(known.has.shape, np.bool_)
    nobody = np.zeros(len(allowed), np.bool_)
    for position, offering in enumerate(centre.offering.id):
        if offering in codes_of:
            allowed[:, position] = np.any([known.belongs.get(code, nobody) for code in codes_of[offering]], axis=0)
    return allowed


def _prepared(centre: CentreFacts, known: Eligibility) -> Bools:
    """Whether one of each list of prerequisites is completed or ongoing, or a test passed."""
    prepared = np.ones(known.has.shape, np.bool_)
    for position, wanted in enumerate(centre.offering.prerequisites):
        for options in wanted:
            passed = [_has_option(option, known, centre.offering.id) for option in options]
            prepared[:, position] &= np.any(passed, axis=0)
    return prepared


def _has_option(option: str, known: Eligibility, offerings: tuple[str, ...]) -> Bools:
    has = known.has
    if not option.startswith("test:"):
        return has[:, offerings.index(option)] if option in offerings else np.zeros(len(has), np.bool_)
    test, _, least = option.removeprefix("test:").partition(">=")
    passed: Bools = known.level.get(test, np.zeros(len(has), np.int64)) >= int(least or 1)
    return passed


def _test_levels(session: Session, ids: Ints) -> dict[str, Ints]:
    citizen, tests, levels = columns(session, best_tests())
    names = tuple(sorted(set(tests)))
    row, column = places(citizen, ids), np.array([names.index(test) for test in tests], np.int64)
    level = np.zeros((len(names), len(ids)), np.int64)
    level[column[row >= 0], row[row >= 0]] = ints(levels)[row >= 0]
    return dict(zip(names, level, strict=True))
