"""What one policy's season has come to: who is in what until when, what was said, and what is owed."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from benchmarks.season_people import People
from scheduler.learning.evidence import Answers
from scheduler.learning.ledger import Ledger, weights
from scheduler.learning.swaps import may_swap
from scheduler.problem import idle_penalties
from solver.problem import BARRED_BIT, Bools, Ints, Problem
from solver.solution import Plans

AGREED = 6  # weeks that an activity is agreed for; then it may be agreed anew
NOTHING = -1
KEEP_POINTS = 15


@dataclass
class Life:
    """The arrays change in place from week to week."""

    until: Ints  # (I, S) last week of the agreement, `NOTHING` where there is none
    bound: Bools  # (I, S) the agreement binds the centre
    refused: Bools  # (I, O) asked to leave it
    weeks_in: Ints  # (I, O) weeks in which she came
    last_answer: Ints  # (I, O) 0 = none
    ledger: Ledger
    behind: Ints  # (I,) weeks in a row in which she was served least
    price: Ints | None = None
    plans: Plans | None = None
    said: list[tuple[Ints, Ints, Ints, Ints]] = field(default_factory=list)  # person, offering, week, value

    def leave(self, newcomer: Bools) -> None:
        """Let newcomers begin with nothing."""
        self.until[newcomer], self.bound[newcomer], self.refused[newcomer] = NOTHING, False, False
        self.weeks_in[newcomer], self.last_answer[newcomer] = 0, 0
        self.ledger.best[newcomer], self.ledger.given[newcomer], self.behind[newcomer] = 0.0, 0.0, 0

    def answers(self, week: int) -> Answers:
        """Everything said before `week`."""
        if not self.said:
            return Answers(*[np.zeros(0, np.int64)] * 4)
        person, offering, when, value = (np.concatenate(column) for column in zip(*self.said, strict=True))
        return Answers(person, offering, week - 1 - when, value)


def begin(problem: Problem, random: np.random.Generator) -> Life:
    """Begin with the places of the town's first week, each agreed for some more weeks; cohorts end together."""
    shape = (problem.num_citizens, problem.num_slots)
    until = np.full(shape, NOTHING, np.int64)
    holder = np.repeat(np.arange(shape[0]), np.diff(problem.lock_ptr))
    weeks = random.integers(AGREED, size=len(holder))
    until[holder, problem.lock_slot] = np.where(problem.slot_open[problem.lock_slot], weeks, AGREED - 1)
    nothing = np.zeros(problem.barred.shape, np.int64)
    ledger, behind = Ledger(*np.zeros((2, shape[0]))), np.zeros(shape[0], np.int64)
    return Life(until, until != NOTHING, nothing > 0, nothing.copy(), nothing.copy(), ledger, behind)


def binding(people: People, life: Life, says_yes: Bools) -> Bools:
    """(I, S) agreements that bind: none on an open group with somebody who may swap."""
    swaps = may_swap(life.behind, says_yes, people.town.settings)
    return life.bound & ~(swaps[:, None] & people.problem.slot_open)


def week_problem(people: People, life: Life, week: int, progress: Ints, bound: Bools) -> Problem:
    """The week's task: what is agreed and `bound`, (I, S), is locked, what else is agreed is worth keeping.

    Hours and load are at least those of what is locked.
    """
    problem = people.problem
    agreed = life.until >= week
    locked = agreed & bound
    lock_citizen, lock_slot = np.nonzero(locked)
    keep_citizen, keep_slot = np.nonzero(agreed & ~locked)
    load = np.bincount(lock_citizen, problem.slot_load[lock_slot], problem.num_citizens).astype(np.int64)
    minutes = np.bincount(lock_citizen, problem.slot_minutes[lock_slot], problem.num_citizens).astype(np.int64)
    weight = weights(life.ledger, people.town.settings)
    return problem.with_citizens(
        progress=progress,
        barred=problem.barred | BARRED_BIT["refused"] * life.refused,
        weight=weight,
        idle_penalty=idle_penalties(people.town.idle_penalty, weight, int(weight.max())),
        energy=np.maximum(problem.energy, load),
        max_minutes=np.maximum(problem.max_minutes, minutes),
        lock_ptr=_pointer(lock_citizen, problem.num_citizens),
        lock_slot=lock_slot.astype(np.int64),
        keep_ptr=_pointer(keep_citizen, problem.num_citizens),
        keep_slot=keep_slot.astype(np.int64),
        keep_points=np.full(len(keep_slot), KEEP_POINTS, np.int64),
    )


def _pointer(owner: Ints, count: int) -> Ints:
    return np.concatenate([[0], np.cumsum(np.bincount(owner, minlength=count))]).astype(np.int64)
