"""The rows of a benchmark in their file: one line of JSON a cell, on the disk before the next cell begins."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from scheduler.bench.cell import Row
from scheduler.bench.plan import BenchmarkError, Cell

NEEDED = ("cell", "version", "week_hash", "gap_percent", "course", "peak_mb")


def read_rows(file: Path) -> list[Row]:
    """Every row of the file, oldest first. A last line without its end was being written: it is left out.

    Raises
    ------
    BenchmarkError
        The file cannot be read, or a line of it is no row.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError) as error:
        raise BenchmarkError(file, "file", str(error), "a file of rows that can be read") from error
    whole = text[: text.rfind("\n") + 1]
    return [_row(file, number, line) for number, line in enumerate(whole.splitlines(), 1)]


def _row(file: Path, number: int, line: str) -> Row:
    try:
        row: Row = json.loads(line)
        Cell.model_validate(row["cell"])
        missing = [name for name in NEEDED if name not in row]
    except (ValueError, KeyError, TypeError) as error:
        raise BenchmarkError(file, f"line {number}", line[:60], "a row that igang bench has written") from error
    if missing:
        raise BenchmarkError(file, f"line {number}", line[:60], f"a row with {missing[0]}")
    return row


class Rows:
    """The file while a benchmark writes it."""

    def __init__(self, target: int) -> None:
        self._target = target

    def append(self, row: Row) -> None:
        """Write one row and wait until it is on the disk."""
        os.write(self._target, (json.dumps(row) + "\n").encode())
        os.fsync(self._target)


@contextmanager
def writing_rows(file: Path) -> Iterator[Rows]:
    """Open the file for one benchmark at a time; what a stopped one has left half written is taken away.

    Raises
    ------
    BenchmarkError
        The file cannot be written, or another benchmark writes it.
    """
    try:
        target = os.open(file, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
    except OSError as error:
        raise BenchmarkError(file, "file", error.strerror, "a file that can be written") from error
    try:
        _lock(file, target)
        os.ftruncate(target, file.read_bytes().rfind(b"\n") + 1)
        yield Rows(target)
    finally:
        os.close(target)


def _lock(file: Path, target: int) -> None:
    try:
        fcntl.flock(target, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise BenchmarkError(file, "file", "another benchmark that writes it", "only one at a time") from error


def newest(rows: Sequence[Row], version: str) -> dict[Cell, Row]:
    """The newest row of each cell that was measured with a version."""
    return {Cell.model_validate(row["cell"]): row for row in rows if row["version"] == version}
