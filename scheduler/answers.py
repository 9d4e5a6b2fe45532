"""What a citizen says to the week that a run proposes to her; silence blocks nothing and costs nothing."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from scheduler.life import OPEN, ClosedRunError, hold_run
from scheduler.stored import find_run
from scheduler.tables import PlanAnswer, Publication, Run

ANSWERS = ("yes", "change", "call_me")
LONGEST_TEXT = 2_000


class AnswerError(ValueError):
    """This is no answer; the message says what is."""


def answer(
    session: Session, run_id: int, citizen_id: int, answer: str, text: str, account_id: int, now: dt.datetime
) -> PlanAnswer:
    """Keep what a citizen, or somebody for her, says; a later answer replaces the earlier.

    Raises
    ------
    AnswerError
        It is none of `yes`, `change` and `call_me`, or too long.
    NotFoundError
        There is no such run.
    ClosedRunError
        The run is not proposed, or its plan is published already.
    """
    if answer not in ANSWERS:
        raise AnswerError(f"{answer!r} is no answer: expected {', '.join(ANSWERS)}")
    if len(text) > LONGEST_TEXT:
        raise AnswerError(f"the text has {len(text)} letters: expected at most {LONGEST_TEXT}")
    hold_run(session, run_id, OPEN)
    out = select(Publication.id).where(Publication.run_id == run_id, Publication.withdrawn_at.is_(None))
    if session.scalar(out.limit(1)) is not None:
        raise ClosedRunError(f"the plan of run {run_id} was published: ask for a change of the published week")
    said = PlanAnswer(run_id=run_id, citizen_id=citizen_id, answer=answer, text=text, account_id=account_id, at=now)
    kept = session.merge(said)
    session.flush()
    return kept


def open_run(session: Session, week: str) -> int | None:
    """The newest run whose proposal for a week can be answered."""
    open_ones = select(Run.id).where(Run.week == week, Run.state.in_(OPEN), Run.objective.is_not(None))
    return session.scalar(open_ones.order_by(Run.id.desc()).limit(1))


def find_answer(session: Session, run_id: int, citizen_id: int) -> PlanAnswer | None:
    """What a citizen said last to a run's proposal."""
    return session.get(PlanAnswer, (run_id, citizen_id))


def share_heard(session: Session, run_id: int) -> float:
    """The share of a run's citizens, 0 to 1, of whom there is an answer."""
    planned = session.scalar(select(Run.num_citizens).where(Run.id == run_id)) or 0
    heard = session.scalar(select(func.count()).where(PlanAnswer.run_id == run_id)) or 0
    return heard / planned if planned else 0.0


class Tally(NamedTuple):
    """How many citizens said what to a run's proposals; those who are silent are counted too."""

    citizens: int
    yes: int
    change: int
    call_me: int
    silent: int
    share_heard: float  # 0 to 1


def tally(session: Session, run_id: int) -> Tally:
    """Count a run's answers; names nobody.

    Raises
    ------
    NotFoundError
        There is no such run.
    """
    citizens = find_run(session, run_id).num_citizens
    query = select(PlanAnswer.answer, func.count()).where(PlanAnswer.run_id == run_id).group_by(PlanAnswer.answer)
    said = dict(session.execute(query).all())
    yes, change, call_me = (said.get(answer, 0) for answer in ANSWERS)
    silent = max(0, citizens - yes - change - call_me)
    return Tally(citizens, yes, change, call_me, silent, share_heard(session, run_id))
