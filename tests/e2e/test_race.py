"""Whoever races for a seat gets one or is told that it is full, on each database; and the count can fail."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


def _race(*words: str) -> tuple[int, dict[str, Any]]:
    """The exit code and the figures of a race, in a process that has no threads to fork."""
    ended = subprocess.run(
        [sys.executable, "-m", "benchmarks.race", *words], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ended.stdout, ended.stderr
    return ended.returncode, json.loads(ended.stdout.splitlines()[-1])


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_no_group_is_overbooked_and_no_counter_drifts_where_eight_processes_ask_at_once(database: str) -> None:
    code, found = _race("300", database)

    assert {name: found[name] for name in ("overbooked", "drift", "errors")} == {
        "overbooked": 0, "drift": 0, "errors": 0
    }  # fmt: skip
    assert (code, found["requests"]) == (0, 300)
    assert min(found["confirmed"], found["full"], found["steps"]["expired"]) > 0


def test_counters_that_are_read_and_then_written_are_caught() -> None:
    code, found = _race("300", "sqlite", "--broken")

    assert code == 1
    assert found["drift"] > 0
