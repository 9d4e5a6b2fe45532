"""Ask about one citizen of the small centre."""

from __future__ import annotations

from typing import Any

import numpy as np

from scheduler.one_facts import read_one
from scheduler.one_problem import Edits, make_one
from scheduler.question import Question
from scheduler.tables import (
    Lock,
    Wish,
)
from scheduler.week_frame import read_frame
from scheduler.why import Reason
from solver.one import OneCitizen
from solver.options import make_frame
from tests.unit.small_centre import WEEK, Centre


def ask(
    centre: Centre, person: int, *present: int, full: tuple[int, ...] = (), shut: tuple[int, ...] = (), **edits: Any
) -> Question:
    """A question of a citizen with a plan, in a week where nothing costs anything."""
    frame = read_frame(centre.session, WEEK, 0)
    facts, said = read_one(centre.session, frame, person), Edits(present, 4, **edits)
    one = OneCitizen(make_frame(frame.problem), make_one(frame, facts, said))
    spent, closed = (np.isin(frame.ids.group, groups) for groups in (full, shut))
    return Question(frame, facts, said, one, np.zeros(frame.problem.num_slots, np.int64), spent, closed)


def said(reasons: tuple[Reason, ...]) -> list[str]:
    """The slugs of some reasons."""
    return [reason.slug for reason in reasons]


def refuse(centre: Centre, person: int, offering: str) -> None:
    """Let her refuse an offering."""
    centre.add(Wish(citizen_id=person, offering_id=offering, strength=-5, refused=True))


def lock(centre: Centre, person: int, group: int) -> None:
    """Let staff lock her into a group."""
    centre.add(Lock(citizen_id=person, group_id=group, locked_by="Ann", why="she asked"))


def two_at(centre: Centre, first: int, second: int, **fields: Any) -> tuple[int, int]:
    """A group of motion and one of kost, at two times of Monday."""
    centre.offering("motion", **fields)
    centre.offering("kost", **fields)
    return centre.group("m", "motion", first), centre.group("k", "kost", second)
