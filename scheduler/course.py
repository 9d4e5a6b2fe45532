"""How a run came on: its bound and its best plan by time, in so few points that a picture of them stays small."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, NamedTuple

from scheduler.figures import in_points
from scheduler.tables import Run
from solver.solution import Round

MOST = 120
COURSE = "course"


class Moment(NamedTuple):
    """What was known some seconds after a run began, in points; no plan yet: None."""

    seconds: float
    bound: float
    objective: float | None


class Course:
    """Gathers the rounds of a run that goes on; where they grow many, every second one is left out."""

    def __init__(self) -> None:
        self._moments: list[tuple[float, int, int | None]] = []

    def add(self, state: Round) -> dict[str, Any]:
        """The state after a round as the run's progress, with the course until then."""
        self._moments.append((state.seconds, state.bound, state.objective))
        if len(self._moments) > MOST:
            self._moments = thinned(self._moments)
        return asdict(state) | {"gap_percent": state.gap_percent, COURSE: list(self._moments)}


def thinned(moments: list[Any]) -> list[Any]:
    """Every second one; the first and the last stay."""
    return [*moments[:-1:2], moments[-1]]


def course_of(run: Run) -> list[Moment]:
    """The course of a run that goes on or has ended; empty where nothing is known yet."""
    rounds = [(each["seconds"], each["bound"], each["objective"]) for each in run.trace]
    found = rounds or [tuple(each) for each in run.progress.get(COURSE, ())]
    while len(found) > MOST:
        found = thinned(found)
    return [
        Moment(seconds, in_points(bound), None if objective is None else in_points(objective))
        for seconds, bound, objective in found
    ]
