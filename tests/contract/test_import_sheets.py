"""The page about imports names every sheet and column that the importer reads, and no other."""

from __future__ import annotations

import re
from pathlib import Path

from scheduler.importer.checking import ALL_SHEETS
from scheduler.importer.words import COLUMNS, SHEETS

PAGE = (Path(__file__).parents[2] / "scheduler" / "importer" / "README.md").read_text(encoding="utf-8")


def test_the_page_names_every_sheet_with_its_columns_and_which_must_have_a_value() -> None:
    rows = re.findall(r"^\| `(\w+)` \| ([^|]*) \| ([^|]*) \|$", PAGE, re.MULTILINE)
    written = {name: columns.split(", ") for name, _, columns in rows}
    read = {
        name: [f"**{column}**" if field.is_required() else column for column, field in schema.model_fields.items()]
        for name, schema in ALL_SHEETS.items()
    }
    assert written == read
    assert {danish: name for name, danish, _ in rows} == SHEETS


def test_every_danish_column_leads_to_a_column_of_some_sheet() -> None:
    columns = {column for schema in ALL_SHEETS.values() for column in schema.model_fields}
    assert not [name for name in COLUMNS.values() if name not in columns]
