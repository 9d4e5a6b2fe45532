"""Shards: ranges of citizens that somebody else prices. What goes there, what comes back, and how one is priced.

A shard holds a part of the menu, by position: no ids, no names. Whoever prices it keeps a copy of its citizens' plans
seen; a query first brings the rows of that copy that others changed, so that the answer is a pure function of shard,
prices and rows. Where a copy is lost, all rows are sent again.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from solver import kernels
from solver.memory import HARD_TURNS, SHALLOW, TURNS, make_pool, make_scratch
from solver.problem import Bools, Ints

Ids = NDArray[np.int32]
Places = NDArray[np.int16]
NOWHERE = -1
BY_CLASS = ("class_time", "class_minutes", "class_load", "class_mask", "class_useful")
BY_OPTION = ("option_slot", "option_value")
BY_CITIZEN = ("horizon", "saturates", "idle", "short", "minutes_left", "load_left", "days", "value")


class PricerLostError(RuntimeError):
    """Who priced a shard is gone, with its copy of the plans seen; the message says who and how it was noticed."""


@dataclass(frozen=True)
class Shard:
    """The part of the menu of neighbouring citizens; `length` and `pool_size` are those of the whole."""

    menu: kernels.Menu
    length: int
    pool_size: int


class Seen(NamedTuple):
    """Rows of the pool, K citizens by position in their shard, N plans seen of theirs together."""

    who: Ints  # (K,)
    size: Ints  # (K,) plans of each
    slot: Ids  # (N, length) slots, -1 after the last
    value: Ints  # (N,) MICRO without prices
    used: Ids  # (N,) call in which the plan was last best
    at: Ids  # (T,) of the tensions that are not zero: position in `who` times LIMITS plus the limit
    tension: Ids  # (T,) MICRO


class Query(NamedTuple):
    """One call: whom to price, and what changed since the last one."""

    number: int  # of the call, rising
    nodes: int  # a search
    who: Ints  # (n,) positions in the shard
    changed: Seen


class Answer(NamedTuple):
    """What `kernels.best_plans` changed, for each citizen of the query, in the same order."""

    place: Places  # (n,) of her best plan in the pool; NOWHERE if it is nothing that stands there
    fresh: Bools  # (n,) the plan is new in its place
    plan: Ids  # (fresh ones, length) slots
    net: Ints  # (n,) MICRO after prices
    open_: Ints  # (k,) positions in the query whose search was cut short
    upper: Ints  # (k,) MICRO, of these
    nodes: Ids  # (n,)
    at: Ids  # (T,) of the tensions that changed: position in the query times LIMITS plus the limit
    tension: Ids  # (T,) MICRO
    seconds: float  # that the search took


class Pricer(Protocol):
    """Prices one shard, here or elsewhere. `load` and `price` raise PricerLostError; after it, `load` begins anew."""

    def load(self, shard: Shard) -> None:
        """Take the shard, in place of any other, with nothing but the empty plans seen."""

    def price(self, query: Query, prices: Ints) -> Answer:
        """Find best plans at (S,) `prices`, MICRO."""

    def close(self) -> None:
        """Let go of the shard and of whoever held it."""


class HerePricer:
    """Prices a shard in the thread that asks; also what runs at the far end of every other."""

    def load(self, shard: Shard) -> None:
        """Make the memory of the searches, and load their code, so that the first call is as fast as any."""
        num = len(shard.menu.horizon)
        self._menu, self._scratch = shard.menu, make_scratch(shard.menu)
        self._pool = make_pool(shard.menu, shard.pool_size, shard.length)
        self._plan = np.full((num, shard.length), -1, np.int32)
        self._net, self._upper, self._nodes = np.zeros((3, num), np.int64)
        nobody = np.zeros(0, np.int64)
        self._search(nobody, np.zeros(len(shard.menu.span_ptr) - 1, np.int64), 0, 0)

    def price(self, query: Query, prices: Ints) -> Answer:
        """Bring the copy of the plans seen up to date, search, and tell what changed."""
        began = time.perf_counter()
        pool, who = self._pool, query.who
        put_rows(pool, query.changed)
        slot, tension = pool.slot[who], pool.tension[who]
        self._search(who, prices, query.number, query.nodes)
        now = pool.used[who] == query.number
        place = np.where(now.any(axis=1), now.argmax(axis=1), NOWHERE).astype(np.int16)
        plan, net, upper = self._plan[who], self._net[who], self._upper[who]
        fresh = (place != NOWHERE) & (slot[np.arange(len(who)), place] != plan).any(axis=1)
        open_ = np.flatnonzero(upper != net)
        return Answer(
            place, fresh, plan[fresh], net, open_, upper[open_], self._nodes[who].astype(np.int32),
            *changed_tensions(pool.tension[who], tension), time.perf_counter() - began,
        )  # fmt: skip

    def close(self) -> None:
        """Nothing is held elsewhere."""

    def _search(self, who: Ints, prices: Ints, number: int, nodes: int) -> None:
        kernels.best_plans(
            who, self._menu, prices, self._pool, number, nodes, SHALLOW, TURNS, HARD_TURNS, self._scratch, self._plan,
            self._net, self._upper, self._nodes,
        )  # fmt: skip


def cut(menu: kernels.Menu, first: int, last: int) -> kernels.Menu:
    """The menu of the citizens first .. last - 1; nothing is shared with the whole but the slots' meetings."""
    choice_ptr, choices = _part(menu.choice_ptr, first, last)
    class_ptr, classes = _part(menu.class_ptr, choices.start, choices.stop)
    option_ptr, options = _part(menu.option_ptr, classes.start, classes.stop)
    clash_ptr, clash = _part(menu.clash_ptr, first, last)
    bonus_ptr, bonus = _part(menu.bonus_ptr, first, last)
    parts = ((BY_CLASS, classes), (BY_OPTION, options), (BY_CITIZEN, slice(first, last)), (("clash",), clash),
             (("bonus",), bonus))  # fmt: skip
    cuts = {name: getattr(menu, name)[part].copy() for names, part in parts for name in names}
    return menu._replace(
        choice_ptr=choice_ptr, class_ptr=class_ptr, option_ptr=option_ptr, clash_ptr=clash_ptr, bonus_ptr=bonus_ptr,
        **cuts,
    )  # fmt: skip


def _part(pointer: Ints, first: int, last: int) -> tuple[Ints, slice]:
    """The pointers of a range, from 0 on, and the range that they point to."""
    begin, end = int(pointer[first]), int(pointer[last])
    return pointer[first : last + 1] - begin, slice(begin, end)


def get_rows(pool: kernels.Pool, who: Ints, first: int = 0) -> Seen:
    """Rows of the pool of the citizens in `who`, whose shard begins with citizen `first`."""
    size = pool.size[who]
    there = np.arange(pool.value.shape[1]) < size[:, None]
    tension = pool.tension[who]
    return Seen(
        who - first, size, pool.slot[who][there], pool.value[who][there], pool.used[who][there],
        *changed_tensions(tension, np.zeros_like(tension)),
    )  # fmt: skip


def put_rows(pool: kernels.Pool, seen: Seen) -> None:
    """Write rows into a shard's pool, changed in place."""
    who = seen.who
    owner = np.repeat(who, seen.size)
    place = np.arange(len(owner)) - np.repeat(np.cumsum(seen.size) - seen.size, seen.size)
    pool.size[who] = seen.size
    pool.slot[owner, place], pool.value[owner, place], pool.used[owner, place] = seen.slot, seen.value, seen.used
    pool.tension[who] = 0
    put_tensions(pool, who, seen.at, seen.tension)


def changed_tensions(tension: Ids, before: Ids) -> tuple[Ids, Ids]:
    """(T,) positions in rows of LIMITS, and (T,) MICRO, of the tensions that are not as before."""
    at = np.flatnonzero(tension != before)
    return at.astype(np.int32), tension.ravel()[at]


def put_tensions(pool: kernels.Pool, who: Ints, at: Ids, tension: Ids) -> None:
    """Write such tensions of the citizens in `who` into a pool, changed in place."""
    pool.tension[who[at // kernels.LIMITS], at % kernels.LIMITS] = tension
