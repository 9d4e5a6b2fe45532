"""What each offering seems to do for those who went to it: a correlation, not a proof, and never of a few people."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from scheduler.learning.evidence import Evidence, Floats
from scheduler.learning.settings import Settings


class Effect(NamedTuple):
    """The answers about one offering, each citizen counted once."""

    offering: int  # position
    citizens: int  # who have answered
    help: float  # mean of their means, 1 .. 5
    over_expected: float  # more than the catalogue says
    error: float  # standard error of both


def effects(evidence: Evidence, expected: Floats, settings: Settings) -> list[Effect]:
    """The offerings that enough citizens have answered about, the best against the catalogue first.

    Who went was chosen, by herself and by the plan, so a difference need not be the offering's doing.
    """
    found = []
    for offering in range(expected.shape[1]):
        said = np.flatnonzero(evidence.weight[:, offering] > 0)
        if len(said) < max(2, settings.smallest_group):
            continue
        own = evidence.total[said, offering] / evidence.weight[said, offering]
        over = own - expected[said, offering]
        error = float(over.std(ddof=1) / np.sqrt(len(said)))
        found.append(Effect(offering, len(said), float(own.mean()), float(over.mean()), error))
    return sorted(found, key=lambda effect: -effect.over_expected)
