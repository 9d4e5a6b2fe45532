"""A citizen's end goal and the dated steps on the way: who set each, in whose words, and whether it is reached."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.tables import Indicator, Leg
from catalog.weeks import week_of
from scheduler.request_effects import Asker
from scheduler.stored import NotFoundError
from scheduler.tables import CitizenStrength, Goal, SubGoal

KINDS = ("job", "education")
WORDS_OF = ("citizen", "staff")
LEVELS = range(1, 6)


class GoalError(ValueError):
    """A goal or a step cannot be set so; the message names it and says what was expected."""


@dataclass(frozen=True)
class Step:
    """A sub-goal that is to be set: an indicator and its level, or own words, which may name a leg."""

    by_week: str
    indicator_id: str | None = None
    level: int | None = None
    words: str = ""
    leg_id: str | None = None
    words_of: str = "citizen"


class Brought(NamedTuple):
    """What a citizen brings, by the words that offerings build on."""

    competences: list[str]
    job_wishes: list[str]


def brought_by(session: Session, citizen_id: int) -> Brought:
    """A citizen's competences and job wishes."""
    hers = select(CitizenStrength.kind, CitizenStrength.word).where(CitizenStrength.citizen_id == citizen_id)
    rows = session.execute(hers.order_by(CitizenStrength.word)).all()
    return Brought(*([word for kind, word in rows if kind == wanted] for wanted in ("competence", "job_wish")))


def current_goal(session: Session, citizen_id: int) -> Goal | None:
    """The end goal that she set last."""
    return session.scalar(select(Goal).where(Goal.citizen_id == citizen_id).order_by(Goal.set_on.desc()).limit(1))


def set_goal(session: Session, citizen_id: int, kind: str, words: str, words_of: str, asker: Asker) -> Goal:
    """Let this be her end goal from today on; an earlier one of today is replaced.

    Raises
    ------
    GoalError
        There is no such kind, or somebody else's words are given as staff's.
    """
    if kind not in KINDS:
        raise GoalError(f"kind {kind}: expected one of {', '.join(KINDS)}")
    _check_words_of(words_of, asker)
    goal = session.merge(
        Goal(
            citizen_id=citizen_id, set_on=asker.today, kind=kind, words=words, words_of=words_of,
            set_by=asker.account_id,
        )
    )  # fmt: skip
    session.flush()
    return goal


def steps_of(session: Session, citizen_id: int) -> list[SubGoal]:
    """Her steps, those that come first first."""
    hers = select(SubGoal).where(SubGoal.citizen_id == citizen_id)
    return list(session.scalars(hers.order_by(SubGoal.by_week, SubGoal.id)))


def add_step(session: Session, citizen_id: int, step: Step, asker: Asker) -> SubGoal:
    """Set a step on the way.

    Raises
    ------
    GoalError
        It lies in the past, names no indicator or leg that there is, says nothing, or she has it already.
    """
    _check_step(session, step, asker)
    _refuse_twice(session, citizen_id, step.indicator_id, step.by_week)
    made = SubGoal(citizen_id=citizen_id, **vars(step), set_by=asker.account_id, set_on=asker.today)
    session.add(made)
    session.flush()
    return made


def move_step(session: Session, citizen_id: int, sub_goal_id: int, by_week: str, asker: Asker) -> SubGoal:
    """Give a step that is not reached another week; the first one is kept for the count of what was reached in time.

    Raises
    ------
    NotFoundError
        She has no such step.
    GoalError
        It is reached, the week is past, or she has the same step in that week.
    """
    step = _find(session, citizen_id, sub_goal_id)
    if step.by_week == by_week:
        return step
    if step.done:
        raise GoalError(f"sub-goal {sub_goal_id} is reached: set a new one")
    _refuse_past(by_week, asker)
    _refuse_twice(session, citizen_id, step.indicator_id, by_week)
    step.first_by_week = step.first_by_week or step.by_week
    step.by_week = by_week
    session.flush()
    return step


def mark_step(session: Session, citizen_id: int, sub_goal_id: int, done: bool, asker: Asker) -> SubGoal:
    """Note that a step is reached, by whom and when, or that it is not; saying the same again changes nothing.

    Raises
    ------
    NotFoundError
        She has no such step.
    """
    step = _find(session, citizen_id, sub_goal_id)
    if step.done != done:
        step.done = done
        step.done_at, step.done_by = (asker.at, asker.account_id) if done else (None, None)
        session.flush()
    return step


def _find(session: Session, citizen_id: int, sub_goal_id: int) -> SubGoal:
    hers = select(SubGoal).where(SubGoal.id == sub_goal_id, SubGoal.citizen_id == citizen_id)
    step = session.scalar(hers.with_for_update())
    if step is None:
        raise NotFoundError(f"sub-goal {sub_goal_id}: she has no such sub-goal")
    return step


def _check_step(session: Session, step: Step, asker: Asker) -> None:
    _refuse_past(step.by_week, asker)
    _check_words_of(step.words_of, asker)
    if step.indicator_id is None and not step.words.strip():
        raise GoalError("sub-goal: name an indicator with the level to reach, or say in words what is to be reached")
    if step.indicator_id is not None and session.get(Indicator, step.indicator_id) is None:
        known = ", ".join(session.scalars(select(Indicator.id).order_by(Indicator.id)))
        raise GoalError(f"indicator {step.indicator_id}: expected one of {known}")
    if (step.level is None) == (step.indicator_id is not None) or step.level not in (None, *LEVELS):
        raise GoalError(f"level {step.level}: expected 1 to 5 with an indicator, and none without")
    if step.leg_id is not None and session.get(Leg, step.leg_id) is None:
        known = ", ".join(session.scalars(select(Leg.id).order_by(Leg.id)))
        raise GoalError(f"leg {step.leg_id}: expected one of {known}")


def _refuse_past(by_week: str, asker: Asker) -> None:
    if by_week < (this_week := week_of(asker.today)):
        raise GoalError(f"by_week {by_week}: that week is past, expected {this_week} or later")


def _refuse_twice(session: Session, citizen_id: int, indicator_id: str | None, by_week: str) -> None:
    same = (SubGoal.citizen_id == citizen_id, SubGoal.indicator_id == indicator_id, SubGoal.by_week == by_week)
    if indicator_id is not None and session.scalar(select(SubGoal.id).where(*same)) is not None:
        raise GoalError(f"indicator {indicator_id}, by_week {by_week}: she has that sub-goal already")


def _check_words_of(words_of: str, asker: Asker) -> None:
    if words_of not in WORDS_OF:
        raise GoalError(f"words_of {words_of}: expected one of {', '.join(WORDS_OF)}")
    if words_of == "staff" and not asker.is_staff:
        raise GoalError("words_of staff: only staff can say that these are their words")
