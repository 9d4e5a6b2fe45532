"""What a group more promises at the prices of the week, from a rough sieve to the exact price of its seats.

A promise is how much the week's bound rises at the prices as they are (`solver.opening`): more than that and the gap no
plan can gain by the group.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from operator import attrgetter

import numpy as np

from scheduler.lab.base import Base
from scheduler.lab.candidates import Candidate
from scheduler.lab.draft import Draft, add, join
from scheduler.lab.free import minutes_of
from scheduler.lab.kpis import Side
from scheduler.lab.starting import codes_of, start_from
from scheduler.problem import Ids
from scheduler.slots import QUARTER_MINUTES
from scheduler.warm import Ended
from solver.opening import gains
from solver.problem import DAYS, MICRO_PER_PRICE, QUARTERS, Bools, Ints, Problem

SIFTED, PRICED, SAMPLE = 1_000, 100, 200  # candidates after each sieve; citizens whom the second one asks of each
TRIED = "\0try"


@dataclass(frozen=True)
class Promise:
    """What a candidate promises."""

    candidate: Candidate
    value: int  # MICRO
    price: int  # 1/1000 points at which its seats clear


def promising(
    base: Base, draft: Draft, ended: Ended, planned: Side, candidates: Sequence[Candidate], threads: int
) -> list[Promise]:
    """The candidates that promise most, at most `PRICED` of them, the best first."""
    left = list(candidates)
    if len(left) > SIFTED:
        worth = could_gain(planned, left)
        left = [left[at] for at in np.argsort(-worth, kind="stable")[:SIFTED].tolist()]
    if len(left) > PRICED:
        left = [each.candidate for each in promises(base, draft, ended, left, threads, SAMPLE)[:PRICED]]
    return promises(base, draft, ended, left, threads)


def promises(
    base: Base,
    draft: Draft,
    ended: Ended,
    candidates: Sequence[Candidate],
    threads: int,
    sample: int | None = None,
) -> list[Promise]:
    """Price the citizens of a draft with each candidate alone, the best first.

    Parameters
    ----------
    sample
        How many of those who may have an offering are asked; the others are taken to gain as these do.
    """
    if not candidates:
        return []
    wide = _with_all(draft, candidates)
    problem, ids = base.problem_of(wide)
    price = start_from(ended, wide, problem, ids).price
    new = slots_of(wide, problem, ids, [f"{TRIED}{at}" for at in range(len(candidates))])
    asked, found = _sampled(problem, sample, base.run.seed), []
    share = asked.sum(axis=0) / np.maximum(1, (problem.barred == 0).sum(axis=0))
    for candidate, gain in zip(candidates, gains(problem, price, new, asked, threads), strict=True):
        part = float(share[candidate.offering]) or 1.0
        seats = max(1, round(candidate.seats * part))
        enough = len(gain) >= candidate.minimum * part
        clearing = int(gain[seats]) // MICRO_PER_PRICE if len(gain) > seats else 0
        found.append(Promise(candidate, int(gain[:seats].sum() / part) if enough else 0, clearing))
    return sorted(found, key=attrgetter("value"), reverse=True)


def _sampled(problem: Problem, most: int | None, seed: int) -> Bools:
    """(I, O) at most so many of the citizens who may have an offering, drawn by seed."""
    asked: Bools = problem.barred == 0
    if most is not None:
        rng = np.random.default_rng(seed)
        for offering in range(problem.num_offerings):
            asked[rng.permutation(np.flatnonzero(asked[:, offering]))[most:], offering] = False
    return asked


def could_gain(planned: Side, candidates: Sequence[Candidate]) -> Ints:
    """(n,) points that each candidate could give at most to those who have nothing then and not that offering.

    It takes no account of the hours and the strength that other groups have used up, so it only tells what is worth a
    closer look.
    """
    problem = planned.problem
    has, covered, busy = _plan_facts(planned)
    worth = np.zeros(len(candidates), np.int64)
    for at, one in enumerate(candidates):
        leg = problem.offering_leg[one.offering]
        dosed = minutes_of(one.times) >= problem.leg_dose[leg]
        who = np.flatnonzero(
            (problem.barred[:, one.offering] == 0) & problem.reach[:, one.site] & ~has[:, one.offering]
        )
        for day, start, end in one.times:
            span = slice(start // QUARTER_MINUTES, -(-end // QUARTER_MINUTES))
            who = who[problem.available[who, day, span].all(axis=1) & ~busy[who, day, span].any(axis=1)]
        points = sum(getattr(problem, name)[who, one.offering] for name in ("progress", "wish", "strength"))
        points = points + np.where(dosed & ~covered[who, leg], problem.need_points[who, leg], 0)
        worth[at] = np.sort(points * problem.weight[who])[::-1][: one.seats].sum() // 100
    return worth


def _plan_facts(planned: Side) -> tuple[Bools, Bools, Bools]:
    """(I, O) offerings and (I, L) legs that everybody has, and (I, 7, 96) quarters in which she is somewhere."""
    problem, plans = planned.problem, planned.plans
    citizen = np.repeat(np.arange(problem.num_citizens), np.diff(plans.ptr))
    offering = problem.slot_offering[plans.slot]
    has = np.zeros((problem.num_citizens, problem.num_offerings), np.bool_)
    has[citizen, offering] = True
    leg, covered = problem.offering_leg[offering], np.zeros(problem.need_points.shape, np.bool_)
    dosed = problem.slot_minutes[plans.slot] >= problem.leg_dose[leg]
    covered[citizen[dosed], leg[dosed]] = True
    slot_quarters = _slot_quarters(problem)
    busy = np.zeros((problem.num_citizens, DAYS, QUARTERS), np.bool_)
    np.logical_or.at(busy, citizen, slot_quarters[plans.slot])
    return has, covered, busy


def _slot_quarters(problem: Problem) -> Bools:
    found = np.zeros((problem.num_slots, DAYS, QUARTERS), np.bool_)
    slot = np.repeat(np.arange(problem.num_slots), np.diff(problem.meeting_ptr))
    columns = (slot, problem.meeting_day, problem.meeting_start, problem.meeting_end)
    for at, day, start, end in zip(*(column.tolist() for column in columns), strict=True):
        found[at, day, start // QUARTER_MINUTES : -(-end // QUARTER_MINUTES)] = True
    return found


def _with_all(draft: Draft, candidates: Sequence[Candidate]) -> Draft:
    """The week with every candidate as a slot of its own, held by nobody."""
    unlike = int(draft.facts.group.seats.max(initial=0)) + 1  # Seats that no group has, so that none is joined with it.
    groups = [replace(one, seats=unlike, minimum=0, staff=(), room=-1).as_group() for one in candidates]
    return add(draft, join(*groups), tuple(f"{TRIED}{at}" for at in range(len(groups))))


def slots_of(draft: Draft, problem: Problem, ids: Ids, codes: Sequence[str]) -> list[int]:
    """The slots of groups by their codes."""
    of_group = np.repeat(np.arange(problem.num_slots), np.diff(problem.group_ptr)).tolist()
    slot = dict(zip(codes_of(draft, ids.group), of_group, strict=True))
    return [slot[code] for code in codes]
