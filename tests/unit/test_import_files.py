"""Files that cannot be read, formulas and CPR numbers are refused, and no message repeats a CPR number."""

from __future__ import annotations

import datetime as dt
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from scheduler.importer.cpr import has_cpr, hide_cpr
from scheduler.importer.errors import ErrorList
from scheduler.importer.reading import read_files
from tests.unit.import_centre import CENTRE, engine, offered, refused, with_cell, write_csv, write_xlsx

__all__ = ["engine", "offered"]

CPR = (
    "010190-1234",
    "01.01.90-1234",
    "01 01 90 - 1234",
    "010190 - 1234",
    "0101901234",
    "010190 1234",
    101901234,
    3112851234,
    "Ali (010190-1234)",
    "610190-1234",
)


def test_a_half_written_workbook_is_refused(engine: Engine, tmp_path: Path) -> None:
    whole = write_xlsx(tmp_path / "whole.xlsx", CENTRE).read_bytes()
    path = tmp_path / "centre.xlsx"
    for length in (0, 10, len(whole) // 2, len(whole) - 30):
        path.write_bytes(whole[:length])
        error = refused(engine, path).errors[0]
        assert (error.file, error.row) == ("centre.xlsx", 0)
        assert "a whole XLSX workbook" in error.expected


def test_a_workbook_with_a_damaged_part_is_refused(engine: Engine, tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "centre.xlsx", CENTRE)
    damaged = bytearray(path.read_bytes())
    middle = len(damaged) // 2
    damaged[middle : middle + 40] = bytes(40)
    path.write_bytes(damaged)
    assert refused(engine, path).errors[0].file == "centre.xlsx"


@pytest.mark.parametrize(
    ("name", "text", "wanted"),
    [
        ("citizens.csv", b"id;name\nB1;\xe6\xf8", "UTF-8"),
        ("citizens.csv", b'id;name\nB1;"Ali', "a whole CSV file"),
        ("wishes.csv", b"citizen;offering;strength\nB1;motion", "3 cells"),
        ("centre.yaml", b"citizens: [{id: B1", "line 1"),
        ("centre.yaml", b"- 1\n- 2", "names of sheets"),
        ("centre.yaml", b"citizens: Ali", "a list of rows"),
        ("centre.yaml", b"citizens: [Ali]", "names of columns"),
        ("centre.txt", b"hello", "ends with .xlsx"),
    ],
)
def test_a_file_that_is_not_what_its_name_says_is_refused(
    engine: Engine, tmp_path: Path, name: str, text: bytes, wanted: str
) -> None:
    path = tmp_path / name
    path.write_bytes(text)
    assert wanted in refused(engine, path).errors[0].expected


def test_a_file_that_is_not_there_is_refused(engine: Engine, tmp_path: Path) -> None:
    error = refused(engine, tmp_path / "nowhere.xlsx").errors[0]
    assert (error.file, error.expected) == ("nowhere.xlsx", "a file that exists")


def test_an_import_without_any_file_is_refused(engine: Engine) -> None:
    assert "at least one sheet" in refused(engine).errors[0].expected


def test_a_formula_in_a_workbook_is_refused_even_where_its_value_is_good(engine: Engine, tmp_path: Path) -> None:
    error = refused(engine, write_xlsx(tmp_path / "centre.xlsx", with_cell("series", 2, "seats", "=8+8"))).errors[0]
    assert (error.sheet, error.row, error.column, error.expected) == ("series", 2, "seats", "a value, not a formula")


@pytest.mark.parametrize("formula", ["=1+1", "+1+1", "-1+cmd", "@SUM(A1)", " =1"])
def test_a_formula_in_a_csv_file_is_refused(engine: Engine, tmp_path: Path, formula: str) -> None:
    error = refused(engine, *write_csv(tmp_path, with_cell("citizens", 2, "name", formula))).errors[0]
    assert (error.file, error.row, error.column) == ("citizens.csv", 2, "name")
    assert error.expected == "a value, not a formula"


@pytest.mark.parametrize("number", CPR)
@pytest.mark.parametrize(("sheet", "column"), [("citizens", "id"), ("citizens", "name"), ("locks", "why")])
def test_a_cpr_number_is_refused_by_its_place_and_never_repeated(
    engine: Engine, tmp_path: Path, number: Any, sheet: str, column: str
) -> None:
    error = refused(engine, write_xlsx(tmp_path / "centre.xlsx", with_cell(sheet, 2, column, number)))
    first = next(one for one in error.errors if "CPR" in one.expected)
    assert (first.sheet, first.row, first.column) == (sheet, 2, column)
    for digits in ("1234", "010190", "101901"):
        assert digits not in str(error)
        assert digits not in repr(error.errors)


def test_a_row_with_a_cpr_number_is_its_only_error_and_its_id_is_still_known(engine: Engine, tmp_path: Path) -> None:
    error = refused(engine, write_xlsx(tmp_path / "centre.xlsx", with_cell("citizens", 2, "name", "Ali 010190-1234")))
    assert [(one.sheet, one.row, one.column) for one in error.errors] == [("citizens", 2, "name")]


def test_cpr_numbers_in_headers_names_of_sheets_files_and_yaml_are_hidden(engine: Engine, tmp_path: Path) -> None:
    header = with_cell("citizens", 1, "name", "Navn 010190-1234")
    assert "CPR" in refused(engine, write_xlsx(tmp_path / "010190-1234.xlsx", header)).errors[0].expected
    sheet = {"010190-1234": [["id"], ["x"]]}
    yaml = tmp_path / "centre.yaml"
    yaml.write_text("citizens:\n- {id: B1, name: Ali}\n- id: B2\n  note: {deep: [010190-1234]}\n", encoding="utf-8")
    for path in (tmp_path / "010190-1234.xlsx", write_xlsx(tmp_path / "c.xlsx", sheet), yaml):
        assert "1234" not in str(refused(engine, path))
    places = [(error.row, error.column) for error in refused(engine, yaml).errors if "CPR" in error.expected]
    assert places == [(2, "note")]


def test_a_cpr_number_that_yaml_would_read_as_octal_is_refused(engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "centre.yaml"
    path.write_text("wishes:\n- {citizen: 0101701234, offering: motion}\n", encoding="utf-8")
    assert [(error.row, error.column) for error in refused(engine, path).errors] == [(1, "citizen")]


HARMLESS: list[Any] = ["32131234-1", "320190-1234", "011390-1234", "33 00 00 00", 20261123, 1.5, None, "12345678901"]
HARMLESS += ["23-11-2026 10:30", "23-11-26 1030", "2026-11-23 0900"]


@pytest.mark.parametrize("harmless", HARMLESS)
def test_other_numbers_are_no_cpr_numbers(harmless: Any) -> None:
    assert not has_cpr(harmless)


OTHERS = st.text(st.characters(exclude_categories=["Nd"]))


@given(st.dates(), st.integers(0, 9999), st.sampled_from(["", "-", " "]), OTHERS)
def test_whatever_stands_around_it_a_cpr_number_is_found_and_hidden(
    date: dt.date, last: int, dash: str, around: str
) -> None:
    number = f"{date:%d%m%y}{dash}{last:04}"
    assert has_cpr(around + number + around)
    assert number not in hide_cpr(around + number + around)


DAMAGE = st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), min_size=1, max_size=5)


@given(DAMAGE, st.sampled_from(["xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/worksheets/sheet4.xml", ""]))
def test_a_workbook_with_any_damage_is_read_or_refused_but_never_breaks(
    tmp_path_factory: pytest.TempPathFactory, damage: list[tuple[int, int]], part: str
) -> None:
    path = write_xlsx(tmp_path_factory.mktemp("damage") / "centre.xlsx", CENTRE)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    target = bytearray(parts.get(part) or path.read_bytes())
    for position, value in damage:
        target[position % len(target)] = value
    if part:
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in {**parts, part: bytes(target)}.items():
                archive.writestr(name, content)
    else:
        path.write_bytes(target)
    errors = ErrorList()
    contents = read_files([path], errors)
    assert errors.total or contents.sheets
