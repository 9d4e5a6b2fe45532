"""Measure the named instances, each in its own process: `python -m benchmarks.quality [--only NAME] [--seeds 1 2]`."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.instances import INSTANCES, Figures, Instance
from benchmarks.machine import ROOT
from benchmarks.season_bench import is_measured

RESULTS = Path(__file__).parent / "results"
ONE_SEED: tuple[str, ...] = ("database", "cold start", "load", "roll-over", "print", "difference")


def run(instance: Instance, seed: int, results: Path = RESULTS) -> Figures:
    """Measure in a child process, so that peak memory is the instance's own, and append the row.

    Raises
    ------
    CalledProcessError
        The child failed; what it wrote is on standard error.
    """
    command = [sys.executable, "-m", "benchmarks.measure", instance.name, str(seed)]
    answer = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout
    row: Figures = json.loads(answer)
    results.mkdir(exist_ok=True)
    with (results / f"{instance.name}.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(row) + "\n")
    return row


def verdict(instance: Instance, row: Figures) -> str:
    """Say whether the row meets its bars, and which it misses."""
    missed = [f"{bar.figure} {bar.relation} {bar.limit:g}" for bar in instance.must if not bar.holds(row)]
    if missed:
        return "missed: " + ", ".join(missed)
    return "stretch" if instance.stretch and all(bar.holds(row) for bar in instance.stretch) else "met"


def chosen(names: Sequence[str], seeds: Sequence[int] | None) -> Iterator[tuple[Instance, int]]:
    """Each instance asked for with each seed; the seed changes nothing in some, which take the first alone."""
    for instance in INSTANCES:
        if instance.name in names:
            own = seeds or range(1, instance.seeds + 1)
            yield from ((instance, seed) for seed in (own[:1] if instance.kind in ONE_SEED else own))


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure what is asked for, a line each."""
    names = [instance.name for instance in INSTANCES]
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=names, default=names, metavar="NAME", help=", ".join(names))
    parser.add_argument("--seeds", nargs="+", type=int, help="1, 2, ... as many as the instance has")
    given = parser.parse_args(arguments)
    for instance, seed in chosen(given.only, given.seeds):
        if is_measured(instance, seed, RESULTS):
            continue
        row = run(instance, seed)
        shown = {bar.figure: row.get(bar.figure) for bar in (*instance.must, *instance.stretch)}
        print(f"{instance.name} seed {seed}: {shown} -> {verdict(instance, row)}", flush=True)


if __name__ == "__main__":
    main()
