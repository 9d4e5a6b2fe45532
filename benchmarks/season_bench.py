"""Seasons as instances of the benchmark: a row a seed, and the figures of all seeds together."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from benchmarks.instances import Figures, Instance
from benchmarks.machine import ROOT
from benchmarks.season import Season, play
from benchmarks.season_figures import summary
from benchmarks.season_policies import POLICIES
from scheduler.learning.evidence import Floats
from scheduler.runs import code_version, peak_mb

LEARNING = ("without_learning", "ours", "oracle")
NORMAL_95 = 1.96
PLAYED = ("", "_life", "_people", "_policies", "_town", "_truth", "_week")  # What only counts figures is left out.
DATA = ("learning.yaml", "points.yaml", "town.yaml")
OF = {"weeks 14-26": "progress_second_half", "weeks 1-26": "progress"}


def season_version() -> str:
    """A hash of all that a season follows from beside the solver: two rows of one version may be put together."""
    digest = hashlib.sha256()
    played = [ROOT / "benchmarks" / f"season{part}.py" for part in PLAYED]
    for path in (*played, *sorted((ROOT / "scheduler" / "learning").glob("*.py"))):
        digest.update(path.read_bytes())
    for name in DATA:
        digest.update((ROOT / "scheduler" / "data" / name).read_bytes())
    return digest.hexdigest()[:12]


def measure_season(instance: Instance, seed: int) -> Figures:
    """Play one season; the figures of a policy are named after it."""
    policies = LEARNING if instance.learning_only else tuple(POLICIES)
    season = Season(
        instance.citizens, instance.weeks, seed, instance.noise, instance.scenario, instance.explores, policies
    )
    found = summary(play(season))
    figures: Figures = {}
    for name, value in found.items():
        figures |= {f"{name}_{figure}": of for figure, of in value.items()} if name in POLICIES else {name: value}
    figures["coverage_off_90"] = abs(found["interval_coverage_percent"] - 90.0)
    if "first_come" in found:
        figures["run_percent_of_first_come"] = (
            100.0 * found["ours"]["longest_bottom_run"] / max(1, found["first_come"]["longest_bottom_run"])
        )
    return figures | {"season_version": season_version(), "peak_mb": peak_mb()}


def is_measured(instance: Instance, seed: int, results: Path) -> bool:
    """Whether a season's row is there already, so that a long benchmark goes on where it was stopped."""
    file = results / f"{instance.name}.jsonl"
    if instance.kind != "season" or not file.exists():
        return False
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    now = {"seed": seed, "version": code_version(), "season_version": season_version()}
    return any(now.items() <= {key: row[key] for key in now}.items() for row in rows)


def pooled(rows: Sequence[Figures], progress: str) -> tuple[float, float] | None:
    """The share of the oracle's gain over all seeds, with its interval; None where there is nothing to gain."""
    ours, without, oracle = (_of(rows, name, progress) for name in ("ours", "without_learning", "oracle"))
    return _ratio(ours - without, oracle - without) if (oracle != without).any() else None


def gain_percent(rows: Sequence[Figures], name: str, progress: str) -> tuple[float, float]:
    """Percent of progress over that without learning, with its interval."""
    without = _of(rows, "without_learning", progress)
    return _ratio(100.0 * (_of(rows, name, progress) - without), without)


def _with_interval(found: tuple[float, float] | None) -> str:
    """A figure with the half width of its interval, which one seed alone does not have."""
    if found is None:
        return "nothing to gain"
    figure, half_width = found
    return f"{figure:.2f}" if np.isinf(half_width) else f"{figure:.2f} ± {half_width:.2f}"


def _mean(values: Sequence[float | None]) -> str:
    """The mean; nothing where rows are from before the figure."""
    known = [value for value in values if value is not None]
    return f"{np.mean(known):,.6g}" if known else ""


def _of(rows: Sequence[Figures], name: str, progress: str) -> Floats:
    return np.array([row[f"{name}_{progress}"] for row in rows], np.float64)


def _ratio(part: Floats, whole: Floats) -> tuple[float, float]:
    """The ratio of the sums over seeds, and the half width of its 95 % interval by the jackknife."""
    count, ratio = len(part), float(part.sum() / whole.sum())
    if count < 2:
        return ratio, float("inf")
    left_out = (part.sum() - part) / (whole.sum() - whole)
    error = np.sqrt((count - 1) / count * ((left_out - left_out.mean()) ** 2).sum())
    return ratio, float(NORMAL_95 * error)


def season_lines(instances: Sequence[Instance], rows: Mapping[str, Sequence[Figures]]) -> Iterator[str]:
    """A table of what learning gets of the oracle's gain, and one of the policies side by side."""
    yield "| season | seeds | share of the oracle's gain, weeks 14-26 | weeks 1-26 | oracle's gain % | ours % |"
    yield "|---|---|---|---|---|---|"
    for instance in instances:
        if found := rows[instance.name]:
            late = OF["weeks 14-26"]
            figures = [pooled(found, progress) for progress in OF.values()]
            figures += [gain_percent(found, name, late) for name in ("oracle", "ours")]
            yield f"| {instance.text} | {len(found)} | {' | '.join(map(_with_interval, figures))} |"
    yield ""
    names = (
        "progress", "active_percent", "crowded_percent", "least_crowded_percent", "kept_percent", "worst_decile_ratio",
        "longest_bottom_run",
    )  # fmt: skip
    yield f"| season, mean of seeds | policy | {' | '.join(names)} |"
    yield "|---" * (len(names) + 2) + "|"
    for instance in instances:
        for name in POLICIES:
            found = [row for row in rows[instance.name] if f"{name}_progress" in row]
            if found:
                means = (_mean([row.get(f"{name}_{figure}") for row in found]) for figure in names)
                yield f"| {instance.text} | {name} | " + " | ".join(means) + " |"
    yield ""
