"""Ratings stand side by side, hers and the staff's, one a quarter; "did it help?" is one tap of who was there."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from sqlalchemy import select

from catalog.tables import Indicator
from scheduler.attendance import Mark
from scheduler.help_answers import HelpError, answer_help, askable
from scheduler.ratings import RatingError, asked_of, compare, quarter_of, rate
from scheduler.registers import record
from scheduler.request_effects import Asker
from scheduler.stored import NotFoundError
from scheduler.tables import HelpAnswer, Rating
from tests.unit.plan_town import NOW, WEEK, PlanTown, engine, town

__all__ = ["engine", "town"]

HERSELF = Asker(1, NOW)
STAFF = Asker(1, NOW, is_staff=True, on_behalf=True)
MONDAY = dt.date(2026, 11, 23)
AFTER = Asker(1, dt.datetime(2026, 11, 23, 12, 30, tzinfo=dt.UTC))  # When all of Monday's groups have begun.


@pytest.fixture
def rated(town: PlanTown) -> PlanTown:
    """A centre with an indicator that both are asked about, and one for staff alone."""
    town.session.get_one(Indicator, "helbred").asked = ["citizen", "staff"]
    town.session.add(Indicator(id="fag", da="fag", en="skills", asked=["staff"]))
    town.session.flush()
    return town


def test_both_views_stand_side_by_side_with_their_difference(rated: PlanTown) -> None:
    assert rate(rated.session, 1, "citizen", {"helbred": 4}, HERSELF) == dt.date(2026, 10, 1)
    rate(rated.session, 1, "staff", {"helbred": 2, "fag": 3}, STAFF)
    assert [(*row, row.difference) for row in compare(rated.session, 1)] == [
        (dt.date(2026, 10, 1), "fag", None, 3, None),
        (dt.date(2026, 10, 1), "helbred", 4, 2, -2),
    ]
    assert compare(rated.session, 2) == []


def test_a_later_rating_of_the_quarter_takes_the_place_of_the_earlier_and_a_new_quarter_is_a_new_row(
    rated: PlanTown,
) -> None:
    for value in (3, 5):
        rate(rated.session, 1, "citizen", {"helbred": value}, HERSELF)
    rate(rated.session, 1, "citizen", {"helbred": 4}, replace(HERSELF, at=NOW + dt.timedelta(days=60)))
    assert [(row.quarter, row.citizen) for row in compare(rated.session, 1)] == [
        (dt.date(2027, 1, 1), 4), (dt.date(2026, 10, 1), 5),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("rater", "values", "said"),
    [
        ("citizen", {"helbred": 0}, "indicator helbred: expected a step of 1 to 5, found 0"),
        ("citizen", {"helbred": 6}, "found 6"),
        ("citizen", {"helbred": 3, "fag": 3}, "indicator fag: the citizen is asked about helbred"),
        ("staff", {"lykke": 3}, "the staff is asked about fag, helbred"),
        ("mor", {"helbred": 3}, "rater mor: expected one of citizen, staff"),
    ],
)
def test_a_rating_off_the_scale_or_not_asked_for_is_refused_and_nothing_is_written(
    rated: PlanTown, rater: str, values: dict[str, int], said: str
) -> None:
    with pytest.raises(RatingError, match=said):
        rate(rated.session, 1, rater, values, HERSELF)
    assert rated.session.scalars(select(Rating)).all() == []


def test_a_citizen_is_asked_about_fewer_indicators_than_staff(rated: PlanTown) -> None:
    assert [[row.id for row in asked_of(rated.session, who)] for who in ("citizen", "staff")] == [
        ["helbred"], ["fag", "helbred"],
    ]  # fmt: skip


@pytest.mark.parametrize(("month", "first"), [(1, 1), (3, 1), (4, 4), (6, 4), (9, 7), (10, 10), (12, 10)])
def test_a_quarter_is_named_by_its_first_day(month: int, first: int) -> None:
    assert quarter_of(dt.date(2026, month, 28)) == dt.date(2026, first, 1)


def test_one_tap_is_one_row_and_a_later_tap_takes_its_place(town: PlanTown) -> None:
    town.published({1: ["motion", "dansk"]})
    motion, dansk = town.group("motion"), town.group("dansk")
    for value in (2, 5):
        answer_help(town.session, 1, motion, value, AFTER)
    assert [(row.group_id, row.value) for row in town.session.scalars(select(HelpAnswer))] == [(motion, 5)]
    assert askable(town.session, 1, WEEK, AFTER) == sorted([(motion, 5), (dansk, None)])
    early = replace(AFTER, at=dt.datetime(2026, 11, 23, 8, 30, tzinfo=dt.UTC))  # 9:30 at the centre
    assert askable(town.session, 1, WEEK, early) == [(motion, 5)]
    assert askable(town.session, 1, "2026-W40", AFTER) == []


@pytest.mark.parametrize("value", [0, 6])
def test_a_tap_off_the_scale_is_refused(town: PlanTown, value: int) -> None:
    town.published({1: ["motion"]})
    with pytest.raises(HelpError, match=f"value {value}: expected a step of 1"):
        answer_help(town.session, 1, town.group("motion"), value, AFTER)


def test_nobody_says_whether_something_helped_that_she_did_not_have_or_that_is_to_come(town: PlanTown) -> None:
    with pytest.raises(HelpError, match="did not have it"):  # The week is not published.
        answer_help(town.session, 1, town.group("motion"), 3, AFTER)
    town.published({1: ["motion"]})
    with pytest.raises(HelpError, match="did not have it in week 2026-W48"):
        answer_help(town.session, 1, town.group("kor"), 3, AFTER)
    with pytest.raises(HelpError, match="has not begun"):
        answer_help(town.session, 1, town.group("motion"), 3, HERSELF)
    with pytest.raises(NotFoundError):
        answer_help(town.session, 1, 99, 3, AFTER)
    assert town.session.scalars(select(HelpAnswer)).all() == []


def test_who_was_not_there_is_not_asked_until_the_register_is_corrected(town: PlanTown) -> None:
    town.published({1: ["motion"]})
    motion = town.group("motion")
    record(town.session, WEEK, motion, [Mark(1, MONDAY, 540, "absent")], AFTER)
    assert askable(town.session, 1, WEEK, AFTER) == []
    with pytest.raises(HelpError, match="the register says that she was not there"):
        answer_help(town.session, 1, motion, 3, AFTER)
    record(town.session, WEEK, motion, [Mark(1, MONDAY, 540, "attended")], AFTER)
    assert answer_help(town.session, 1, motion, 3, AFTER).value == 3
