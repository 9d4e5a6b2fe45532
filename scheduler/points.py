"""The table of points, and the points that the facts earn by it."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from sqlalchemy.orm import Session

from catalog.rules import doses_on, load_dated, weights_on
from scheduler.facts import CentreFacts, CitizenFacts
from scheduler.learning.progress import FULL, Learned, scale
from solver.problem import Ints

DATA = Path(__file__).parent / "data"


class PointsError(ValueError):
    """The table of points lacks an entry for the day; the message names it."""


@dataclass(frozen=True)
class Points:
    """The points that hold on one day."""

    progress_main: int
    progress_side: int
    progress_job: int
    wish_budget: int
    strength: int
    time_wish: int
    site_wish: int
    keep: int
    promised: int
    leg: int
    leg_pressing: int
    parallel: int
    idle_penalty: int
    dose: Mapping[str, int]  # minutes by leg


def rules_hash() -> str:
    """The hash of the rules that make the town and of the table of points, printed with every result."""
    digest = hashlib.sha256()
    for name in ("town.yaml", "points.yaml"):
        digest.update((DATA / name).read_bytes())
    return digest.hexdigest()[:12]


def load_points(session: Session) -> None:
    """Put the rows of points.yaml into the tables."""
    load_dated(session, DATA / "points.yaml")


def read_points(session: Session, day: dt.date) -> Points:
    """Read the points that hold on `day`.

    Raises
    ------
    PointsError
        No row of a weight holds on that day.
    """
    weight = weights_on(session, day)
    names = [field.name for field in fields(Points) if field.name != "dose"]
    missing = [name for name in names if name not in weight]
    if missing:
        raise PointsError(f"weight {missing[0]!r}: no row of the table of points holds on {day}")
    return Points(dose=doses_on(session, day), **{name: weight[name] for name in names})


def share_out(budget: int, level: Ints) -> Ints:
    """Share a budget in proportion to levels, by largest remainder, the first of equals first.

    Every row with a level gets exactly `budget`, so rating everything highest gains nothing.

    Parameters
    ----------
    level
        (I, O) int64, not negative.

    Returns
    -------
    (I, O) points.
    """
    total = np.maximum(level.sum(axis=1, keepdims=True), 1)
    points = level * budget // total
    left = np.where(level.any(axis=1), budget - points.sum(axis=1), 0)
    order = np.argsort(-(level * budget % total), axis=1, kind="stable")
    rank = np.empty_like(order)
    np.put_along_axis(rank, order, np.arange(level.shape[1])[None, :], axis=1)
    shared: Ints = points + (rank < left[:, None])
    return shared


def progress_points(centre: CentreFacts, citizen: CitizenFacts, points: Points, learned: Learned | None = None) -> Ints:
    """(I, O) points for the open sub-goals that an offering trains, and for what was promised without a group.

    Parameters
    ----------
    learned
        Need and help where something is known of them; `scheduler.learning.progress` has the formula.
    """
    offering = centre.offering
    main = points.progress_main + points.progress_job * offering.job
    trains = np.where(offering.main, main[:, None], offering.side * points.progress_side)
    by_week = trains * np.maximum(1, offering.per_week_100 // 100)[:, None]
    goal = FULL * citizen.goal if learned is None else citizen.goal * learned.need
    trained = goal @ by_week.T.astype(np.int64)
    helped = trained // FULL if learned is None else scale(trained, learned.help)
    progress: Ints = helped + citizen.promised * points.promised
    return progress


def need_points(citizen: CitizenFacts, points: Points) -> Ints:
    """(I, L) points for a covered leg."""
    by_need: Ints = np.array([0, points.leg, points.leg_pressing], np.int64)[citizen.leg]
    return by_need
