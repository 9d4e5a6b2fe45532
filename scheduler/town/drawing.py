"""Draw a demo town's week as arrays, without a database file."""

from __future__ import annotations

from catalog.columns import Base
from catalog.database import make_engine, writing
from catalog.weeks import monday_of
from scheduler.points import read_points
from scheduler.problem import make_problem
from scheduler.reading import read_centre
from scheduler.shipped import load_shipped
from scheduler.town.making import draw_town
from solver.problem import Problem

WEEK = "2026-W48"
PERMILLE = 1000


def draw_problem(citizens: int, seed: int, tightness: float = 0.6, clustered: bool = False) -> Problem:
    """Draw the week that `igang demo` makes with the same parameters."""
    engine = make_engine("sqlite://")
    Base.metadata.create_all(engine)
    with writing(engine) as session:
        load_shipped(session)
        points = read_points(session, monday_of(WEEK))
        centre = read_centre(session, monday_of(WEEK))
    town = draw_town(seed, WEEK, citizens, round(tightness * PERMILLE), clustered, centre, points)
    return make_problem(town.facts, points, seed)[0]
