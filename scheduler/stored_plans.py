"""A stored run's plans as arrays, by the positions of the input that it was computed from."""

from __future__ import annotations

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.archive import Archive
from scheduler.reading import columns, ints, places
from scheduler.stored import NotFoundError
from scheduler.tables import PlanEntry, PlanException
from solver.problem import Ints, Problem
from solver.solution import Plans


def stored_plans(session: Session, run_id: int, archive: Archive) -> Plans:
    """The run's plans by the positions of its own input.

    Raises
    ------
    NotFoundError
        A stored entry has no place in the run's input.
    """
    entries = select(PlanEntry.citizen_id, PlanEntry.group_id).where(PlanEntry.run_id == run_id)
    who, group = (ints(column) for column in columns(session, entries))
    citizen = _positions(archive.ids.citizen, who, "citizen")
    return _plans(archive.problem, citizen, _positions(archive.ids.group, group, "group"))


def known_plans(archive: Archive, pairs: Ints) -> Plans:
    """Plans by the positions of an input; citizens and groups that it does not have are left out.

    Parameters
    ----------
    pairs
        (n, 2) citizen and group ids.
    """
    ids = archive.ids
    rising = np.argsort(ids.group)
    who, at = places(pairs[:, 0].tolist(), ids.citizen), places(pairs[:, 1].tolist(), ids.group[rising])
    known = (who >= 0) & (at >= 0)
    return _plans(archive.problem, who[known], rising[at[known]])


def stored_exceptions(session: Session, run_id: int, archive: Archive) -> tuple[tuple[int, str], ...]:
    """(citizen position, slug) of the run's listed exceptions."""
    rows = session.execute(
        select(PlanException.citizen_id, PlanException.slug).where(PlanException.run_id == run_id)
    ).all()
    keys = np.array([key for key, _ in rows], np.int64)
    found = _positions(archive.ids.citizen, keys, "citizen").tolist()
    return tuple(sorted(zip(found, (slug for _, slug in rows), strict=True)))


def _plans(problem: Problem, citizen: Ints, group: Ints) -> Plans:
    slot = np.searchsorted(problem.group_ptr, group, side="right") - 1
    order = np.lexsort((group, slot, citizen))
    count = np.bincount(citizen, minlength=problem.num_citizens)
    ptr = np.concatenate([[0], np.cumsum(count)]).astype(np.int64)
    return Plans(ptr, slot[order].astype(np.int64), group[order])


def _positions(known: np.ndarray, wanted: np.ndarray, what: str) -> np.ndarray:
    order = np.argsort(known, kind="stable")
    if not len(wanted):
        return np.zeros(0, np.int64)
    place = np.minimum(np.searchsorted(known[order], wanted), len(known) - 1)
    found = order[place]
    if (known[found] != wanted).any():
        missing = int(wanted[np.argmax(known[found] != wanted)])
        raise NotFoundError(f"{what} {missing} is in the run's plans, but not in its input")
    return found.astype(np.int64)
