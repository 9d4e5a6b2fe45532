"""Pricers whose far ends are killed, one in every round, at a moment drawn at random."""

from __future__ import annotations

import random
import threading
import time
from typing import Protocol

from solver.problem import Ints
from solver.shards import Answer, Pricer, Query, Shard


class Killable(Pricer, Protocol):
    """A pricer elsewhere, whose bytes are counted and whose far end can be ended."""

    loaded: int  # bytes of its shard
    sent: int  # bytes of all calls
    received: int

    def kill(self) -> bool:
        """End the far end as a power cut does; returns whether there was one."""


class KilledPricer:
    """Passes everything on; in the rounds that are its turn, the far end is killed before or just after it answers."""

    def __init__(self, inner: Killable, position: int, among: int) -> None:
        """Take one pricer of a crew of `among`."""
        self._inner, self._position, self._among = inner, position, among
        self._round, self._usual = 0, 0.0
        self.kills = 0

    def load(self, shard: Shard) -> None:
        """Pass it on."""
        self._inner.load(shard)

    def close(self) -> None:
        """Pass it on."""
        self._inner.close()

    def price(self, query: Query, prices: Ints) -> Answer:
        """Pass it on, with a killer behind where it is this pricer's turn and it was not killed in this round yet."""
        drawn = random.Random(query.number)
        if query.number == self._round or drawn.randrange(self._among) != self._position:
            return self._inner.price(query, prices)
        killer = threading.Timer(drawn.random() * self._usual, self._kill, [query.number])
        killer.start()
        began = time.perf_counter()
        try:
            answer = self._inner.price(query, prices)
            self._usual = time.perf_counter() - began
            return answer
        finally:
            killer.join()

    def _kill(self, number: int) -> None:
        if self._inner.kill():  # It may have been killed after its answer to the round before.
            self._round, self.kills = number, self.kills + 1
