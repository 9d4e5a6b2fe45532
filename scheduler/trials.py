"""A citizen's standing yes to trying something new, at most one activity a week; without it nothing is tried."""

from __future__ import annotations

import datetime as dt

import numpy as np
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from scheduler.idempotency import replace_row
from scheduler.tables import TrialYes
from solver.problem import Bools, Ints


def say(session: Session, citizen_id: int, account_id: int, at: dt.datetime, *, yes: bool) -> None:
    """Keep her yes, or take it back; it holds for the weeks that are planned from now on."""
    if yes:
        replace_row(session, TrialYes, {"citizen_id": citizen_id, "account_id": account_id, "at": at})
    else:
        session.execute(delete(TrialYes).where(TrialYes.citizen_id == citizen_id))


def says_yes(session: Session, citizen_id: int) -> bool:
    """Whether she wants to try something new."""
    return session.get(TrialYes, citizen_id) is not None


def who_says_yes(session: Session, ids: Ints) -> Bools:
    """(I,) which of these citizens want to try something new."""
    return np.isin(ids, np.array(session.scalars(select(TrialYes.citizen_id)).all(), np.int64))
