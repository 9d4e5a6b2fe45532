"""A week as one integer program over the prepared menu, for solvers that take rows and columns.

Columns: x_a = 1 where option a (a citizen and a slot that alone breaks none of her rules) is taken; y_b = 1 where bonus
b is earned; r_s groups of slot s that run; d_i useful minutes that citizen i lacks.

    maximise  sum_a value_a x_a + sum_b bonus_b y_b - sum_i idle_i d_i

    one_group, no_overlap   sum of x over each clique of options that exclude each other <= 1
    weekly_hours, energy    sum of minutes, of loads of a citizen's options <= what her locks leave
    daily_limit             sum of meetings of a day <= what her locks leave
    bonus                   y_b <= sum of x over the options that earn it; for job with health or skill, both sums
    idle                    d_i + sum of useful minutes >= minimum left by the locks
    seats                   sum of x over slot s <= seats left; with a minimum size: minimum r_s <= sum <= seats r_s
    staff, room             sum of use over a row <= what locks leave
    keep_apart              x_a + x_b <= 1

The other rules have decided what is an option. Values are in weighted points (percent x points), so that they are small
whole numbers; the lottery numbers are left out of the program, and added to a bound that it proves.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from solver.kernels_chain import Seating
from solver.master import make_rows
from solver.options import Prepared
from solver.problem import DAYS, MICRO_PER_POINT_PERCENT, Bools, Ints
from solver.sizes import minimum_sizes

FREE = 1 << 40  # a side of a row without a limit


class Rows(NamedTuple):
    """Sparse rows low <= sum of coefficient x column <= high, E entries of N rows."""

    ptr: Ints  # (N + 1,)
    column: Ints  # (E,)
    coefficient: Ints  # (E,)
    low: Ints  # (N,) -FREE where there is none
    high: Ints  # (N,) FREE where there is none


@dataclass(frozen=True)
class Model:
    """The program: X options, then the other columns; V in all."""

    prepared: Prepared
    citizen: Ints  # (X,) of each option
    gain: Ints  # (V,) weighted points
    upper: Ints  # (V,) whole numbers 0 .. upper
    rows: Rows
    bonus_rows: range  # rows y <= sum of x, with y first
    running: Ints  # slots with a minimum size, in the order of their columns
    idle_rows: range  # rows d + sum of minutes >= minimum, with d first
    fixed: int  # MICRO that every plan has
    lottery: int  # MICRO that no plan's lottery numbers exceed

    @property
    def num_options(self) -> int:
        return len(self.citizen)

    def in_micro(self, bound: int) -> int:
        """A bound on the program, weighted points, as one on the objective."""
        return self.fixed + bound * MICRO_PER_POINT_PERCENT + self.lottery


class _Columns:
    """Columns and rows while they are gathered."""

    def __init__(self, gain: Ints) -> None:
        self.gain, self.upper = gain.tolist(), [1] * len(gain)
        self.ptr, self.low, self.high = [0], list[int](), list[int]()
        self.column, self.coefficient = list[int](), list[int]()

    def column_of(self, gain: int, upper: int) -> int:
        """Add a column and say which."""
        self.gain.append(gain)
        self.upper.append(upper)
        return len(self.gain) - 1

    def row(self, columns: list[int], coefficients: list[int], low: int = -FREE, high: int = FREE) -> None:
        """Add a row."""
        self.column += columns
        self.coefficient += coefficients
        self.ptr.append(len(self.column))
        self.low.append(low)
        self.high.append(high)

    def at_most(self, columns: Ints, use: Ints, limit: int) -> None:
        """Add a row, where it could be broken at all."""
        if use.sum() > limit:
            used = use > 0
            self.row(columns[used].tolist(), use[used].tolist(), high=limit)

    @property
    def num_rows(self) -> int:
        return len(self.low)


def build_model(prepared: Prepared) -> Model:
    """Write the week down as rows and columns."""
    menu = prepared.menu
    first = menu.option_ptr[menu.class_ptr[menu.choice_ptr]]
    citizen = np.repeat(np.arange(prepared.problem.num_citizens), np.diff(first))
    of_choice = menu.option_ptr[menu.class_ptr[:-1]]
    columns = _Columns(menu.option_value // MICRO_PER_POINT_PERCENT)
    for i in range(prepared.problem.num_citizens):
        _add_citizen(columns, prepared, i, int(first[i]), int(first[i + 1]))
    began = columns.num_rows
    for i in range(prepared.problem.num_citizens):
        _add_bonuses(columns, prepared, i)
    bonus_rows = range(began, columns.num_rows)
    running = _add_slots(columns, prepared)
    _add_apart(columns, prepared, first)
    began = columns.num_rows
    short = _add_idle(columns, prepared)
    idle_rows = range(began, columns.num_rows)
    arrays = (columns.ptr, columns.column, columns.coefficient, columns.low, columns.high)
    return Model(
        prepared, citizen, np.array(columns.gain, np.int64), np.array(columns.upper, np.int64),
        Rows(*(np.array(array, np.int64) for array in arrays)), bonus_rows, running, idle_rows,
        fixed=int(menu.value.sum() + menu.bonus[menu.bonus_ptr[:-1]].sum() - short),
        lottery=int((menu.option_value[of_choice] % MICRO_PER_POINT_PERCENT).sum()),
    )  # fmt: skip


def _add_citizen(columns: _Columns, prepared: Prepared, i: int, first: int, last: int) -> None:
    """Add what excludes options of one citizen: cliques, hours, energy and meetings a day."""
    if first == last:
        return  # Where her locks break a rule, not even nothing would keep a limit.
    menu = prepared.menu
    options = np.arange(first, last)
    choices = range(int(menu.choice_ptr[i]), int(menu.choice_ptr[i + 1]))
    classes = np.arange(menu.class_ptr[choices.start], menu.class_ptr[choices.stop])
    same = [menu.option_ptr[menu.class_ptr[c : c + 2]].tolist() for c in choices]
    for a, b in same:
        if b - a > 1:
            columns.row(list(range(a, b)), [1] * (b - a), high=1)
    for clique in _cliques(_clashes(prepared, i, last - first), [(a - first, b - first) for a, b in same]):
        columns.row([first + a for a in clique], [1] * len(clique), high=1)
    length = np.diff(menu.option_ptr)[classes]
    columns.at_most(options, np.repeat(menu.class_minutes[classes], length), int(menu.minutes_left[i]))
    columns.at_most(options, np.repeat(menu.class_load[classes], length), int(menu.load_left[i]))
    for day in range(DAYS):
        left = 127 - (int(menu.days[i]) >> 8 * day & 255)
        columns.at_most(options, menu.slot_days[menu.option_slot[first:last]] >> 8 * day & 255, left)


def _clashes(prepared: Prepared, i: int, num: int) -> list[int]:
    """Bit masks of the options that each of a citizen's options clashes with."""
    words = (num + 63) // 64
    ptr = prepared.menu.clash_ptr[i]
    rows = prepared.menu.clash[ptr : ptr + num * words].reshape(num, words)
    return [int.from_bytes(row.astype("<u8").tobytes(), "little") for row in rows]


def _cliques(clash: list[int], same: list[tuple[int, int]]) -> Iterator[list[int]]:
    """Cliques of options that exclude each other, until every clash is in one.

    Each grows from a clash that is in none yet, by options that exclude all the others, options of one offering among
    them: large cliques make the linear relaxation tight.
    """
    excludes = list(clash)
    for a, b in same:
        for option in range(a, b):
            excludes[option] |= (1 << b) - (1 << a) & ~(1 << option)
    left = list(clash)
    for a in range(len(clash)):
        while left[a]:
            b = _lowest(left[a])
            clique, candidates = [a, b], excludes[a] & excludes[b]
            while candidates:
                c = _lowest(candidates & left[a] or candidates)
                clique.append(c)
                candidates &= excludes[c]
            mask = sum(1 << c for c in clique)
            for c in clique:
                left[c] &= ~mask
            yield sorted(clique)


def _lowest(mask: int) -> int:
    return (mask & -mask).bit_length() - 1


def _add_bonuses(columns: _Columns, prepared: Prepared, i: int) -> None:
    """Add a column for each bonus that the citizen's options can earn; the table adds up singles and at most a pair."""
    menu = prepared.menu
    table = menu.bonus[menu.bonus_ptr[i] : menu.bonus_ptr[i + 1]] // MICRO_PER_POINT_PERCENT
    classes = range(int(menu.class_ptr[menu.choice_ptr[i]]), int(menu.class_ptr[menu.choice_ptr[i + 1]]))
    earners: dict[int, list[int]] = {}
    for c in classes:
        for bit in _bits(int(menu.class_mask[c])):
            earners.setdefault(bit, []).extend(range(int(menu.option_ptr[c]), int(menu.option_ptr[c + 1])))
    for bit, options in earners.items():
        gain = int(table[1 << bit] - table[0])
        if gain:
            _add_bonus(columns, gain, [options])
    for one in earners:
        for other in earners:
            if one < other:
                gain = int(table[1 << one | 1 << other] - table[1 << one] - table[1 << other] + table[0])
                if gain:
                    _add_bonus(columns, gain, [earners[one], earners[other]])


def _add_bonus(columns: _Columns, gain: int, needed: list[list[int]]) -> None:
    earned = columns.column_of(gain, 1)
    for options in needed:
        columns.row([earned, *options], [1] + [-1] * len(options), high=0)


def _bits(mask: int) -> Iterator[int]:
    while mask:
        yield _lowest(mask)
        mask &= mask - 1


def _add_slots(columns: _Columns, prepared: Prepared) -> Ints:
    """Add seats, minimum sizes, staff and rooms; returns the slots that have a minimum."""
    problem, menu = prepared.problem, prepared.menu
    rows, minimum = make_rows(problem), minimum_sizes(problem)
    by_slot = np.argsort(menu.option_slot, kind="stable")
    ptr = np.searchsorted(menu.option_slot[by_slot], np.arange(problem.num_slots + 1))
    users: dict[int, list[int]] = {}
    running = []
    for s in range(problem.num_slots):
        options = by_slot[ptr[s] : ptr[s + 1]]
        if minimum[s] > 0:
            seats, groups = int(problem.group_seats[s]), int(problem.group_ptr[s + 1] - problem.group_ptr[s])
            runs, here = columns.column_of(0, groups), options.tolist()
            running.append(s)
            columns.row([*here, runs], [1] * len(here) + [-seats], high=0)
            columns.row([*here, runs], [1] * len(here) + [-int(minimum[s])], low=0)
        else:
            columns.at_most(options, np.ones(len(options), np.int64), int(rows.cap[s]))
        for row in rows.use_row[rows.use_ptr[s] : rows.use_ptr[s + 1]].tolist():
            users.setdefault(row, []).extend(options.tolist())
    for row, options_of_row in users.items():
        option, use = np.unique(np.array(options_of_row, np.int64), return_counts=True)
        columns.at_most(option, use, int(rows.cap[row]))
    return np.array(running, np.int64)


def _add_apart(columns: _Columns, prepared: Prepared, first: Ints) -> None:
    problem, slot = prepared.problem, prepared.menu.option_slot
    for one, other in problem.apart.tolist():
        options = [{int(slot[a]): a for a in range(int(first[i]), int(first[i + 1]))} for i in (one, other)]
        locks = [set(problem.lock_slot[problem.lock_ptr[i] : problem.lock_ptr[i + 1]].tolist()) for i in (one, other)]
        for s in options[0].keys() & options[1].keys():
            columns.row([options[0][s], options[1][s]], [1, 1], high=1)
        for mine, locked in ((options[0], locks[1]), (options[1], locks[0])):
            for s in mine.keys() & locked:
                columns.row([mine[s]], [1], high=0)


def _add_idle(columns: _Columns, prepared: Prepared) -> int:
    """Add the minutes that citizens lack; returns MICRO of the penalty of those who have no useful option."""
    menu = prepared.menu
    fixed = 0
    for i in np.flatnonzero(menu.short > 0).tolist():
        options, minutes = list[int](), list[int]()
        for c in range(int(menu.class_ptr[menu.choice_ptr[i]]), int(menu.class_ptr[menu.choice_ptr[i + 1]])):
            if menu.class_useful[c]:
                here = range(int(menu.option_ptr[c]), int(menu.option_ptr[c + 1]))
                options += here
                minutes += [int(menu.class_minutes[c])] * len(here)
        if not options:
            fixed += int(menu.short[i])
            continue
        least = int(menu.short[i] // menu.idle[i])
        lacking = columns.column_of(-int(menu.idle[i]) // MICRO_PER_POINT_PERCENT, least)
        columns.row([lacking, *options], [1, *minutes], low=least)
    return fixed


def complete(model: Model, plan: Ints) -> Ints:
    """(V,) values of all columns for (I, length) slots by citizen, -1 after the last."""
    num_slots = model.prepared.problem.num_slots
    who, at = np.nonzero(plan >= 0)
    key = model.citizen * num_slots + model.prepared.menu.option_slot
    taken = np.isin(key, who * num_slots + plan[who, at])
    value = np.zeros(len(model.gain), np.int64)
    value[: model.num_options] = taken
    rows = model.rows
    _complete_bonuses(model, value)
    load = np.bincount(model.prepared.menu.option_slot[taken], minlength=num_slots)[model.running]
    first_running = len(model.gain) - len(model.idle_rows) - len(model.running)
    seats = np.maximum(model.prepared.problem.group_seats[model.running], 1)
    value[first_running : first_running + len(model.running)] = -(-load // seats)
    for row in model.idle_rows:
        here = slice(int(rows.ptr[row]), int(rows.ptr[row + 1]))
        used = int((rows.coefficient[here] * value[rows.column[here]]).sum())
        value[rows.column[here.start]] = max(0, int(rows.low[row]) - used)
    return value


def _complete_bonuses(model: Model, value: Ints) -> None:
    rows = model.rows
    earned: dict[int, bool] = {}
    for row in model.bonus_rows:
        columns = rows.column[rows.ptr[row] : rows.ptr[row + 1]]
        bonus = int(columns[0])
        earned[bonus] = earned.get(bonus, True) and bool(value[columns[1:]].any())
    value[list(earned)] = list(earned.values())


def seating_of(model: Model, taken: Bools, empty: Seating) -> Seating:
    """The seating in which exactly these (X,) options are taken; only its plan is filled."""
    plan = empty.plan.copy()
    count = np.zeros(len(plan), np.int64)
    for option in np.flatnonzero(taken).tolist():
        i = model.citizen[option]
        plan[i, count[i]] = model.prepared.menu.option_slot[option]
        count[i] += 1
    return empty._replace(plan=plan)
