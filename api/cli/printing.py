"""`igang print`: everybody's week on paper, a sheet each in one PDF."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from api.cli.shared import DEFAULT_DATABASE, Database, InputError, Json, open_database, out, print_json, write_new
from api.settings import LETTERS
from catalog.database import reading, writing
from catalog.weeks import parse_week
from scheduler.audit import Entry, record
from scheduler.sheet_setting import SheetError, encode, set_sheets
from scheduler.week_sheets import read_sheets


def print_week(
    week: Annotated[str, typer.Argument(metavar="WEEK", help="A published ISO week such as 2026-W48, or next.")],
    file: Annotated[Path, typer.Option("--out", metavar="FILE", help="A new file for the PDF.")],
    as_json: Json = False,
    database: Database = DEFAULT_DATABASE,
) -> None:
    """Write a sheet of A4 for everybody who has something in a published week, as it stands."""
    engine = open_database(database)
    with reading(engine) as session:
        sheets = read_sheets(session, parse_week(week))
    try:
        made = set_sheets(encode(sheets), LETTERS)
    except SheetError as error:
        raise InputError(f"the sheets cannot be set: {error}") from error
    with writing(engine) as session:
        now = dt.datetime.now(dt.UTC)
        record(session, [Entry(None, "operator", "export", None, "export.read", "done", "command line", now)])
    write_new(file, made)
    if as_json:
        print_json({"file": str(file), "bytes": len(made), "sheets": len(sheets["citizens"])})
        return
    out.print(f"{file}: {len(sheets['citizens']):,} sheets, {len(made) / 1e6:.1f} MB", soft_wrap=True)
