"""Compiled: exchange chains. One citizen takes a better plan, who is in the way moves on, until everything fits.

With prices, the gain of the first move less the losses of the others is at least the chain's true gain as long as
priced places stay taken, so a chain is followed only while that balance is positive (an ejection chain, Glover 1996,
doi:10.1016/0166-218X(94)00037-E, guided by reduced costs).
"""

from __future__ import annotations

from typing import NamedTuple

import numba as nb
import numpy as np
from numpy.typing import NDArray

from solver.problem import Ints

Ids = NDArray[np.int32]
NEVER = -(1 << 60)
DEPTH = 7
BREADTH = 6


class Seating(NamedTuple):
    """A whole plan while it is improved; everything changes in place."""

    plan: Ids  # (I, length) slots, -1 after the last
    worth: Ints  # (I,) MICRO without prices
    load: Ints  # (S + R,)


class Limits(NamedTuple):
    """Limits in the form the chains read."""

    cap: Ints  # (S + R,)
    use_ptr: Ints  # (S + 1,)
    use_row: Ints
    slots_ptr: Ints  # (S + R + 1,) slots that use each row
    slots: Ints
    low: Ints  # (S,) participants that a slot must keep
    price: Ints  # (S,) MICRO a slot with its rows, CLOSED where nobody may enter


@nb.njit(cache=True, nogil=True)
def move(
    i: int,
    plan: Ids,
    worth: int,
    c_use_ptr: Ints,
    c_use_row: Ints,
    seated: Ids,
    value: Ints,
    load: Ints,
    taker_ptr: Ints,
    taker: Ints,
    takers: Ints,
) -> None:
    """Give citizen i another plan: loads and takers follow. Changed in place."""
    for k in range(seated.shape[1]):
        s = seated[i, k]
        if s < 0:
            break
        load[s] -= 1
        for u in range(c_use_ptr[s], c_use_ptr[s + 1]):
            load[c_use_row[u]] -= 1
        at = taker_ptr[s]
        while taker[at] != i:
            at += 1
        takers[s] -= 1
        taker[at] = taker[taker_ptr[s] + takers[s]]
    for k in range(seated.shape[1]):
        s = plan[k]
        seated[i, k] = s
    for k in range(seated.shape[1]):
        s = seated[i, k]
        if s < 0:
            break
        load[s] += 1
        for u in range(c_use_ptr[s], c_use_ptr[s + 1]):
            load[c_use_row[u]] += 1
        taker[taker_ptr[s] + takers[s]] = i
        takers[s] += 1
    value[i] = worth


@nb.njit(cache=True, nogil=True)
def priced(plan: Ids, worth: int, price: Ints) -> int:
    """A plan's MICRO after prices."""
    for k in range(len(plan)):
        if plan[k] < 0:
            break
        worth -= price[plan[k]]
    return worth


@nb.njit(cache=True, nogil=True)
def overfull(plan: Ids, cap: Ints, load: Ints, use_ptr: Ints, use_row: Ints) -> int:
    """The first row of the plan whose limit is exceeded, or -1."""
    for k in range(len(plan)):
        s = plan[k]
        if s < 0:
            break
        if load[s] > cap[s]:
            return s
        for u in range(use_ptr[s], use_ptr[s + 1]):
            if load[use_row[u]] > cap[use_row[u]]:
                return use_row[u]
    return -1


@nb.njit(cache=True, nogil=True)
def uses(plan: Ids, row: int, slots: int, use_ptr: Ints, use_row: Ints) -> bool:
    """Whether a plan uses the row."""
    for k in range(len(plan)):
        s = plan[k]
        if s < 0:
            break
        if s == row:
            return True
        if row >= slots:
            for u in range(use_ptr[s], use_ptr[s + 1]):
                if use_row[u] == row:
                    return True
    return False


@nb.njit(cache=True, nogil=True)
def improve(
    order: Ints, p_slot: Ids, p_value: Ints, p_size: Ints, c: Limits, a: Seating, least: int, crowding: int, tries: int
) -> int:
    """Try chains that start with each citizen of `order`; returns the MICRO gained. `a` changes in place.

    A chain starts with a gain of more than `least` MICRO; a move into a full limit counts `crowding` less; `tries`
    bounds the moves tried for one start.
    """
    cap, use_ptr, use_row, price, low = c.cap, c.use_ptr, c.use_row, c.price, c.low
    slots_ptr, slots_of = c.slots_ptr, c.slots
    plan, worth, load = a.plan, a.worth, a.load
    num_slots = len(use_ptr) - 1
    length = plan.shape[1]
    taker_ptr = np.zeros(num_slots + 1, np.int64)
    for s in range(num_slots):
        taker_ptr[s + 1] = taker_ptr[s] + max(load[s], cap[s]) + DEPTH + 1
    taker = np.empty(taker_ptr[num_slots], np.int64)
    takers = np.zeros(num_slots, np.int64)
    for i in range(len(plan)):
        for k in range(length):
            s = plan[i, k]
            if s < 0:
                break
            taker[taker_ptr[s] + takers[s]] = i
            takers[s] += 1
    cand_i = np.empty((DEPTH, BREADTH), np.int64)
    cand_p = np.empty((DEPTH, BREADTH), np.int64)
    cand_d = np.empty((DEPTH, BREADTH), np.int64)
    cand_r = np.empty((DEPTH, BREADTH), np.int64)
    cand_n = np.zeros(DEPTH, np.int64)
    cand_at = np.zeros(DEPTH, np.int64)
    who = np.full(DEPTH, -1, np.int64)
    old_plan = np.empty((DEPTH, length), np.int32)
    old_worth = np.zeros(DEPTH, np.int64)
    balance = np.zeros(DEPTH + 1, np.int64)
    truth = np.zeros(DEPTH + 1, np.int64)
    gained = 0
    for at in range(len(order)):
        root = order[at]
        cand_n[0] = 0
        now = priced(plan[root], worth[root], price)
        for p in range(p_size[root]):
            delta = priced(p_slot[root, p], p_value[root, p], price) - now
            if delta > least and not strands(p_slot[root, p], plan[root], load, low):
                rank = delta - crowding * crowded(p_slot[root, p], plan[root], cap, load, use_ptr, use_row)
                insert(cand_i[0], cand_p[0], cand_d[0], cand_r[0], cand_n, 0, root, p, delta, rank)
        cand_at[0] = 0
        d = 0
        tried = 0
        balance[0], truth[0] = 0, 0
        done = False
        while d >= 0 and not done:
            if cand_at[d] == cand_n[d] or tried >= tries:
                d -= 1
                if d >= 0:
                    move(
                        who[d], old_plan[d], old_worth[d], use_ptr, use_row, plan, worth, load, taker_ptr, taker, takers
                    )
                    who[d] = -1
                continue
            e = cand_at[d]
            cand_at[d] += 1
            i, p = cand_i[d, e], cand_p[d, e]
            balance[d + 1] = balance[d] + cand_d[d, e]
            if balance[d + 1] <= 0:
                continue
            again = False
            for b in range(d):
                again = again or who[b] == i
            if again:
                continue
            tried += 1
            who[d] = i
            old_plan[d, :] = plan[i, :]
            old_worth[d] = worth[i]
            truth[d + 1] = truth[d] + p_value[i, p] - worth[i]
            move(i, p_slot[i, p], p_value[i, p], use_ptr, use_row, plan, worth, load, taker_ptr, taker, takers)
            row = -1
            for b in range(d + 1):
                row = overfull(plan[who[b]], cap, load, use_ptr, use_row)
                if row >= 0:
                    break
            if row < 0:
                if truth[d + 1] > 0:
                    gained += truth[d + 1]
                    done = True
                    continue
            elif d + 1 < DEPTH:
                cand_n[d + 1], cand_at[d + 1] = 0, 0
                for x in range(slots_ptr[row], slots_ptr[row + 1]):
                    s = slots_of[x]
                    for y in range(taker_ptr[s], taker_ptr[s] + takers[s]):
                        j = taker[y]
                        seen = False
                        for b in range(d + 1):
                            seen = seen or who[b] == j
                        if seen:
                            continue
                        now = priced(plan[j], worth[j], price)
                        for q in range(p_size[j]):
                            delta = priced(p_slot[j, q], p_value[j, q], price) - now
                            full = cand_n[d + 1] == BREADTH and delta <= cand_r[d + 1, BREADTH - 1]
                            if balance[d + 1] + delta > 0 and not full:
                                usable = not uses(p_slot[j, q], row, num_slots, use_ptr, use_row)
                                if usable and not strands(p_slot[j, q], plan[j], load, low):
                                    rank = delta - crowding * crowded(
                                        p_slot[j, q], plan[j], cap, load, use_ptr, use_row
                                    )
                                    insert(
                                        cand_i[d + 1], cand_p[d + 1], cand_d[d + 1], cand_r[d + 1], cand_n, d + 1,
                                        j, q,
                                        delta, rank,
                                    )  # fmt: skip
                d += 1
                continue
            move(i, old_plan[d], old_worth[d], use_ptr, use_row, plan, worth, load, taker_ptr, taker, takers)
            who[d] = -1
        who[:] = -1
    return gained


@nb.njit(cache=True, nogil=True)
def strands(plan: Ids, now: Ids, load: Ints, low: Ints) -> bool:
    """Whether a change from `now` to `plan` would leave a slot with too few participants."""
    for e in range(len(now)):
        s = now[e]
        if s < 0:
            break
        if load[s] <= low[s]:
            stays = False
            for k in range(len(plan)):
                stays = stays or plan[k] == s
            if not stays:
                return True
    return False


@nb.njit(cache=True, nogil=True)
def crowded(plan: Ids, now: Ids, cap: Ints, load: Ints, use_ptr: Ints, use_row: Ints) -> int:
    """How many limits the plan would exceed that the present plan does not use."""
    count = 0
    for k in range(len(plan)):
        s = plan[k]
        if s < 0:
            break
        mine = False
        for e in range(len(now)):
            mine = mine or now[e] == s
        if mine:
            continue
        if load[s] >= cap[s]:
            count += 1
        for u in range(use_ptr[s], use_ptr[s + 1]):
            if load[use_row[u]] >= cap[use_row[u]]:
                count += 1
    return count


@nb.njit(cache=True, nogil=True)
def insert(
    ids: Ints, plans: Ints, deltas: Ints, ranks: Ints, count: Ints, level: int, i: int, p: int, delta: int, rank: int
) -> None:
    """Put a candidate into its place among the BREADTH best, best rank first. Changed in place."""
    at = min(count[level], BREADTH - 1)
    if count[level] == BREADTH and ranks[at] >= rank:
        return
    while at > 0 and ranks[at - 1] < rank:
        ids[at], plans[at], deltas[at], ranks[at] = ids[at - 1], plans[at - 1], deltas[at - 1], ranks[at - 1]
        at -= 1
    ids[at], plans[at], deltas[at], ranks[at] = i, p, delta, rank
    if count[level] < BREADTH:
        count[level] += 1
