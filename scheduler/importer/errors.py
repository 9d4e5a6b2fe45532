"""What an import found wrong: every bad cell with its place, and never a CPR number.

ValueError
    ImportErrors    some cells of some files; nothing was written
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from catalog.cells import read_text
from scheduler.importer.cpr import hide_cpr

MOST_ERRORS = 50
_MOST_CHARACTERS = 60


@dataclass(frozen=True)
class Place:
    """A row of a sheet; row 1 is the sheet's header, row 0 the sheet or file itself."""

    file: str
    sheet: str = ""
    row: int = 0


@dataclass(frozen=True)
class CellError:
    """One bad cell, row, sheet or file."""

    file: str
    sheet: str
    row: int
    column: str
    value: str
    expected: str

    def __str__(self) -> str:
        places = [self.file, self.sheet, f"row {self.row}" if self.row else "", self.column]
        found = f"found {self.value}: " if self.value else ""
        return f"{', '.join(place for place in places if place)}: {found}expected {self.expected}"


class ImportErrors(ValueError):
    """Files that cannot be imported. `errors` has the first bad places, `total` says how many there are."""

    def __init__(self, errors: tuple[CellError, ...], total: int) -> None:
        self.errors = errors
        self.total = total
        more = f"\nand {total - len(errors)} more" if total > len(errors) else ""
        super().__init__("\n".join(map(str, errors)) + more)


@dataclass
class ErrorList:
    """Collects the errors of an import, the first `MOST_ERRORS` of them with their texts."""

    errors: list[CellError] = field(default_factory=list)
    total: int = 0

    def add(self, place: Place, column: str, value: Any, expected: str) -> None:
        """Note a bad cell; CPR numbers in any of its words are hidden."""
        self.total += 1
        if len(self.errors) < MOST_ERRORS:
            shown = "" if value is None else repr(value) if isinstance(value, str) else read_text(value)
            if len(shown) > _MOST_CHARACTERS:
                shown = shown[:_MOST_CHARACTERS] + "..."
            words = map(hide_cpr, (column, shown, expected.removeprefix("expected ")))
            self.errors.append(CellError(hide_cpr(place.file), hide_cpr(place.sheet), place.row, *words))

    def refuse(self) -> None:
        """Raise `ImportErrors` where there are any."""
        if self.total:
            raise ImportErrors(tuple(self.errors), self.total)
