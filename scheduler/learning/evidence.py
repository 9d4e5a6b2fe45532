"""What citizens said of what they went to, summed up with forgetting."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from solver.problem import Ints

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Answers:
    """The answers to "did it help?", one entry each, in any order."""

    citizen: Ints  # citizen position
    offering: Ints  # offering position
    age: Ints  # weeks since, 0 = the last week
    value: Ints  # 1 .. 5


@dataclass(frozen=True)
class Evidence:
    """Sufficient statistics of the answers; all that the model takes from them."""

    weight: Floats  # (I, O) answers, an old one counts for less
    total: Floats  # (I, O) sum of their values by the same weights
    count: Ints  # (I, O) answers, each counted as one


def weigh(answers: Answers, num_citizens: int, num_offerings: int, forgetting: float) -> Evidence:
    """Sum up all answers that are there; one that is erased leaves no trace.

    Parameters
    ----------
    forgetting
        What an answer counts for after another week, 0 .. 1.

    Raises
    ------
    ValueError
        An answer is outside 1 .. 5; the message names its place.
    """
    wrong = (answers.value < 1) | (answers.value > 5)
    if wrong.any():
        at = int(np.argmax(wrong))
        raise ValueError(f"answers.value[{at}]: expected 1 .. 5, found {int(answers.value[at])}")
    shape = (num_citizens, num_offerings)
    place = answers.citizen * num_offerings + answers.offering
    share = forgetting ** answers.age.astype(np.float64)
    return Evidence(
        weight=_sum(place, share, shape),
        total=_sum(place, share * answers.value, shape),
        count=_sum(place, np.ones(len(place)), shape).astype(np.int64),
    )


def _sum(place: Ints, amount: Floats, shape: tuple[int, int]) -> Floats:
    total: Floats = np.bincount(place, amount, shape[0] * shape[1]).astype(np.float64)
    return total.reshape(shape)
