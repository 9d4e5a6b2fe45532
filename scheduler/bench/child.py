"""The process of one cell: `python -m scheduler.bench.child PARENT CELL` writes JSON, a line a round, then the row."""

from __future__ import annotations

import json
import os
import signal
import sys
from dataclasses import asdict

from scheduler.worker_child import die_with


def main(parent: int, told: str) -> None:
    """Bind this process to its parent, and only then load the solver, which takes a while."""
    die_with(parent)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the parent, which decides.
    target = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # Whatever a library prints is no message.
    from scheduler.bench.cell import measure
    from scheduler.bench.plan import Cell
    from solver.solution import Round

    def tell(state: Round) -> None:
        target.write(json.dumps({"round": asdict(state)}) + "\n")
        target.flush()

    row = measure(Cell.model_validate_json(told), tell)
    target.write(json.dumps({"row": row}) + "\n")
    target.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
