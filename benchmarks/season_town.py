"""The town of a season: its first week as arrays with every group a slot of its own, so that any may be locked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.draw import PERMILLE, WEEK
from catalog.columns import Base
from catalog.database import make_engine, writing
from catalog.weeks import monday_of
from scheduler.learning.evidence import Floats
from scheduler.learning.progress import expected_help
from scheduler.learning.settings import Settings, read_settings
from scheduler.points import read_points
from scheduler.problem import make_problem
from scheduler.reading import read_centre
from scheduler.shipped import load_shipped
from scheduler.slots import Slots
from scheduler.town.making import draw_town
from solver.problem import Bools, Ints, Problem

TIGHTNESS = 0.6
TARGET_GROUPS = 4
OTHER_TOWN = 1000  # added to the seed


@dataclass(frozen=True)
class SeasonTown:
    """Who is there in the first week, and who takes the place of each when she leaves."""

    problem: Problem
    newcomers: Problem  # the same slots, other people
    goal: Ints  # (I, X)
    newcomer_goal: Ints  # (I, X)
    expected: Floats  # (I, O) help by the catalogue
    newcomer_expected: Floats  # (I, O)
    target_group: Floats  # (I, T) 0 or 1, of the place
    settings: Settings
    idle_penalty: int  # points a minute


def make_season_town(citizens: int, seed: int) -> SeasonTown:
    """Draw the town that `igang demo` makes, and as many other people."""
    engine = make_engine("sqlite://")
    Base.metadata.create_all(engine)
    with writing(engine) as session:
        load_shipped(session)
        day = monday_of(WEEK)
        points, centre, settings = read_points(session, day), read_centre(session, day), read_settings(session, day)
    tightness = round(TIGHTNESS * PERMILLE)
    town, other = (
        draw_town(number, WEEK, citizens, tightness, False, centre, points) for number in (seed, seed + OTHER_TOWN)
    )
    every = np.arange(len(town.facts.group.id))
    slots = Slots(every, np.arange(len(every) + 1), every)
    problem, _ = make_problem(town.facts, points, seed, slots)
    newcomers, _ = make_problem(other.facts, points, seed)
    people: dict[str, Any] = {"goal": town.facts.citizen.goal, "newcomer_goal": other.facts.citizen.goal}
    offering = town.facts.centre.offering
    random = np.random.default_rng((seed, 1))
    return SeasonTown(
        problem,
        newcomers,
        **people,
        expected=expected_help(people["goal"], offering, settings),
        newcomer_expected=expected_help(people["newcomer_goal"], offering, settings),
        target_group=_target_groups(random, citizens),
        settings=settings,
        idle_penalty=points.idle_penalty,
    )


def _target_groups(random: np.random.Generator, citizens: int) -> Floats:
    """Everybody has one target group, and one in ten another as well."""
    member = np.zeros((citizens, TARGET_GROUPS))
    member[np.arange(citizens), random.integers(TARGET_GROUPS, size=citizens)] = 1
    more: Bools = random.random(citizens) < 0.1
    member[more, random.integers(TARGET_GROUPS, size=citizens)[more]] = 1
    return member
