"""Everything that `make bench` measures: quality by instance and seed, speed of fixed work, and the page of results."""

from __future__ import annotations

import subprocess
import sys

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
    """Measure quality with the options given, then speed."""
    quality.main(sys.argv[1:])
    report.main()
    subprocess.run([sys.executable, *SPEED], cwd=ROOT, check=True)


if __name__ == "__main__":
    main()
