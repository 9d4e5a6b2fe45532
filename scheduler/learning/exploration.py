"""What a citizen tries that nobody knows to help her: at most one activity a week, and only with her yes.

Thompson sampling (Thompson 1933, doi:10.1093/biomet/25.3-4.285; Russo et al. 2018, doi:10.1561/2200000070): a number is
drawn for every offering from what is believed of it, and what then promises most is tried, so that an offering is tried
as often as it may well be the best. Only the one trial is planned by its draw, all others by their mean.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from scheduler.learning.evidence import Floats
from scheduler.learning.model import Estimates
from scheduler.learning.progress import help_percent
from solver.problem import Bools, Ints

NOTHING = -1


class Trials(NamedTuple):
    """The week's trials, and the help that the week is planned by."""

    offering: Ints  # (I,) position, `NOTHING` where the citizen tries nothing
    help: Floats  # (I, O) the mean, but the draw for the trial


def pick_trials(estimates: Estimates, points: Ints, may_try: Bools, says_yes: Bools, seed: int) -> Trials:
    """Pick for every citizen who says yes what promises most points by its draw, where that is more than by its mean.

    Parameters
    ----------
    points
        (I, O) progress points of an offering that helps as the catalogue expects.
    may_try
        (I, O) nothing keeps the citizen from the offering, and she has not refused it.
    says_yes
        (I,) wants to try something this week.
    seed
        Of the run.
    """
    everybody = np.arange(len(points))
    draw = estimates.mean + estimates.error * np.random.default_rng(seed).standard_normal(points.shape)
    promised = np.where(may_try & says_yes[:, None], points * help_percent(draw, estimates.expected), 0)
    trial = promised.argmax(axis=1)
    is_more = draw[everybody, trial] > estimates.mean[everybody, trial]
    trial[~is_more | (promised[everybody, trial] <= 0)] = NOTHING
    planned = estimates.mean.copy()
    tries = np.flatnonzero(trial != NOTHING)
    planned[tries, trial[tries]] = draw[tries, trial[tries]]
    return Trials(trial, planned)
