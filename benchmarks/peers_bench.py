"""The comparison with other planners as an instance of the benchmark: a row a seed."""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.bars import Figures, Instance
from benchmarks.draw import draw_problem
from benchmarks.peers import compare
from benchmarks.peers_run import ALL_METHODS, METHODS, OURS, TIMEFOLD, left_out


def measure_peers(instance: Instance, seed: int) -> Figures:
    """Every method's gap, and ours against the best peer's: as a share of its gap, and of its time for its plan."""
    problem = draw_problem(instance.citizens, seed, instance.tightness, instance.clustered)
    if instance.seats_only:
        problem = problem.seats_only()
    missing = left_out(Path(sys.executable)).get(TIMEFOLD)
    methods = METHODS if missing else ALL_METHODS
    rows = {row["method"]: row for row in compare(problem, instance.seconds, seed, methods)["rows"]}
    ours, peers = rows[OURS], [row for row in rows.values() if row["method"] != OURS]
    best = min((row for row in peers if row["gap_percent"] is not None), key=lambda row: row["gap_percent"])
    figures: Figures = {"timefold_setting": f"skipped: {missing}"} if missing else {}
    for method, row in rows.items():
        slug = method.replace(" ", "_").replace("-", "_")
        figures |= {f"{slug}_gap_percent": row["gap_percent"], f"{slug}_setting": row["setting"]}
    return figures | {
        "seconds": ours["seconds"],
        "below_minimum": ours["below_minimum"],
        "best_peer": best["method"],
        "best_peer_gap_percent": best["gap_percent"],
        "share_of_its_gap": _share(ours["gap_percent"], best["gap_percent"]),
        "share_of_its_seconds": _share(ours["seconds_to_best_peer"], best["seconds"]),
    }


def _share(part: float | None, whole: float) -> float | None:
    return part / whole if part is not None and whole else None
