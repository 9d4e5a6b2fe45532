"""Reads the sheets of an XLSX file and finds the cells that hold formulas."""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any
from xml.etree import ElementTree

from python_calamine import CalamineError, CalamineWorkbook

MOST_BYTES = 500_000_000
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s>/]")


WHOLE = "a whole XLSX workbook: save it again and close it first"
# What reading a damaged archive or part can raise, from its outermost layer to its innermost.
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    NotImplementedError,
    RuntimeError,
    EOFError,
    struct.error,
    UnicodeDecodeError,
    ElementTree.ParseError,
    LookupError,
    CalamineError,
)


class UnreadableFileError(ValueError):
    """A file that cannot be read as what its name says; the message says what was expected."""


def read_workbook(path: Path) -> tuple[dict[str, list[list[Any]]], dict[str, set[tuple[int, int]]]]:
    """The cells of each sheet, row by row from its first row and column, and where its formulas are, as (row, column).

    Empty cells are empty texts; positions count from 0.

    Raises
    ------
    UnreadableFileError
        The file is no whole workbook, or larger than any centre's.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(part.file_size for part in archive.infolist()) > MOST_BYTES:
                raise UnreadableFileError(f"a workbook of at most {MOST_BYTES // 1_000_000} MB")
            if archive.testzip() is not None:
                raise UnreadableFileError(WHOLE)
            formulas = {name: set(_formulas(archive.read(part))) for name, part in _sheet_parts(archive)}
        workbook = CalamineWorkbook.from_path(str(path))
        names = workbook.sheet_names
        return {name: workbook.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in names}, formulas
    except _DAMAGE as error:
        raise UnreadableFileError(WHOLE) from error


def _sheet_parts(archive: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    targets = {}
    for relation in _parse(archive.read("xl/_rels/workbook.xml.rels")):
        target = relation.attrib["Target"]
        targets[relation.attrib["Id"]] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    for element in _parse(archive.read("xl/workbook.xml")).iter():
        if _local(element.tag) == "sheet":
            key = next((value for name, value in element.attrib.items() if name.endswith("}id")), "")
            yield element.attrib["name"], str(PurePosixPath(targets[key]))


def _formulas(xml: bytes) -> Iterator[tuple[int, int]]:
    if not _FORMULA.search(xml):
        return
    for cell in _parse(xml).iter():
        if _local(cell.tag) == "c" and any(_local(part.tag) == "f" for part in cell):
            yield _position(cell.attrib["r"])


def _parse(xml: bytes) -> ElementTree.Element:
    if b"<!DOCTYPE" in xml:  # Spreadsheets declare no entities; a file that does may be made to exhaust memory.
        raise UnreadableFileError("a workbook without document type declarations")
    return ElementTree.fromstring(xml)


def _local(tag: str) -> str:
    return tag.rsplit("}", 1)[-1]


def _position(reference: str) -> tuple[int, int]:
    letters = reference.rstrip("0123456789")
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(reference[len(letters) :]) - 1, column - 1
