"""The capacity lab on a planned week of a made-up town: a what-if with one more group, then the groups to add."""

from __future__ import annotations

import tempfile
from pathlib import Path

from benchmarks.instances import Figures, Instance
from benchmarks.load_town import WEEK
from benchmarks.machine import ROOT
from catalog.database import make_engine, reading, writing
from scheduler.lab.scenario import Scenario, read_scenario
from scheduler.lab.suggest import DEFAULT_SECONDS, read_question, suggest
from scheduler.lab.suggested import as_record
from scheduler.lab.what_if import read_task, what_if
from scheduler.migrations import upgrade
from scheduler.runs import Task, compute, peak_mb, read_input, store
from scheduler.shipped import load_shipped
from scheduler.town import make_town
from solver import Options

ONE_MORE = ROOT / "docs" / "scenarios" / "one-more-danish-group.yaml"
GROUPS = 10
WHAT_IF_GAP_PERCENT = 0.4


def measure_lab(instance: Instance, seed: int) -> Figures:
    """The figures of both questions, asked of one run on SQLite; every kernel is loaded before the clocks."""
    with tempfile.TemporaryDirectory(prefix="igang-lab-") as folder:
        url = f"sqlite:///{Path(folder) / 'town.db'}"
        upgrade(url)
        engine = make_engine(url)
        with writing(engine) as session:
            load_shipped(session)
            make_town(session, instance.citizens, seed, instance.tightness, WEEK)
            planned = compute(read_input(session, Task(WEEK, Options(seed=seed, time_limit=instance.seconds))))
            store(session, planned)
        with reading(engine) as session:
            task = read_task(session, read_scenario(ONE_MORE))
        more = what_if(task, Options(seed=seed, time_limit=instance.seconds, gap_percent=WHAT_IF_GAP_PERCENT))
        with reading(engine) as session:
            question = read_question(session, Scenario(), GROUPS)
        found = as_record(suggest(question, Options(seed=seed, time_limit=DEFAULT_SECONDS)))
        engine.dispose()
    by_hand = found["greedy"]["total"]
    kept = [each["confirmed"] / each["promised"] for each in found["groups"]]
    return {
        "citizens": instance.citizens,
        "run_gap_percent": more.before.kpis.gap_percent,
        "what_if_seconds": more.seconds,
        "what_if_gap_percent": more.after.kpis.gap_percent,
        "suggested": len(kept),
        "confirmed_of_promised": found["confirmed_of_promised"],
        "least_confirmed": min(kept, default=None),
        "most_confirmed": max(kept, default=None),
        "points": found["total"],
        "percent_of_greedy": 100.0 * found["total"] / by_hand if by_hand else None,
        "suggest_seconds": found["seconds"],
        "peak_mb": peak_mb(),
    }
