"""A small centre as its staff would keep it, written to real workbooks and CSV files."""

from __future__ import annotations

import csv
import datetime as dt
import shutil
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from sqlalchemy import Engine

from catalog.database import make_engine, writing
from catalog.offerings import load_offerings
from catalog.tables import Base
from scheduler.importer import ImportErrors, import_files

Sheets = dict[str, list[list[Any]]]

CENTRE: Sheets = {
    "sites": [["id", "name", "travel"], ["nord", "Nordre", "syd 20"], ["syd", "Søndre", None]],
    "staff": [
        ["id", "name", "role", "site", "hours"],
        ["KO", "Karen Olsen", "motionsinstruktør", "nord", "man 8:30-16:00; tor 8:30-16:00"],
        ["PB", "Per Bang", "coach", "nord", None],
    ],
    "rooms": [["id", "site", "type", "capacity"], ["N1", "nord", "sal", 16], ["N2", "nord", "samtalerum", 2]],
    "series": [
        ["id", "offering", "site", "room", "staff", "meetings", "seats", "minimum", "valid_from", "valid_to"],
        ["motion-1", "motion", "nord", "N1", "KO", "man 9:00-10:00; tor 9:00-10:00", 16, 6, dt.date(2026, 10, 5), None],
        ["coach-1", "coaching", "nord", "N2", "PB", "tir 9:00-10:00", 1, 0, "05-10-2026", "31.12.2026"],
        ["coach-2", "coaching", "nord", "N2", "PB", "tir 9:30-10:30", 1, 0, "2026-10-05", None],
    ],
    "groups": [
        ["week", "id", "offering", "site", "room", "staff", "meetings", "seats"],
        ["2026-W48", "gåtur", "gaahold", "syd", None, "KO", "ons 13-14", 12],
    ],
    "citizens": [
        [
            "id",
            "name",
            "home_site",
            "joined",
            "min_hours",
            "max_hours",
            "energy",
            "daily_limit",
            "legs",
            "most_pressing",
        ],
        ["B1", "Ali", "nord", dt.date(2026, 1, 5), 10, 20, 8, 2, "krop, sind", "krop"],
        ["B2", "Bo", "syd", dt.date(2026, 2, 2), "7,5", 15, 6, 2, "krop", None],
    ],
    "availability": [
        ["citizen", "day", "start", "end", "kind", "week"],
        ["B1", "mandag", "8:30", "16:00", "free", None],
        ["B1", "man", "12:00", "12:30", "own_block", None],
        ["B2", "tor", "9:00", "12:00", "external", "2026-W48"],
    ],
    "wishes": [["citizen", "offering", "strength", "refused"], ["B1", "motion", 5, None], ["B2", "coaching", -5, "ja"]],
    "contacts": [["citizen", "role", "staff"], ["B1", "coach", "PB"]],
    "locks": [
        ["citizen", "week", "group", "locked_by", "why"],
        ["B2", "2026-W48", "gåtur", "Karen Olsen", "Aftalt i telefonen"],
    ],
    "agreements": [
        ["citizen", "offering", "from_week", "until_week", "why"],
        ["B1", "motion", "2026-W41", "2026-W50", "Bedre søvn"],
    ],
    "keep_apart": [["citizen", "other"], ["B2", "B1"]],
}


@pytest.fixture(scope="session")
def offered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with the offerings and nothing else, made once and copied."""
    path = tmp_path_factory.mktemp("offered") / "igang.db"
    made = make_engine(f"sqlite:///{path}")
    Base.metadata.create_all(made)
    with writing(made) as session:
        load_offerings(session)
    made.dispose()
    return path


@pytest.fixture
def engine(offered: Path, tmp_path: Path) -> Iterator[Engine]:
    """A database of its own with the offerings."""
    made = make_engine(f"sqlite:///{shutil.copy(offered, tmp_path / 'igang.db')}")
    yield made
    made.dispose()


def centre(**changes: list[list[Any]]) -> Sheets:
    """The centre with some sheets replaced."""
    return {**deepcopy(CENTRE), **changes}


def with_cell(sheet: str, row: int, column: str, value: Any) -> Sheets:
    """The centre with one other cell; row 2 is the first below the header, as in a spreadsheet."""
    changed = deepcopy(CENTRE)
    changed[sheet][row - 1][changed[sheet][0].index(column)] = value
    return changed


def write_xlsx(path: Path, sheets: Sheets) -> Path:
    """Write a workbook; values that begin with `=` become formulas."""
    with xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy-mm-dd"}) as book:
        for name, rows in sheets.items():
            page = book.add_worksheet(name)
            for number, row in enumerate(rows):
                page.write_row(number, 0, row)
    return path


def write_csv(folder: Path, sheets: Sheets, delimiter: str = ";") -> list[Path]:
    """Write a CSV file a sheet, as a Danish spreadsheet program does."""
    paths = []
    for name, rows in sheets.items():
        path = folder / f"{name}.csv"
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file, delimiter=delimiter).writerows([["" if v is None else v for v in row] for row in rows])
        paths.append(path)
    return paths


def refused(engine: Engine, *paths: Path) -> ImportErrors:
    """Import files that must be refused, and give back why; checks that nothing was written."""
    before = _count(engine)
    with pytest.raises(ImportErrors) as caught, writing(engine) as session:
        import_files(session, paths)
    assert _count(engine) == before
    return caught.value


def _count(engine: Engine) -> dict[str, int]:
    with engine.connect() as connection:
        return {
            name: connection.exec_driver_sql(f"SELECT count(*) FROM {name}").scalar_one()
            for name in Base.metadata.tables
        }
