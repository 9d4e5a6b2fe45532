"""Who is crowded out of her hours: the limit in the way, and whose leaving would cost least."""

from __future__ import annotations

import numpy as np

from solver.kernels_pool import CLOSED
from solver.options import prepare
from solver.pricing import Pricer
from solver.problem import ROWS, Ints
from solver.reasons_week import OPEN, Week, apart_slots, closing, part, useful_offerings

Exchange = tuple[int, int]  # slot, citizen
FULL_PRICE = 20  # 1/1000 points: even fifty full slots cost less than one useful minute
POINTS = "points"


def find_exchanges(week: Week, who: Ints, crowded: Ints, hours: Pricer) -> list[tuple[str, Exchange | None]]:
    """Name the limit in the way of each crowded citizen, and the exchange that would cost least.

    `who` are the citizens whom `hours` prices by useful minutes alone, `crowded` positions in it. A citizen's limit is
    the first that is reached in the plan that gives her minimum with the fewest full slots; `points` if it needs none.
    """
    apart = apart_slots(week)
    found: list[tuple[str, list[Exchange]]] = []
    for at in crowded.tolist():
        citizen = int(who[at])
        beside = apart.get(citizen, {})
        limit = _limits_for(week, citizen, list(beside))
        hours.best_plans(np.array([at]), np.where(limit == OPEN, 0, FULL_PRICE))
        plan = np.sort(hours.plan[at][hours.plan[at] >= 0])
        full = plan[limit[plan] != OPEN].tolist()
        slug = ROWS[limit[full[0]]] if full else POINTS
        found.append((slug, [x for s in full for x in _takers(week, citizen, s, ROWS[limit[s]], beside)]))
    cost = _costs(week, sorted({exchange for _, exchanges in found for exchange in exchanges}))
    return [(slug, min(exchanges, key=lambda x: (*cost[x], x), default=None)) for slug, exchanges in found]


def _limits_for(week: Week, citizen: int, beside: list[int]) -> Ints:
    """(S,) position in `ROWS` of what closes each slot to the citizen once she has left her own, or OPEN."""
    own = week.slots_of(citizen)
    limit = closing(week, own)
    limit[own] = OPEN
    shut = np.array(beside, np.int64)
    limit[shut[limit[shut] == OPEN]] = ROWS.index("keep_apart")
    return limit


def _takers(week: Week, citizen: int, slot: int, slug: str, beside: dict[int, int]) -> list[Exchange]:
    """List who could leave which slot so that the citizen may enter `slot`; nobody where a group is not running."""
    p = week.problem
    slots = np.array([] if slug == "minimum_size" else [slot], np.int64)
    if slug in ("staff", "room"):
        rows = p.use_row[p.use_ptr[slot] : p.use_ptr[slot + 1]]
        rows = rows[(week.row_use[rows] >= p.row_limit[rows]) & (p.row_is_room[rows] == (slug == "room"))]
        owner = np.repeat(np.arange(p.num_slots), np.diff(p.use_ptr))
        slots = np.unique(owner[np.isin(p.use_row, rows)])
    entry = np.flatnonzero(np.isin(week.slot, slots) & ~week.locked & (week.citizen != citizen))
    if slug == "keep_apart":
        entry = entry[week.citizen[entry] == beside[slot]]
    return list(zip(week.slot[entry].tolist(), week.citizen[entry].tolist(), strict=True))


def _costs(week: Week, exchanges: list[Exchange]) -> dict[Exchange, tuple[bool, int]]:
    """What each leaving costs: whether the citizen ends below her minimum, and the MICRO she loses at best.

    She may move to any slot with room.
    """
    takers = np.unique(np.array([citizen for _, citizen in exchanges], np.int64))
    few = part(week.problem, takers)
    useful = useful_offerings(few)
    pricer = Pricer(prepare(few))
    apart = apart_slots(week)
    shut = closing(week) != OPEN
    cost: dict[Exchange, tuple[bool, int]] = {}
    now: dict[int, int] = {}
    for slot, citizen in exchanges:
        at = int(np.searchsorted(takers, citizen))
        own = week.slots_of(citizen)
        if citizen not in now:
            stay = np.full(len(shut), CLOSED)
            stay[own] = 0
            now[citizen] = _best(pricer, at, stay)
        price = np.where(shut, CLOSED, 0)
        price[list(apart.get(citizen, ()))] = CLOSED
        price[own] = 0
        price[slot] = CLOSED
        loss = now[citizen] - _best(pricer, at, price)
        locks = few.lock_slot[few.lock_ptr[at] : few.lock_ptr[at + 1]]
        plan = np.concatenate([pricer.plan[at][pricer.plan[at] >= 0], locks])
        minutes = week.problem.slot_minutes[plan][useful[at, week.problem.slot_offering[plan]]].sum()
        cost[slot, citizen] = (bool(minutes < few.min_minutes[at]), loss)
    return cost


def _best(pricer: Pricer, at: int, price: Ints) -> int:
    pricer.best_plans(np.array([at]), price)
    return int(pricer.net[at])
