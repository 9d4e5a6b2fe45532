"""Compiled: work over the plans already seen, without searching: price passes, counting, fixing."""

from __future__ import annotations

from typing import NamedTuple

import numba as nb
import numpy as np
from numpy.typing import NDArray

from solver.problem import Bools, Ints

Ids = NDArray[np.int32]
Floats = NDArray[np.float64]
Counts = NDArray[np.int16]
NEVER = -(1 << 60)
CLOSED = 2_000_000_000  # 1/1000 points: more than any plan is worth


class Rows(NamedTuple):
    """Seats of slots, then staff and room rows, as limits beyond what locks take."""

    cap: Ints  # (S + R,)
    use_ptr: Ints  # (S + 1,) staff and room rows of a slot
    use_row: Ints  # positions S .. S + R - 1
    closed: Bools  # (S,) nobody may enter


class Passes(NamedTuple):
    """What passes over the plans seen change in place."""

    price: Ints  # (S + R,) 1/1000 points
    chosen: Ints  # (I,) the last plan of each, -1 = none
    tally: Counts  # (I, P) how often each plan was best
    mean: Floats  # (S + R,) of the prices over the second half of the passes; their sum until those end
    total: Ints  # (S,) 1/1000 points a slot with its rows
    running: Ints  # (S + R,) load of everybody's last plan
    block: Ints  # (S + R,) load of the last block


@nb.njit(cache=True, nogil=True)
def slot_prices(rows: Rows, price: Ints, total: Ints) -> None:
    """Fill (S,) `total`: a slot's seat and its staff and room rows, CLOSED where it is closed. Changed in place."""
    use_ptr, use_row, closed = rows.use_ptr, rows.use_row, rows.closed
    for s in range(len(total)):
        cost = price[s]
        for u in range(use_ptr[s], use_ptr[s + 1]):
            cost += price[use_row[u]]
        total[s] = CLOSED if closed[s] else cost


@nb.njit(cache=True, nogil=True)
def add_plan(rows: Rows, plan: Ids, sign: int, load: Ints) -> None:
    """Add a plan's use (sign times) to (S + R,) `load`, changed in place."""
    use_ptr, use_row = rows.use_ptr, rows.use_row
    for k in range(len(plan)):
        s = plan[k]
        if s < 0:
            break
        load[s] += sign
        for u in range(use_ptr[s], use_ptr[s + 1]):
            load[use_row[u]] += sign


@nb.njit(cache=True, nogil=True)
def add_plans(rows: Rows, who: Ints, plan: Ids, sign: int, load: Ints) -> None:
    """Add the plans of the citizens in `who`; `load` changed in place."""
    for at in range(len(who)):
        add_plan(rows, plan[who[at]], sign, load)


@nb.njit(cache=True, nogil=True, error_model="numpy")  # A check for a division by zero keeps loops from SIMD.
def moved_price(price: int, cap: int, block: float, running: int, step: float, mix: float, floor: float) -> int:
    """One limit's price after a step; see `move_prices`."""
    excess = mix * block + (1.0 - mix) * running - cap
    return max(0, np.int64(np.rint(price + step * excess / max(floor, float(cap)))))


@nb.njit(cache=True, nogil=True)
def move_prices(
    price: Ints, cap: Ints, block: Ints, running: Ints, scale: float, step: float, mix: float, floor: float
) -> None:
    """One price step after a block: towards the block's load times `scale` (share `mix`) and the running load.

    `step` is in 1/1000 points per unit of relative excess; a limit counts as at least `floor`. Changed in place.
    """
    for r in range(len(price)):
        if price[r] > 0 or block[r] > 0 or running[r] > cap[r]:
            price[r] = moved_price(price[r], cap[r], block[r] * scale, running[r], step, mix, floor)


@nb.njit(cache=True, nogil=True)
def pick_plans(who: Ints, slots: Ids, value: Ints, count: Ints, total: Ints, pick: Ints) -> None:
    """Fill `pick`, in the order of `who`, with each one's best plan at (S,) `total` prices, the first of equals."""
    for at in range(len(who)):
        i = who[at]
        best, found = NEVER, -1
        for p in range(count[i]):
            worth = value[i, p]
            for k in range(slots.shape[2]):
                s = slots[i, p, k]
                if s < 0 or worth <= best:  # No price is below zero.
                    break
                worth -= total[s] * 1_000
            if worth > best:
                best, found = worth, p
        pick[at] = found


@nb.njit(cache=True, nogil=True)
def take_picks(who: Ints, pick: Ints, slots: Ids, rows: Rows, state: Passes) -> None:
    """Let everybody in `who` go over to the plan picked for her; `state` changes in place."""
    state.block[:] = 0
    for at in range(len(who)):
        i, before, now = who[at], state.chosen[who[at]], pick[at]
        if now >= 0:
            state.tally[i, now] += 1
            add_plan(rows, slots[i, now], 1, state.block)
        if before == now:
            continue
        if before >= 0:
            add_plan(rows, slots[i, before], -1, state.running)
        if now >= 0:
            add_plan(rows, slots[i, now], 1, state.running)
        state.chosen[i] = now


@nb.njit(cache=True, nogil=True, error_model="numpy")
def step_prices(
    rows: Rows, cap: Ints, scale: float, step: float, mix: float, floor: float, counts: bool, state: Passes
) -> None:
    """Move the prices after a block and, where it `counts`, add them to the mean; `state` changes in place.

    A limit that is free, not full and not used moves from 0 to 0: to ask would cost more than to reckon in SIMD.
    """
    price, block, running, mean, total = state.price, state.block, state.running, state.mean, state.total
    num, num_slots, closed = len(price), len(rows.use_ptr) - 1, rows.closed
    for r in range(num):
        price[r] = moved_price(price[r], cap[r], block[r] * scale, running[r], step, mix, floor)
    if counts:
        for r in range(num):
            mean[r] += price[r]
    if num > num_slots:
        slot_prices(rows, price, total)
    else:
        for s in range(num_slots):
            total[s] = CLOSED if closed[s] else price[s]


@nb.njit(cache=True, nogil=True)
def begin_passes(who: Ints, slots: Ids, rows: Rows, state: Passes) -> None:
    """Fill the loads and prices that passes begin with; `state` changes in place."""
    state.mean[:] = 0.0
    state.running[:] = 0
    slot_prices(rows, state.price, state.total)
    for at in range(len(who)):
        if state.chosen[who[at]] >= 0:
            add_plan(rows, slots[who[at], state.chosen[who[at]]], 1, state.running)


@nb.njit(cache=True, nogil=True)
def pool_passes(
    who: Ints, size: int, passes: int, first: int, slots: Ids, value: Ints, count: Ints, rows: Rows, cap: Ints,
    step: float, decay: float, mix: float, floor: float, state: Passes,
) -> float:  # fmt: skip
    """Move prices block by block over the plans seen, in one thread; returns the last step.

    `who` in the order of the blocks of `size`; passes from `first` on are added to the mean; `state` changes in place.
    """
    pick = np.empty(size, np.int64)
    begin_passes(who, slots, rows, state)
    for turn in range(passes):
        for start in range(0, len(who), size):
            some = who[start : start + size]
            pick_plans(some, slots, value, count, state.total, pick)
            take_picks(some, pick, slots, rows, state)
            step_prices(rows, cap, len(who) / len(some), step, mix, floor, turn >= first, state)
            step *= decay
    return step


@nb.njit(cache=True, nogil=True)
def fits(rows: Rows, plan: Ids, load: Ints) -> bool:
    """Whether one more plan fits the limits."""
    cap, use_ptr, use_row, closed = rows.cap, rows.use_ptr, rows.use_row, rows.closed
    for k in range(len(plan)):
        s = plan[k]
        if s < 0:
            break
        if closed[s] or load[s] >= cap[s]:
            return False
        for u in range(use_ptr[s], use_ptr[s + 1]):
            own = 0
            for j in range(k + 1):
                for v in range(use_ptr[plan[j]], use_ptr[plan[j] + 1]):
                    own += use_row[v] == use_row[u]
            if load[use_row[u]] + own > cap[use_row[u]]:
                return False
    return True


@nb.njit(cache=True, nogil=True)
def fix_plans(
    order: Ints, wanted: int, rows: Rows, slots: Ids, value: Ints, pick: Ints, load: Ints, plan: Ids, worth: Ints
) -> Ints:
    """Give the first `wanted` citizens of `order` whose picked plan fits that plan; returns who got one."""
    got = np.empty(len(order), np.int64)
    num = 0
    for at in range(len(order)):
        i = order[at]
        if num == wanted:
            break
        if pick[i] >= 0 and fits(rows, slots[i, pick[i]], load):
            plan[i, :] = slots[i, pick[i]]
            worth[i] = value[i, pick[i]]
            add_plan(rows, plan[i], 1, load)
            got[num] = i
            num += 1
    return got[:num]
