"""Checks what rows say about each other: that what they name exists, and that a room holds who it is meant for."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.offerings import offering_problems
from catalog.tables import Group, Indicator, Leg, Offering, Room, Series, Site, StaffMember, TargetGroup
from scheduler.importer.checking import Checked
from scheduler.importer.errors import ErrorList, Place
from scheduler.importer.promise_schemas import SHEETS
from scheduler.tables import Citizen

_KEYS: dict[str, Any] = {
    "sites": Site.id,
    "staff": StaffMember.id,
    "rooms": Room.id,
    "offerings": Offering.id,
    "series": Series.id,
    "citizens": Citizen.external_id,
    "legs": Leg.id,
    "indicators": Indicator.id,
    "target_groups": TargetGroup.code,
}


def check_references(session: Session, checked: Checked, errors: ErrorList) -> None:
    """Note every name that neither the files nor the tables know in `errors`, which is changed in place."""
    known = {name: {*session.scalars(select(key)), *checked.claimed.get(name, ())} for name, key in _KEYS.items()}
    for name, schema in SHEETS.items():
        rows = [(place, {column: getattr(row, column) for column in schema.REFERS}) for place, row in checked.of(name)]
        for place, cells in rows + checked.good_cells.get(name, []):
            for column, other in schema.REFERS.items():
                for word in _words(cells.get(column)):
                    if word not in known[other]:
                        errors.add(place, column, word, f"an id of {other}{_similar(word, known[other])}")
    _check_offerings(session, checked, known, errors)
    _check_groups_of_locks(session, checked, errors)
    _check_rooms(session, checked, errors)


def _words(value: Any) -> Iterable[str]:
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else value


def _similar(word: str, known: set[str]) -> str:
    close = get_close_matches(word, sorted(known)[:5000], n=1)
    return f", perhaps {close[0]}" if close else ""


def _check_offerings(session: Session, checked: Checked, known: dict[str, set[str]], errors: ErrorList) -> None:
    numbers = {number: key for key, number in session.execute(select(Offering.id, Offering.nr))}
    for place, row in checked.of("offerings"):
        for column, value, wanted in offering_problems(row, known["offerings"], known["legs"], known["indicators"]):
            errors.add(place, column, value, wanted)
        if numbers.setdefault(row.nr, row.id) != row.id:
            errors.add(place, "nr", row.nr, f"a number of its own: {numbers[row.nr]} has it")


def _check_groups_of_locks(session: Session, checked: Checked, errors: ErrorList) -> None:
    if not checked.of("locks"):
        return
    groups = {(week, code) for week, code in session.execute(select(Group.week, Group.code))}
    groups |= {(row.week, row.id) for _, row in checked.of("groups")}
    for place, row in checked.of("locks"):
        if (row.week, row.group) not in groups:
            errors.add(place, "group", row.group, f"a group of {row.week}")


def _check_rooms(session: Session, checked: Checked, errors: ErrorList) -> None:
    rooms = {
        key: (site, capacity) for key, site, capacity in session.execute(select(Room.id, Room.site_id, Room.capacity))
    }
    rooms |= {row.id: (row.site, row.capacity) for _, row in checked.of("rooms")}
    for name in ("series", "groups"):
        for place, row in checked.of(name):
            if row.room in rooms:
                _check_room(place, row, *rooms[row.room], errors)


def _check_room(place: Place, row: Any, site: str, capacity: int | None, errors: ErrorList) -> None:
    if site != row.site:
        errors.add(place, "room", row.room, f"a room of {row.site}: it is in {site}")
    if capacity is not None and row.seats > capacity:
        errors.add(place, "seats", row.seats, f"at most the {capacity} places of room {row.room}")
