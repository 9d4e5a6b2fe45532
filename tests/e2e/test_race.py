"""Whoever races for a seat gets one or is told that it is full, on each database; and the count can fail."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
REQUESTS, ENDS = 10_000, ("confirm", "full", "stale", "expired")


def _race(*words: str) -> tuple[int, dict[str, Any]]:
    """The exit code and the figures of a race, in a process that has no threads to fork."""
    ended = subprocess.run(
        [sys.executable, "-m", "benchmarks.race", *words], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ended.stdout, ended.stderr
    return ended.returncode, json.loads(ended.stdout.splitlines()[-1])


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_no_group_is_overbooked_and_no_counter_drifts_where_eight_processes_ask_at_once(database: str) -> None:
    code, found = _race(str(REQUESTS), database)

    assert {name: found[name] for name in ("overbooked", "drift", "errors")} == {
        "overbooked": 0, "drift": 0, "errors": 0
    }  # fmt: skip
    assert (code, found["requests"]) == (0, REQUESTS)
    assert min(found["steps"].get(name, 0) for name in ENDS) > 0


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_counters_that_are_read_and_then_written_are_caught(database: str) -> None:
    code, found = _race("300", database, "--broken")

    assert code == 1
    assert found["drift"] > 0


def test_a_race_that_is_stopped_counts_what_was_made_until_then() -> None:
    words = [sys.executable, "-m", "benchmarks.race", "100000", "sqlite"]
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as race:
        assert race.stderr is not None
        assert race.stderr.readline() == "100,000 requests begin\n"
        time.sleep(1.0)
        race.send_signal(signal.SIGINT)
        out, _ = race.communicate(timeout=120)

    found = json.loads(out.splitlines()[-1])
    assert 0 < found["requests"] < 100_000
    assert found["steps"]["asked"] > 0
    assert found["overbooked"] == found["drift"] == found["errors"] == 0


@pytest.mark.parametrize("words", ["0", "many"])
def test_a_count_that_is_none_is_named_with_what_was_expected(words: str) -> None:
    command = [sys.executable, "-m", "benchmarks.race", words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, f"requests: expected 1 .. 10000000, found {words}" in done.stderr) == (2, True)
