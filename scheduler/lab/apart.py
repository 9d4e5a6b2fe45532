"""Plans a scenario in a process of its own, which gives its memory back and lets everybody else go before it.

`python -m scheduler.lab.apart PARENT` reads a `Task` from its standard input, pickled, and writes the record as JSON;
only the process that started it is at the other ends, and it ends with that one.
"""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from typing import Any

from scheduler.lab.what_if import DEFAULT_SECONDS, Task, as_record, what_if
from scheduler.warming import warm_up
from scheduler.worker_child import die_with
from solver import Options

NICENESS = 15
THREADS = 2
MOST_SECONDS = 540.0  # from the start of the process to its record


class PlanningError(RuntimeError):
    """The process that planned a scenario ended without a plan; the message says what it said last."""


def plan_apart(task: Task, most_seconds: float = MOST_SECONDS) -> dict[str, Any]:
    """The record of a scenario, planned for as long as on the command line.

    Raises
    ------
    PlanningError
        The process ended without one, or was ended after `most_seconds`.
    """
    command = [sys.executable, "-m", __name__, str(os.getpid())]
    given = pickle.dumps(task, pickle.HIGHEST_PROTOCOL)
    try:
        child = subprocess.run(command, input=given, capture_output=True, check=False, timeout=most_seconds)
    except subprocess.TimeoutExpired as late:
        raise PlanningError(
            f"it was not planned within {most_seconds:g} seconds: ask for fewer citizens, or plan it with igang what-if"
        ) from late
    if child.returncode:
        last = child.stderr.decode(errors="replace").strip().splitlines()[-1:]
        raise PlanningError(f"the process that planned it ended with {child.returncode}: {''.join(last)}")
    record: dict[str, Any] = json.loads(child.stdout)
    return record


def main(parent: int) -> None:
    """Plan what comes in."""
    die_with(parent)
    os.nice(NICENESS)
    task: Task = pickle.load(sys.stdin.buffer)
    warm_up(task.problem, THREADS)
    options = Options(seed=task.base.run.seed, time_limit=DEFAULT_SECONDS, threads=THREADS)
    sys.stdout.write(json.dumps(as_record(what_if(task, options)), ensure_ascii=False))


if __name__ == "__main__":
    main(int(sys.argv[1]))
