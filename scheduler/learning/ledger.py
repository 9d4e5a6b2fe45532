"""What the centre owes each citizen: her best own weeks against those that she was given.

    debt_i = sum_w kept^age_w (best_{i,w} - given_{i,w}) / sum_w kept^age_w best_{i,w}     a share, 0 .. 1
    weight_i = min(most, 100 * (1 - debt_i)^-fairness)                                     percent

`best` is the week that the plan would give her if she were alone, `given` what she got, both in points at weight 100
and without the penalty of idle minutes. The weight is the gradient of alpha-fair utility of the long-run share that
she was given (Mo and Walrand 2000, doi:10.1109/90.879343): 0 would be the greatest sum, 1 proportional fairness, and a
large number makes up to whoever has least. The bound keeps one citizen from outweighing many; `kept` lets old debts
fade.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from scheduler.learning.evidence import Floats
from scheduler.learning.settings import Settings
from solver.problem import Bools, Ints

FULL = 100  # percent
SERVED_LEAST = 0.01  # Whoever was given less counts as given so much.


class Ledger(NamedTuple):
    """The running sums of everybody; a newcomer's are 0."""

    best: Floats  # (I,) points
    given: Floats  # (I,) points


def book(ledger: Ledger, best: Ints, given: Ints, settings: Settings) -> Ledger:
    """Add a week of (I,) points; what stood before fades."""
    kept = settings.debt_kept
    return Ledger(
        kept * ledger.best + np.maximum(best, 0), kept * ledger.given + np.clip(given, 0, np.maximum(best, 0))
    )


def weights(ledger: Ledger, settings: Settings) -> Ints:
    """(I,) whole percent."""
    debt = (ledger.best - ledger.given) / np.maximum(ledger.best, 1.0)
    grown = FULL * np.maximum(1 - debt, SERVED_LEAST) ** -settings.fairness
    return np.minimum(np.rint(grown), settings.most_weight).astype(np.int64)


class Difference(NamedTuple):
    """A group of citizens who were given a lesser share of their best weeks than the rest."""

    group: int  # column
    citizens: int
    percent: float  # share given to the group
    rest_percent: float  # share given to all others


def differences(ledger: Ledger, member: Bools, settings: Settings) -> list[Difference]:
    """The groups that lie more than the limit below the rest, worst first.

    Parameters
    ----------
    member
        (I, C) target groups, sites and languages side by side; too small ones, and too small rests, are left out.
    """
    found = []
    for group, inside in enumerate(member.T):
        sizes = int(inside.sum()), int((~inside).sum())
        if min(sizes) < settings.smallest_group:
            continue
        own, rest = (_share(ledger, who) for who in (inside, ~inside))
        if rest - own > settings.spread_flagged:
            found.append(Difference(group, sizes[0], own, rest))
    return sorted(found, key=lambda difference: difference.percent - difference.rest_percent)


def _share(ledger: Ledger, who: Bools) -> float:
    """Mean percent of their best weeks that these citizens were given; whoever has had none counts as served."""
    share = np.where(ledger.best > 0, ledger.given / np.maximum(ledger.best, 1.0), 1.0)
    return float(FULL * share[who].mean())
