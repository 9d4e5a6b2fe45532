"""The best plan of an unfinished run as bytes, from which another attempt goes on."""

from __future__ import annotations

from dataclasses import replace

from scheduler.archive import Archive, ArchiveError, pack, unpack
from scheduler.runs import Outcome
from solver import WarmStart


def pack_checkpoint(outcome: Outcome) -> bytes:
    """The run's input with the plans and prices reached, to begin from."""
    solution = outcome.solution
    return pack(replace(outcome.archive, warm=WarmStart(price=solution.price, plans=solution.plans)))


def unpack_checkpoint(data: bytes | None) -> Archive | None:
    """Read what `pack_checkpoint` wrote; None where that cannot be read, so that the run starts again."""
    try:
        return None if data is None else unpack(data)
    except ArchiveError:
        return None
