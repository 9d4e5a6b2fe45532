"""Each kind of bad input is refused with its place, and nothing is written."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from catalog.database import writing
from scheduler.importer import import_files
from tests.unit.import_centre import (
    CENTRE,
    Sheets,
    centre,
    engine,
    offered,
    refused,
    with_cell,
    write_csv,
    write_xlsx,
)

__all__ = ["engine", "offered"]

BAD_CELLS = [
    ("series", 2, "offering", "motoin", "perhaps motion"),
    ("wishes", 2, "offering", "ridning", "an id of offerings"),
    ("series", 2, "meetings", "man 9:00-9:00", "is empty"),
    ("series", 2, "meetings", "man 10:00-9:00", "ends after its start"),
    ("series", 2, "meetings", "man 9:00-10:00; man 9:30-11:00", "do not overlap"),
    ("series", 2, "meetings", None, "a value"),
    ("series", 2, "meetings", "xyz 9:00-10:00", "a weekday"),
    ("series", 2, "seats", -1, "at least 0"),
    ("series", 2, "seats", "mange", "a whole number"),
    ("series", 2, "seats", 6.5, "a whole number"),
    ("series", 2, "minimum", 17, "at most the 16 seats"),
    ("series", 2, "seats", 17, "at most the 16 places of room N1"),
    ("series", 2, "room", "N9", "an id of rooms"),
    ("series", 2, "valid_to", "2026-09-01", "on or after valid_from 2026-10-05"),
    ("groups", 2, "week", "2026-W54", "a week from 1 to 53, as 2026 has"),
    ("groups", 2, "week", "uge 48", "such as 2026-W48"),
    ("groups", 2, "site", "øst", "an id of sites"),
    ("locks", 2, "week", "2027-W53", "a week from 1 to 52, as 2027 has"),
    ("locks", 2, "group", "svøm", "a group of 2026-W48"),
    ("agreements", 2, "until_week", "2026-W40", "from_week 2026-W41 or later"),
    ("agreements", 2, "why", None, "a value"),
    ("citizens", 2, "max_hours", 5, "at least min_hours 10"),
    ("citizens", 2, "min_hours", "ti", "a number"),
    ("citizens", 2, "joined", "i går", "a date such as"),
    ("citizens", 2, "most_pressing", "sind og krop", "one of the citizen's legs"),
    ("citizens", 2, "legs", "krop, sjæl", "an id of legs"),
    ("citizens", 3, "id", "B1", "row 2 has it too"),
    ("availability", 2, "end", "8:30", "a time after start"),
    ("availability", 2, "start", "8:40", "on a quarter-hour"),
    ("availability", 2, "start", "25:00", "a time of day"),
    ("availability", 3, "kind", "ferie", "'free', 'own_block' or 'external'"),
    ("wishes", 2, "strength", 6, "at most 5"),
    ("wishes", 3, "refused", "måske", "ja or nej"),
    ("contacts", 2, "citizen", "B7", "an id of citizens"),
    ("contacts", 2, "staff", "XX", "an id of staff"),
    ("keep_apart", 2, "other", "B2", "another citizen"),
    ("sites", 2, "travel", "syd tyve", "sites with minutes"),
]


def _row_with(sheet: str, row: int, column: str, value: Any) -> Sheets:
    sheets = with_cell(sheet, row, column, value)
    if (sheet, column) == ("citizens", "most_pressing"):
        sheets["citizens"][row - 1][sheets["citizens"][0].index("legs")] = "sind"
    return sheets


@pytest.mark.parametrize(("sheet", "row", "column", "value", "wanted"), BAD_CELLS)
def test_a_bad_cell_is_named_with_its_place_its_value_and_what_was_expected(
    engine: Engine, tmp_path: Path, sheet: str, row: int, column: str, value: Any, wanted: str
) -> None:
    path = write_xlsx(tmp_path / "centre.xlsx", _row_with(sheet, row, column, value))
    found = [error for error in refused(engine, path).errors if error.column == column]
    assert [(error.file, error.sheet, error.row) for error in found][:1] == [("centre.xlsx", sheet, row)]
    assert wanted in found[0].expected
    assert value is None or str(value).split(",")[-1].strip() in found[0].value


@pytest.mark.parametrize(("sheet", "row", "column", "value", "wanted"), BAD_CELLS[::6])
def test_a_bad_cell_of_a_csv_file_is_named_alike(
    engine: Engine, tmp_path: Path, sheet: str, row: int, column: str, value: Any, wanted: str
) -> None:
    paths = write_csv(tmp_path, _row_with(sheet, row, column, value))
    error = next(error for error in refused(engine, *paths).errors if error.column == column)
    assert (error.file, error.sheet, error.row) == (f"{sheet}.csv", sheet, row)
    assert wanted in error.expected


@pytest.mark.parametrize("offering", ["kost", "motion"])
def test_a_worker_with_two_groups_at_a_time_is_refused(engine: Engine, tmp_path: Path, offering: str) -> None:
    second = ["motion-2", offering, "nord", None, "KO", "tor 9:30-12:00", 10, 5, dt.date(2026, 11, 1), None]
    errors = refused(engine, write_xlsx(tmp_path / "c.xlsx", centre(series=[*CENTRE["series"], second]))).errors
    assert [(error.sheet, error.row, error.column, error.value) for error in errors] == [("series", 5, "staff", "'KO'")]
    assert "motion-1 (row 2 of series) has it tor 9:00-10:00" in errors[0].expected


def test_a_room_with_two_groups_at_a_time_is_refused(engine: Engine, tmp_path: Path) -> None:
    second = ["motion-2", "motion", "nord", "N1", "PB", "man 9:45-10:45", 10, 5, dt.date(2026, 11, 1), None]
    errors = refused(engine, write_xlsx(tmp_path / "c.xlsx", centre(series=[*CENTRE["series"], second]))).errors
    assert [(error.row, error.column, error.value) for error in errors] == [(5, "room", "'N1'")]


def test_a_worker_is_not_booked_twice_by_groups_that_follow_each_other_or_never_share_a_week(
    engine: Engine, tmp_path: Path
) -> None:
    after = ["motion-2", "motion", "nord", "N1", "KO", "man 10:00-11:00", 10, 5, dt.date(2026, 11, 1), None]
    before = ["motion-0", "motion", "nord", "N1", "KO", "man 9:00-10:00", 10, 5, "2026-08-01", "2026-10-04"]
    path = write_xlsx(tmp_path / "c.xlsx", centre(series=[*CENTRE["series"], after, before]))
    with writing(engine) as session:
        assert import_files(session, [path]).rows["series"] == 5


def test_appointments_of_a_worker_may_overlap_but_not_a_group_of_the_timetable(engine: Engine, tmp_path: Path) -> None:
    group = ["motion-2", "motion", "nord", None, "PB", "tir 10:00-11:00", 10, 5, dt.date(2026, 11, 1), None]
    errors = refused(engine, write_xlsx(tmp_path / "c.xlsx", centre(series=[*CENTRE["series"], group]))).errors
    assert {(error.row, error.column) for error in errors} == {(5, "staff")}
    assert "coach-2" in errors[0].expected


def test_a_group_of_one_week_may_not_take_a_worker_from_a_series(engine: Engine, tmp_path: Path) -> None:
    with writing(engine) as session:
        import_files(session, [write_xlsx(tmp_path / "c.xlsx", CENTRE)])
    extra = {"groups": [CENTRE["groups"][0], ["2026-W49", "ekstra", "gaahold", "syd", None, "KO", "tor 9:30-10:30", 5]]}
    errors = refused(engine, write_xlsx(tmp_path / "extra.xlsx", extra)).errors
    assert [(error.sheet, error.row, error.column) for error in errors] == [("groups", 2, "staff")]
    assert "motion-1 has it tor 9:00-10:00" in errors[0].expected


def test_all_errors_of_a_file_come_at_once_and_at_most_fifty_are_spelled_out(engine: Engine, tmp_path: Path) -> None:
    wishes = [CENTRE["wishes"][0], *([f"B{number}", "motion", 9, None] for number in range(20))]
    error = refused(engine, write_xlsx(tmp_path / "c.xlsx", centre(wishes=wishes)))
    assert error.total == 20 + 18  # Only B1 and B2 are citizens.
    assert len({one.row for one in error.errors}) == 20
    wishes += [[f"B{number}", "motion", 9, None] for number in range(20, 90)]
    error = refused(engine, write_xlsx(tmp_path / "c.xlsx", centre(wishes=wishes)))
    assert (len(error.errors), error.total) == (50, 90 + 88)
    assert str(error).endswith("and 128 more")


def test_a_row_with_a_bad_cell_is_held_to_the_other_rows_all_the_same(engine: Engine, tmp_path: Path) -> None:
    sheets = with_cell("citizens", 2, "max_hours", 2)
    sheets["citizens"][2][0] = "B1"
    sheets["series"][1][1], sheets["series"][1][6] = "brydning", -3
    error = refused(engine, write_xlsx(tmp_path / "c.xlsx", sheets))
    found = {(one.sheet, one.row, one.column) for one in error.errors}
    assert found >= {("citizens", 2, "max_hours"), ("citizens", 3, "id"), ("series", 2, "seats")}
    assert ("series", 2, "offering") in found


def test_a_column_that_no_sheet_knows_is_named_once(engine: Engine, tmp_path: Path) -> None:
    apart = [["citizen", "other", "reason"], ["B1", "B2", "Skændes"]]
    error = refused(engine, write_xlsx(tmp_path / "c.xlsx", centre(keep_apart=apart))).errors[0]
    assert (error.column, error.expected) == ("reason", "only the columns citizen, other")


def test_an_empty_town_is_refused(engine: Engine, tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "c.xlsx", {"citizens": CENTRE["citizens"][:1]})
    assert [error.expected for error in refused(engine, path).errors] == ["at least one citizen: the town is empty"]


def test_a_sheet_that_nobody_knows_is_refused(engine: Engine, tmp_path: Path) -> None:
    error = refused(engine, write_xlsx(tmp_path / "c.xlsx", centre(heste=[["id"], ["Sif"]]))).errors[0]
    assert (error.sheet, error.value) == ("heste", "'heste'")
