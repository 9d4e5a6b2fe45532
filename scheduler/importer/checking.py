"""Checks rows one by one against their sheet's schema, and that no sheet has a row twice."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from catalog.cells import read_text
from catalog.offerings import Catalog, OfferingIn
from scheduler.importer.errors import ErrorList, Place
from scheduler.importer.promise_schemas import SHEETS
from scheduler.importer.reading import Cells, Contents
from scheduler.importer.schemas import RowIn

ALL_SHEETS: dict[str, type[BaseModel]] = {"offerings": OfferingIn, **SHEETS}
_NESTED = {"offerings": {"group_size", "people", "trains"}}  # words of YAML that become columns of their own


@dataclass
class Checked:
    """The good rows by sheet, the good cells of the others, the whole catalogs, and the ids that all rows claim."""

    rows: dict[str, list[tuple[Place, Any]]] = field(default_factory=dict)
    good_cells: dict[str, list[tuple[Place, dict[str, Any]]]] = field(default_factory=dict)  # of rows with a bad one
    catalogs: list[Catalog] = field(default_factory=list)
    claimed: dict[str, set[str]] = field(default_factory=dict)

    def of(self, sheet: str) -> list[tuple[Place, Any]]:
        """The good rows of a sheet."""
        return self.rows.get(sheet, [])


def check_rows(contents: Contents, errors: ErrorList) -> Checked:
    """Check every row; what is wrong is noted in `errors`, which is changed in place."""
    checked = Checked(claimed={name: set(ids) for name, ids in contents.refused.items()})
    for place, cells in contents.catalogs:
        _check_catalog(place, cells, checked, errors)
    for name, place in contents.sheets.items():
        if name not in ALL_SHEETS:
            errors.add(place, "", place.sheet, "a sheet called " + ", ".join(sorted(ALL_SHEETS)))
            continue
        rows = contents.rows.get(name, [])
        if name == "citizens" and not rows and not contents.refused.get(name):
            errors.add(place, "", None, "at least one citizen: the town is empty")
        _check_columns(name, rows, errors)
        for row_place, row in rows:
            _check_row(name, row_place, row, checked, errors)
        _check_keys(name, checked, errors)
    if not contents.sheets and not contents.catalogs and not errors.total:
        errors.add(Place("import"), "", None, "at least one sheet with rows")
    return checked


def _check_columns(name: str, rows: list[tuple[Place, Cells]], errors: ErrorList) -> None:
    """Note each unknown column once, at its first row, and take it out of the rows."""
    known = {*ALL_SHEETS[name].model_fields, *_NESTED.get(name, ())}
    seen: set[tuple[str, str]] = set()
    for place, cells in rows:
        for column in [column for column in cells if column not in known]:
            value = cells.pop(column)
            if (place.file, column) not in seen:
                seen.add((place.file, column))
                errors.add(place, column, value, "only the columns " + ", ".join(ALL_SHEETS[name].model_fields))


def _check_row(name: str, place: Place, cells: Cells, checked: Checked, errors: ErrorList) -> None:
    if "id" in cells:
        checked.claimed.setdefault(name, set()).add(read_text(cells["id"]))
    try:
        row = ALL_SHEETS[name].model_validate(cells)
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            column = str(detail["loc"][0]) if detail["loc"] else ""
            errors.add(place, column, cells.get(column), expected(detail))
        checked.good_cells.setdefault(name, []).append((place, _good_cells(ALL_SHEETS[name], cells)))
    else:
        checked.rows.setdefault(name, []).append((place, row))


def _good_cells(schema: type[BaseModel], cells: Cells) -> dict[str, Any]:
    """The cells of a bad row that are good by themselves, as their columns read them."""
    good: dict[str, Any] = {}
    for column in cells.keys() & schema.model_fields.keys():
        field_info = schema.model_fields[column]
        kind: Any = field_info.annotation
        if field_info.metadata:
            kind = Annotated[(kind, *field_info.metadata)]
        with suppress(ValidationError):
            good[column] = TypeAdapter(kind).validate_python(cells[column])
    return good


def _check_keys(name: str, checked: Checked, errors: ErrorList) -> None:
    schema = ALL_SHEETS[name]
    key = schema.KEY if issubclass(schema, RowIn) else ("id",)
    keyed = [(place, row.key() if isinstance(row, RowIn) else (row.id,)) for place, row in checked.of(name)]
    bad = checked.good_cells.get(name, [])
    keyed += [(place, tuple(cells[column] for column in key)) for place, cells in bad if cells.keys() >= set(key)]
    first: dict[tuple[Any, ...], Place] = {}
    for place, words in sorted(keyed, key=lambda found: (found[0].file, found[0].row)):
        other = first.setdefault(words, place)
        if other is not place:
            named = next((column for column in ("id", "citizen") if column in key), key[0])
            where = f"row {other.row}" + (f" of {other.file}" if other.file != place.file else "")
            errors.add(place, named, words[key.index(named)], f"each {' and '.join(key)} once: {where} has it too")


def _check_catalog(place: Place, cells: Cells, checked: Checked, errors: ErrorList) -> None:
    for name in ("offerings", "legs", "indicators", "target_groups"):
        part = cells.get(name) or []
        ids = part if isinstance(part, dict) else [row.get("id") for row in part if isinstance(row, dict)]
        checked.claimed.setdefault(name, set()).update(map(str, ids))
    try:
        checked.catalogs.append(Catalog.model_validate(cells))
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            words: tuple[int | str, ...] = (*detail["loc"], "", "")
            sheet, rest = words[0], words[1:]
            number = rest[0] + 1 if isinstance(rest[0], int) else 0
            column = ".".join(str(part) for part in (rest[1:] if number else rest) if part != "")
            value = detail["input"] if isinstance(detail["input"], str | int | float) else None
            errors.add(Place(place.file, str(sheet), number), column, value, expected(detail))


def expected(detail: ErrorDetails) -> str:
    """What a cell should have held, in words for people."""
    context = detail.get("ctx", {})
    match detail["type"]:
        case "value_error":
            return str(context["error"])
        case "missing" | "string_too_short" | "too_short":
            return "a value"
        case "greater_than_equal":
            return f"at least {context['ge']}"
        case "less_than_equal":
            return f"at most {context['le']}"
        case "greater_than":
            return f"more than {context['gt']}"
        case "literal_error":
            return str(context["expected"])
        case "extra_forbidden":
            return "no such field"
        case "int_type" | "int_parsing" | "int_from_float":
            return "a whole number"
        case "float_type" | "float_parsing":
            return "a number"
        case _:
            return detail["msg"]
