"""Who is crowded out of her hours: the limit in the way, and whose leaving would cost least."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from solver.kernels_pool import CLOSED
from solver.options import prepare
from solver.pricing import PlanFinder
from solver.problem import ROWS, Ints
from solver.reasons_week import OPEN, Week, apart_slots, closing, part, useful_offerings

Exchange = tuple[int, int]  # slot, citizen
Apart = Mapping[int, Mapping[int, int]]  # by citizen: slot -> the one she is kept apart from there
FULL_PRICE = 20  # 1/1000 points: even fifty full slots cost less than one useful minute
POINTS = "points"


def find_exchanges(week: Week, who: Ints, crowded: Ints, hours: PlanFinder) -> list[tuple[str, Exchange | None]]:
    """Name the limit in the way of each crowded citizen, and the exchange that would cost least.

    `who` are the citizens whom `hours` prices by useful minutes alone,
    `crowded` positions in it. A citizen's limit is
    the first that is reached in the plan that gives her minimum with the fewest full slots; `points` if it needs none.
    """
    apart = apart_slots(week)
    entries = _Entries(week)
    price = np.zeros(week.problem.num_slots, np.int64)
    found: list[tuple[str, list[Exchange]]] = []
    for at in crowded.tolist():
        citizen = int(who[at])
        beside = apart.get(citizen, {})
        options = _options(hours, at)
        limit = _limits_for(week, citizen, options, list(beside))
        price[options] = np.where(limit == OPEN, 0, FULL_PRICE)
        hours.best_plans(np.array([at]), price)
        price[options] = 0
        is_full = np.isin(options, hours.plan[at]) & (limit != OPEN)
        full = sorted(zip(options[is_full].tolist(), (ROWS[k] for k in limit[is_full]), strict=True))
        exchanges = [x for slot, slug in full for x in entries.to_leave(slot, slug, beside)]
        found.append((full[0][1] if full else POINTS, exchanges))
    cost = _costs(week, sorted({exchange for _, exchanges in found for exchange in exchanges}), apart)
    return [(slug, min(exchanges, key=lambda x: (*cost[x], x), default=None)) for slug, exchanges in found]


def _options(finder: PlanFinder, at: int) -> Ints:
    """(n,) slots that the citizen may take beside her locks."""
    menu = finder.prepared.menu
    first, last = menu.option_ptr[menu.class_ptr[menu.choice_ptr[at : at + 2]]]
    return menu.option_slot[first:last].astype(np.int64)


def _limits_for(week: Week, citizen: int, slots: Ints, beside: list[int]) -> Ints:
    """(n,) position in `ROWS` of what closes each of `slots` to the citizen once she has left her own, or OPEN."""
    limit = closing(week, slots, week.slots_of(citizen))
    limit[np.isin(slots, beside) & (limit == OPEN)] = ROWS.index("keep_apart")
    return limit


class _Entries:
    """The entries that are not locked, by slot."""

    def __init__(self, week: Week) -> None:
        p, free = week.problem, np.flatnonzero(~week.locked)
        order = free[np.argsort(week.slot[free], kind="stable")]
        self.week, self.citizen = week, week.citizen[order]
        self.ptr = np.searchsorted(week.slot[order], np.arange(p.num_slots + 1))
        self.user = np.repeat(np.arange(p.num_slots), np.diff(p.use_ptr))

    def to_leave(self, slot: int, slug: str, beside: Mapping[int, int]) -> list[Exchange]:
        """List who could leave which slot so that one more may enter `slot`; nobody where no group is running."""
        p = self.week.problem
        slots = np.array([] if slug == "minimum_size" else [slot], np.int64)
        if slug in ("staff", "room"):
            rows = p.use_row[p.use_ptr[slot] : p.use_ptr[slot + 1]]
            rows = rows[(self.week.row_use[rows] >= p.row_limit[rows]) & (p.row_is_room[rows] == (slug == "room"))]
            slots = np.unique(self.user[np.isin(p.use_row, rows)])
        pairs = [(s, i) for s in slots.tolist() for i in self.citizen[self.ptr[s] : self.ptr[s + 1]].tolist()]
        return [(s, i) for s, i in pairs if slug != "keep_apart" or i == beside[slot]]


def _costs(week: Week, exchanges: list[Exchange], apart: Apart) -> dict[Exchange, tuple[bool, int]]:
    """What each leaving costs: whether the citizen ends below her minimum, and the MICRO she loses at best.

    She may move to any slot with room.
    """
    takers = np.unique(np.array([citizen for _, citizen in exchanges], np.int64))
    few = part(week.problem, takers)
    minutes, useful = few.slot_minutes, useful_offerings(few)
    finder = PlanFinder(prepare(few), threads=1)
    room = np.where(closing(week, np.arange(few.num_slots)) == OPEN, 0, CLOSED)
    nowhere = np.full(few.num_slots, CLOSED)
    now = [_value(finder, at, nowhere, week.slots_of(i), []) for at, i in enumerate(takers.tolist())]
    cost: dict[Exchange, tuple[bool, int]] = {}
    for slot, citizen in exchanges:
        at = int(np.searchsorted(takers, citizen))
        moved = _value(finder, at, room, week.slots_of(citizen), [slot, *apart.get(citizen, ())])
        locks = few.lock_slot[few.lock_ptr[at] : few.lock_ptr[at + 1]]
        plan = np.concatenate([finder.plan[at][finder.plan[at] >= 0], locks])
        left = minutes[plan][useful[at, few.slot_offering[plan]]].sum()
        cost[slot, citizen] = (bool(left < few.min_minutes[at]), now[at] - moved)
    return cost


def _value(finder: PlanFinder, at: int, price: Ints, free: Ints, closed: list[int]) -> int:
    """MICRO of the best plan at `price`, but with these slots free and those closed."""
    here = price.copy()
    here[free] = 0
    here[closed] = CLOSED
    finder.best_plans(np.array([at]), here)
    return int(finder.net[at])
