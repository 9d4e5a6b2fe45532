"""A citizen's calendar feed, as a calendar program reads it."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
from sqlalchemy import select

from catalog.tables import Meeting
from catalog.weeks import monday_of
from scheduler.approval import approve
from scheduler.calendar import WEEKS, feed, find_feed, make_feed, revoke_feed
from scheduler.publishing import publish, withdraw
from scheduler.tables import CalendarFeed
from tests.unit.plan_town import LAST_WEEK, NOW, WEEK, PlanTown, engine, minutes, town

__all__ = ["engine", "town"]

Events = dict[str, Any]  # by UID


def _read(town: PlanTown, citizen: int = 1) -> Events:
    calendar = icalendar.Calendar.from_ical(feed(town.session, citizen))
    return {str(event["uid"]): event for event in calendar.walk("VEVENT")}


def _status(events: Events) -> list[tuple[str, str, int]]:
    """Each event's start by the clock on the wall, whether it stands, and its sequence."""
    return sorted(
        (event["dtstart"].dt.strftime("%a %H:%M"), str(event["status"]), int(event["sequence"]))
        for event in events.values()
    )


def _two_versions(town: PlanTown) -> None:
    """First motion at 9 and dansk at 11, then motion at 9 and kor at 12."""
    runs = [town.propose({1: ["motion", "dansk"]}), town.propose({1: ["motion", "kor"]})]
    for number, run_id in enumerate(runs):
        approve(town.session, run_id, "", town.planner, NOW, "as agreed")
        publish(town.session, run_id, town.planner, minutes(number))


def test_an_event_has_a_neutral_title_place_and_time_and_nothing_of_health(town: PlanTown) -> None:
    town.published({1: ["motion"]})
    (event,) = _read(town).values()
    assert (event["summary"], event["location"], event["class"]) == ("Aktivitet 6", "Nordre", "PRIVATE")
    assert (event["status"], event["sequence"]) == ("CONFIRMED", 1)
    assert event["dtstamp"].dt == NOW
    assert (event["dtstart"].dt.isoformat(), event["dtend"].dt.isoformat()) == (
        "2026-11-23T09:00:00+01:00",
        "2026-11-23T10:00:00+01:00",
    )
    assert "motion" not in feed(town.session, 1)


def test_lines_end_and_fold_as_the_standard_asks(town: PlanTown) -> None:
    town.published({1: ["motion"]})
    lines = feed(town.session, 1).encode().split(b"\r\n")
    assert lines[0] == b"BEGIN:VCALENDAR"
    assert lines[-2:] == [b"END:VCALENDAR", b""]
    assert all(len(line) <= 75 and b"\n" not in line for line in lines)
    assert b"DTSTART;TZID=Europe/Copenhagen:20261123T090000" in lines


@pytest.mark.parametrize(
    ("week", "change", "offsets"),
    [
        ("2026-W43", "2026-10-25", ["+02:00", "+01:00"]),  # On Sunday at 3 the clocks go back.
        ("2026-W13", "2026-03-29", ["+01:00", "+02:00"]),  # On Sunday at 2 they go forward.
    ],
)
def test_meetings_keep_their_time_by_the_clock_when_the_clocks_change(
    town: PlanTown, week: str, change: str, offsets: list[str]
) -> None:
    friday, sunday = (monday_of(week) + dt.timedelta(days=day) for day in (4, 6))
    assert sunday.isoformat() == change
    group = town.add_group("weekend", "motion", 540, week)
    town.session.query(Meeting).filter_by(group_id=group).delete()
    for date in (friday, sunday):
        at = Meeting(group_id=group, day=date.weekday(), start_min=540, end_min=600, date=date)
        town.session.add(at)
    town.session.flush()
    town.published({1: ["weekend"]}, week)
    starts = sorted(event["dtstart"].dt.isoformat() for event in _read(town).values())
    assert starts == [f"{friday}T09:00:00{offsets[0]}", f"{sunday}T09:00:00{offsets[1]}"]


def test_the_time_zone_in_the_feed_changes_its_clocks_when_denmark_does(town: PlanTown) -> None:
    calendar = icalendar.Calendar.from_ical(feed(town.session, 1))
    zone: Any = calendar.walk("VTIMEZONE")[0]
    assert zone["tzid"] == "Europe/Copenhagen"
    of_feed, of_denmark = zone.to_tz(lookup_tzid=False), ZoneInfo("Europe/Copenhagen")
    for day in ((2026, 3, 29), (2026, 10, 25), (2031, 7, 1), (2031, 1, 1)):
        for half_hour in range(48):
            moment = dt.datetime(*day, tzinfo=dt.UTC) + half_hour * dt.timedelta(minutes=30)
            assert moment.astimezone(of_feed).replace(tzinfo=None) == moment.astimezone(of_denmark).replace(tzinfo=None)


def test_a_later_version_cancels_what_it_dropped_and_keeps_what_stays(town: PlanTown) -> None:
    _two_versions(town)
    assert _status(_read(town)) == [
        ("Mon 09:00", "CONFIRMED", 2),
        ("Mon 11:00", "CANCELLED", 2),
        ("Mon 12:00", "CONFIRMED", 2),
    ]


def test_an_event_keeps_its_uid_from_version_to_version(town: PlanTown) -> None:
    run_id = town.propose({1: ["motion", "kor"], 2: ["motion"]})
    town.published({1: ["motion"], 2: ["motion"]})
    before = set(_read(town))
    approve(town.session, run_id, "", town.planner, NOW, "as agreed")
    publish(town.session, run_id, town.planner, minutes(1))
    assert before < set(_read(town))
    assert not before & set(_read(town, 2))


def test_two_meetings_of_a_group_are_two_events(town: PlanTown) -> None:
    group = town.group("motion")
    again = Meeting(group_id=group, day=2, start_min=540, end_min=600, date=monday_of(WEEK) + dt.timedelta(days=2))
    town.session.add(again)
    town.session.flush()
    town.published({1: ["motion"]})
    assert _status(_read(town)) == [("Mon 09:00", "CONFIRMED", 1), ("Wed 09:00", "CONFIRMED", 1)]


def test_a_withdrawn_week_is_cancelled_and_looks_newer_than_before(town: PlanTown) -> None:
    town.published({1: ["motion"]})
    withdraw(town.session, WEEK, town.planner, minutes(5))
    (event,) = _read(town).values()
    assert (event["status"], event["dtstamp"].dt) == ("CANCELLED", minutes(5))


def test_where_an_earlier_version_stands_again_the_sequence_does_not_fall(town: PlanTown) -> None:
    _two_versions(town)
    withdraw(town.session, WEEK, town.planner, minutes(5))
    assert _status(_read(town)) == [
        ("Mon 09:00", "CONFIRMED", 2),
        ("Mon 11:00", "CONFIRMED", 2),
        ("Mon 12:00", "CANCELLED", 2),
    ]
    assert {event["dtstamp"].dt for event in _read(town).values()} == {minutes(5)}


def test_a_feed_holds_every_published_week_and_no_proposal(town: PlanTown) -> None:
    town.published({1: ["motion"]}, LAST_WEEK)
    town.propose({1: ["dansk"]})
    assert [event["dtstart"].dt.date() for event in _read(town).values()] == [monday_of(LAST_WEEK)]
    town.published({1: ["kor"]})
    assert len(_read(town)) == 2
    assert _read(town, 4) == {}
    assert WEEKS >= 2


def _tokens(town: PlanTown) -> tuple[str, str]:
    return make_feed(town.session, 1, NOW), make_feed(town.session, 2, NOW)


def test_a_token_opens_one_citizens_feed_and_is_kept_as_a_hash(town: PlanTown) -> None:
    first, second = _tokens(town)
    assert (find_feed(town.session, first), find_feed(town.session, second)) == (1, 2)
    assert find_feed(town.session, "guess") is None
    assert len(first) >= 43
    assert not {first, second} & set(town.session.scalars(select(CalendarFeed.token_hash)))


def test_a_revoked_token_opens_nothing(town: PlanTown) -> None:
    first, second = _tokens(town)
    assert revoke_feed(town.session, 1, minutes(1)) == 1
    assert revoke_feed(town.session, 1, minutes(2)) == 0
    assert (find_feed(town.session, first), find_feed(town.session, second)) == (None, 2)
