"""A question about one citizen's week: her options, her plan, and what the week still has for her."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from scheduler.facts import CitizenFacts
from scheduler.one_problem import Edits, Times
from scheduler.slots import QUARTER_MINUTES
from scheduler.week_frame import WeekFrame
from solver.one import OneCitizen
from solver.problem import Bools, Ints

# 1/1000 points: the offering comes first; it leaves her as many others as it can, and as many of those at their time.
PAY_FOR_IT, PAY_FOR_FIXED, PAY_TO_KEEP, PAY_TO_STAY = 4 * 10**12, 2 * 10**11, 10**10, 10**8


@dataclass(frozen=True)
class Question:
    """What an answer is made from; nothing of it is read again."""

    frame: WeekFrame
    facts: CitizenFacts
    edits: Edits  # `present` is her plan
    one: OneCitizen  # of these facts and edits
    price: Ints  # (S,) 1/1000 points; what she has is free
    full: Bools  # (S,) without a seat or anybody's time for one more; what she has is not full
    shut: Bools  # (S,) closed to her by what no answer tells, such as people to be kept apart
    left: Ints | None = None  # (R,) units that others leave of each row
    fixed: frozenset[int] = frozenset()  # slots of her plan that only a person changes

    @cached_property
    def plan(self) -> tuple[int, ...]:
        """Slots of her plan that she can still be in, rising."""
        locks = set(self.one.locks)
        present = {self.frame.slot_of.get(group, -1) for group in self.edits.present}
        return tuple(sorted(locks | (present & set(self.one.options.tolist()))))

    @cached_property
    def crowded(self) -> Bools:
        """(S,) slots with nothing left for her."""
        crowded = self.full.copy()
        if self.left is not None:
            crowded[self.one.frame.use_slot[self.left[self.one.problem.use_row] < 1]] = True
        crowded[list(self.plan)] = False
        return crowded

    @cached_property
    def closed(self) -> Bools:
        """(S,) slots that she may not take."""
        closed = self.crowded | self.shut
        closed[list(self.plan)] = False
        return closed

    def slots_of(self, offering: str) -> Ints:
        """(n,) slots of an offering, none where the week does not have it."""
        names = self.frame.ids.offering
        place = names.index(offering) if offering in names else -1
        return np.flatnonzero(self.one.problem.slot_offering == place)

    def offerings(self, slots: Iterable[int]) -> tuple[str, ...]:
        """The ids of the slots' offerings, in their order."""
        return tuple(self.frame.ids.offering[self.one.problem.slot_offering[slot]] for slot in slots)

    def times(self, slot: int) -> Times:
        """The meetings of a slot."""
        p = self.one.problem
        here = slice(p.meeting_ptr[slot], p.meeting_ptr[slot + 1])
        columns = (p.meeting_day[here], p.meeting_start[here], p.meeting_end[here])
        return tuple(zip(*(column.tolist() for column in columns), strict=True))

    def missed(self, slot: int) -> Times:
        """The meetings of a slot to which she cannot come."""
        free = self.one.problem.available[0]
        return tuple(
            (day, start, end)
            for day, start, end in self.times(slot)
            if not free[day, start // QUARTER_MINUTES : -(-end // QUARTER_MINUTES)].all()
        )

    def clashing(self, slot: int) -> tuple[int, ...]:
        """Slots of her plan that she cannot be in beside another slot, on the way between them included."""
        frame, p = self.one.frame, self.one.problem
        here, plan = frame.pattern[slot], np.array(self.plan, np.int64)
        there, site = frame.pattern[plan], p.slot_site[plan]
        too_near = frame.gap[here, there] < p.travel[p.slot_site[slot], site]
        too_near |= frame.gap[there, here] < p.travel[site, p.slot_site[slot]]
        return tuple(plan[too_near].tolist())

    def firm_rule(self, slot: int) -> str | None:
        """The slug of what keeps her from a slot at whatever time she comes; None where nothing does."""
        p = self.one.problem
        if not p.slot_open[slot]:
            return "intake"
        contact = int(p.contact[0, p.slot_role[slot]]) if p.slot_role[slot] >= 0 else -1
        if contact not in (-1, p.slot_person[slot]):
            return "own_person"
        return None if p.reach[0, p.slot_site[slot]] else "reach"


@dataclass(frozen=True)
class Change:
    """Her week with one more offering."""

    slot: int  # of the offering
    slots: tuple[int, ...]
    lost: tuple[int, ...]  # slots of her plan whose offering she has no longer
    moved: tuple[int, ...]  # slots of her plan whose offering she has at another time or place


def with_offering(question: Question, one: OneCitizen, slots: Ints, given_up: int | None = None) -> Change | None:
    """Find her week with one of some slots that leaves most of her plan as it is; None where no open one lets her.

    Parameters
    ----------
    one
        Her options, as in the question or with further edits.
    slots
        (n,) slots of one offering that is not in her plan.
    given_up
        A slot of her plan that she is to leave, with its offering.
    """
    p, plan = one.problem, np.array([slot for slot in question.plan if slot != given_up], np.int64)
    fixed = sorted(question.fixed.intersection(plan.tolist()))
    hers = np.isin(p.slot_offering, p.slot_offering[plan])
    shut = question.closed | ~hers
    shut[slots] = question.closed[slots]
    price = np.where(hers, question.price - PAY_TO_KEEP, question.price)
    price[plan] = -PAY_TO_KEEP - PAY_TO_STAY
    price[fixed] = -PAY_FOR_FIXED
    price[slots] = question.price[slots] - PAY_FOR_IT
    week = one.best(price, shut, question.left)
    joined = set(slots.tolist()).intersection(week.slots)
    if not joined or not set(fixed) <= set(week.slots):
        return None
    kept = set(p.slot_offering[list(week.slots)].tolist())
    gone = [other for other in plan.tolist() if other not in week.slots]
    lost = tuple(other for other in gone if p.slot_offering[other] not in kept)
    return Change(joined.pop(), week.slots, lost, tuple(other for other in gone if other not in lost))
