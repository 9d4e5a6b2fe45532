"""Whoever was answered has what she was told, though the service dies at any moment; and the count can fail."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
TIMES = 3  # that chance may hide one kind of damage


def _faults(*words: str) -> tuple[int, dict[str, Any]]:
    """The exit code and the figures of so many faults, in a process that has no threads to fork."""
    ended = subprocess.run(
        [sys.executable, "-m", "benchmarks.faults", *words], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ended.stdout, ended.stderr
    return ended.returncode, json.loads(ended.stdout.splitlines()[-1])


@pytest.mark.parametrize(("database", "faults"), [("sqlite", 2000), ("postgresql", 300)])
def test_no_answered_write_is_lost_doubled_or_half_done_where_the_service_is_killed(database: str, faults: int) -> None:
    code, found = _faults(str(faults), database)

    wrong = {name: found[name] for name in ("lost", "doubled", "half_done", "refused")}
    assert wrong == {"lost": 0, "doubled": 0, "half_done": 0, "refused": 0}
    assert (code, found["faults"], found["acknowledged"]) == (0, faults, found["requests"])
    assert found["repeated"] > faults / 2


@pytest.mark.parametrize(("how", "wrong"), [("two", ("doubled", "half_done")), ("late", ("lost",))])
def test_a_service_that_writes_in_two_or_answers_too_early_is_caught(how: str, wrong: tuple[str, ...]) -> None:
    seen = set[str]()
    for _ in range(TIMES):
        code, found = _faults("250", "sqlite", f"--broken={how}")
        assert code == 1
        seen |= {name for name in wrong if found[name] > 0}
        if seen == set(wrong):
            break
    assert seen == set(wrong)
