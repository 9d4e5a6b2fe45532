"""Put the town's sites, staff, rooms and series into the tables."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

import numpy as np
from sqlalchemy.orm import Session

from catalog.tables import Room, Series, SeriesMeeting, SeriesStaff, Site, SiteTravel, StaffHours, StaffMember
from catalog.weeks import monday_of
from scheduler.town.columns import insert_columns, insert_tuples
from scheduler.town.draws import stream, town_rules
from scheduler.town.making import Town
from scheduler.town.timetable import Draft


class Running(NamedTuple):
    """When a series began, and when it ends if it does."""

    start: dt.date
    end: dt.date | None


def insert_centre(session: Session, town: Town, lasts: list[tuple[int, str]]) -> dict[str, Running]:
    """Insert everything but the citizens.

    Parameters
    ----------
    lasts
        By offering position: the weeks of a course, and how it takes in.

    Returns
    -------
    The dates of every series by its code.
    """
    _insert_sites(session, town)
    _insert_staff(session, town)
    rooms = sorted(town.resources.rooms.items())
    sites = town.facts.centre.site
    insert_columns(
        session,
        Room,
        id=[name for name, _ in rooms],
        name=[f"{kind.capitalize()} {int(name.rsplit('-', 1)[1])}" for name, (kind, _) in rooms],
        site_id=[sites[site] for _, (_, site) in rooms],
        type=[kind for _, (kind, _) in rooms],
    )
    dates = _dates(town, lasts)
    _insert_series(session, town.drafts, town, dates)
    return dates


def _insert_sites(session: Session, town: Town) -> None:
    names, centre = town_rules()["sites"]["names"], town.facts.centre
    turns = [
        f"{names[number % len(names)]}{f' {number // len(names) + 1}' * (number >= len(names))}"
        for number in range(len(centre.site))
    ]
    insert_columns(session, Site, id=list(centre.site), name=turns)
    start, end = np.nonzero(~np.eye(len(centre.site), dtype=np.bool_))
    insert_columns(
        session,
        SiteTravel,
        from_site_id=[centre.site[place] for place in start.tolist()],
        to_site_id=[centre.site[place] for place in end.tolist()],
        minutes=centre.travel[start, end],
    )


def _insert_staff(session: Session, town: Town) -> None:
    rules, staff = town_rules()["people"], sorted(town.resources.staff.items())
    random = stream(town.beginning.seed, "staff names")
    first = random.integers(len(rules["first_names"]), size=len(staff)).tolist()
    last = random.integers(len(rules["last_names"]), size=len(staff)).tolist()
    insert_columns(
        session,
        StaffMember,
        id=[name for name, _ in staff],
        name=[f"{rules['first_names'][a]} {rules['last_names'][b]}" for a, b in zip(first, last, strict=True)],
        role=[role for _, (role, _) in staff],
        site_id=[town.facts.centre.site[site] for _, (_, site) in staff],
    )
    hours = [(name, *block) for name, blocks in sorted(town.resources.hours.items()) for block in blocks]
    insert_tuples(session, StaffHours, ("staff_id", "day", "start_min", "end_min"), hours)


def _dates(town: Town, lasts: list[tuple[int, str]]) -> dict[str, Running]:
    """Let new series begin this week, and running ones as many weeks ago as their course and intake allow."""
    random, monday = stream(town.beginning.seed, "begun"), monday_of(town.facts.week)
    dates = {}
    for draft, drawn in zip(town.drafts, random.integers(1 << 30, size=len(town.drafts)).tolist(), strict=True):
        length, intake = lasts[draft.offering]
        every = _interval(intake)
        if not draft.running:
            ago = 8 if draft.appointment else 0
        elif draft.open:
            ago = every or 8
        else:
            ago = 1 + drawn % max(1, min(length, every or length) - 1)
        start = monday - dt.timedelta(weeks=ago)
        is_course = town.facts.centre.offering.kind[draft.offering] == "course"
        dates[draft.code] = Running(start, start + dt.timedelta(days=7 * length - 1) if is_course else None)
    return dates


def _interval(intake: str) -> int:
    return int(intake.split("_")[1]) if intake.startswith("every_") else 0


def _insert_series(session: Session, drafts: list[Draft], town: Town, dates: dict[str, Running]) -> None:
    centre = town.facts.centre
    insert_columns(
        session,
        Series,
        id=[draft.code for draft in drafts],
        offering_id=[centre.offering.id[draft.offering] for draft in drafts],
        site_id=[centre.site[draft.site] for draft in drafts],
        room_id=[draft.room for draft in drafts],
        seats=[draft.seats for draft in drafts],
        minimum=[draft.minimum for draft in drafts],
        appointment=[draft.appointment for draft in drafts],
        valid_from=[dates[draft.code].start for draft in drafts],
        valid_to=[dates[draft.code].end for draft in drafts],
    )
    meetings = [(draft.code, *time) for draft in drafts for time in draft.times]
    insert_tuples(session, SeriesMeeting, ("series_id", "day", "start_min", "end_min"), meetings)
    held = [(draft.code, name) for draft in drafts for name in draft.staff]
    insert_tuples(session, SeriesStaff, ("series_id", "staff_id"), held)
