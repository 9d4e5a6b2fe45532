"""A centre that grows from 2,000 citizens: the least supply of each planned week, with everything counted again."""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from pathlib import Path

from benchmarks.bars import Figures, Instance
from benchmarks.draw import WEEK
from catalog.columns import Base
from catalog.database import make_engine, reading, writing
from scheduler.lab.kpis import count_kpis
from scheduler.lab.roll_out.inputs import read_roll_out
from scheduler.lab.roll_out.kept import count_shares, missed
from scheduler.lab.roll_out.path import Path as Found
from scheduler.lab.roll_out.path import plan_path, read_question
from scheduler.lab.roll_out.record import as_record
from scheduler.lab.roll_out.trying import Tried
from scheduler.runs import Task, compute, peak_mb, read_input, store
from scheduler.shipped import load_shipped
from scheduler.town import make_town
from solver import Options
from solver.verify import verify

FILE = Path(__file__).parents[1] / "docs" / "scenarios" / "from-2000-to-6000.yaml"
START, PLAN_EVERY, TIGHTNESS, THREADS = 2000, 26, 0.6, 2
FIRST = Options(time_limit=None, max_rounds=200, threads=THREADS)  # about 15 s of processor for the base week


def measure_roll_out(instance: Instance, seed: int) -> Figures:
    """The figures of the scenario that comes along, with fewer planned weeks."""
    engine = make_engine("sqlite://")
    Base.metadata.create_all(engine)
    with writing(engine) as session:
        load_shipped(session)
        make_town(session, START, seed, TIGHTNESS, WEEK)
        store(session, compute(read_input(session, Task(WEEK, replace(FIRST, seed=seed)))))
    inputs = read_roll_out(FILE).model_copy(update={"plan_every": PLAN_EVERY, "citizens": instance.citizens})
    began, worked = time.perf_counter(), time.process_time()
    with reading(engine) as session:
        question = read_question(session, inputs)
    path = plan_path(question, Options(seed=seed, time_limit=None, threads=THREADS), tell=_tell)
    seconds, processor = time.perf_counter() - began, time.process_time() - worked
    engine.dispose()
    return _figures(path) | {"seconds": seconds, "processor_seconds": processor, "peak_mb": peak_mb()}


def _figures(path: Found) -> Figures:
    record, step = as_record(path), path.question.roll_out.step_percent
    first, last, stations = record["weeks"][0], record["weeks"][-1], path.stations[1:]
    below = [each.found.below for each in stations if each.found is not None and each.found.below is not None]
    kept = [_keeps(path, each.found.least) for each in stations if each.found is not None and each.found.least]
    shown = [each["shown"] for each in record["weeks"] if each["shown"]]
    return {
        "citizens": last["citizens"],
        "planned_weeks": len(stations),
        "tried": sum(each.found.tried for each in stations if each.found is not None),
        "not_kept": kept.count(False) + len(path.question.stations) - len(kept),
        "not_least": sum(each.found is None or not each.found.is_least(step) for each in stations)
        + sum(_keeps(path, each) for each in below),
        "supply_percent": last["supply_percent"],
        "gap_percent": max(each["gap_percent"] for each in shown),
        **{f"{name}_before": first[name] for name in ("groups", "staff_hours", "staff", "rooms", "sites")},
        **{name: last[name] for name in ("groups", "staff_hours", "staff", "rooms", "sites")},
        "million_kroner_a_week_before": first["kroner"]["total"] / 1e6,
        "million_kroner_a_week": last["kroner"]["total"] / 1e6,
    }


def _tell(number: int, citizens: int, tried: Tried) -> None:
    lost = ", ".join(f"{each.name} {each.value:.2f}" for each in tried.missed)
    print(f"week {number}: {citizens:,} citizens, {tried.percent} %: {lost or 'kept'}", file=sys.stderr, flush=True)


def _keeps(path: Found, tried: Tried) -> bool:
    """Whether a planned week keeps every figure, its rules and figures counted again from its plans alone."""
    side, facts = tried.side, tried.draft.facts
    verdict = verify(side.problem, side.plans)
    kpis = count_kpis(facts, side.problem, side.ids, side.plans, verdict, round(side.kpis.bound), side.kpis.seconds)
    return not verdict.violations and not missed(count_shares(replace(side, kpis=kpis)), path.limits)
