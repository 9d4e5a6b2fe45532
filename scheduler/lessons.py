"""What a week's plan takes over from what was said and rated before it."""

from __future__ import annotations

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from catalog.weeks import monday_of
from scheduler.facts import CentreFacts, Facts
from scheduler.learning.for_week import lessons_for
from scheduler.learning.progress import Learned, help_percent, need_percent
from scheduler.learning.reading import read_estimates, read_steps
from scheduler.learning.settings import read_settings
from scheduler.points import Points
from scheduler.standing_yes import who_says_yes
from scheduler.tables import HelpAnswer, Rating, TrialYes
from solver.problem import Ints


def learn_for_plan(session: Session, facts: Facts, points: Points, seed: int) -> Learned | None:
    """Need and help of everybody in a week, with one activity each to try for those who want to; None as below.

    Parameters
    ----------
    seed
        Of the run: the same rows and seed give the same trials.
    """
    settings, ids = read_settings(session, monday_of(facts.week)), facts.citizen.id
    yes = who_says_yes(session, TrialYes, ids)
    if not settings.is_on or not (yes.any() or _is_anything_said(session)):
        return None
    lessons = lessons_for(session, facts, points, yes, seed, settings)
    return None if lessons is None else lessons.learned


def read_learned(session: Session, week: str, ids: Ints, centre: CentreFacts) -> Learned | None:
    """Need and help of these citizens, nothing tried; None where learning is off or nobody has said or rated anything.

    Parameters
    ----------
    ids
        (I,) citizen.id, rising.

    Raises
    ------
    MissingSettingError
        A setting of what is learned has no value.
    """
    settings = read_settings(session, monday_of(week))
    if not settings.is_on or not _is_anything_said(session):
        return None
    believed = read_estimates(session, week, ids, centre, settings)
    steps = read_steps(session, week, ids, centre)
    need = need_percent(steps.level, steps.wanted, steps.weeks_left, settings)
    return Learned(need, help_percent(believed.mean, believed.expected))


def _is_anything_said(session: Session) -> bool:
    said = or_(exists().where(HelpAnswer.value > 0), exists().where(Rating.value > 0))
    return bool(session.scalar(select(said)))
