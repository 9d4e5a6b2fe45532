"""A citizen's standing yes: to trying something new (`TrialYes`), to swapping what is agreed (`SwapYes`).

Without her yes nothing is tried and nothing swapped, and nothing else says yes for her.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from scheduler.idempotency import replace_row
from scheduler.tables import SwapYes, TrialYes
from solver.problem import Bools, Ints

Kind = type[TrialYes] | type[SwapYes]


def say(session: Session, kind: Kind, citizen_id: int, account_id: int, at: dt.datetime, *, yes: bool) -> None:
    """Keep her yes, or take it back; it holds for the weeks that are planned from now on."""
    if yes:
        replace_row(session, kind, {"citizen_id": citizen_id, "account_id": account_id, "at": at})
    else:
        session.execute(delete(kind).where(kind.citizen_id == citizen_id))


def says_yes(session: Session, kind: Kind, citizen_id: int) -> bool:
    """Whether she has said yes."""
    return session.get(kind, citizen_id) is not None


def who_says_yes(session: Session, kind: Kind, ids: Ints) -> Bools:
    """(I,) which of these citizens have said yes."""
    return np.isin(ids, np.array(session.scalars(select(kind.citizen_id)).all(), np.int64))
