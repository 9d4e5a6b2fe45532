"""What a checked row of a sheet becomes in the tables: the table, its rows, and whether it replaces or adds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from catalog.columns import Base
from catalog.tables import Room, Series, SeriesMeeting, SeriesStaff, Site, SiteTravel, StaffHours, StaffMember
from scheduler import tables
from scheduler.importer.bookings import is_appointment

Row = dict[str, Any]


@dataclass(frozen=True)
class Target:
    """A table that a sheet fills.

    With `owner` empty, rows are added and those with the same primary key are changed. With an `owner`, what the owners
    named in the sheet had in this table is replaced by its rows.
    """

    table: type[Base]
    rows: Callable[[Any], Iterable[Row]]
    owner: str = ""


def _one(**columns: str) -> Callable[[Any], Iterator[Row]]:
    """A row of the table from a row of the sheet; `columns` maps the table's words to the sheet's."""

    def rows(row: Any) -> Iterator[Row]:
        yield {column: getattr(row, word) for column, word in columns.items()}

    return rows


def _same(*names: str, **columns: str) -> Callable[[Any], Iterator[Row]]:
    return _one(**{name: name for name in names}, **columns)


def _travel(row: Any) -> Iterator[Row]:
    for other, minutes in row.travel.items():
        if other != row.id:
            yield {"from_site_id": row.id, "to_site_id": other, "minutes": minutes}
            yield {"from_site_id": other, "to_site_id": row.id, "minutes": minutes}


def _staff(row: Any) -> Iterator[Row]:
    minutes = round(row.week_hours * 60)
    words = {"id": row.id, "name": row.name, "role": row.role, "team": row.team}
    yield words | {"site_id": row.site, "week_minutes": minutes}


def times(key: str, value: Any, row_times: Iterable[tuple[int, int, int]]) -> Iterator[Row]:
    """Rows of weekly times under a key."""
    for day, start, end in row_times:
        yield {key: value, "day": day, "start_min": start, "end_min": end}


def series_row(row: Any, kind: str) -> Row:
    """The row of a series whose offering is of a kind."""
    return {
        "id": row.id,
        "offering_id": row.offering,
        "site_id": row.site,
        "room_id": row.room,
        "seats": row.seats,
        "minimum": row.minimum,
        "appointment": is_appointment(kind, row.appointment),
        "intake_from": row.intake_from,
        "valid_from": row.valid_from,
        "valid_to": row.valid_to,
    }


def citizen_row(row: Any) -> Row:
    """The row of a citizen."""
    same = ("name", "joined", "energy", "daily_limit", "weight_percent", "out_of_work_since", "protected_address")
    return {name: getattr(row, name) for name in same} | {
        "external_id": row.id,
        "home_site_id": row.home_site,
        "min_minutes": round(row.min_hours * 60),
        "max_minutes": round(row.max_hours * 60),
    }


def _legs(row: Any) -> Iterator[Row]:
    for leg in dict.fromkeys([*row.legs, *([row.most_pressing] if row.most_pressing else [])]):
        yield {"citizen_id": row.id, "leg_id": leg, "most_pressing": leg == row.most_pressing}


def _strengths(row: Any) -> Iterator[Row]:
    for kind, words in (("competence", row.strengths), ("job_wish", row.job_wishes)):
        for word in dict.fromkeys(words):
            yield {"citizen_id": row.id, "word": word, "kind": kind}


def _sites(row: Any) -> Iterator[Row]:
    for site in dict.fromkeys([row.home_site, *row.sites]):
        yield {"citizen_id": row.id, "site_id": site, "preference": 0}


def _target_group(row: Any) -> Iterator[Row]:
    if row.target_group:
        yield {"citizen_id": row.id, "target_code": row.target_group, "valid_from": row.joined, "valid_to": None}


def _agreement(row: Any) -> Iterator[Row]:
    minutes = None if row.week_hours is None else round(row.week_hours * 60)
    names = {"citizen_id": row.citizen, "offering_id": row.offering, "series_id": row.series}
    weeks = {"from_week": row.from_week, "until_week": row.until_week}
    yield names | weeks | {"why": row.why, "week_minutes": minutes, "assessed": row.assessed}


def _pair(row: Any) -> Iterator[Row]:
    yield {"first_citizen_id": row.citizen, "second_citizen_id": row.other}


CATALOG_TARGETS: dict[str, tuple[Target, ...]] = {
    "sites": (Target(Site, _same("id", "name", "address")), Target(SiteTravel, _travel)),
    "staff": (
        Target(StaffMember, _staff),
        Target(StaffHours, lambda row: times("staff_id", row.id, row.hours), "staff_id"),
    ),
    "rooms": (Target(Room, _same("id", "name", "type", "capacity", site_id="site")),),
}
SERIES_PARTS = (
    Target(SeriesMeeting, lambda row: times("series_id", row.id, row.meetings), "series_id"),
    Target(
        SeriesStaff,
        lambda row: [{"series_id": row.id, "staff_id": person} for person in dict.fromkeys(row.staff)],
        "series_id",
    ),
)
SERIES = Series

CITIZEN_TARGETS: dict[str, tuple[Target, ...]] = {
    "citizens": (
        Target(tables.CitizenLeg, _legs, "citizen_id"),
        Target(tables.CitizenStrength, _strengths, "citizen_id"),
        Target(tables.CitizenSite, _sites, "citizen_id"),
        Target(tables.CitizenTargetGroup, _target_group),
    ),
    "periods": (Target(tables.CitizenPeriod, _same("start", "kind", "until", "destination", citizen_id="citizen")),),
    "availability": (
        Target(
            tables.AvailabilityBlock,
            _same("week", "day", "kind", citizen_id="citizen", start_min="start", end_min="end"),
            "citizen_id",
        ),
    ),
    "wishes": (
        Target(tables.Wish, _same("strength", "refused", citizen_id="citizen", offering_id="offering"), "citizen_id"),
    ),
    "times": (Target(tables.TimePreference, _same("day", "half", "strength", citizen_id="citizen"), "citizen_id"),),
    "contacts": (Target(tables.Contact, _same("role", citizen_id="citizen", staff_id="staff"), "citizen_id"),),
    "keep_apart": (Target(tables.KeepApart, _pair),),
    "enrolments": (
        Target(
            tables.Enrolment,
            _same("from_week", "until_week", "binding", citizen_id="citizen", series_id="series"),
        ),
    ),
    "agreements": (Target(tables.Agreement, _agreement),),
    "referrals": (
        Target(tables.Referral, _same("kind", citizen_id="citizen", offering_id="offering", due_week="week")),
    ),
    "clearances": (
        Target(tables.Clearance, _same("valid_from", "valid_to", citizen_id="citizen", offering_id="offering")),
    ),
    "completions": (Target(tables.Completion, _same("completed_on", citizen_id="citizen", offering_id="offering")),),
    "tests": (Target(tables.TestResult, _same("test", "level", "tested_on", citizen_id="citizen")),),
    "goals": (Target(tables.Goal, _same("set_on", "kind", "words", citizen_id="citizen")),),
    "sub_goals": (
        Target(
            tables.SubGoal,
            _same(
                "level",
                "words",
                "by_week",
                "done",
                "set_on",
                citizen_id="citizen",
                indicator_id="indicator",
                leg_id="leg",
            ),
            "citizen_id",
        ),
    ),
}
