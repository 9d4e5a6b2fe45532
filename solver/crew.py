"""Shares a week's pricing out among pricers of its shards, and goes on where one of them is lost."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from solver import kernels
from solver.memory import make_scratch
from solver.problem import Bools, Ints
from solver.shards import NOWHERE, Answer, Pricer, PricerLostError, Query, Shard, cut, get_rows, put_tensions

LEAST = 500  # citizens: fewer are priced sooner here than asked for


class Outputs(NamedTuple):
    """Everybody's last answer, changed in place; see `solver.pricing`."""

    plan: kernels.Ids  # (I, length)
    net: Ints  # (I,) MICRO
    upper: Ints  # (I,) MICRO
    nodes: Ints  # (I,)


@dataclass
class Tally:
    """What the calls took."""

    calls: int = 0
    lost: int = 0  # pricers, each loss counted
    starting: float = 0.0  # seconds until everybody had a shard
    seconds: float = 0.0  # that the calls took
    searching: float = 0.0  # of them, the longest search of each call
    losing: float = 0.0  # of them, from noticing a loss to the part priced again


Search = Callable[[Ints, kernels.Scratch], None]


@dataclass
class Crew:
    """Pricers with a shard each. The answers do not depend on how many there are, nor on who is lost when.

    The pool given to `price` is the truth; each pricer's copy of its rows follows it. `tell` hears of losses.
    """

    pricers: Sequence[Pricer]
    least: int = LEAST  # citizens that are worth a call
    tell: Callable[[str], None] = lambda _: None
    tally: Tally = field(default_factory=Tally)
    _gone: set[int] = field(default_factory=set)  # positions of pricers that cannot be had again
    _asking: ThreadPoolExecutor = field(init=False)

    def __post_init__(self) -> None:
        if not self.pricers:
            raise ValueError("pricers: expected at least 1, found 0")
        if self.least < 1:
            raise ValueError(f"least: expected at least 1 citizen, found {self.least}")
        self._asking = ThreadPoolExecutor(len(self.pricers))

    def load(self, menu: kernels.Menu, pool: kernels.Pool) -> None:
        """Cut the menu into neighbouring shards of as many citizens each, and hand them out."""
        began = time.perf_counter()
        self._menu, self._pool = menu, pool
        num, size, length = pool.slot.shape
        self._cuts = np.linspace(0, num, len(self.pricers) + 1).astype(np.int64)
        self._shards = [
            Shard(cut(menu, int(a), int(b)), length, size) for a, b in zip(self._cuts[:-1], self._cuts[1:], strict=True)
        ]
        self._stale: Bools = np.ones(num, np.bool_)  # whose rows differ from the copy
        list(self._asking.map(self._load, range(len(self.pricers))))
        self.tally.starting += time.perf_counter() - began

    def changed(self, who: Ints) -> None:
        """Hear that the rows of these citizens were changed by somebody else."""
        self._stale[who] = True

    def price(self, who: Ints, prices: Ints, number: int, nodes: int, out: Outputs, here: Search) -> None:
        """Find best plans of the citizens in `who` at (S,) `prices`, MICRO; the pool and `out` change in place.

        Parameters
        ----------
        number
            Of the call, greater than any before.
        here
            Does the same in this process, for those whose pricer is gone.
        """
        began = time.perf_counter()
        shard = np.searchsorted(self._cuts, who, side="right") - 1
        parts = [who[shard == k] for k in range(len(self.pricers))]

        def ask(k: int) -> float:
            return self._ask(k, parts[k], prices, number, nodes, out, here) if len(parts[k]) else 0.0

        searches = list(self._asking.map(ask, range(len(self.pricers))))
        self.tally.calls += 1
        self.tally.searching += max(searches)
        self.tally.seconds += time.perf_counter() - began

    def close(self) -> None:
        """Let go of all pricers; nothing can be asked of them any more."""
        self._asking.shutdown()
        for pricer in self.pricers:
            pricer.close()

    def _ask(self, k: int, who: Ints, prices: Ints, number: int, nodes: int, out: Outputs, here: Search) -> float:
        """Have one part priced, by its pricer, by what takes its place, or here; returns the seconds of the search."""
        first = int(self._cuts[k])
        lost_at: float | None = None
        answer: Answer | None = None
        for _ in range(2):
            if k in self._gone or answer is not None:
                break
            rows = get_rows(self._pool, who[self._stale[who]], first)
            try:
                answer = self.pricers[k].price(Query(number, nodes, who - first, rows), prices)
            except PricerLostError as error:
                lost_at = lost_at or time.perf_counter()
                self._lose(k, error)
        if answer is None:
            began = time.perf_counter()
            here(who, make_scratch(self._menu))
            self._stale[who] = True
            seconds = time.perf_counter() - began
        else:
            self._take(who, answer, prices, number, out)
            seconds = answer.seconds
        if lost_at is not None:
            self.tally.losing += time.perf_counter() - lost_at
        return seconds

    def _lose(self, k: int, error: PricerLostError) -> None:
        """Begin anew with another pricer in place of one that is lost, or do without."""
        self.tally.lost += 1
        self.tell(f"{error}; its {self._shards[k].menu.horizon.size} citizens are priced again")
        try:
            self._load(k)
        except PricerLostError as second:
            self._gone.add(k)
            self.tell(f"{second}; its citizens are priced by the run itself from here on")

    def _load(self, k: int) -> None:
        self.pricers[k].load(self._shards[k])
        self._stale[self._cuts[k] : self._cuts[k + 1]] = True

    def _take(self, who: Ints, answer: Answer, prices: Ints, number: int, out: Outputs) -> None:
        """Write an answer into the pool and the outputs, as the search itself would have."""
        pool = self._pool
        seen = answer.place != NOWHERE
        mine, place = who[seen], answer.place[seen]
        new, at = who[answer.fresh], answer.place[answer.fresh]
        cost = np.where(answer.plan >= 0, prices[answer.plan], 0).sum(axis=1)
        pool.slot[new, at] = answer.plan
        pool.value[new, at] = answer.net[answer.fresh] - self._menu.value[new] + cost
        pool.size[new] = np.maximum(pool.size[new], at + 1)
        pool.used[mine, place] = number
        put_tensions(pool, who, answer.at, answer.tension)
        out.plan[who] = -1
        out.plan[mine] = pool.slot[mine, place]
        out.net[who] = out.upper[who] = answer.net
        out.upper[who[answer.open_]] = answer.upper
        out.nodes[who] = answer.nodes
        self._stale[who] = False
