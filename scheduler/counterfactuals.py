"""What would let a citizen have an offering: the smallest changes, each found by the kernel and checked before said.

A change is one block of time, one activity given up, or a refusal taken back; where none is enough, an activity given
up beside one of the others. The rest of her plan stays, and what moves to another time is said.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np

from scheduler.one_problem import Edits, make_one
from scheduler.question import Change, Question, with_offering
from scheduler.slots import QUARTER_MINUTES
from scheduler.why import Reason
from solver.one import OneCitizen
from solver.problem import BARRED_BIT, Ints

MOST, MOST_TRIED = 3, 8


@dataclass(frozen=True)
class Counterfactual:
    """A change that lets her have an offering, and the week that she would have."""

    said: tuple[Reason, ...]  # what would have to be, then `moves` where something moves
    edits: Edits
    given_up: tuple[int, ...]  # slots of her plan, one at most
    slots: tuple[int, ...]  # of the week, rising


@dataclass(frozen=True)
class _Candidate:
    reason: Reason
    edits: Edits
    slots: Ints  # of the offering, which the change may open to her
    minutes: int = 0  # of the change
    hindrances: int = 0  # what else of her plan is in the way
    given_up: int | None = None  # a slot of her plan


@dataclass(frozen=True)
class _Found:
    candidate: _Candidate
    one: OneCitizen  # her options after the change
    change: Change

    @property
    def size(self) -> tuple[int, int, int]:
        """What is given up beside the change, what moves, and the minutes."""
        return len(self.change.lost), len(self.change.moved), self.candidate.minutes


def counterfactuals(
    question: Question, offering: str, most: int = MOST, most_tried: int = MOST_TRIED
) -> tuple[Counterfactual, ...]:
    """Find what would let her have an offering that she has not, the smallest change first.

    None is said where she can have it at once, where a rule that no such change lifts keeps her from it, or where
    every group is full.
    """
    candidates = sorted(_candidates(question, offering), key=lambda each: (each.hindrances, each.minutes))
    found: list[_Found] = []
    for candidate in candidates[:most_tried]:
        clean = [each for each in found if each.size[:2] == (0, 0)]
        if len(clean) == most or (clean and candidate.hindrances):
            break
        found += _find(question, candidate)
    found.sort(key=lambda each: each.size)
    enough = [each for each in found if not each.change.lost]
    return tuple(islice(_checked(question, enough or found), most))


def _candidates(question: Question, offering: str) -> Iterator[_Candidate]:
    p, one, slots = question.one.problem, question.one, question.slots_of(offering)
    if not len(slots) or one.fault or offering in question.offerings(question.plan):
        return
    barred = int(p.barred[0, p.slot_offering[slots[0]]])
    if barred == BARRED_BIT["refused"]:
        edits = replace(question.edits, wished=question.edits.wished | {offering})
        yield _Candidate(Reason("if_agreed", offering), edits, slots)
    if barred:
        return
    possible = slots[np.isin(slots, one.options)]
    at_once = with_offering(question, one, possible)
    if at_once is None or at_once.lost:
        yield from _blocks(question, offering, slots)
        yield from _given_up(question, offering, possible)


def _blocks(question: Question, offering: str, slots: Ints) -> Iterator[_Candidate]:
    """Each block of time that lets her come to all meetings of an open slot."""
    opened: dict[tuple[int, int, int], list[int]] = {}
    for slot in slots[~question.closed[slots]].tolist():
        missed = question.missed(slot)
        if len(missed) == 1 and question.firm_rule(slot) is None:
            opened.setdefault(missed[0], []).append(slot)
    for (day, start, end), unlocked in opened.items():
        first, last = start // QUARTER_MINUTES, -(-end // QUARTER_MINUTES)
        block = day, first * QUARTER_MINUTES, last * QUARTER_MINUTES
        reason = Reason("if_free", offering, times=(block,))
        edits = replace(question.edits, free=(*question.edits.free, block))
        minutes = int((~question.one.problem.available[0, day, first:last]).sum()) * QUARTER_MINUTES
        hindrances = min(len(question.clashing(slot)) + _is_too_much(question, slot) for slot in unlocked)
        yield _Candidate(reason, edits, np.array(unlocked, np.int64), minutes, hindrances)


def _is_too_much(question: Question, slot: int) -> bool:
    """Whether the hours or the load of a slot and her plan are more than she can have."""
    p, slots = question.one.problem, [*question.plan, slot]
    too_long = question.one.frame.minutes[slots].sum() > p.max_minutes[0]
    return bool(too_long or p.slot_load[slots].sum() > p.energy[0])


def _given_up(question: Question, offering: str, possible: Ints) -> Iterator[_Candidate]:
    """Each activity that she may leave."""
    for slot in question.plan:
        if slot not in question.one.locks and slot not in question.fixed:
            reason = Reason("if_given_up", offering, question.offerings([slot]))
            minutes = int(question.one.frame.minutes[slot])
            yield _Candidate(reason, question.edits, possible, minutes, given_up=slot)


def _find(question: Question, candidate: _Candidate) -> Iterator[_Found]:
    """Her week after the change, if she gives up one activity in all at most."""
    one = question.one
    if candidate.edits != question.edits:
        one = OneCitizen(one.frame, make_one(question.frame, question.facts, candidate.edits))
    change = with_offering(question, one, candidate.slots, candidate.given_up)
    if change is not None and len(change.lost) <= (candidate.given_up is None):
        yield _Found(candidate, one, change)


def _checked(question: Question, found: Iterable[_Found]) -> Iterator[Counterfactual]:
    """Those whose week keeps every rule and takes only open groups."""
    for each in found:
        candidate, change = each.candidate, each.change
        if each.one.breaks(change.slots) or question.closed[list(change.slots)].any():
            continue
        reason, given_up = candidate.reason, change.lost
        if given_up:
            others = question.offerings(given_up)
            reason = replace(reason, slug=f"{reason.slug}_without", others=others)
        elif candidate.given_up is not None:
            given_up = (candidate.given_up,)
        moves = Reason("moves", reason.offering, question.offerings(change.moved))
        yield Counterfactual((reason, moves) if change.moved else (reason,), candidate.edits, given_up, change.slots)
