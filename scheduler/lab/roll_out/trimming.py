"""Which groups a week could do without: those whose seats are worth least for an hour of staff."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from scheduler.lab.candidates import AT_EMPLOYERS
from scheduler.lab.draft import keep_groups
from scheduler.lab.kpis import MINUTES, times_taken
from scheduler.lab.roll_out.trying import Tried, Trier
from scheduler.prices import PRICES_PER_POINT
from solver.problem import Ints

MOST, FINEST = 16, 2  # percent of the groups that may close, and how finely that is sought


def trim(trier: Trier, found: Tried, tell: Callable[[Tried], None]) -> Tried:
    """Close as many of the groups as leaves everything kept, by halving; the same week where that is none.

    Parameters
    ----------
    found
        A week that keeps everything.
    """
    order, best, low, high = weakest(found), found, 0, MOST
    while high - low > FINEST and not trier.is_stopped():
        middle = (low + high) // 2
        gone = order[: len(order) * middle // 100]
        if not len(gone):
            low = middle
            continue
        draft = keep_groups(found.draft, ~np.isin(np.arange(len(found.draft.code)), gone))
        tried = trier.try_draft(found.percent, draft, best.ended, len(gone))
        tell(tried)
        if tried.holds:
            best, low = tried, middle
        else:
            high = middle
    return best


def weakest(found: Tried) -> Ints:
    """Positions of the groups that could close, the least worth first.

    Of several citizens, met by somebody, nobody locked in, and not an employer's to give. A group is worth the prices
    of the seats that are taken and a point for each of them.
    """
    group, side, centre = found.draft.facts.group, found.side, found.draft.facts.centre
    number = len(group.id)
    rising = np.argsort(group.id)
    place = rising[np.searchsorted(group.id[rising], side.ids.group)]  # of each group of the problem
    price = np.zeros(number)
    price[place] = np.repeat(found.ended.price[: side.problem.num_slots], np.diff(side.problem.group_ptr))
    taken = np.bincount(place[side.plans.group], minlength=number)
    meeting = np.repeat(np.arange(number), np.diff(group.meeting_ptr))
    minutes = np.bincount(meeting, weights=group.meeting_end - group.meeting_start, minlength=number)
    hours = minutes / MINUTES * np.maximum(1, np.diff(group.staff_ptr))
    employers = np.array([kind == AT_EMPLOYERS for kind in centre.offering.kind], np.bool_)[group.offering]
    can = (times_taken(found.draft.facts, side.ids, side.plans) > 0) & ~group.appointment & ~employers
    can[found.draft.facts.citizen.locked[:, 1]] = False
    worth = taken * (price / PRICES_PER_POINT + 1) / np.maximum(hours, 1 / MINUTES)
    which = np.flatnonzero(can)
    in_order: Ints = which[np.argsort(worth[which], kind="stable")]
    return in_order
