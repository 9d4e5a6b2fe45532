"""Who is served least week after week, and so may swap what is agreed with her for something that fits better.

An agreement binds the centre and not the citizen: with her yes, the next plan keeps it where it is worth keeping.
"""

from __future__ import annotations

import numpy as np

from scheduler.learning.settings import Settings
from solver.problem import Bools, Ints


def behind_weeks(before: Ints, best: Ints, given: Ints, idle_minutes: Ints, settings: Settings) -> Ints:
    """(I,) weeks in a row in which each was served least, counted on from `before` with the week that is over.

    Served least is whoever was given less than her best week and, as a share of it, no more than the last
    `behind_percent` of all. A week below her minimum of useful hours counts as `swap_after` weeks at once.

    Parameters
    ----------
    best, given
        (I,) points of the best own week and of the week given, as in `scheduler.learning.ledger`.
    idle_minutes
        (I,) minutes that were missing of her minimum.
    """
    share = np.where(best > 0, given / np.maximum(best, 1), 1.0)
    at = max(1, len(share) * settings.behind_percent // 100) - 1
    is_last = (share <= np.sort(share)[at : at + 1]) & (share < 1)
    weeks = np.where(is_last, before + 1, 0)
    return np.where(idle_minutes > 0, np.maximum(weeks, settings.swap_after), weeks)


def may_swap(behind: Ints, says_yes: Bools, settings: Settings) -> Bools:
    """(I,) who has said yes and was served least for long enough."""
    return says_yes & (behind >= settings.swap_after)
