"""Names the machine and the version that a row was measured with."""

from __future__ import annotations

import subprocess
from pathlib import Path

from scheduler.machine import load, machine

__all__ = ["ROOT", "commit", "load", "machine"]

ROOT = Path(__file__).parents[1]


def commit() -> str:
    """The short hash of the checkout's commit, or nothing outside of one."""
    answer = subprocess.run(
        ["git", "rev-parse", "--short=7", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return answer.stdout.strip()
