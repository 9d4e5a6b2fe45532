"""Imports a centre's files, all of them or nothing: XLSX workbooks, CSV files (a sheet each) and YAML.

Files are read into rows, each row is checked alone, then against the others and the tables, and only when nothing is
wrong are they written. A sheet about citizens replaces what the citizens it names had of that kind.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.orm import Session

from scheduler.importer.bookings import check_bookings
from scheduler.importer.checking import check_rows
from scheduler.importer.durations import check_durations
from scheduler.importer.errors import CellError, ErrorList, ImportErrors
from scheduler.importer.reading import read_files
from scheduler.importer.references import check_references
from scheduler.importer.storing import store_rows

__all__ = ["CellError", "ImportErrors", "ImportReport", "import_files"]


@dataclass(frozen=True)
class ImportReport:
    """What an import brought: the files and the number of rows by sheet."""

    files: tuple[str, ...]
    rows: dict[str, int]


def import_files(session: Session, paths: Iterable[Path]) -> ImportReport:
    """Import files into the tables. The caller commits.

    Raises
    ------
    ImportErrors
        Something in the files is wrong; every bad place is in it, and nothing was written.
    """
    files = tuple(paths)
    errors = ErrorList()
    checked = check_rows(read_files(files, errors), errors)
    check_references(session, checked, errors)
    check_bookings(session, checked, errors)
    check_durations(session, checked, errors)
    errors.refuse()
    store_rows(session, checked)
    counts = {name: len(rows) for name, rows in sorted(checked.rows.items())}
    for catalog in checked.catalogs:
        counts["offerings"] = counts.get("offerings", 0) + len(catalog.offerings)
    return ImportReport(tuple(path.name for path in files), counts)
