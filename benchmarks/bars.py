"""What an instance of the quality benchmark is: what is planned, for how long, and the bars for its figures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

Figures = dict[str, Any]
Kind = Literal[
    "town",
    "next week",
    "course data",
    "kernel",
    "database",
    "cold start",
    "load",
    "requests",
    "roll-over",
    "roll-out",
    "season",
    "print",
    "difference",
    "prices",
    "lab",
    "peers",
    "scale",
]
Scenario = Literal["usual", "wrong-priors", "nothing-better"]


class Bar(NamedTuple):
    """A limit on one figure of a row."""

    figure: str
    relation: Literal["<=", ">="]
    limit: float

    def holds(self, figures: Figures) -> bool:
        """Whether the row has the figure, on the right side of the limit."""
        value = figures.get(self.figure)
        if value is None:
            return False
        return bool(value <= self.limit if self.relation == "<=" else value >= self.limit)


@dataclass(frozen=True)
class Instance:
    """What is planned, for how long, and what must come out on every seed."""

    name: str
    text: str
    kind: Kind
    must: tuple[Bar, ...]
    stretch: tuple[Bar, ...] = ()
    citizens: int = 6000
    seconds: float = 60.0  # the limit from the problem built to the solution verified
    tightness: float = 0.6
    clustered: bool = False
    seats_only: bool = True
    seats: str = "scaled"  # of the course data
    fair: bool = False
    requests: int = 0  # for changes, one after the other
    seeds: int = 3  # measured where nobody says which
    weeks: int = 26  # of a season
    noise: float = 0.9  # standard deviation of an answer to "did it help?"
    scenario: Scenario = "usual"
    explores: bool = True  # the learning policy tries what nobody knows to help
    learning_only: bool = False  # the policies that tell what learning is worth, and no others
