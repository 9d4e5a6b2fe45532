"""Everything that `make bench` measures: quality by instance and seed, speed of fixed work, and the page of results.

With `--file FILE`, what `igang bench FILE` measures instead.
"""

from __future__ import annotations

import subprocess
import sys

from api import cli
from benchmarks import quality, report
from benchmarks.machine import ROOT

SPEED = [
    "-m",
    "pytest",
    "benchmarks/test_speed.py",
    "--benchmark-only",
    "--benchmark-columns=min,median,max,rounds",
    "-q",
]


def main() -> None:
    """Measure quality with the options given, then speed; or what a planner's file names."""
    if sys.argv[1:2] == ["--file"]:
        sys.argv[1:2] = ["bench"]
        cli.main()
        return
    quality.main(sys.argv[1:])
    report.main()
    subprocess.run([sys.executable, *SPEED], cwd=ROOT, check=True)


if __name__ == "__main__":
    main()
