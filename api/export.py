"""A run, or the published week as it stands, as a workbook or as comma-separated values."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import xlsxwriter
from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.tables import Group, Offering, Site
from scheduler.stored import clock, shown_meetings, shown_plans
from scheduler.summary import summarize
from scheduler.tables import Run

Cell = str | int
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


class Sheet(NamedTuple):
    """One table of the export."""

    name: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[Cell, ...]]


def read_export(session: Session, run: Run) -> list[Sheet]:
    """Read the meetings of everybody's plan, the groups and those below their hours."""
    meetings = [
        (m.citizen, m.date.isoformat(), clock(m.start), clock(m.end), m.offering, m.group, m.site, m.room, m.staff)
        for m in shown_meetings(session, run)
    ]
    below = [tuple(person.values()) for person in summarize(session, run)["below_minimum"]]
    return [
        Sheet("meetings", ("citizen", "date", "start", "end", "offering", "group", "site", "room", "staff"), meetings),
        Sheet("groups", ("group", "offering", "site", "seats", "minimum", "taken", "free"), _groups(session, run)),
        Sheet("below their hours", ("citizen", "reason", "rule", "minutes short", "exchange tried"), below),
    ]


def _groups(session: Session, run: Run) -> list[tuple[Cell, ...]]:
    taken = Counter(group for _, group in session.execute(shown_plans(run)))
    rows = session.execute(
        select(Group.id, Group.code, Offering.da, Site.name, Group.seats, Group.minimum)
        .join(Offering, Offering.id == Group.offering_id)
        .join(Site, Site.id == Group.site_id)
        .where(Group.week == run.week)
        .order_by(Group.code)
    )
    return [
        (code, offering, site, seats, minimum, taken[key], seats - taken[key])
        for key, code, offering, site, seats, minimum in rows
    ]


def write_workbook(sheets: Sequence[Sheet], file: Path) -> None:
    """Write every sheet; text is written as text, so that no cell becomes a formula."""
    with xlsxwriter.Workbook(file, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        bold = book.add_format({"bold": True})
        for sheet in sheets:
            page = book.add_worksheet(sheet.name)
            page.freeze_panes(1, 0)
            page.write_row(0, 0, sheet.columns, bold)
            for number, row in enumerate(sheet.rows, start=1):
                page.write_row(number, 0, row)
            page.autofilter(0, 0, max(1, len(sheet.rows)), len(sheet.columns) - 1)
            page.set_column(0, len(sheet.columns) - 1, 18)


def write_csv(sheets: Sequence[Sheet], file: Path) -> None:
    """Write the meetings; a text that a spreadsheet would take for a formula gets an apostrophe."""
    with file.open("w", encoding="utf-8-sig", newline="") as target:
        writer = csv.writer(target)
        writer.writerow(sheets[0].columns)
        writer.writerows([[_harmless(cell) for cell in row] for row in sheets[0].rows])


WRITERS: dict[str, Callable[[Sequence[Sheet], Path], None]] = {".xlsx": write_workbook, ".csv": write_csv}


def _harmless(cell: Cell) -> Cell:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA_STARTS) else cell
