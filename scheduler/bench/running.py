"""Lets a cell be measured in a process of its own, so that its peak memory is its own and no cell ends the others."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence

from scheduler.bench.cell import Row
from scheduler.bench.plan import Cell
from solver.solution import Progress, Round


class CellFailedError(RuntimeError):
    """A cell's process ended without a row; the message says how."""


def run(cell: Cell, progress: Progress) -> Row:
    """Measure a cell; `progress` hears of every round.

    Raises
    ------
    CellFailedError
        Its process ended without a row.
    """
    command = [sys.executable, "-m", "scheduler.bench.child", str(os.getpid()), cell.model_dump_json()]
    with (
        tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as complaints,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=complaints, encoding="utf-8") as child,
    ):
        assert child.stdout is not None
        try:
            for line in child.stdout:
                message = json.loads(line)
                if "row" in message:
                    row: Row = message["row"]
                    return row
                progress(Round(**message["round"]))
        finally:
            child.kill()
        code = child.wait()
        complaints.seek(0)
        last = [*complaints.read().splitlines(), "no word of why"][-1]
    killed = " (killed; perhaps there was too little memory)" if code == -9 else ""
    raise CellFailedError(f"its process ended with code {code}{killed}: {last}")


def seconds_left(cells: Sequence[Cell], done: Sequence[Row]) -> float:
    """How long the cells to come take: their limits, and what drawing and counting took for each citizen so far."""
    extra = sum(row["whole_seconds"] - row["cell"]["seconds"] for row in done)
    citizens = sum(row["cell"]["citizens"] for row in done)
    total: float = sum(cell.seconds + cell.citizens * extra / max(1, citizens) for cell in cells)
    return total
