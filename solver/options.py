"""Builds the solver's working arrays from a `Problem`: base state after locks, and everybody's options."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from operator import attrgetter

import numpy as np
from numpy.typing import NDArray

from solver import kernels_build as build
from solver.kernels import POINTS, Menu
from solver.problem import MICRO_PER_POINT_PERCENT, RULES, Ints, Problem, sum_by

OF_FRAME = {"slot_minutes", "slot_days", "slot_pattern", "pattern_gap"}
TAKEN_OVER = [name for name in build.Facts._fields if name not in OF_FRAME]


@dataclass(frozen=True)
class Prepared:
    """A problem with its options; what the kernels take."""

    problem: Problem
    facts: build.Facts
    base: build.Base
    menu: Menu
    exceptions: tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class Frame:
    """What the options need to know of a week's slots alone; made once a week, for any of its citizens."""

    minutes: Ints  # (S,) a week
    days: Ints  # (S,) meetings by day, eight bits a day
    pattern: Ints  # (S,) slots with the same meetings share a pattern
    gap: NDArray[np.int16]  # (patterns, patterns) see `kernels_build.pattern_gaps`
    blocks: build.Blocks
    span_first: Ints  # (M,) see `kernels.Menu`
    span_last: Ints  # (M,)
    unit: int  # minutes of a time unit
    use_slot: Ints  # (U,) slot of each use of a row


def make_frame(problem: Problem) -> Frame:
    """Work out the slots' time patterns, their order and their places in the search's week."""
    minutes = problem.slot_minutes
    number: dict[bytes, int] = {}
    pattern = np.zeros(problem.num_slots, np.int64)
    meetings = np.stack([problem.meeting_day, problem.meeting_start, problem.meeting_end], axis=1)
    first: list[int] = []
    for slot, (a, b) in enumerate(zip(problem.meeting_ptr[:-1], problem.meeting_ptr[1:], strict=True)):
        pattern[slot] = number.setdefault(meetings[a:b].tobytes(), len(first))
        if pattern[slot] == len(first):
            first.append(slot)
    gap = build.pattern_gaps(
        np.array(first, np.int64), problem.meeting_ptr, problem.meeting_day, problem.meeting_start, problem.meeting_end
    )
    days = build.packed_meetings(problem.meeting_ptr, problem.meeting_day)
    unit = max(15, int(np.gcd.reduce(minutes, initial=0)))
    use_slot = np.repeat(np.arange(problem.num_slots), np.diff(problem.use_ptr))
    return Frame(minutes, days, pattern, gap, _blocks(problem), *_spans(problem), unit, use_slot)


def prepare(problem: Problem, threads: int = 2, frame: Frame | None = None) -> Prepared:
    """Find everybody's options.

    Citizens whose locks alone break a rule have no options; they are in `exceptions` with the rule's slug.

    Parameters
    ----------
    frame
        Of a problem with the same slots, where there is one already.
    """
    frame = frame or make_frame(problem)
    facts = _facts(frame, problem)
    num = problem.num_citizens
    base = build.Base(*np.zeros((len(build.Base._fields), num), np.int64))
    build.apply_locks(facts, base)
    count = np.zeros((num, 3), np.int64)

    def count_part(part: tuple[int, int]) -> None:
        build.count_options(facts, base, frame.blocks, *part, count)

    def fill_part(part: tuple[int, int]) -> None:
        build.fill_options(facts, base, frame.blocks, *part, choices, start)

    _share_out(count_part, num, threads)
    start = np.zeros((num + 1, 3), np.int64)
    np.cumsum(count, axis=0, out=start[1:])
    choices = _empty_choices(start, count)
    _share_out(fill_part, num, threads)
    exceptions = tuple((int(i), RULES[int(base.fault[i])]) for i in np.flatnonzero(base.fault != build.NO_RULE))
    return Prepared(problem, facts, base, _menu(frame, problem, base, choices), exceptions)


def _share_out(work: Callable[[tuple[int, int]], None], num: int, threads: int) -> None:
    """Do ranges of `num` citizens in each thread, or all of them in this one."""
    if threads == 1:
        work((0, num))
        return
    cuts = [int(cut) for cut in np.linspace(0, num, 4 * threads + 1)]
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(work, pairwise(cuts)))


def _facts(frame: Frame, problem: Problem) -> build.Facts:
    """The problem's arrays with what the frame knows of its slots."""
    return build.Facts(
        slot_minutes=frame.minutes, slot_days=frame.days, slot_pattern=frame.pattern, pattern_gap=frame.gap,
        **dict(zip(TAKEN_OVER, attrgetter(*TAKEN_OVER)(problem), strict=True)),
    )  # fmt: skip


def _blocks(problem: Problem) -> build.Blocks:
    """Slots sorted by offering, length, load and site, sites and slots in a fixed shuffle."""
    rng = np.random.default_rng(0)
    shuffle, place = rng.permutation(problem.num_slots), rng.permutation(len(problem.travel))
    keys = (problem.slot_offering, problem.slot_minutes, problem.slot_load)
    order = np.lexsort((shuffle, place[problem.slot_site], *reversed(keys))).astype(np.int64)
    fresh = np.any([key[order][1:] != key[order][:-1] for key in keys], axis=0)
    kind = np.cumsum(np.concatenate([np.zeros(min(1, len(order)), np.int64), fresh]))
    kinds = int(kind.max(initial=-1)) + 1
    block = kind * len(place) + place[problem.slot_site[order]]
    first = np.searchsorted(block, np.arange(kinds * len(place) + 1))
    of_kind = problem.slot_offering[order[np.searchsorted(kind, np.arange(kinds))]]
    pointer = np.searchsorted(of_kind, np.arange(problem.num_offerings + 1))
    return build.Blocks(order, first.astype(np.int64), pointer.astype(np.int64), np.argsort(place).astype(np.int64))


def _empty_choices(start: Ints, count: Ints) -> build.Choices:
    options, classes, choices = (int(n) for n in start[-1])
    words = (count[:, 0] + 63) // 64 * count[:, 0]
    clash_ptr = np.concatenate([[0], np.cumsum(words)]).astype(np.int64)
    class_ptr = np.full(choices + 1, classes, np.int64)
    option_ptr = np.full(classes + 1, options, np.int64)
    return build.Choices(
        choice_ptr=np.ascontiguousarray(start[:, 2]),
        class_ptr=class_ptr,
        option_ptr=option_ptr,
        class_minutes=np.zeros(classes, np.int64),
        class_load=np.zeros(classes, np.int64),
        class_bits=np.zeros(classes, np.int64),
        class_useful=np.zeros(classes, np.bool_),
        option_slot=np.zeros(options, np.int32),
        option_value=np.zeros(options, np.int64),
        clash_ptr=clash_ptr,
        clash=np.zeros(int(clash_ptr[-1]), np.uint64),
    )


def _menu(frame: Frame, problem: Problem, base: build.Base, c: build.Choices) -> Menu:
    """The choices in the search's own units: time units, the citizen's own mask, MICRO."""
    legs = problem.need_points.shape[1]
    needed = build.needed_bits(c.choice_ptr, c.class_ptr, c.class_bits, base.covered, legs)
    bonus_ptr = np.concatenate([[0], np.cumsum(1 << np.bitwise_count(needed).astype(np.int64))]).astype(np.int64)
    bonus = np.zeros(int(bonus_ptr[-1]), np.int64)
    mask = np.zeros_like(c.class_bits)
    build.bonus_tables(
        needed, base.covered, problem.need_points, problem.parallel_points, problem.weight, bonus_ptr, c.choice_ptr,
        c.class_ptr, c.class_bits, bonus, mask,
    )  # fmt: skip
    unit = frame.unit
    time = -(-c.class_minutes // unit)
    minutes_left = np.maximum(base.minutes, 0)
    rounding = sum_by(c.choice_ptr, _most(time * unit - c.class_minutes, c.class_ptr))
    horizon = (minutes_left + rounding) // unit
    saturates = sum_by(c.choice_ptr, _most(c.class_minutes, c.class_ptr)) <= minutes_left
    idle = problem.idle_penalty * problem.weight * MICRO_PER_POINT_PERCENT
    useful = np.maximum(base.useful, 0)
    return Menu(
        c.choice_ptr, c.class_ptr, c.option_ptr, time, c.class_minutes, c.class_load, mask, c.class_useful,
        c.option_slot, c.option_value, frame.days, problem.meeting_ptr, frame.span_first, frame.span_last,
        c.clash_ptr, c.clash, bonus_ptr, bonus,
        np.where(saturates, -(-useful // unit), horizon), saturates, unit, idle, idle * useful, minutes_left,
        np.maximum(base.load, 0), base.days, base.value,
    )  # fmt: skip


def _most(amount: Ints, class_ptr: Ints) -> Ints:
    """(choices,) the greatest amount among each choice's classes."""
    return np.maximum.reduceat(amount, class_ptr[:-1]) if len(amount) else amount


def _spans(problem: Problem) -> tuple[Ints, Ints]:
    """(M,) first point of the week at which each meeting is on and the first after it, POINTS a day."""
    first, last = int(problem.meeting_start.min(initial=1440)), int(problem.meeting_end.max(initial=0))
    minute = np.array([first + (2 * k + 1) * (last - first) // (2 * POINTS) for k in range(POINTS)], np.int64)
    start, end = (np.searchsorted(minute, time) for time in (problem.meeting_start, problem.meeting_end))
    day = POINTS * problem.meeting_day
    return day + start, day + end
