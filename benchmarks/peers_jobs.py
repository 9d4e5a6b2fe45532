"""What goes to the process of one planner and what comes back from it."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from solver.problem import Problem
from solver.solution import Plans


@dataclass(frozen=True)
class Job:
    """One method's task."""

    method: str
    setting: str  # a name in `peers_run.SETTINGS`
    problem: Problem
    seconds: float
    seed: int
    timefold: Path = Path(sys.executable)  # the Python that has Timefold


@dataclass(frozen=True)
class Outcome:
    """What a method gives back; nothing in it is believed before `solver.verify` has counted it again."""

    plans: Plans | None  # None where it found none; the note says why
    setting: str
    seconds: float | None  # from the problem to the plans
    bound: int | None = None  # MICRO, what the method itself proves
    trace: tuple[tuple[float, int], ...] = ()  # seconds and MICRO of the best plan by then
    note: str = ""
