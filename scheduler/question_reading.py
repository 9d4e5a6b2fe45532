"""Reads what a question about one citizen's published or proposed week is answered from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.alternatives import NODES
from scheduler.apart import groups_of_people_apart
from scheduler.one_facts import people_apart, read_one
from scheduler.one_problem import Edits, make_one
from scheduler.places import standing
from scheduler.question import Question
from scheduler.tables import PlanEntry
from scheduler.week_frame import WeekFrame
from scheduler.week_state import WeekState
from solver.one import OneCitizen
from solver.problem import Bools


def read_question(session: Session, state: WeekState, citizen_id: int) -> Question:
    """Read her facts and her plan as they are now, and what the week still has.

    Raises
    ------
    NotFoundError
        She is not planned for in that week, or the week is not published.
    """
    present = standing(session, citizen_id, state.frame.week).groups
    apart = groups_of_people_apart(session, citizen_id, state.frame.week)
    return _question(
        session, state, citizen_id, Edits(present, state.rules.change_cost), state.vacancies.shut(session), apart
    )


def read_proposed_question(session: Session, state: WeekState, run_id: int, citizen_id: int) -> Question:
    """Read her facts as they are now, and the plan that a run proposes to her, of `WeekStates.of_run`.

    Raises
    ------
    NotFoundError
        She is not planned for in that week.
    """
    rows = session.execute(select(PlanEntry.citizen_id, PlanEntry.group_id).where(PlanEntry.run_id == run_id)).all()
    others, full = people_apart(session, citizen_id), _full(state.frame, Counter(group for _, group in rows))
    present = tuple(sorted(group for citizen, group in rows if citizen == citizen_id))
    apart = [group for citizen, group in rows if citizen in others]
    return _question(session, state, citizen_id, Edits(present, state.rules.change_cost), full, apart)


def _question(
    session: Session, state: WeekState, citizen_id: int, edits: Edits, full: Bools, apart: Iterable[int]
) -> Question:
    frame, facts = state.frame, read_one(session, state.frame, citizen_id)
    one = OneCitizen(state.kernel, make_one(frame, facts, edits), NODES)
    own = list(state.slots(edits.present))
    price, shut = state.price.copy(), np.zeros(len(state.price), np.bool_)
    full[own], price[own] = False, 0
    shut[list(state.slots(apart))] = True
    return Question(frame, facts, edits, one, price, full, shut)


def _full(frame: WeekFrame, taken: Counter[int]) -> Bools:
    """(S,) groups without a seat or anybody's time for one more, or that do not run, where so many are in each."""
    p = frame.problem
    used = np.array([taken[group] for group in frame.ids.group.tolist()], np.int64)
    slot = np.repeat(np.arange(p.num_slots), np.diff(p.use_ptr))
    left = p.row_limit - np.bincount(p.use_row, used[slot], len(p.row_limit)).astype(np.int64)
    full: Bools = (used >= p.group_seats) | ((p.group_minimum > 0) & (used == 0))
    full[slot[left[p.use_row] < 1]] = True
    return full
