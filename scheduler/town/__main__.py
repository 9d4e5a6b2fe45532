"""Draw a town for work on the solver, without a database file: `python -m scheduler.town --out FILE`."""

from __future__ import annotations

import argparse
import pickle
import sys
import time
from pathlib import Path

import scheduler.tables
from catalog.columns import Base
from catalog.database import make_engine, writing
from catalog.offerings import load_offerings
from catalog.weeks import monday_of
from scheduler.points import load_points, read_points
from scheduler.problem import make_problem
from scheduler.reading import read_centre
from scheduler.town.making import draw_town

assert scheduler.tables  # Imported for its tables.


def main() -> None:
    """Draw a town and pickle its (Problem, Ids)."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--citizens", type=int, default=6000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--week", default="2026-W48")
    parser.add_argument("--tightness", type=float, default=0.6)
    parser.add_argument("--clustered", action="store_true")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    began = time.perf_counter()
    engine = make_engine("sqlite://")
    Base.metadata.create_all(engine)
    with writing(engine) as session:
        load_offerings(session)
        load_points(session)
        points = read_points(session, monday_of(options.week))
        centre = read_centre(session, monday_of(options.week))
    tightness = round(options.tightness * 1000)
    town = draw_town(options.seed, options.week, options.citizens, tightness, options.clustered, centre, points)
    problem, ids = make_problem(town.facts, points, options.seed)
    options.out.write_bytes(pickle.dumps((problem, ids)))
    size = f"{problem.num_citizens} citizens, {problem.num_slots} slots, {problem.num_groups} groups"
    sys.stderr.write(f"{size}, {problem.num_rows} rows in {time.perf_counter() - began:.1f} s\n")


if __name__ == "__main__":
    main()
