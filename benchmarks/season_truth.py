"""The hidden truth of a season: what helps whom, how people fare, what they ask, and who leaves.

It is of another family than the model that plans. What an offering gives somebody rises with how the two suit each
other, but not in a line; it falls where it asks for more than she can carry (a threshold), wears off after many weeks
(saturation), is larger in a week with both a job-oriented and a health or skill activity (interaction), and moves as
she changes (drift). Every draw is fixed by the seed, so that all policies live through the same season.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, get_args

import numpy as np

from benchmarks.instances import Scenario
from benchmarks.season_town import SeasonTown
from scheduler.learning.evidence import Floats
from scheduler.learning.ramp import BAD, FAIR, GOOD
from solver.problem import Bools, Ints

SCENARIOS: tuple[Scenario, ...] = get_args(Scenario)
TRAITS = 3
LEAVES, SICK, MISSES, ANSWERS, SAYS_YES, BOUND = 0.01, 0.03, 0.10, 0.6, 0.8, 0.6
UNHAPPY, ASKS_UNHAPPY = 2.0, 0.1  # who is helped less asks to leave so often; others a fifth as often
SHOCK = 0.25  # standard deviation of a citizen's week
DRIFT = 0.06  # of her traits, a week
WORN_AFTER, WORN_WEEKS, WORN = 6, 5, 0.6  # weeks until it wears off, how slowly, and how much in the end
TOO_MUCH = 0.9  # what an offering loses that asks for too much
TOGETHER = 0.2  # what a week with both kinds of activity adds


class Fate(NamedTuple):
    """What happens in one week whatever is planned."""

    newcomer: Bools  # (I,) somebody else from this week on
    sick: Bools  # (I,)
    went: Ints  # (I,) as `scheduler.learning.ramp`
    shock: Floats  # (I,) added to all that she feels
    there: Bools  # (I, O) comes if planned and well
    answers: Bools  # (I, O) says what it helped
    noise: Floats  # (I, O) standard normal, of the answer
    asks: Floats  # (I, O) 0 .. 1, asks to leave where this is small
    says_yes: Bools  # (I,) wants to try something, and to swap
    bound: Bools  # (I, O) an agreement made in this week binds


@dataclass
class Truth:
    """The state of the people, which a week moves on."""

    town: SeasonTown
    scenario: Scenario
    random: np.random.Generator

    def __post_init__(self) -> None:
        offerings = self.town.problem.num_offerings
        self.nature = self.random.standard_normal((offerings, TRAITS))
        self.quality = np.where(self.random.random(offerings) < 0.3, -0.5, 0.2) + self.random.uniform(
            -0.3, 0.3, offerings
        )
        self.demand = self.random.uniform(-1.5, 1.0, offerings)
        self.of_group = 0.6 * self.random.standard_normal((self.town.target_group.shape[1], TRAITS))
        everybody = np.ones(len(self.town.target_group), np.bool_)
        self.trait = np.zeros((len(everybody), TRAITS))
        self.carries = np.zeros(len(everybody))
        self._renew(everybody)

    def _renew(self, who: Bools) -> None:
        drawn = self.random.standard_normal((len(who), TRAITS)) + self.town.target_group @ self.of_group
        carries = self.random.standard_normal(len(who))
        self.trait[who], self.carries[who] = drawn[who], carries[who]

    def next_week(self) -> Fate:
        """Let a week begin: people change, some leave and others take their place."""
        random, shape = self.random, self.town.problem.barred.shape
        count = shape[0]
        self.trait += DRIFT * random.standard_normal(self.trait.shape)
        self.carries += DRIFT * random.standard_normal(count)
        newcomer = np.asarray(random.random(count) < LEAVES)
        self._renew(newcomer)
        shock = SHOCK * np.asarray(random.standard_normal(count))
        return Fate(
            newcomer=newcomer,
            sick=np.asarray(random.random(count) < SICK),
            went=np.select([shock < -SHOCK, shock > SHOCK], [BAD, GOOD], FAIR),
            shock=shock,
            there=random.random(shape) >= MISSES,
            answers=random.random(shape) < ANSWERS,
            noise=random.standard_normal(shape),
            asks=random.random(shape),
            says_yes=np.asarray(random.random(count) < SAYS_YES),
            bound=random.random(shape) < BOUND,
        )

    def help(self, expected: Floats, weeks_in: Ints) -> Floats:
        """(I, O) what each offering gives each citizen this week, 1 .. 5, in a week of nothing else.

        Parameters
        ----------
        expected
            (I, O) what the catalogue says.
        weeks_in
            (I, O) weeks in which the citizen came before.
        """
        if self.scenario == "nothing-better":
            return expected
        middle = float(expected.mean())
        center = 2 * middle - expected if self.scenario == "wrong-priors" else expected
        suits = 0.8 * np.tanh(self.trait @ self.nature.T / np.sqrt(TRAITS))
        too_much = np.where(self.carries[:, None] < self.demand, -TOO_MUCH, 0.3)
        worn = WORN * -np.expm1(-np.maximum(weeks_in - WORN_AFTER, 0) / WORN_WEEKS)
        return np.asarray(np.clip(center + self.quality + suits + too_much - worn, 1.0, 5.0))
