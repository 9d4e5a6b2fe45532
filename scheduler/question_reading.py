"""Reads what a question about one citizen's published week is answered from."""

from __future__ import annotations

import numpy as np
from sqlalchemy.orm import Session

from scheduler.alternatives import NODES
from scheduler.apart import groups_of_people_apart
from scheduler.one_facts import read_one
from scheduler.one_problem import Edits, make_one
from scheduler.places import standing
from scheduler.question import Question
from scheduler.week_state import WeekState
from solver.one import OneCitizen


def read_question(session: Session, state: WeekState, citizen_id: int) -> Question:
    """Read her facts and her plan as they are now, and what the week still has.

    Raises
    ------
    NotFoundError
        She is not planned for in that week, or the week is not published.
    """
    frame = state.frame
    present = standing(session, citizen_id, frame.week).groups
    facts, edits = read_one(session, frame, citizen_id), Edits(present, state.rules.change_cost)
    one = OneCitizen(state.kernel, make_one(frame, facts, edits), NODES)
    own = list(state.slots(present))
    full, price, shut = state.vacancies.shut(session), state.price.copy(), np.zeros(len(state.price), np.bool_)
    full[own], price[own] = False, 0
    shut[list(state.slots(groups_of_people_apart(session, citizen_id, frame.week)))] = True
    return Question(frame, facts, edits, one, price, full, shut)
