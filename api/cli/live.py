"""What a person sees while a week is planned, and Ctrl-C as a wish to stop at the end of the round."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from rich.console import Console
from rich.live import Live
from rich.table import Table

from scheduler.figures import in_points
from solver.solution import Progress, Round

LINE_EVERY_SECONDS = 5.0
NO_BOUND_YET = 2**60


class StopWish:
    """Whether somebody pressed Ctrl-C; calling it is the solver's question."""

    def __init__(self) -> None:
        self.is_pressed = False

    def __call__(self) -> bool:
        return self.is_pressed


@contextmanager
def ctrl_c_stops() -> Iterator[StopWish]:
    """Let the first Ctrl-C end the run at the end of its round, and the second end the program."""
    wish = StopWish()

    def press(_number: int, _frame: FrameType | None) -> None:
        wish.is_pressed = True
        signal.signal(signal.SIGINT, before)

    before = signal.signal(signal.SIGINT, press)
    try:
        yield wish
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def live_progress(console: Console, citizens: int) -> Iterator[Progress]:
    """Show each round: on a terminal in place, elsewhere as a line every few seconds."""
    if not console.is_terminal:
        yield _lines(console, citizens)
        return
    with Live(console=console, refresh_per_second=4, transient=True) as live:
        yield lambda state: live.update(_table(state, citizens))


def _lines(console: Console, citizens: int) -> Progress:
    last = -LINE_EVERY_SECONDS

    def show(state: Round) -> None:
        nonlocal last
        if time.monotonic() - last >= LINE_EVERY_SECONDS:
            last = time.monotonic()
            gap = "-" if state.gap_percent is None else f"{state.gap_percent:.3f} %"
            console.print(
                f"{state.seconds:6.1f} s  round {state.number:4}  {state.phase:<12} "
                f"bound {points(state.bound)}  best {points(state.objective)}  gap {gap}  "
                f"planned {state.planned:,}/{citizens:,}",
                soft_wrap=True,
            )

    return show


def _table(state: Round, citizens: int) -> Table:
    table = Table(title="Planning (Ctrl-C: stop after this round and keep the best plan)", title_justify="left")
    for name in ("round", "doing", "bound", "best plan", "gap", "citizens planned", "seconds"):
        table.add_column(name, justify="left" if name == "doing" else "right")
    table.add_row(
        str(state.number),
        state.phase,
        points(state.bound),
        points(state.objective),
        "-" if state.gap_percent is None else f"{state.gap_percent:.3f} %",
        f"{state.planned:,} of {citizens:,}",
        f"{state.seconds:.1f}",
    )
    return table


def points(micro: int | None) -> str:
    """A value in whole points, or a dash as long as nothing is known."""
    return "-" if micro is None or micro >= NO_BOUND_YET else f"{in_points(micro):,.0f}"
