"""What a week's plan takes over from what was said and rated before it."""

from __future__ import annotations

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from catalog.weeks import monday_of
from scheduler.facts import CentreFacts
from scheduler.learning.progress import Learned, help_percent, need_percent
from scheduler.learning.reading import read_estimates, read_steps
from scheduler.learning.settings import read_settings
from scheduler.tables import HelpAnswer, Rating
from solver.problem import Ints


def read_learned(session: Session, week: str, ids: Ints, centre: CentreFacts) -> Learned | None:
    """Need and help of these citizens; None where learning is off, or where nobody has said or rated anything.

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
    said = or_(exists().where(HelpAnswer.value > 0), exists().where(Rating.value > 0))
    if not settings.is_on or not session.scalar(select(said)):
        return None
    believed = read_estimates(session, week, ids, centre, settings)
    steps = read_steps(session, week, ids, centre)
    need = need_percent(steps.level, steps.wanted, steps.weeks_left, settings)
    return Learned(need, help_percent(believed.mean, believed.expected))
