"""The week in the hands of Timefold: `PYTHON peers_timefold_child.py SETTING SEED`, a line of JSON in, one out.

Runs in a Python that has Timefold, which may be another than ours, and imports nothing of ours. An entity is a citizen
and one of the offerings that she could have; its variable is the slot, or none. `benchmarks.peers_timefold` writes
the lines and reads the answers: the first is of a small week, after which all is translated and loaded.

Soft scores are weighted points; hard scores count seats, quarter-hours, load, meetings and pairs too many.
"""

import json
import os
import sys
import threading
import time
from dataclasses import dataclass, field
from typing import Annotated, Any

from timefold.solver import SolverFactory
from timefold.solver.config import (
    Duration,
    ScoreDirectorFactoryConfig,
    SolverConfig,
    SolverConfigOverride,
    TerminationConfig,
)
from timefold.solver.domain import (
    PlanningEntityCollectionProperty,
    PlanningId,
    PlanningScore,
    PlanningVariable,
    ProblemFactCollectionProperty,
    ValueRangeProvider,
    planning_entity,
    planning_solution,
)
from timefold.solver.score import ConstraintCollectors, ConstraintFactory, HardSoftScore, Joiners, constraint_provider

XML = """<solver><environmentMode>NO_ASSERT</environmentMode><localSearch>{search}{moves}</localSearch></solver>"""
MOVES = """<unionMoveSelector><changeMoveSelector/><swapMoveSelector/></unionMoveSelector>"""
TYPE = "<localSearchType>{}</localSearchType>"
SETTINGS = {
    "late acceptance": XML.format(search=TYPE.format("LATE_ACCEPTANCE"), moves=MOVES),
    "tabu search": XML.format(search=TYPE.format("TABU_SEARCH"), moves=MOVES),
    "great deluge": XML.format(search=TYPE.format("GREAT_DELUGE"), moves=MOVES),
}


@dataclass
class Slot:
    """Groups that nobody can tell apart."""

    id: Annotated[int, PlanningId]
    cap: int
    seats: int  # of each group
    minimum: int  # of each group
    rows: list[int]
    minutes: int
    load: int
    days: int  # meetings by day, eight bits a day
    bit: int
    clash: int  # bits of the slots that nobody can have as well

    def __hash__(self) -> int:
        return self.id

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Slot) and self.id == other.id


@dataclass
class Limit:
    """A row of staff or room."""

    id: Annotated[int, PlanningId]
    cap: int


@dataclass
class Citizen:
    """What a citizen's locks leave."""

    id: Annotated[int, PlanningId]
    minutes: int
    load: int
    days: int
    idle: int
    short: int
    bonus: list[int]

    def __hash__(self) -> int:
        return self.id

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Citizen) and self.id == other.id


@dataclass
class Apart:
    """Two citizens who never share a group."""

    id: Annotated[int, PlanningId]
    one: Citizen
    other: Citizen


@planning_entity
@dataclass
class Choice:
    """A citizen and an offering."""

    id: Annotated[int, PlanningId]
    citizen: Citizen
    useful: int  # 1: its minutes count as hours
    value: dict[int, int]  # by slot
    mask: dict[int, int]  # bonuses that the slot earns
    slots: Annotated[list[Slot], ValueRangeProvider]
    slot: Annotated[Slot | None, PlanningVariable(allows_unassigned=True)] = field(default=None)


@planning_solution
@dataclass
class Week:
    """Everything."""

    slots: Annotated[list[Slot], ProblemFactCollectionProperty]
    citizens: Annotated[list[Citizen], ProblemFactCollectionProperty]
    limits: Annotated[list[Limit], ProblemFactCollectionProperty]
    apart: Annotated[list[Apart], ProblemFactCollectionProperty]
    choices: Annotated[list[Choice], PlanningEntityCollectionProperty]
    score: Annotated[HardSoftScore | None, PlanningScore] = field(default=None)


def too_much(citizen: Citizen, slots: list[Slot]) -> int:
    """Quarter-hours, load, meetings and overlaps too many in a citizen's week."""
    minutes = load = days = bits = broken = 0
    for slot in slots:
        minutes += slot.minutes
        load += slot.load
        days += slot.days
        if slot.clash & bits:
            broken += 1
        bits |= slot.bit
    if minutes > citizen.minutes:
        broken += (minutes - citizen.minutes + 14) // 15
    if load > citizen.load:
        broken += load - citizen.load
    for day in range(7):
        meetings = (days >> 8 * day & 255) + (citizen.days >> 8 * day & 255)
        if meetings > 127:
            broken += meetings - 127
    return broken


def missing(slot: Slot, count: int) -> int:
    """How many participants the groups that hold so many lack."""
    # Written as -(-count // seats), it was never above 0 in Timefold, and plans had groups that were too small.
    groups = (count + slot.seats - 1) // slot.seats
    return groups * slot.minimum - count


def worth(citizen: Citizen, choices: list[Choice]) -> int:
    """Weighted points that the choices add to a citizen's week."""
    mask = useful = points = 0
    for choice in choices:
        slot = choice.slot
        mask |= choice.mask[slot.id]
        useful += choice.useful * slot.minutes
        points += choice.value[slot.id]
    return points + citizen.bonus[mask] - citizen.bonus[0] + citizen.idle * min(useful, citizen.short)


@constraint_provider
def rules(factory: ConstraintFactory) -> list[Any]:
    """The rules that the menu leaves, the rows, and the points."""
    slots = factory.for_each(Choice).group_by(lambda choice: choice.slot, ConstraintCollectors.count())
    return [
        factory.for_each(Choice)
        .group_by(lambda choice: choice.citizen, ConstraintCollectors.to_list(lambda choice: choice.slot))
        .penalize(HardSoftScore.ONE_HARD, too_much)
        .as_constraint("week"),
        factory.for_each(Choice)
        .group_by(lambda choice: choice.citizen, ConstraintCollectors.to_list())
        .reward(HardSoftScore.ONE_SOFT, worth)
        .as_constraint("points"),
        slots.filter(lambda slot, count: count > slot.cap)
        .penalize(HardSoftScore.ONE_HARD, lambda slot, count: count - slot.cap)
        .as_constraint("seats"),
        slots.filter(lambda slot, count: missing(slot, count) > 0)
        .penalize(HardSoftScore.ONE_HARD, missing)
        .as_constraint("minimum_size"),
        factory.for_each(Choice)
        .map(lambda choice: choice.slot.rows)
        .flatten_last(lambda rows: rows)
        .group_by(lambda row: row, ConstraintCollectors.count())
        .join(Limit, Joiners.equal(lambda row, count: row, lambda limit: limit.id))
        .filter(lambda row, count, limit: count > limit.cap)
        .penalize(HardSoftScore.ONE_HARD, lambda row, count, limit: count - limit.cap)
        .as_constraint("staff, room"),
        factory.for_each(Apart)
        .join(Choice, Joiners.equal(lambda apart: apart.one, lambda choice: choice.citizen))
        .join(
            Choice,
            Joiners.equal(lambda apart, choice: apart.other, lambda choice: choice.citizen),
            Joiners.equal(lambda apart, choice: choice.slot, lambda choice: choice.slot),
        )
        .penalize(HardSoftScore.ONE_HARD)
        .as_constraint("keep_apart"),
    ]


def read_week(found: dict[str, Any]) -> Week:
    """The week with the hint in it."""
    slots = [Slot(place, *each) for place, each in enumerate(found["slots"])]
    citizens = [Citizen(place, *each) for place, each in enumerate(found["citizens"])]
    choices = []
    for place, (citizen, useful, options, hint) in enumerate(found["choices"]):
        value, mask = ({option[0]: option[column] for option in options} for column in (1, 2))
        choice = Choice(place, citizens[citizen], useful, value, mask, [slots[slot] for slot in value])
        choice.slot = None if hint is None else slots[hint]
        choices.append(choice)
    limits = [Limit(place, cap) for place, cap in enumerate(found["limits"])]
    apart = [Apart(place, citizens[a], citizens[b]) for place, (a, b) in enumerate(found["apart"])]
    return Week(slots, citizens, limits, apart, choices)


def make_factory(setting: str, seed: int) -> Any:
    """What solvers of this setting are made by; it translates the classes and rules above into Java."""
    return SolverFactory.create(
        SolverConfig(
            solution_class=Week,
            entity_class_list=[Choice],
            environment_mode=None,  # That of the XML.
            random_seed=seed,
            score_director_factory_config=ScoreDirectorFactoryConfig(constraint_provider_function=rules),
            xml_source_text=SETTINGS[setting],
        )
    )


def solve(factory: Any, found: dict[str, Any]) -> dict[str, Any]:
    """Plan one week for `seconds` from the line read."""
    began = time.perf_counter()
    week = read_week(found)
    limit = TerminationConfig(spent_limit=Duration(milliseconds=round(1000 * found["seconds"])))
    solver = factory.build_solver(SolverConfigOverride(termination_config=limit))
    # Its own clock starts after it has copied the week into Java.
    alarm = threading.Timer(max(0.0, found["seconds"] - (time.perf_counter() - began)), solver.terminate_early)
    alarm.start()
    best = solver.solve(week)
    alarm.cancel()
    slots = [None if choice.slot is None else choice.slot.id for choice in best.choices]
    return {"slots": slots, "score": str(best.score)}


def main() -> None:
    """Answer each line."""
    target = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # Whatever Java prints is no answer.
    factory = make_factory(sys.argv[1], int(sys.argv[2]))
    for line in sys.stdin:
        target.write(json.dumps(solve(factory, json.loads(line))) + "\n")
        target.flush()


if __name__ == "__main__":
    main()
