"""Time the small parts: one citizen at stored prices, reading a town from its database, compiling everything."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.draw import WEEK, draw_problem
from benchmarks.instances import Figures, Instance
from benchmarks.machine import ROOT
from catalog.columns import Base
from catalog.database import make_engine, reading, writing
from scheduler.problem import build_problem
from scheduler.runs import peak_mb
from scheduler.shipped import load_shipped
from scheduler.town import make_town
from solver import Options, solve
from solver.master import make_rows, slot_prices
from solver.options import prepare
from solver.pricing import MOVE_NODES, NODE_LIMIT, PlanFinder
from solver.problem import Ints

PRICE_ROUNDS = 20
READS = 3
MICROSECONDS = 1e6


def one_citizen(instance: Instance, seed: int) -> Figures:
    """Time each citizen's best plan at a run's prices, one at a time: first, once more, and with a short search."""
    problem = draw_problem(instance.citizens, seed).seats_only()
    solution = solve(problem, Options(seed=seed, time_limit=None, max_rounds=PRICE_ROUNDS))
    price = slot_prices(make_rows(problem), solution.price)
    finder = PlanFinder(prepare(problem, threads=1), threads=1)
    everyone = np.arange(problem.num_citizens)
    finder.best_plans(everyone[:1], price)
    first, second = (_each(finder, everyone, price, NODE_LIMIT) for _ in range(2))
    proved = float((finder.upper <= finder.net).mean())
    newcomer = PlanFinder(finder.prepared, threads=1)
    limited = _each(newcomer, everyone, price, MOVE_NODES)
    return {
        "p50_us": float(np.percentile(first, 50)),
        "p99_us": float(np.percentile(first, 99)),
        "most_us": float(first.max()),
        "again_p50_us": float(np.percentile(second, 50)),
        "again_p99_us": float(np.percentile(second, 99)),
        "proved_percent": 100.0 * proved,
        "limited_p99_us": float(np.percentile(limited, 99)),
        "limited_proved_percent": 100.0 * float((newcomer.upper <= newcomer.net).mean()),
        "peak_mb": peak_mb(),
    }


def _each(finder: PlanFinder, everyone: Ints, price: Ints, nodes: int) -> NDArray[np.float64]:
    """(I,) microseconds of each citizen, with up to `nodes` in her search."""
    taken = np.zeros(len(everyone))
    for i in range(len(everyone)):
        began = time.perf_counter()
        finder.best_plans(everyone[i : i + 1], price, nodes)
        taken[i] = (time.perf_counter() - began) * MICROSECONDS
    return taken


def read_database(instance: Instance, seed: int) -> Figures:
    """Put a town into a SQLite file and time how its week becomes arrays; the best of a few reads."""
    with tempfile.TemporaryDirectory() as folder:
        engine = make_engine(f"sqlite:///{Path(folder) / 'town.db'}")
        Base.metadata.create_all(engine)
        began = time.perf_counter()
        with writing(engine) as session:
            load_shipped(session)
            make_town(session, instance.citizens, seed, instance.tightness, WEEK)
        made = time.perf_counter() - began
        taken = []
        for _ in range(READS):
            began = time.perf_counter()
            with reading(engine) as session:
                build_problem(session, WEEK, seed)
            taken.append(time.perf_counter() - began)
        engine.dispose()
    return {"build_seconds": min(taken), "make_town_seconds": made, "peak_mb": peak_mb()}


def compile_all(_: Instance, __: int) -> Figures:
    """Time a first run on a machine that has never run the program."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "benchmarks.warming"]
        environment = os.environ | {"NUMBA_CACHE_DIR": folder}
        cold, warm = (
            float(subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True).stdout)
            for _ in range(2)
        )
    return {"cold_start_seconds": cold, "warm_start_seconds": warm}
