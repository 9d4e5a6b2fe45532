"""Why a citizen has an activity, and why not another: typed reasons, without points and without anybody else."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import numpy as np

from scheduler.one_problem import Times
from scheduler.question import Change, Question, with_offering
from scheduler.stored import NotFoundError
from solver.problem import BARRED_BIT, MICRO_PER_POINT_PERCENT, Ints

NOON = 720


@dataclass(frozen=True)
class Reason:
    """Why an offering is in a plan or not. `slug` is a rule's where one is in the way, and has a text."""

    slug: str
    offering: str
    others: tuple[str, ...] = ()  # offerings of her own
    legs: tuple[str, ...] = ()
    goals: tuple[str, ...] = ()  # indicators
    times: Times = ()


def why(question: Question, group: int, before: Collection[int] = ()) -> tuple[Reason, ...]:
    """Say why a group is in her plan; at least one reason, the firmest first.

    Parameters
    ----------
    before
        Groups of the plan that she had before.

    Raises
    ------
    NotFoundError
        The week has no such group.
    """
    slot = _slot(question, group)
    (offering,) = question.offerings([slot])
    found = list(_what_binds(question, slot, offering)) + list(_what_it_gives(question, slot, offering))
    if group in before:
        found.append(Reason("kept", offering))
    return tuple(found or [Reason("fits", offering)])


def points(question: Question, group: int) -> dict[str, int]:
    """What a group is worth by the table of points, and as `whole` what her plan loses without it; for staff.

    Raises
    ------
    NotFoundError
        The week has no such group.
    """
    p, slot = question.one.problem, _slot(question, group)
    o, times, plan = p.slot_offering[slot], question.times(slot), {*question.plan, slot}
    liking = sum(int(p.time_points[0, day, int(start >= NOON)]) for day, start, _ in times)
    whole = question.one.value_of(sorted(plan)) - question.one.value_of(sorted(plan - {slot}))
    return {
        "progress": int(p.progress[0, o]),
        "wish": int(p.wish[0, o]),
        "strength": int(p.strength[0, o]),
        "time": liking // len(times),
        "site": int(p.site_points[0, p.slot_site[slot]]),
        "whole": whole // (int(p.weight[0]) * MICRO_PER_POINT_PERCENT),
    }


def why_not(question: Question, offering: str) -> tuple[Reason, ...]:
    """Say what keeps an offering from her plan; at least one reason, the firmest first."""
    slots, p, one = question.slots_of(offering), question.one.problem, question.one
    if len(slots) == 0:
        return (Reason("not_offered", offering),)
    if offering in question.offerings(question.plan):
        return (Reason("held", offering),)
    barred = int(p.barred[0, p.slot_offering[slots[0]]])
    if barred:
        return tuple(Reason(slug, offering) for slug, bit in BARRED_BIT.items() if barred & bit)
    possible = slots[np.isin(slots, one.options)]
    change = None if one.fault else with_offering(question, one, possible)
    if change:
        return tuple(_what_it_costs(question, offering, change))
    if one.fault or not question.closed[possible].all():
        return (Reason("locked", offering),)
    return tuple(dict.fromkeys(_what_closes(question, offering, slots, possible)))


def _slot(question: Question, group: int) -> int:
    slot = question.frame.slot_of.get(group)
    if slot is None:
        raise NotFoundError(f"there is no group {group} in week {question.frame.week}")
    return slot


def _what_binds(question: Question, slot: int, offering: str) -> Iterator[Reason]:
    p, o = question.one.problem, question.one.problem.slot_offering[slot]
    if slot in question.one.locks:
        yield Reason("fixed", offering)
    if question.facts.promised[0, o]:
        yield Reason("agreed", offering)
    if question.frame.centre.offering.due[o] and not p.barred[0, o] & BARRED_BIT["due"]:
        yield Reason("referred", offering)


def _what_it_gives(question: Question, slot: int, offering: str) -> Iterator[Reason]:
    p, centre = question.one.problem, question.frame.centre
    o = p.slot_offering[slot]
    leg = p.offering_leg[o]
    trains = (question.facts.goal[0] > 0) & (centre.offering.main[o] | centre.offering.side[o])
    if trains.any():
        yield Reason("goal", offering, goals=tuple(centre.indicator[x] for x in np.flatnonzero(trains)))
    if p.need_points[0, leg] and question.one.frame.minutes[slot] >= p.leg_dose[leg]:
        yield Reason("leg", offering, legs=(centre.leg[leg],))
    if p.wish[0, o]:
        yield Reason("wished", offering)
    if p.strength[0, o]:
        yield Reason("strength", offering)
    liked = [time for time in question.times(slot) if p.time_points[0, time[0], int(time[1] >= NOON)]]
    if liked:
        yield Reason("time", offering, times=tuple(liked))
    if p.site_points[0, p.slot_site[slot]]:
        yield Reason("site", offering)


def _what_closes(question: Question, offering: str, slots: Ints, possible: Ints) -> Iterator[Reason]:
    """Where she could come nothing is left, and where something is left she cannot come."""
    others = np.setdiff1d(slots, possible)
    left_over = others[~question.closed[others]]
    if question.crowded[possible].any():
        yield Reason("seats", offering)
    elif len(possible):
        yield Reason("shut", offering)
    soft = tuple(_what_could_change(question, offering, left_over if len(left_over) or len(possible) else others))
    yield from soft
    if not len(possible) and not soft:
        rules = {question.firm_rule(slot): None for slot in (left_over if len(left_over) else others).tolist()}
        yield from (Reason(slug, offering) for slug in rules if slug)
    if not len(possible) and question.crowded[others].all():
        yield Reason("seats", offering)


def _what_could_change(question: Question, offering: str, slots: Ints) -> Iterator[Reason]:
    """Her times, and what is locked, where nothing firmer keeps her from a slot."""
    soft = [slot for slot in slots.tolist() if question.firm_rule(slot) is None]
    missed = {time for slot in soft for time in question.missed(slot)}
    in_time = [slot for slot in soft if not question.missed(slot)]
    yield from _conflicts(question, offering, in_time, tuple(question.one.locks))
    if missed:
        yield Reason("availability", offering, times=tuple(sorted(missed)))


def _what_it_costs(question: Question, offering: str, change: Change) -> Iterator[Reason]:
    if not change.lost and not change.moved:
        yield Reason("possible", offering)
        return
    yield from _conflicts(question, offering, [change.slot], question.plan)
    if change.lost:
        yield Reason("cost", offering, question.offerings(change.lost))
    if change.moved:
        yield Reason("moves", offering, question.offerings(change.moved))


def _conflicts(question: Question, offering: str, slots: list[int], beside: tuple[int, ...]) -> Iterator[Reason]:
    """The rules that each slot breaks in a plan with others of hers, and which of those are in its way."""
    judged = question.one.judge([(*beside, slot) for slot in slots]) if slots else []
    for slot, verdict in zip(slots, judged, strict=True):
        days = {day for day, *_ in question.times(slot)}
        in_the_way = {
            "no_overlap": set(question.clashing(slot)),
            "daily_limit": {other for other in beside if days & {day for day, *_ in question.times(other)}},
        }
        for slug in verdict.breaks:
            others = [other for other in beside if other in in_the_way.get(slug, ())]
            yield Reason(slug, offering, question.offerings(others))
