"""Whether a run may be approved without a reason: its plans counted again, its figures against the dated limits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from catalog.weeks import monday_of, shift_week
from scheduler.archive import ArchiveError
from scheduler.difference import Against, Difference, compare
from scheduler.fairness import served_less
from scheduler.learning.settings import read_settings
from scheduler.life import published_run
from scheduler.limits import Limits, read_limits
from scheduler.replay import recount
from scheduler.stored import NotFoundError, find_run
from scheduler.tables import BelowMinimum, Run, UncoveredLeg
from solver.verify import InvalidPlansError

Compare = Callable[[Session, int, int], Difference]
Count = Callable[[Session, int], int]


@dataclass(frozen=True)
class Finding:
    """A figure that is worse than its limit; `verify` counts the rules that the stored plans break.

    `served_less` is how many percent less one target group or site was given so far than all others.
    """

    slug: str
    value: float
    limit: float

    def as_json(self) -> dict[str, Any]:
        """The finding as it is kept with an approval."""
        return asdict(self)


@dataclass(frozen=True)
class Inspection:
    """What the gate saw. `against` says what the difference is to; the first week of all has none."""

    run: Run
    limits: Limits
    findings: tuple[Finding, ...]
    against: Against | None
    difference: Difference | None


def count_faults(session: Session, run_id: int) -> int:
    """How many rules the stored plans break, an objective that differs among them.

    A run that cannot be counted any more, since its input is gone or its plans do not belong to it, has one.
    """
    try:
        stored = recount(session, run_id)
    except (ArchiveError, NotFoundError, InvalidPlansError):
        return 1
    return len(stored.verdict.violations) + (stored.verdict.objective != stored.run.objective)


def inspect(session: Session, run_id: int, compared: Compare = compare, faults: Count = count_faults) -> Inspection:
    """Count a run again and hold its figures against the limits of its week.

    Whoever only looks may take differences and faults that are known already.

    Raises
    ------
    NotFoundError
        There is no such run.
    MissingSettingError
        A limit has no value for the week.
    """
    run = find_run(session, run_id)
    limits = read_limits(session, monday_of(run.week))
    against, found = _difference(session, run, compared)
    figures = {
        "gap_percent": run.gap_percent or 0.0,
        "below_minimum_crowded_percent": _share(_num_crowded(session, run_id), run.num_citizens),
        "legs_uncovered_percent": _share(_num_uncovered(session, run_id), run.figures.get("legs", 0)),
    }
    if found is not None:
        figures[f"moved_since_{against}_percent"] = 100 * found.share_moved
    findings = [Finding("verify", broken, 0)] if (broken := faults(session, run_id)) else []
    findings += [
        Finding(slug, value, limit) for slug, value in figures.items() if value > (limit := getattr(limits, slug))
    ]
    furthest = next(iter(served_less(session, run.week)), None)  # It is the worst, and beyond its limit.
    if furthest is not None:
        limit = read_settings(session, monday_of(run.week)).spread_flagged
        findings.append(Finding("served_less", furthest.rest_percent - furthest.percent, limit))
    return Inspection(run, limits, tuple(findings), against, found)


def _difference(session: Session, run: Run, compared: Compare) -> tuple[Against | None, Difference | None]:
    """What moved since the week was published before, or else since last week."""
    before: tuple[tuple[Against, str], ...] = (("published", run.week), ("last_week", shift_week(run.week, -1)))
    for against, week in before:
        earlier = published_run(session, week)
        if earlier is not None:
            return against, compared(session, run.id, earlier)
    return None, None


def _share(part: int, whole: int) -> float:
    return 100 * part / whole if whole else 0.0


def _num_crowded(session: Session, run_id: int) -> int:
    crowded = (BelowMinimum.run_id == run_id, BelowMinimum.reason == "crowded")
    return session.scalar(select(func.count()).select_from(BelowMinimum).where(*crowded)) or 0


def _num_uncovered(session: Session, run_id: int) -> int:
    return session.scalar(select(func.count()).select_from(UncoveredLeg).where(UncoveredLeg.run_id == run_id)) or 0
