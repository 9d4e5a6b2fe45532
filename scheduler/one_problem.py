"""The problem of one citizen in a week, with what a question about her week changes in it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from sqlalchemy.orm import Session

from scheduler.facts import CitizenFacts
from scheduler.one_facts import own_groups, read_one
from scheduler.problem import citizen_arrays
from scheduler.slots import QUARTER_MINUTES
from scheduler.week_frame import WeekFrame
from solver.problem import BARRED_BIT, DAYS, Bools, Problem

Times = tuple[tuple[int, int, int], ...]  # day, first and last minute
HIGHEST_WISH = 5


@dataclass(frozen=True)
class Edits:
    """What a question about a citizen's week changes; groups and offerings that the week lacks are left out."""

    present: tuple[int, ...] = ()  # groups of her present plan
    change_cost: int = 0  # points for staying in each of them
    busy: Times = ()  # when she cannot come, whatever else is said
    free: Times = ()  # when she could come, whatever is stored
    refused: frozenset[str] = frozenset()  # offerings
    wished: frozenset[str] = frozenset()  # offerings that she wishes for most, and refuses no longer

    def __post_init__(self) -> None:
        for day, start, end in (*self.busy, *self.free):
            if not (0 <= day < DAYS and 0 <= start < end <= 1440):
                raise ValueError(f"time {(day, start, end)}: expected a day 0 .. 6 and minutes 0 .. 1440 in order")


NO_EDITS = Edits()


def one_problem(session: Session, frame: WeekFrame, citizen_id: int, *, edits: Edits = NO_EDITS) -> Problem:
    """Read one citizen and make her problem of the frame's week.

    Raises
    ------
    NotFoundError
        She is not planned for in that week.
    InvalidProblemError
        A fact is outside its range.
    """
    return make_one(frame, read_one(session, frame, citizen_id), edits)


def make_one(frame: WeekFrame, citizen: CitizenFacts, edits: Edits = NO_EDITS) -> Problem:
    """Make the problem of a citizen from `read_one`, as the edits change her facts."""
    edited = _edited(frame, citizen, edits)
    points = replace(frame.points, keep=edits.change_cost)
    slot_of = np.arange(frame.problem.num_slots)
    learned = frame.learned.get(int(citizen.id[0]))
    arrays = citizen_arrays(frame.centre, edited, points, frame.lottery_seed, slot_of, learned, frame.highest_weight)
    return frame.problem.with_citizens(**arrays)


def _edited(frame: WeekFrame, citizen: CitizenFacts, edits: Edits) -> CitizenFacts:
    names = frame.centre.offering.id
    wished, refused = (np.array([[name in said for name in names]]) for said in (edits.wished, edits.refused))
    barred = np.where(wished, citizen.barred & ~BARRED_BIT["refused"], citizen.barred)
    kept = {frame.slot_of.get(group, -1) for group in edits.present} - set(citizen.locked[:, 1].tolist())
    return replace(
        citizen,
        wish=np.where(wished, HIGHEST_WISH, citizen.wish),
        barred=np.where(refused, barred | BARRED_BIT["refused"], barred),
        available=_available(citizen.available, edits),
        kept=own_groups(sorted(kept)),
    )


def _available(stored: Bools, edits: Edits) -> Bools:
    available = stored.copy()
    for day, start, end in edits.free:
        available[0, day, -(-start // QUARTER_MINUTES) : end // QUARTER_MINUTES] = True
    for day, start, end in edits.busy:
        available[0, day, start // QUARTER_MINUTES : -(-end // QUARTER_MINUTES)] = False
    return available
