"""What a person sees while a benchmark runs: which cell of how many, how its gap closes, and how long it will take."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol

from rich.console import Console
from rich.live import Live
from rich.table import Table

from api.cli.live import LINE_EVERY_SECONDS, points
from scheduler.bench.cell import Row
from scheduler.bench.plan import Cell
from scheduler.bench.running import seconds_left
from solver.solution import Round

MINUTE = 60


class Show(Protocol):
    """Tells of a cell: nothing is known of it yet, or the state after a round."""

    def __call__(self, cell: Cell, state: Round | None) -> None:
        """Show it."""


@dataclass
class Progress:
    """A benchmark that goes on."""

    cells: Sequence[Cell]
    done: Mapping[Cell, Row]  # Grows while it goes on.
    began: float = field(default_factory=time.monotonic)  # of the present cell

    def place(self, cell: Cell) -> str:
        """Which cell of how many."""
        return f"{self.cells.index(cell) + 1} of {len(self.cells)}"

    def left(self) -> str:
        """How long it will take from now on, in words."""
        to_come = [cell for cell in self.cells if cell not in self.done]
        seconds = seconds_left(to_come, list(self.done.values())) - (time.monotonic() - self.began)
        return "less than a minute" if seconds < MINUTE else f"about {round(seconds / MINUTE)} min"


@contextmanager
def bench_progress(console: Console, progress: Progress) -> Iterator[Show]:
    """Show each round: on a terminal in place, elsewhere as a line every few seconds."""
    if not console.is_terminal:
        yield _lines(console, progress)
        return
    with Live(console=console, refresh_per_second=4, transient=True) as live:

        def show(cell: Cell, state: Round | None) -> None:
            if state is None:
                progress.began = time.monotonic()
            live.update(_table(progress, cell, state))

        yield show


def said(cell: Cell) -> str:
    """A cell in words."""
    return f"{cell.citizens:,} citizens, tightness {cell.tightness:g}, {cell.seconds:g} s, seed {cell.seed}"


def _lines(console: Console, progress: Progress) -> Show:
    last = 0.0

    def show(cell: Cell, state: Round | None) -> None:
        nonlocal last
        if state is None:
            progress.began = last = time.monotonic()
            console.print(f"{progress.place(cell)}: {said(cell)}; {progress.left()} to go", soft_wrap=True)
        elif time.monotonic() - last >= LINE_EVERY_SECONDS:
            last = time.monotonic()
            console.print(
                f"  {state.seconds:6.1f} s  bound {points(state.bound)}  best {points(state.objective)}  "
                f"gap {_gap(state)}  {progress.left()} to go",
                soft_wrap=True,
            )

    return show


def _table(progress: Progress, cell: Cell, state: Round | None) -> Table:
    title = f"{progress.place(cell)}: {said(cell)}; {progress.left()} to go (Ctrl-C: stop and keep what is measured)"
    table = Table(title=title, title_justify="left")
    for name in ("doing", "bound", "best plan", "gap", "seconds"):
        table.add_column(name, justify="left" if name == "doing" else "right")
    if state is None:
        table.add_row("making the town", "-", "-", "-", "-")
    else:
        table.add_row(state.phase, points(state.bound), points(state.objective), _gap(state), f"{state.seconds:.1f}")
    return table


def _gap(state: Round) -> str:
    return "-" if state.gap_percent is None else f"{state.gap_percent:.3f} %"
