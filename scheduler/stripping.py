"""Removes the inputs of runs that held somebody who is erased, with a note why they cannot be replayed."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Sequence

import numpy as np
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from scheduler.tables import Citizen, Run

DONE = ("proposed", "approved", "published", "failed", "cancelled")
TOMBSTONES = Citizen.external_id.startswith("erased-")


def remove_inputs(session: Session, now: dt.datetime) -> int:
    """Remove the inputs and checkpoints of the finished runs that held a tombstone, and say how many runs it was.

    A run that is under way keeps its input until it has ended, so this is called again now and then.
    """
    return strip(session, holding_erased(session), now)


def holding_erased(session: Session) -> list[int]:
    """The finished runs whose input holds a tombstone; reads every input that is kept, which takes a while."""
    erased = np.array(session.scalars(select(Citizen.id).where(TOMBSTONES)).all(), np.int64)
    if not len(erased):
        return []
    found = []
    packed = Run.input.is_not(None) | Run.checkpoint.is_not(None)
    for run_id in session.scalars(select(Run.id).where(Run.state.in_(DONE), packed).order_by(Run.id)).all():
        given, checkpoint = session.execute(select(Run.input, Run.checkpoint).where(Run.id == run_id)).one()
        if _holds(given, erased) or _holds(checkpoint, erased):
            found.append(run_id)
    return found


def strip(session: Session, runs: Sequence[int], now: dt.datetime) -> int:
    """Remove the inputs and checkpoints of these runs with the reason, and say how many runs it was."""
    note = f"the input was removed on {now.date()}: it held somebody who is erased"
    for run_id in runs:
        error = func.coalesce(Run.error + "; ", "") + note
        session.execute(update(Run).where(Run.id == run_id).values(input=None, checkpoint=None, error=error))
    return len(runs)


def _holds(packed: bytes | None, erased: np.ndarray) -> bool:
    """Whether one of these citizens is in an input, without unpacking its other arrays."""
    if packed is None:
        return False
    try:
        with np.load(io.BytesIO(packed), allow_pickle=False) as file:
            return bool(np.isin(erased, file["ids.citizen"]).any())
    except (KeyError, ValueError, OSError, EOFError, zipfile.BadZipFile):
        return True  # What nobody can read replays nothing.
