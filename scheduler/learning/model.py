"""The expected help of every offering for every citizen, 1 (none) to 5 (a lot), with its standard error.

For one offering, with a citizen's answers y and what she shares with others z (her target groups and the indicators of
her open sub-goals, each kind in equal parts):

    y ~ normal(help_i, answer^2 / weight)                 an old answer weighs less
    help_i = expected_i + offering + z_i . shared + own_i
    offering ~ normal(0, spread.offering^2), shared_c ~ normal(0, spread_c^2), own_i ~ normal(0, spread.own^2)

`expected` is what the catalogue says. `own` is integrated out, so that the posterior of (offering, shared) is one
linear system of 1 + C unknowns; given those, each citizen's own part is a mean of two normals. All of it is exact
(Lindley and Smith 1972, doi:10.1111/j.2517-6161.1972.tb00885.x; Gelman et al., Bayesian Data Analysis, chapter 5).

Whose answers move whose estimates: those about another offering move nothing. Those about the same offering move
everybody's through `offering`, and through `shared` those who share a column with the person who answered.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scheduler.learning.evidence import Evidence, Floats
from solver.problem import Ints


@dataclass(frozen=True)
class Spread:
    """Standard deviations on the scale 1 .. 5."""

    answer: float  # of one answer around the help that it speaks of
    offering: float  # of an offering around what the catalogue says
    target_group: float  # of a target group around everybody
    goal: float  # of those with a goal around everybody
    own: float  # of a citizen around those like her


@dataclass(frozen=True)
class Estimates:
    """What is believed of each citizen and offering."""

    expected: Floats  # (I, O) what the catalogue says
    alike: Floats  # (I, O) mean for people who share her target groups and goals
    alike_error: Floats  # (I, O) its standard error, the spread of the people left out
    mean: Floats  # (I, O) mean for the citizen herself
    error: Floats  # (I, O) its standard error
    count: Ints  # (I, O) her own answers behind it


def shared_columns(target_group: Floats, goal: Floats, spread: Spread) -> tuple[Floats, Floats]:
    """Put what citizens share side by side.

    Parameters
    ----------
    target_group
        (I, T) 1 where the citizen is in the target group.
    goal
        (I, X) open sub-goals on the indicator.

    Returns
    -------
    (I, C) parts of each citizen, which are 1 in all for each kind that she has any of, and (C,) standard deviations.
    """
    parts = [kind / np.maximum(kind.sum(axis=1, keepdims=True), 1) for kind in (target_group, goal)]
    deviations = (spread.target_group, spread.goal)
    return np.hstack(parts), np.concatenate(
        [np.full(part.shape[1], deviation) for part, deviation in zip(parts, deviations, strict=True)]
    )


def estimate(evidence: Evidence, expected: Floats, shared: Floats, deviation: Floats, spread: Spread) -> Estimates:
    """Fit every offering by itself.

    Parameters
    ----------
    expected
        (I, O) help by the catalogue, 1 .. 5.
    shared, deviation
        (I, C) and (C,), from `shared_columns`.
    """
    design = np.hstack([np.ones((len(expected), 1)), shared])
    prior = np.diag(1.0 / np.concatenate([[spread.offering], deviation]) ** 2)
    alike, alike_error, mean, error = np.empty((4, *expected.shape))
    for offering in range(expected.shape[1]):
        weight = evidence.weight[:, offering]
        said = np.flatnonzero(weight > 0)
        own_mean = evidence.total[said, offering] / weight[said] - expected[said, offering]
        noise = spread.answer**2 / weight[said]
        precision = 1.0 / (noise + spread.own**2)
        rows = design[said]
        covariance = np.linalg.inv(prior + (rows * precision[:, None]).T @ rows)
        effect = covariance @ (rows.T @ (precision * own_mean))
        like_her = design @ effect
        variance = ((design @ covariance) * design).sum(axis=1)
        trust = np.zeros(len(weight))  # of her own answers against those of people like her
        trust[said] = spread.own**2 * precision
        own = np.zeros(len(weight))
        own[said] = own_mean - like_her[said]
        alike[:, offering] = expected[:, offering] + like_her
        alike_error[:, offering] = np.sqrt(variance)
        mean[:, offering] = alike[:, offering] + trust * own
        error[:, offering] = np.sqrt((1 - trust) ** 2 * variance + (1 - trust) * spread.own**2)
    return Estimates(expected, alike, alike_error, mean, error, evidence.count)
