"""The progress value of an offering for a citizen: need times expected help, in points.

    progress_{i,o} = sum_x need_{i,x} / 100 * points_{o,x} * (help_{i,o} - 1) / (expected_{i,o} - 1)

over the indicators x of her open sub-goals. `points` is what the table of points gives an offering that trains x, main
or on the side, each of its meetings in a week. The last factor is the help that is believed in over what the catalogue
expects, from no help at all (1): an offering that helps as expected keeps its points, one that helps nobody has none.
Where no level is known the need is 100, and where nothing was said the help is as expected: then the table's points
stand as they are.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scheduler.facts import OfferingFacts
from scheduler.learning.evidence import Floats
from scheduler.learning.settings import Settings
from solver.problem import Ints

LOW, HIGH = 1.0, 5.0  # The scale of "did it help?".
UNKNOWN = -1
FULL, MOST_PERCENT = 100, 400
LEAST_EXPECTED = 0.25  # above no help; by less, a little more help would be a great deal
MOST_POINTS = 30_000


@dataclass(frozen=True)
class Learned:
    """What is known of citizens beyond the facts of one week, in whole percent."""

    need: Ints  # (I, X) of an open sub-goal on the indicator
    help: Ints  # (I, O) of what the catalogue expects


def expected_help(goal: Ints, offering: OfferingFacts, settings: Settings) -> Floats:
    """(I, O) help by the catalogue: more for the share of her (I, X) open sub-goals that an offering trains."""
    share = goal / np.maximum(goal.sum(axis=1, keepdims=True), 1)
    only_side = offering.side & ~offering.main
    trained = settings.expected_main * share @ offering.main.T + settings.expected_side * share @ only_side.T
    return np.asarray(np.clip(settings.expected_base + trained, LOW, HIGH))


def help_percent(believed: Floats, expected: Floats) -> Ints:
    """(I, O) percent of the catalogue's help, both from 1 on."""
    share = (np.clip(believed, LOW, HIGH) - LOW) / np.maximum(expected - LOW, LEAST_EXPECTED)
    return np.minimum(np.rint(FULL * share).astype(np.int64), MOST_PERCENT)


def scale(percent_points: Ints, help_percent: Ints) -> Ints:
    """(I, O) whole points, rounded, of points by need in 1/100 points and help in percent."""
    points: Ints = (percent_points * help_percent + FULL * FULL // 2) // (FULL * FULL)
    return np.minimum(points, MOST_POINTS)


def need_percent(level: Ints, wanted: Ints, weeks_left: Ints, settings: Settings) -> Ints:
    """How much an open sub-goal needs.

    Parameters
    ----------
    level
        (I, X) the newest rating of the indicator 1 .. 5, `UNKNOWN` where there is none.
    wanted
        (I, X) level of the sub-goal.
    weeks_left
        (I, X) until it should be reached, negative where that is over.

    Returns
    -------
    (I, X) percent, 100 where the level is unknown.
    """
    missing = np.clip(wanted - level, 0, HIGH - LOW).astype(np.int64)
    late = np.clip(settings.haste_weeks - weeks_left, 0, settings.haste_weeks)
    haste = np.where(missing > 0, settings.need_haste * late // settings.haste_weeks, 0)
    need: Ints = settings.need_reached + settings.need_level * missing + haste
    return np.where(level == UNKNOWN, FULL, need)
