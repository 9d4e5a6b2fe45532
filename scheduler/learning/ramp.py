"""Hurry slowly: hours and load of the week to come follow from how it goes, a set step at a time."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from scheduler.learning.settings import Settings
from solver.problem import Ints

BAD, FAIR, GOOD = -1, 0, 1


class Budget(NamedTuple):
    """What a week may hold of a citizen's time and strength."""

    energy: Ints  # (I,) load points
    max_minutes: Ints  # (I,)


def next_budget(now: Budget, went: Ints, lowest: Budget, highest: Budget, settings: Settings) -> Budget:
    """Take a step up after a fair week, a longer one after a good week, and one down after a bad week.

    Parameters
    ----------
    went
        (I,) how the citizen says that the week went: `BAD`, `FAIR`, `GOOD`; whoever said nothing had a fair one.
        Absence is no input.
    lowest, highest
        What was agreed with her: locked activities and minimum hours at least, her goal at most.
    """
    steps = np.select([went == BAD, went == GOOD], [-1, settings.ramp_fast], 1)
    return Budget(
        np.clip(now.energy + steps * settings.ramp_energy, lowest.energy, highest.energy),
        np.clip(now.max_minutes + steps * settings.ramp_minutes, lowest.max_minutes, highest.max_minutes),
    )
