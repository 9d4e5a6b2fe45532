"""The load on the running service, a small one: everything is answered, and nothing is left behind."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path

import pytest

from benchmarks.chaos_workers import descendants
from benchmarks.instances import BY_NAME
from benchmarks.load import Load, load
from benchmarks.load_changes import RATES
from benchmarks.report import MORE

SMALL = Load(seconds=1.0, citizens=60, rate=20.0, starts=1, again=2, changes_seconds=0.1)


@pytest.mark.parametrize("name", ["postgresql"])  # It has several processes; make load does both.
def test_every_request_of_a_small_load_is_answered(name: str) -> None:
    processes, files = descendants(os.getpid()), _files()
    figures = load(name, SMALL)

    assert figures["asked"] > 5
    assert (figures["errors"], figures["statuses"]) == (0, {"200": figures["asked"]})
    assert figures["own_p50_ms"] <= figures["own_p95_ms"] <= figures["own_p99_ms"] <= figures["own_most_ms"]
    bars = {bar.figure for bar in BY_NAME[f"load-{name}"].must}
    assert bars | set(MORE["load"]) <= figures.keys()
    assert json.loads(json.dumps(figures)) == figures
    ended = [figures[f"changes_{label}_{rate}_ended"] for label in ("idle", "solving") for rate in RATES]
    assert sum(each.get("granted", 0) for each in ended) > 0
    assert {said for each in ended for said in each} <= {"granted", "nothing", "person", "hold 409"}
    assert descendants(os.getpid()) <= processes
    assert _files() <= files


def _files() -> set[Path]:
    return set(Path(tempfile.gettempdir()).glob("igang-load-*"))
