"""Why a plan stays below its minimum hours: the citizen's own rules (`alone`), or what others hold (`crowded`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

import numpy as np

from solver.options import Prepared, prepare
from solver.pricing import NODE_LIMIT, PlanFinder
from solver.problem import BARRED_BIT, Ints, Problem
from solver.reasons_crowded import Exchange, find_exchanges
from solver.reasons_week import ALL_BARRED, Week, locked_offerings, part, useful_minutes, useful_offerings

HARD_NODES = 20 * NODE_LIMIT
CHUNK = 256  # citizens whose relaxed options are in memory at once
ENOUGH = 16  # slots of an offering, length and load at any site, where all of them would be a long search
NOTHING_HELPS = "eligible"
WORTHLESS = (
    "progress", "wish", "strength", "lottery", "time_points", "site_points", "keep_points", "need_points",
    "parallel_points",
)  # fmt: skip

Reason = Literal["alone", "crowded", "exception"]


@dataclass(frozen=True)
class BelowMinimum:
    """A citizen whose useful minutes are below her minimum, and why.

    `alone`: not even an empty centre could; `slug` is the rule to relax. `crowded`: `slug` is the row in the way
    (`points` where none is), `exchange` the (slot, citizen) whose leaving costs least. `exception`: her locks break
    the rule `slug`.
    """

    citizen: int
    minutes_useful: int
    minutes_wanted: int
    reason: Reason
    slug: str
    exchange: Exchange | None = None


def explain_hours(week: Week, exceptions: Mapping[int, str]) -> tuple[BelowMinimum, ...]:
    """Say for each citizen below her minimum whether she is alone or crowded, and which rule or row it is."""
    useful, wanted = useful_minutes(week), week.problem.min_minutes
    below = np.flatnonzero(useful < wanted)
    who = below[~np.isin(below, list(exceptions))]
    hours = only_hours(week.problem, who)
    finder = _fill_hours(prepare(hours))
    # The bound proves it: a search that was cut short proves nothing.
    alone, crowded = np.flatnonzero(finder.upper < 0), np.flatnonzero(finder.upper >= 0)
    found: dict[int, tuple[Reason, str, Exchange | None]] = {i: ("exception", s, None) for i, s in exceptions.items()}
    for i, slug in zip(who[alone].tolist(), rules_to_relax(hours, alone, finder.net[alone]), strict=True):
        found[i] = ("alone", slug, None)
    for i, (slug, exchange) in zip(who[crowded].tolist(), find_exchanges(week, who, crowded, finder), strict=True):
        found[i] = ("crowded", slug, exchange)
    return tuple(BelowMinimum(i, int(useful[i]), int(wanted[i]), *found[i]) for i in below.tolist())


def only_hours(problem: Problem, who: Ints) -> Problem:
    """Make the week of these citizens in which only a useful minute below the minimum has a point.

    What is not useful is barred by all rules, so that it stays so without one of them.
    """
    few = part(problem, who)
    useful = useful_offerings(few)
    return replace(
        few,
        **{name: np.zeros_like(getattr(few, name)) for name in WORTHLESS},
        serves_goal=useful,
        barred=np.where(useful | locked_offerings(few), few.barred, ALL_BARRED),
        weight=np.full(len(who), 100),
        idle_penalty=np.ones(len(who), np.int64),
    )


def _fill_hours(prepared: Prepared) -> PlanFinder:
    """Find everybody's most useful minutes in an empty centre: `net` is -MICRO for each one missing."""
    finder = PlanFinder(prepared)
    free = np.zeros(prepared.problem.num_slots, np.int64)
    finder.best_plans(np.arange(prepared.problem.num_citizens), free)
    unproved = np.flatnonzero((finder.net < 0) & (finder.upper >= 0))
    if len(unproved):
        finder.best_plans(unproved, free, HARD_NODES)
    return finder


def _at_any_time(p: Problem) -> Problem:
    return replace(p, available=np.ones_like(p.available))


def _at_any_site(p: Problem) -> Problem:
    """Any time and site, but only the first slots of each offering, length and load."""
    kind = np.unique(np.stack([p.slot_offering, p.slot_minutes, p.slot_load], axis=1), axis=0, return_inverse=True)[1]
    order = np.argsort(kind, kind="stable")
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order)) - np.searchsorted(kind[order], kind[order])
    return replace(_at_any_time(p), reach=np.ones_like(p.reach), slot_open=p.slot_open & (rank < ENOUGH))


def _no_bar(bit: int, p: Problem) -> Problem:
    return replace(p, barred=p.barred & ~bit)


RELAXED: tuple[tuple[str, Callable[[Problem], Problem]], ...] = (
    ("availability", _at_any_time),
    ("availability", _at_any_site),
    ("energy", lambda p: replace(p, slot_load=np.zeros_like(p.slot_load))),
    ("weekly_hours", lambda p: replace(p, max_minutes=np.full_like(p.max_minutes, 10_080))),
    ("daily_limit", lambda p: replace(p, daily_limit=np.full_like(p.daily_limit, 15))),
    ("own_person", lambda p: replace(p, contact=np.full_like(p.contact, -1))),
    ("intake", lambda p: replace(p, slot_open=np.ones_like(p.slot_open))),
    *((slug, partial(_no_bar, bit)) for slug, bit in BARRED_BIT.items()),
    ("no_overlap", lambda p: replace(p, travel=np.zeros_like(p.travel))),
)


def rules_to_relax(hours: Problem, who: Ints, net: Ints) -> list[str]:
    """For each of `who`, the first rule without which she reaches her minimum, or else the one that gains most minutes.

    `net` is (who,) MICRO, what she reaches with all rules. Two groups of one offering (`one_group`) are never tried.
    """
    slug = [NOTHING_HELPS] * len(who)
    best = net.copy()
    for rule, relax in RELAXED:
        left = np.flatnonzero(best < 0)
        for at in np.array_split(left, -(-len(left) // CHUNK)) if len(left) else ():
            prepared = prepare(relax(part(hours, who[at])))
            reached = _fill_hours(_without_clashes(prepared) if rule == "no_overlap" else prepared).net
            for k in np.flatnonzero(reached > best[at]).tolist():
                slug[at[k]], best[at[k]] = rule, reached[k]
    return slug


def _without_clashes(prepared: Prepared) -> Prepared:
    """Everything fits beside everything, only not beside the locks."""
    menu = prepared.menu
    return replace(prepared, menu=menu._replace(clash=np.zeros_like(menu.clash), span_last=menu.span_first))
