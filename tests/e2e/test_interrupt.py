"""Ctrl-C while planning, by a real signal to a real process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "IGANG_DATABASE_URL"}


def test_ctrl_c_ends_the_round_and_keeps_the_best_plan(tmp_path: Path) -> None:
    words = ["demo", "--citizens", "200", "--tightness", "0.4", "--time-limit", "500"]
    with subprocess.Popen(
        [sys.executable, "-u", "-m", "api.cli", *words],
        cwd=tmp_path,
        env=ENVIRONMENT | {"COLUMNS": "160", "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout is not None
        said = []
        for line in process.stdout:
            said.append(line)
            if "exchange" in line:
                process.send_signal(signal.SIGINT)
                break
        said += process.stdout.readlines()
    text = "".join(said)
    assert process.returncode == 0, text
    assert "somebody stopped it; the best plan so far is kept" in text
    assert "every rule was counted again" in text
