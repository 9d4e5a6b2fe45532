"""Reads XLSX, CSV and YAML files into rows with their places, refusing formulas and CPR numbers on the way."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from scheduler.importer.cpr import has_cpr
from scheduler.importer.errors import ErrorList, Place
from scheduler.importer.words import column_name, sheet_name
from scheduler.importer.workbooks import UnreadableFileError, read_workbook

Cells = dict[str, Any]
NO_FORMULA = "a value, not a formula"
NO_CPR = "no CPR number in any cell: use the id of your own system"


@dataclass
class Contents:
    """The rows of all files by sheet, the sheets that were there, and the whole catalogs."""

    rows: dict[str, list[tuple[Place, Cells]]] = field(default_factory=dict)
    sheets: dict[str, Place] = field(default_factory=dict)
    catalogs: list[tuple[Place, Cells]] = field(default_factory=list)
    refused: dict[str, set[str]] = field(default_factory=dict)  # ids of rows with a formula or a CPR number, by sheet


def read_files(paths: Iterable[Path], errors: ErrorList) -> Contents:
    """Read all files; what cannot be read is noted in `errors`, which is changed in place."""
    contents = Contents()
    for path in paths:
        place = Place(path.name)
        read = _READERS.get(path.suffix.lower())
        try:
            if read is None:
                raise UnreadableFileError("a file that ends with .xlsx, .csv, .yaml or .yml")
            read(path, contents, errors)
        except FileNotFoundError:
            errors.add(place, "", None, "a file that exists")
        except OSError as error:
            errors.add(place, "", None, f"a file that can be read ({error.strerror})")
        except UnreadableFileError as error:
            errors.add(place, "", None, str(error))
    return contents


def _read_xlsx(path: Path, contents: Contents, errors: ErrorList) -> None:
    tables, formulas = read_workbook(path)
    for name, table in tables.items():
        _add_table(Place(path.name, name), table, formulas.get(name, set()), contents, errors)


def _read_csv(path: Path, contents: Contents, errors: ErrorList) -> None:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableFileError("text in UTF-8: save it as CSV UTF-8") from error
    header = text.partition("\n")[0]
    try:
        table = list(csv.reader(text.splitlines(keepends=True), delimiter=";" if ";" in header else ",", strict=True))
    except csv.Error as error:
        raise UnreadableFileError(f"a whole CSV file ({error})") from error
    place = Place(path.name, path.stem)
    for number, row in enumerate(table[1:], start=2):
        if row and len(row) != len(table[0]):
            errors.add(Place(path.name, path.stem, number), "", None, f"{len(table[0])} cells, as in the header")
    _add_table(place, table, set(), contents, errors)


class _Loader(yaml.SafeLoader):
    """Reads digits after a first zero as text: they are an id, or hide a CPR number, but are never octal."""

    def construct_number(self, node: yaml.ScalarNode) -> int | str:
        """A whole number, or the text of one that begins with zero."""
        return node.value if re.match(r"0\d", node.value) else self.construct_yaml_int(node)


_Loader.add_constructor("tag:yaml.org,2002:int", _Loader.construct_number)


def _read_yaml(path: Path, contents: Contents, errors: ErrorList) -> None:
    try:
        data = yaml.load(path.read_text(encoding="utf-8-sig"), _Loader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise UnreadableFileError(f"YAML that can be read: line {line} cannot") from error
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise UnreadableFileError("YAML in UTF-8") from error
    if not isinstance(data, dict):
        raise UnreadableFileError("names of sheets, each with a list of rows")
    if "legs" in data:
        if not _find_cpr(Place(path.name), "", data, errors):
            contents.catalogs.append((Place(path.name), data))
        return
    for name, rows in data.items():
        place = Place(path.name, str(name))
        contents.sheets.setdefault(sheet_name(str(name)), place)
        if not isinstance(rows or [], list):
            errors.add(place, "", None, "a list of rows")
            continue
        for number, row in enumerate(rows or [], start=1):
            where = Place(path.name, str(name), number)
            if not isinstance(row, dict):
                errors.add(where, "", None, "names of columns, each with a value")
            elif not _find_cpr(where, "", row, errors):
                cells = {column_name(str(key)): value for key, value in row.items() if value not in (None, "")}
                contents.rows.setdefault(sheet_name(str(name)), []).append((where, cells))


def _find_cpr(place: Place, column: str, value: Any, errors: ErrorList) -> bool:
    """Whether a value, or one inside it, holds a CPR number; each is noted."""
    if isinstance(value, dict):
        inside = [_find_cpr(place, column, key, errors) for key in value]
        return any(inside + [_find_cpr(place, column or str(key), part, errors) for key, part in value.items()])
    if isinstance(value, list):
        found = [_find_cpr(place, column, part, errors) for part in value]
        return any(found)
    if has_cpr(value):
        errors.add(place, column, None, NO_CPR)
        return True
    return False


def _add_table(
    place: Place, table: Sequence[Sequence[Any]], formulas: set[tuple[int, int]], contents: Contents, errors: ErrorList
) -> None:
    """Add a sheet whose first row names its columns; rows without any value are skipped."""
    name = sheet_name(place.sheet)
    filled = [number for number, row in enumerate(table) if any(cell not in ("", None) for cell in row)]
    if not filled and not name:
        return
    contents.sheets.setdefault(name, place)
    if not filled:
        return
    head = filled[0]
    header = Place(place.file, place.sheet, head + 1)
    bad = [_bad_cell(header, f"column {number}", cell, False, errors) for number, cell in enumerate(table[head], 1)]
    if any(bad):
        return
    columns = [column_name(str(cell)) or f"column {number}" for number, cell in enumerate(table[head], 1)]
    for repeated in sorted({column for column in columns if columns.count(column) > 1}):
        errors.add(header, repeated, None, "each column once")
    for number in filled[1:]:
        where = Place(place.file, place.sheet, number + 1)
        cells = dict(zip(columns, table[number], strict=False))
        bad = [
            _bad_cell(where, column, cell, (number, position) in formulas, errors)
            for position, (column, cell) in enumerate(zip(columns, table[number], strict=False))
        ]
        kept = {column: cell for column, cell in cells.items() if cell not in ("", None)}
        if not any(bad):
            contents.rows.setdefault(name, []).append((where, kept))
        elif "id" in kept:
            contents.refused.setdefault(name, set()).add(str(kept["id"]).strip())


def _bad_cell(place: Place, column: str, cell: Any, formula: bool, errors: ErrorList) -> bool:
    if has_cpr(cell):
        errors.add(place, column, None, NO_CPR)
    elif formula or _reads_as_formula(cell):
        errors.add(place, column, cell, NO_FORMULA)
    else:
        return False
    return True


def _reads_as_formula(cell: Any) -> bool:
    """Whether a spreadsheet would calculate the text; a number with its sign, or a sign alone, is none."""
    if not isinstance(cell, str) or not cell.strip().startswith(("=", "+", "@", "-")):
        return False
    text = cell.strip()
    try:
        float(text.replace(",", "."))
    except ValueError:
        return len(text) > 1 or text in "=@"
    return False


_READERS: dict[str, Callable[[Path, Contents, ErrorList], None]] = {
    ".xlsx": _read_xlsx,
    ".csv": _read_csv,
    ".yaml": _read_yaml,
    ".yml": _read_yaml,
}
