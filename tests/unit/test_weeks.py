"""Weeks are read as people write them, and a week's groups are made from the series without holidays."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.database import make_engine
from catalog.offerings import DATA, load_offerings
from catalog.rules import load_dated
from catalog.tables import (
    Base,
    Group,
    GroupStaff,
    Meeting,
    Offering,
    Series,
    SeriesMeeting,
    SeriesStaff,
    Site,
    StaffMember,
)
from catalog.weeks import (
    WeekError,
    closed_days,
    create_groups,
    monday_of,
    parse_week,
    shift_week,
    takes_in,
    week_of,
    weeks_between,
)


@pytest.fixture
def session() -> Iterator[Session]:
    engine = make_engine("sqlite://")
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        load_offerings(session)
        load_dated(session, DATA / "rules.yaml")
        session.add(Site(id="nord", name="Nordre"))
        session.flush()
        session.add(StaffMember(id="KO", name="Karen Olsen", role="coach", site_id="nord"))
        session.flush()
        yield session
    engine.dispose()


def _series(
    session: Session, key: str, *days: int, offering: str = "motion", start: str = "2026-01-05", **more: object
) -> None:
    facts = {
        "offering_id": offering,
        "site_id": "nord",
        "seats": 8,
        "minimum": 2,
        "valid_from": dt.date.fromisoformat(start),
    }
    session.add(Series(id=key, **(facts | more)))  # type: ignore[arg-type]  # A dict of mixed values.
    session.flush()
    session.add(SeriesStaff(series_id=key, staff_id="KO"))
    session.add_all(SeriesMeeting(series_id=key, day=day, start_min=540, end_min=600) for day in days)
    session.flush()


def _meetings(session: Session, week: str) -> dict[str, list[str]]:
    rows = session.execute(
        select(Group.code, Meeting.date).join(Meeting, Meeting.group_id == Group.id).where(Group.week == week)
    )
    found: dict[str, list[str]] = {}
    for code, date in rows:
        found.setdefault(code, []).append(f"{date:%a %d}")
    return found


@pytest.mark.parametrize("text", ["2026-W48", "2026W48", " 2026-w48 "])
def test_a_week_is_read_as_people_write_it(text: str) -> None:
    assert parse_week(text) == "2026-W48"


def test_next_is_the_week_after_this_one_also_at_new_year() -> None:
    assert parse_week("next", dt.date(2026, 11, 22)) == "2026-W48"
    assert parse_week("Next", dt.date(2026, 12, 31)) == "2027-W01"
    assert monday_of(parse_week("next")) > dt.datetime.now(dt.UTC).date()


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2026-W54", "a week from 1 to 53, as 2026 has"),
        ("2027-W53", "a week from 1 to 52, as 2027 has"),
        ("2026-W00", "a week from 1 to 53"),
        ("0000-W01", "a year from 0001"),
        ("week 48", "such as 2026-W48"),
        ("2026-48", "such as 2026-W48"),
        ("", "such as 2026-W48"),
    ],
)
def test_a_text_that_is_no_week_is_refused_with_what_was_expected(text: str, wanted: str) -> None:
    with pytest.raises(WeekError, match=wanted):
        parse_week(text)


@given(st.dates(dt.date(1000, 1, 1), dt.date(9000, 1, 1)), st.integers(-500, 500))
def test_a_day_lies_in_its_week_and_weeks_count_alike_both_ways(day: dt.date, weeks: int) -> None:
    week = week_of(day)
    assert parse_week(week) == week
    assert 0 <= (day - monday_of(week)).days <= 6
    assert weeks_between(week, shift_week(week, weeks)) == weeks
    assert (shift_week(week, weeks) < week) == (weeks < 0)


def test_a_week_gets_a_group_of_each_running_series_once(session: Session) -> None:
    _series(session, "a", 0, 3)
    _series(session, "b", 1, offering="coaching", appointment=True)
    _series(session, "gone", 1, valid_to=dt.date(2026, 11, 22))
    _series(session, "later", 1, start="2026-11-30")
    assert create_groups(session, "2026-W48") == 2
    assert _meetings(session, "2026-W48") == {"a": ["Mon 23", "Thu 26"], "b": ["Tue 24"]}
    assert create_groups(session, "2026-W48") == 0
    assert session.scalars(select(Group.appointment).order_by(Group.code)).all() == [False, True]
    assert session.scalars(select(GroupStaff.staff_id)).all() == ["KO", "KO"]


def test_a_group_that_staff_changed_is_left_as_it_is_and_new_series_are_added(session: Session) -> None:
    _series(session, "a", 0)
    create_groups(session, "2026-W48")
    session.scalars(select(Group)).one().seats = 3
    session.flush()
    _series(session, "b", 1)
    assert create_groups(session, "2026-W48") == 1
    assert dict(session.execute(select(Group.code, Group.seats)).all()) == {"a": 3, "b": 8}


def test_holidays_and_closed_days_have_no_meeting_and_a_series_without_one_no_group(session: Session) -> None:
    _series(session, "monday", 0)
    _series(session, "both", 0, 2)
    _series(session, "thursday", 3)
    create_groups(session, "2027-W13")
    assert closed_days(session, "2027-W13") == {dt.date(2027, 3, 29): "Anden påskedag"}
    assert _meetings(session, "2027-W13") == {"both": ["Wed 31"], "thursday": ["Thu 01"]}
    create_groups(session, "2026-W52")
    assert closed_days(session, "2026-W52")[dt.date(2026, 12, 24)] == "Juleaftensdag"
    assert set(_meetings(session, "2026-W52")) == {"monday", "both"}


def test_a_prayer_day_that_is_no_longer_a_holiday_has_its_meetings(session: Session) -> None:
    assert closed_days(session, "2026-W18") == {}


def test_a_series_that_ends_in_the_week_meets_until_its_last_day(session: Session) -> None:
    _series(session, "a", 0, 3, valid_to=dt.date(2026, 11, 24))
    create_groups(session, "2026-W48")
    assert _meetings(session, "2026-W48") == {"a": ["Mon 23"]}


def test_an_offering_that_has_ended_gets_no_groups(session: Session) -> None:
    _series(session, "a", 0)
    session.get_one(Offering, "motion").valid_to = dt.date(2026, 11, 22)
    session.flush()
    assert create_groups(session, "2026-W48") == 0


def test_a_cohort_is_open_in_its_first_week_only_and_others_by_their_rhythm(session: Session) -> None:
    _series(session, "cohort", 0, offering="mindfulness", start="2026-11-12")
    _series(session, "fifth", 0, offering="vandtraening", start="2026-10-12", intake_from=dt.date(2026, 10, 14))
    opened = {}
    for week in ("2026-W47", "2026-W48"):
        create_groups(session, week)
        opened[week] = dict(session.execute(select(Group.code, Group.open_intake).where(Group.week == week)).all())
    assert opened == {"2026-W47": {"cohort": True, "fifth": False}, "2026-W48": {"cohort": False, "fifth": True}}
    assert [takes_in("cohort", dt.date(2026, 11, 19), week) for week in ("2026-W46", "2026-W47")] == [False, True]
    assert takes_in("rolling", dt.date(2026, 11, 19), "2020-W01")
    assert not takes_in("every_5_weeks", dt.date(2026, 11, 19), shift_week("2026-W47", -5))
