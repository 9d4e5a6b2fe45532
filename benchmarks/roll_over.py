"""One roll-over: from a published week to the plan of the next one, stored; every kernel is loaded before the clock."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from benchmarks.instances import Figures, Instance
from benchmarks.load_town import WEEK, make_published_town
from catalog.database import make_engine, reading, writing
from scheduler.difference import compare
from scheduler.life import need_published_run
from scheduler.next_week import begin_week, look_back
from scheduler.runs import compute, read_input, store
from solver import Options
from solver.solution import gap_percent

GAP_PERCENT = 0.4


def roll_over(instance: Instance, seed: int) -> Figures:
    """The figures of a town whose published week is followed by the next, on SQLite."""
    with tempfile.TemporaryDirectory(prefix="igang-roll-over-") as folder:
        url = f"sqlite:///{Path(folder) / 'town.db'}"
        make_published_town(url, instance.citizens)
        engine = make_engine(url)
        began = time.perf_counter()
        with reading(engine) as session:
            carried = look_back(session, WEEK)
        looked = time.perf_counter()
        options = Options(seed=seed, time_limit=instance.seconds, gap_percent=GAP_PERCENT)
        with writing(engine) as session:
            task = begin_week(session, carried, options)
        with reading(engine) as session:
            given = read_input(session, task)
        assembled = time.perf_counter()
        outcome = compute(given)
        computed = time.perf_counter()
        with writing(engine) as session:
            run = store(session, outcome).id
        stored = time.perf_counter()
        with reading(engine) as session:
            found = compare(session, run, need_published_run(session, WEEK))
        engine.dispose()
    weights = [row["weight_percent"] for row in carried.rows]
    return {
        "citizens": instance.citizens,
        "seconds": stored - began,
        "look_back_seconds": looked - began,
        "assemble_seconds": assembled - looked,
        "plan_seconds": computed - assembled,
        "store_seconds": stored - computed,
        "gap_percent": gap_percent(outcome.solution.bound, outcome.solution.objective),
        "unchanged_percent": 100.0 * found.unchanged / max(1, found.moved + found.unchanged),
        "most_weight_percent": max(weights),
        "heavier_citizens": sum(weight > min(weights) for weight in weights),
    }
