"""A centre of four citizens whose week is planned, for what-ifs that can be counted by hand.

Everybody may come on Mondays from 8 to 16 and wishes `motion`. `motion` meets at 9 with two seats, held by Ann, and
`kor` at 11 with five, in the room `koekken`, held by nobody.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest

import solver
from catalog.tables import Room
from scheduler.lab.scenario import Scenario
from scheduler.lab.what_if import WhatIf, read_task, what_if
from scheduler.runs import Task, conclude, read_input, store
from scheduler.tables import Wish
from solver import Options
from tests.unit.small_centre import WEEK, Centre, open_centre

FEW = Options(max_rounds=40, time_limit=None, threads=1)


@pytest.fixture(scope="module")
def planned() -> Iterator[Centre]:
    """The centre with a stored run, made once for the tests that only read it."""
    with open_centre() as made:
        fill(made)
        yield made


@pytest.fixture
def own() -> Iterator[Centre]:
    """The same for a test that changes it."""
    with open_centre() as made:
        fill(made)
        yield made


def fill(centre: Centre, citizens: int = 4, seats: int = 2) -> None:
    """Put people and groups into a centre and plan its week."""
    centre.offering("motion", min_size=1, max_size=9, leg_id="krop", valid_from=dt.date(2026, 1, 1))
    centre.offering("kor", leg_id="arbejde", staff_roles=["coach"])
    centre.coach("ann")
    centre.add(Room(id="koekken", site_id="nord", type="koekken"))
    for number in range(citizens):
        who = centre.citizen(f"B{number + 1}")
        centre.add(Wish(citizen_id=who, offering_id="motion", strength=3))
    centre.group("motion-1", start=540, staff="ann", seats=seats, minimum=0)
    centre.group("kor-1", "kor", start=660, seats=5, minimum=1, room_id="koekken")
    plan_week(centre)


def plan_week(centre: Centre) -> int:
    """Plan the week as it is and store the run."""
    given = read_input(centre.session, Task(WEEK, FEW))
    run = store(centre.session, conclude(given, solver.solve(given.archive.problem, FEW, marginal=True), 1.0))
    centre.session.flush()
    return run.id


def changed(centre: Centre, **edits: object) -> WhatIf:
    """What the week would be with these edits."""
    return what_if(read_task(centre.session, Scenario.model_validate({"week": WEEK, **edits})), FEW)


__all__ = ["Centre", "changed", "fill", "own", "plan_week", "planned"]
