"""How long a run would take on more machines, on paper, from parts that were measured on this one."""

from __future__ import annotations

from dataclasses import dataclass

MACHINES = (1, 2, 4, 8, 16, 32, 64)
NETWORK = 125e6  # bytes a second: one gigabit
PRICE_BYTES = 8


@dataclass(frozen=True)
class Parts:
    """What was measured, with one thread and no network."""

    alone: float  # seconds of the whole run
    searching: float  # of them, the searches that can be done elsewhere
    rounds: int  # of pricing
    overhead: float  # seconds a round beside the search: packing, pipes or Ray, unpacking
    moved: float  # bytes a round, with `workers`
    workers: int
    slots: int  # whose prices go to every machine


def modelled(parts: Parts) -> dict[str, float]:
    """Seconds by number of machines with one core each, all shards alike.

    What is not searching stays; the rest is shared out, and each round pays its overhead, its bytes on one wire, and
    the prices once more for each machine. It leaves out what starting takes, shards that are slower than others, and
    that overhead grows with the number of answers.
    """
    return {
        str(n): round(
            parts.alone
            - parts.searching
            + parts.searching / n
            + parts.rounds
            * (parts.overhead + (parts.moved + (n - parts.workers) * PRICE_BYTES * parts.slots) / NETWORK),
            2,
        )
        for n in MACHINES
    }
