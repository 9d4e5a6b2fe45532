"""Compiled: the best plan of one citizen at given prices, exactly.

A backward dynamic programme over the citizen's choices, with state (legs covered, time used), gives a bound for every
suffix of choices, with leg points and idle penalty in it exactly. Energy, meetings a day and one activity at a time are
multipliers there, moved by Polyak steps and kept from call to call. Depth-first search below that bound finds the best
plan that really fits, from the best plan seen before as a start; where it runs long, energy becomes a state as well.
"""

from __future__ import annotations

from typing import NamedTuple

import numba as nb
import numpy as np
from numpy.typing import NDArray

from solver.problem import Bools, Ints

Ids = NDArray[np.int32]
Words = NDArray[np.uint64]
NEVER = -(1 << 60)
ALWAYS = (1 << 31) - 1
MOST_TENSION = (1 << 31) - 1
OVER = 1 << 30  # marks a slot that is shut for one citizen only
FULL_DAY = 0x80808080808080
# Columns of the search's state by depth.
VALUE, MASK, TIME, MINUTES, USEFUL, LOAD, PLAIN, DAYS, NEXT, SKIP, TAKEN = range(11)
STATE = 11
# Limits with a multiplier: energy, meetings of each day, then one activity at a time at each point of the week.
POINTS = 16
DAY_LIMIT, POINT_LIMIT, LIMITS = 1, 8, 8 + 7 * POINTS
ARRIVING, NOW, LATER, DONE = -2, 0, 1, 2


class Menu(NamedTuple):
    """Everybody's options in the form the search reads; made once a problem (`solver.options`)."""

    choice_ptr: Ints  # (I + 1,)
    class_ptr: Ints  # (choices + 1,)
    option_ptr: Ints  # (classes + 1,)
    class_time: Ints  # (classes,) time units, rounded up
    class_minutes: Ints  # (classes,)
    class_load: Ints  # (classes,)
    class_mask: Ints  # (classes,) bits of the citizen's own mask
    class_useful: Bools  # (classes,)
    option_slot: Ids  # (options,)
    option_value: Ints  # (options,) MICRO
    slot_days: Ints  # (S,) meetings by day, eight bits a day
    span_ptr: Ints  # (S + 1,) meetings of a slot
    span_first: Ints  # (meetings,) first point of the week at which the meeting is on, POINTS a day
    span_last: Ints  # (meetings,) first point after it
    clash_ptr: Ints  # (I + 1,)
    clash: Words
    bonus_ptr: Ints  # (I + 1,) first mask of each citizen's bonus table
    bonus: Ints  # MICRO by mask: legs and parallel effort
    horizon: Ints  # (I,) time units of the dynamic programme
    saturates: Bools  # (I,) the horizon is where idleness ends, not where the hours end
    unit: int  # minutes of a time unit
    idle: Ints  # (I,) MICRO a minute below the minimum
    short: Ints  # (I,) MICRO of idle penalty with no activity beyond the locks
    minutes_left: Ints  # (I,)
    load_left: Ints  # (I,)
    days: Ints  # (I,)
    value: Ints  # (I,) MICRO of the locks


class Pool(NamedTuple):
    """Plans seen for each citizen; changed in place."""

    slot: Ids  # (I, P, length) slots, -1 after the last
    value: Ints  # (I, P) MICRO without prices
    size: Ints  # (I,)
    tension: Ids  # (I, LIMITS) MICRO, at most MOST_TENSION: multipliers of the limits that the programme does not see
    used: Ids  # (I, P) call in which the plan was last best, ALWAYS where it is never replaced


class Scratch(NamedTuple):
    """One thread's working memory."""

    plain: Ints  # (options of one citizen,) MICRO after prices
    days: Ints  # (options of one citizen,) meetings by day
    net: Ints  # (options of one citizen,) MICRO after prices and tension
    top: Ints  # (classes of one citizen,) net value of the best option
    order: Ids  # options of each class, best first
    bound: Ints  # the dynamic programme, choice by mask by time
    tension: Ints  # (LIMITS,)
    before: Ints  # (points + 1,) multipliers of the points of the week, added up
    left: Ints  # (LIMITS,)
    use: Ints  # (LIMITS,)
    state: Ints  # (depth, STATE)
    allowed: Words  # (depth, words)
    plan: Ids  # (1, depth) options of the best plan, -1 after the last
    worth: Ints  # (1,) MICRO after prices of that plan


class Near(NamedTuple):
    """Plans within a reach of each citizen's best; changed in place."""

    slot: Ids  # (I, K, length) slots, -1 after the last
    value: Ints  # (I, K) MICRO without prices
    size: Ints  # (I,)


@nb.njit(cache=True, nogil=True)
def suffix_bound(
    first: int, last: int, class_ptr: Ints, time: Ints, load: Ints, mask: Ints, top: Ints, masks: int, loads: int,
    horizon: int, saturates: bool, bound: Ints,
) -> None:  # fmt: skip
    """Fill bound[choice, mask, load, time] from the last choice down to the first; the one after the last is given.

    `top` is the net value of each class's best option, at class position minus the citizen's first class. With
    loads = 1 the energy budget is left to its multiplier.
    """
    width = horizon + 1
    plane = loads * width
    size = masks * plane
    for k in range(last - 1, first - 1, -1):
        here, after = (k - first) * size, (k - first + 1) * size
        bound[here:after] = bound[after : after + size]
        for c in range(class_ptr[k], class_ptr[k + 1]):
            gain = top[c - class_ptr[first]]
            step = time[c]
            lift = load[c] if loads > 1 else 0
            for m in range(masks):
                for e in range(loads - lift):
                    # Unsigned offsets: a signed one might count from the end, and that check keeps the loop from SIMD.
                    to = np.uint64(here + m * plane + e * width)
                    row = after + (m | mask[c]) * plane + (e + lift) * width
                    source = np.uint64(row + step)
                    for t in range(np.uint64(max(0, width - step))):
                        gained = gain + bound[source + t]
                        known = bound[to + t]
                        bound[to + t] = gained if gained > known else known
                    if saturates:
                        best = gain + bound[row + horizon]
                        for u in range(max(0, horizon - step + 1), width):
                            bound[here + m * plane + e * width + u] = max(bound[here + m * plane + e * width + u], best)


@nb.njit(cache=True, nogil=True)
def best_pooled(price: Ints, slots: Ids, value: Ints, size: int) -> tuple[int, int]:
    """Position and priced value of the best plan of one citizen's pool; (-1, NEVER) if it is empty."""
    at, best = -1, NEVER
    for p in range(size):
        total = value[p]
        for k in range(slots.shape[1]):
            if slots[p, k] < 0:
                break
            total -= price[slots[p, k]]
        if total > best:
            at, best = p, total
    return at, best


@nb.njit(cache=True, nogil=True)
def search(
    base: int, last: int, class_ptr: Ints, option_ptr: Ints, time: Ints, minutes: Ints, load: Ints, mask: Ints,
    useful: Bools, days: Ints,
    clash: Words, clash_at: int, words: int, bonus: Ints, masks: int, loads: int, horizon: int, saturates: bool,
    idle: int, short: int,
    minutes_left: int, load_left: int, days_now: int, slack: int, incumbent: int, node_limit: int, s: Scratch,
    found: int, plan: Ids, worth: Ints,
) -> tuple[int, int, int]:  # fmt: skip
    """Depth first below the bound; returns (value that a further plan must exceed, plans found, nodes).

    The K best plans above `incumbent` are left in (K, depth) `plan`, options with -1 after the last, and (K,) `worth`,
    in no order, of which the first `found` are there already. Values are MICRO after prices without the locks' value.
    """
    plain, net, order, bound, state, allowed = s.plain, s.net, s.order, s.bound, s.state, s.allowed
    origin = option_ptr[class_ptr[base]]
    width = horizon + 1
    plane = loads * width
    size = masks * plane
    depth_last = last - base
    best, nodes = incumbent, 0
    state[0, VALUE : DAYS + 1] = 0
    state[0, DAYS], state[0, NEXT] = days_now, ARRIVING
    allowed[0, :words] = ~np.uint64(0)
    d = 0
    while d >= 0:
        value, m, t = state[d, VALUE], state[d, MASK], state[d, TIME]
        if d == depth_last:
            total = state[d, PLAIN] + bonus[m] - max(0, short - idle * state[d, USEFUL])
            if total > best:
                at = found if found < len(worth) else np.argmin(worth)
                length = 0
                for e in range(depth_last):
                    if state[e, TAKEN] >= 0:
                        plan[at, length] = state[e, TAKEN]
                        length += 1
                plan[at, length] = -1
                worth[at] = total
                found = min(found + 1, len(worth))
                if found == len(worth):
                    best = worth.min()
            d -= 1
            continue
        k = base + d
        after = (d + 1) * size
        lift = state[d, LOAD] * width if loads > 1 else 0
        skip = value + bound[after + m * plane + lift + t] + slack
        if state[d, NEXT] == ARRIVING:
            nodes += 1
            if nodes > node_limit:
                break
            take = NEVER
            for c in range(class_ptr[k], class_ptr[k + 1]):
                to = t + time[c]
                more = state[d, LOAD] + load[c]
                if (to <= horizon or saturates) and more <= load_left:
                    a = order[option_ptr[c] - origin]
                    lifted = more * width if loads > 1 else 0
                    take = max(take, net[a] + bound[after + (m | mask[c]) * plane + lifted + min(to, horizon)])
            state[d, NEXT] = option_ptr[class_ptr[k]]
            state[d, SKIP] = NOW if value + take + slack < skip else LATER
        child = False
        if state[d, SKIP] != NOW:
            c = class_ptr[k]
            it = state[d, NEXT]
            while c < class_ptr[k + 1] and not child:
                to = t + time[c]
                fits = (to <= horizon or saturates) and state[d, LOAD] + load[c] <= load_left
                fits = fits and state[d, MINUTES] + minutes[c] <= minutes_left
                if it >= option_ptr[c + 1] or not fits:
                    c += 1
                    it = max(it, option_ptr[c])
                    continue
                to = min(to, horizon)
                a = order[it - origin]
                it += 1
                lifted = (state[d, LOAD] + load[c]) * width if loads > 1 else 0
                if value + net[a] + bound[after + (m | mask[c]) * plane + lifted + to] + slack <= best:
                    c += 1
                    it = option_ptr[c]
                elif (allowed[d, a >> 6] >> np.uint64(a & 63)) & np.uint64(1) and not (
                    (state[d, DAYS] + days[a]) & FULL_DAY
                ):
                    child = True
                    state[d, TAKEN] = a
                    state[d + 1, VALUE], state[d + 1, MASK], state[d + 1, TIME] = value + net[a], m | mask[c], to
                    state[d + 1, MINUTES] = state[d, MINUTES] + minutes[c]
                    state[d + 1, USEFUL] = state[d, USEFUL] + (minutes[c] if useful[c] else 0)
                    state[d + 1, PLAIN] = state[d, PLAIN] + plain[a]
                    state[d + 1, LOAD] = state[d, LOAD] + load[c]
                    state[d + 1, DAYS] = state[d, DAYS] + days[a]
                    row = clash_at + a * words
                    for w in range(words):
                        allowed[d + 1, w] = allowed[d, w] & ~clash[row + w]
            state[d, NEXT] = it
        if not child and state[d, SKIP] != DONE:
            state[d, SKIP] = DONE
            if skip > best:
                child = True
                state[d, TAKEN] = -1
                state[d + 1, VALUE : DAYS + 1] = state[d, VALUE : DAYS + 1]
                allowed[d + 1, :words] = allowed[d, :words]
            else:
                continue
        if child:
            d += 1
            state[d, NEXT] = ARRIVING
        else:
            d -= 1
    return best, found, nodes


@nb.njit(cache=True, nogil=True)
def relaxed_use(
    base: int, last: int, class_ptr: Ints, option_ptr: Ints, time: Ints, load: Ints, mask: Ints, days: Ints,
    slot: Ids,
    span_ptr: Ints, span_first: Ints, span_last: Ints, top: Ints, order: Ids, masks: int, horizon: int,
    saturates: bool, bound: Ints, use: Ints,
) -> None:  # fmt: skip
    """Use of each limit, (LIMITS,) changed in place, by the plan that attains the dynamic programme's value."""
    width = horizon + 1
    size = masks * width
    origin = option_ptr[class_ptr[base]]
    m, t = 0, 0
    use[:] = 0
    for k in range(base, last):
        here = bound[(k - base) * size + m * width + t]
        if here == bound[(k - base + 1) * size + m * width + t]:
            continue
        for c in range(class_ptr[k], class_ptr[k + 1]):
            to = t + time[c]
            if to > horizon and not saturates:
                continue
            to = min(to, horizon)
            if here == top[c - class_ptr[base]] + bound[(k - base + 1) * size + (m | mask[c]) * width + to]:
                a = order[option_ptr[c] - origin]
                s = slot[origin + a]
                use[0] += load[c]
                for d in range(7):
                    use[DAY_LIMIT + d] += (days[a] >> (8 * d)) & 255
                for meeting in range(span_ptr[s], span_ptr[s + 1]):
                    for point in range(span_first[meeting], span_last[meeting]):
                        use[POINT_LIMIT + point] += 1
                m |= mask[c]
                t = to
                break


@nb.njit(cache=True, nogil=True)
def tax_options(
    first: int, last: int, class_ptr: Ints, option_ptr: Ints, load: Ints, days: Ints, slot: Ids, span_ptr: Ints,
    span_first: Ints, span_last: Ints,
    tension: Ints, before: Ints, plain: Ints, net: Ints, order: Ids, top: Ints,
) -> None:  # fmt: skip
    """Net values at these multipliers; within each class the options sorted, best first. Changed in place."""
    origin = option_ptr[class_ptr[first]]
    crowded = np.int64(0)
    for point in range(LIMITS - POINT_LIMIT):
        before[point] = crowded
        crowded += tension[POINT_LIMIT + point]
    before[LIMITS - POINT_LIMIT] = crowded
    for c in range(class_ptr[first], class_ptr[last]):
        start = option_ptr[c] - origin
        for a in range(start, option_ptr[c + 1] - origin):
            gain = plain[a] - tension[0] * load[c]
            packed = days[a]
            for d in range(7):
                gain -= tension[DAY_LIMIT + d] * ((packed >> (8 * d)) & 255)
            if crowded > 0:
                s = slot[origin + a]
                for meeting in range(span_ptr[s], span_ptr[s + 1]):
                    gain -= before[span_last[meeting]] - before[span_first[meeting]]
            net[a] = gain
        for at in range(start + 1, option_ptr[c + 1] - origin):
            a = order[at]
            b = at - 1
            while b >= start and net[order[b]] < net[a]:
                order[b + 1] = order[b]
                b -= 1
            order[b + 1] = a
        top[c - class_ptr[first]] = net[order[start]]


@nb.njit(cache=True, nogil=True)
def tighten(
    first: int, last: int, class_ptr: Ints, option_ptr: Ints, time: Ints, load: Ints, mask: Ints, days: Ints,
    slot: Ids,
    span_ptr: Ints, span_first: Ints, span_last: Ints, masks: int, horizon: int, saturates: bool, incumbent: int,
    turns: int, best_tension: Ids,
    s: Scratch,
) -> tuple[int, int]:  # fmt: skip
    """Move the multipliers by Polyak steps; returns (least bound, slack of the multipliers that s.bound was left with).

    `best_tension` keeps the multipliers of the least bound; it and the scratch change in place.
    """
    tension, left, use = s.tension, s.left, s.use
    tension[:] = best_tension
    root, slack = -NEVER, np.int64(0)
    for turn in range(turns + 1):
        if turn == turns:
            tension[:] = best_tension
        tax_options(
            first,
            last,
            class_ptr,
            option_ptr,
            load,
            days,
            slot,
            span_ptr,
            span_first,
            span_last,
            tension,
            s.before,
            s.plain,
            s.net,
            s.order,
            s.top,
        )
        suffix_bound(first, last, class_ptr, time, load, mask, s.top, masks, 1, horizon, saturates, s.bound)
        slack = np.int64(0)
        for r in range(LIMITS):
            slack += tension[r] * left[r]
        value = s.bound[0] + slack
        if value < root:
            root = value
            for r in range(LIMITS):
                best_tension[r] = tension[r]
        if root <= incumbent or turn == turns:
            break
        relaxed_use(
            first, last, class_ptr, option_ptr, time, load, mask, days, slot, span_ptr, span_first, span_last,
            s.top, s.order, masks, horizon,
            saturates, s.bound, use,
        )  # fmt: skip
        norm = 0
        for r in range(LIMITS):
            use[r] -= left[r]
            if use[r] > 0 or tension[r] > 0:
                norm += use[r] * use[r]
        if norm == 0:
            break
        step = max(np.int64(10_000), (value - incumbent) // norm * 3 // 4)
        for r in range(LIMITS):
            tension[r] = min(MOST_TENSION, max(0, tension[r] + step * use[r]))
    return root, slack


@nb.njit(cache=True, nogil=True)
def close_bound(bonus: Ints, short: int, idle: int, depth: int, loads: int, horizon: int, bound: Ints) -> None:
    """Fill the bound after the last choice: leg points less what idleness is left. Changed in place."""
    width = horizon + 1
    at = depth * len(bonus) * loads * width
    for m in range(len(bonus)):
        for e in range(loads):
            for t in range(width):
                bound[at + (m * loads + e) * width + t] = bonus[m] - max(0, short - idle * t)


@nb.njit(cache=True, nogil=True)
def find_plans(
    i: int, m: Menu, price: Ints, incumbent: int, node_limit: int, shallow: int, turns: int, hard_turns: int,
    tension: Ids, s: Scratch, plan: Ids, worth: Ints,
) -> tuple[int, int, int, int]:  # fmt: skip
    """Find one citizen's K best plans above `incumbent`, MICRO after prices without the locks' value; see `search`.

    Returns (value that a further plan must exceed, plans found, nodes, least bound). `tension`, (LIMITS,) multipliers
    to begin with, `plan` and `worth` change in place.
    """
    class_ptr, option_ptr, slot = m.class_ptr, m.option_ptr, m.option_slot
    time, load, mask, days = m.class_time, m.class_load, m.class_mask, s.days
    span_ptr, span_first, span_last = m.span_ptr, m.span_first, m.span_last
    first, last = m.choice_ptr[i], m.choice_ptr[i + 1]
    bonus = m.bonus[m.bonus_ptr[i] : m.bonus_ptr[i + 1]]
    masks, horizon, saturates = len(bonus), m.horizon[i], m.saturates[i]
    origin = option_ptr[class_ptr[first]]
    num = option_ptr[class_ptr[last]] - origin
    for a in range(num):
        s.plain[a] = m.option_value[origin + a] - price[slot[origin + a]]
        days[a] = m.slot_days[slot[origin + a]]
        s.order[a] = a
    left = s.left
    left[POINT_LIMIT:] = 1
    left[0] = m.load_left[i]
    for d in range(7):
        left[d + 1] = 127 - ((m.days[i] >> (8 * d)) & 255)
    close_bound(bonus, m.short[i], m.idle[i] * m.unit, last - first, 1, horizon, s.bound)
    best, found, nodes, words = incumbent, 0, 0, (num + 63) // 64
    root = np.int64(0)
    for loads in (1, m.load_left[i] + 1):
        root, slack = tighten(
            first, last, class_ptr, option_ptr, time, load, mask, days, slot, span_ptr, span_first, span_last,
            masks, horizon, saturates, best, turns if loads == 1 else hard_turns, tension, s,
        )  # fmt: skip
        if root <= best:
            break
        if loads > 1:
            s.tension[0], slack = 0, slack - s.tension[0] * left[0]
            tax_options(
                first, last, class_ptr, option_ptr, load, days, slot, span_ptr, span_first, span_last, s.tension,
                s.before, s.plain, s.net, s.order, s.top,
            )  # fmt: skip
            close_bound(bonus, m.short[i], m.idle[i] * m.unit, last - first, loads, horizon, s.bound)
            suffix_bound(first, last, class_ptr, time, load, mask, s.top, masks, loads, horizon, saturates, s.bound)
        if len(worth) > 1:  # Plans found again would be there twice.
            best, found = incumbent, 0
        best, found, nodes = search(
            first, last, class_ptr, option_ptr, time, m.class_minutes, load, mask, m.class_useful, days, m.clash,
            m.clash_ptr[i], words, bonus, masks, loads, horizon, saturates, m.idle[i], m.short[i], m.minutes_left[i],
            m.load_left[i], m.days[i], slack, best, node_limit if loads > 1 else shallow, s, found, plan, worth,
        )  # fmt: skip
        if nodes <= shallow:
            break
    return best, found, nodes, root


@nb.njit(cache=True, nogil=True)
def best_plans(
    who: Ints, m: Menu, price: Ints, pool: Pool, stamp: int, node_limit: int, shallow: int, turns: int,
    hard_turns: int, s: Scratch, plan: Ids, net_value: Ints, upper: Ints, nodes: Ints,
) -> None:  # fmt: skip
    """Find the best plan of each citizen in `who` at (S,) `price` in MICRO; outputs and pool change in place.

    plan is (I, length) slots, -1 after the last; net_value (I,) its MICRO after prices, the locks' value in;
    upper (I,) is at least the best value: equal to net_value unless `node_limit` ended a search.
    """
    p_slot, p_value, p_size, p_used = pool.slot, pool.value, pool.size, pool.used
    fixed, short = m.value, m.short
    for at in range(len(who)):
        i = who[at]
        plan[i, :] = -1
        nodes[i] = 0
        nothing = m.bonus[m.bonus_ptr[i]] - short[i]
        if m.choice_ptr[i] == m.choice_ptr[i + 1]:
            net_value[i] = fixed[i] + nothing
            upper[i] = net_value[i]
            continue
        pooled, incumbent = best_pooled(price, p_slot[i], p_value[i], p_size[i])
        if incumbent < nothing:
            pooled, incumbent = -1, nothing
        best, found, nodes[i], root = find_plans(
            i, m, price, incumbent, node_limit, shallow, turns, hard_turns, pool.tension[i], s, s.plan, s.worth
        )
        if found > 0:
            cost = write_plan(i, m, price, s.plan[0], plan[i])
            keep = p_size[i]
            if keep < p_value.shape[1]:
                p_size[i] += 1
            else:
                keep = np.argmin(p_used[i])
            p_slot[i, keep, :] = plan[i, :]
            p_value[i, keep] = best + cost
            p_used[i, keep] = stamp
        elif pooled >= 0:
            plan[i, :] = p_slot[i, pooled, :]
            p_used[i, pooled] = stamp
        net_value[i] = best + fixed[i]
        upper[i] = net_value[i] if nodes[i] <= node_limit else max(root + fixed[i], net_value[i])


@nb.njit(cache=True, nogil=True)
def write_plan(i: int, m: Menu, price: Ints, options: Ids, plan: Ids) -> int:
    """Write the slots of one citizen's options, -1 after the last, to `plan`, which holds -1; returns their price."""
    origin, cost = m.option_ptr[m.class_ptr[m.choice_ptr[i]]], np.int64(0)
    for k in range(len(plan)):
        if options[k] < 0:
            break
        plan[k] = m.option_slot[origin + options[k]]
        cost += price[plan[k]]
    return cost


@nb.njit(cache=True, nogil=True)
def near_plans(
    who: Ints, m: Menu, price: Ints, pool: Pool, reach: int, node_limit: int, shallow: int, turns: int, s: Scratch,
    plan: Ids, worth: Ints, near: Near,
) -> None:  # fmt: skip
    """List each citizen's plans that are less than `reach` MICRO worse than her best known one at (S,) `price`.

    These are all plans of hers, or the K best of more, and all that are in the pool. `plan`, (K, depth), and `worth`,
    (K,), are working memory; `near`, whose `slot` holds -1, changes in place.
    """
    tension = np.zeros(LIMITS, np.int32)
    for at in range(len(who)):
        i = who[at]
        _, best = best_pooled(price, pool.slot[i], pool.value[i], pool.size[i])
        found = 0
        if m.choice_ptr[i] < m.choice_ptr[i + 1]:
            tension[:] = 0
            _, found, _, _ = find_plans(
                i, m, price, best - reach, node_limit, shallow, turns, turns, tension, s, plan, worth
            )
        for k in range(found):
            near.value[i, k] = worth[k] + write_plan(i, m, price, plan[k], near.slot[i, k])
        near.size[i] = found
        for p in range(pool.size[i]):
            net = pool.value[i, p]
            for k in range(pool.slot.shape[2]):
                if pool.slot[i, p, k] >= 0:
                    net -= price[pool.slot[i, p, k]]
            known = net <= best - reach
            for k in range(near.size[i]):
                known = known or np.array_equal(near.slot[i, k], pool.slot[i, p])
            if not known:
                near.slot[i, near.size[i], :], near.value[i, near.size[i]] = pool.slot[i, p, :], pool.value[i, p]
                near.size[i] += 1


@nb.njit(cache=True, nogil=True)
def reseat(
    order: Ints, m: Menu, open_price: Ints, pool: Pool, node_limit: int, shallow: int, turns: int, hard_turns: int,
    s: Scratch,
    cap: Ints, use_ptr: Ints, use_row: Ints, slots_ptr: Ints, slots: Ints, closed: Bools, low: Ints, seated: Ids,
    worth: Ints, load: Ints,
    net_value: Ints, upper: Ints, nodes: Ints,
) -> int:  # fmt: skip
    """One after the other, citizens leave their plan and take the best that fits; returns how many changed.

    Nobody leaves a slot that would fall below `low`,
    (S,) participants. `open_price` is (S,) MICRO of slots with room; `seated`, `worth`,
    `load` and what best_plans changes change in place.
    """
    price = open_price.copy()
    fresh = np.full(seated.shape, -1, np.int32)
    num = len(use_ptr) - 1
    full = np.zeros(num, np.int64)  # how many limits of the slot are reached
    for r in range(len(cap)):
        if load[r] >= cap[r]:
            for x in range(slots_ptr[r], slots_ptr[r + 1]):
                full[slots[x]] += 1
    for q in range(num):
        if full[q] > 0 or closed[q]:
            price[q] = -NEVER // 1024
    one = np.zeros(1, np.int64)
    changed = 0
    for at in range(len(order)):
        i = order[at]
        needed = False
        for k in range(seated.shape[1]):
            q = seated[i, k]
            needed = needed or (q >= 0 and load[q] <= low[q])
        if needed:
            continue
        for sign in (-1, 1):
            for k in range(seated.shape[1]):
                q = seated[i, k]
                if q < 0:
                    break
                for u in range(use_ptr[q] - 1, use_ptr[q + 1]):
                    r = q if u < use_ptr[q] else use_row[u]
                    was = load[r] >= cap[r]
                    load[r] += sign
                    now = load[r] >= cap[r]
                    if was != now:
                        for x in range(slots_ptr[r], slots_ptr[r + 1]):
                            other = slots[x]
                            full[other] += 1 if now else -1
                            shut = full[other] > 0 or closed[other]
                            price[other] = -NEVER // 1024 if shut else open_price[other]
            if sign < 0:
                one[0] = i
                now = worth[i]
                for k in range(seated.shape[1]):
                    if seated[i, k] >= 0:
                        now -= price[seated[i, k]]
                over, shut_now = 0, False
                while over >= 0:  # A plan with two slots of one row may use more than is left of it.
                    best_plans(
                        one, m, price, pool, 0, node_limit, shallow, turns, hard_turns, s, fresh, net_value, upper,
                        nodes,
                    )  # fmt: skip
                    over = doubled(fresh[i], cap, load, use_ptr, use_row)
                    if over >= 0:
                        shut_now = True
                        price[over] = -NEVER // 1024
                        full[over] += OVER
                if net_value[i] - m.value[i] > now:  # a search cut short may miss what she has
                    changed += 1
                    worth[i] = net_value[i] - m.value[i]
                    for k in range(seated.shape[1]):
                        seated[i, k] = fresh[i, k]
                        if seated[i, k] >= 0:
                            worth[i] += price[seated[i, k]]
                for q in range(num if shut_now else 0):
                    if full[q] >= OVER:
                        full[q] -= OVER
                        price[q] = -NEVER // 1024 if full[q] > 0 or closed[q] else open_price[q]
    return changed


@nb.njit(cache=True, nogil=True)
def doubled(plan: Ids, cap: Ints, load: Ints, use_ptr: Ints, use_row: Ints) -> int:
    """The last slot that, with the plan's other slots, uses more of a row than is left; -1 if the plan fits."""
    for k in range(len(plan) - 1, 0, -1):
        if plan[k] < 0:
            continue
        for u in range(use_ptr[plan[k]], use_ptr[plan[k] + 1]):
            own = 0
            for j in range(k + 1):
                for v in range(use_ptr[plan[j]], use_ptr[plan[j] + 1]):
                    own += use_row[v] == use_row[u]
            if own > 1 and load[use_row[u]] + own > cap[use_row[u]]:
                return plan[k]
    return -1


@nb.njit(cache=True, nogil=True)
def escape(
    who: Ints, m: Menu, open_price: Ints, shut: Bools, pool: Pool, stamp: int, node_limit: int, shallow: int,
    turns: int,
    hard_turns: int, s: Scratch, seated: Ids, plan: Ids, net_value: Ints, upper: Ints, nodes: Ints,
) -> None:  # fmt: skip
    """Add to the pool, for each citizen and each of her full slots (`shut`), her best plan of free slots without it.

    `open_price` is (S,) MICRO; her other slots count as free. The pool and the outputs of best_plans change in place.
    """
    price = open_price.copy()
    for q in range(len(price)):
        if shut[q]:
            price[q] = -NEVER // 1024
    one = np.zeros(1, np.int64)
    for at in range(len(who)):
        i = who[at]
        one[0] = i
        for k in range(seated.shape[1]):
            if seated[i, k] >= 0:
                price[seated[i, k]] = open_price[seated[i, k]]
        for k in range(seated.shape[1]):
            q = seated[i, k]
            if q >= 0 and shut[q]:
                price[q] = -NEVER // 1024
                best_plans(
                    one, m, price, pool, stamp, node_limit, shallow, turns, hard_turns, s, plan, net_value, upper, nodes
                )
                price[q] = open_price[q]
        for k in range(seated.shape[1]):
            if seated[i, k] >= 0 and shut[seated[i, k]]:
                price[seated[i, k]] = -NEVER // 1024


@nb.njit(cache=True, nogil=True)
def invite(
    who: Ints, slot: int, wage: int, m: Menu, open_price: Ints, shut: Bools, pool: Pool, stamp: int, node_limit: int,
    shallow: int, turns: int, hard_turns: int, s: Scratch, seated: Ids, plan: Ids, net_value: Ints, upper: Ints,
    nodes: Ints,
) -> None:  # fmt: skip
    """Find each citizen's best plan where `slot` costs `wage` MICRO less than nothing and her own full slots are free.

    `open_price` is (S,) MICRO. The pool, but for its multipliers, and the outputs of best_plans change in place.
    """
    price = open_price.copy()
    for q in range(len(price)):
        if shut[q]:
            price[q] = -NEVER // 1024
    price[slot] = -wage
    one = np.zeros(1, np.int64)
    tension = np.zeros(LIMITS, np.int32)
    for at in range(len(who)):
        i = who[at]
        one[0] = i
        tension[:] = pool.tension[i]
        for k in range(seated.shape[1]):
            q = seated[i, k]
            if q >= 0 and q != slot:
                price[q] = open_price[q]
        best_plans(one, m, price, pool, stamp, node_limit, shallow, turns, hard_turns, s, plan, net_value, upper, nodes)
        pool.tension[i] = tension
        for k in range(seated.shape[1]):
            q = seated[i, k]
            if q >= 0 and q != slot and shut[q]:
                price[q] = -NEVER // 1024
