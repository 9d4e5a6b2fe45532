"""What the plan of one week takes over from all that was said and rated before it."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy.orm import Session

from scheduler.facts import Facts
from scheduler.learning.exploration import pick_trials
from scheduler.learning.model import Estimates
from scheduler.learning.progress import Learned, help_percent, need_percent
from scheduler.learning.reading import read_estimates, read_steps
from scheduler.learning.settings import Settings
from scheduler.points import Points, progress_points
from solver.problem import Bools, Ints


class Lessons(NamedTuple):
    """What a week is planned by, and why."""

    learned: Learned  # goes into `scheduler.points.progress_points`
    trial: Ints  # (I,) offering that the citizen tries, `exploration.NOTHING` where she tries none
    estimates: Estimates


def lessons_for(
    session: Session, facts: Facts, points: Points, says_yes: Bools, seed: int, settings: Settings
) -> Lessons | None:
    """Learn for the citizens of a week; None where learning is off, and then today's points stand.

    Parameters
    ----------
    says_yes
        (I,) wants to try something new this week.
    seed
        Of the run: the same rows and seed give the same trials.
    """
    if not settings.is_on:
        return None
    citizen, centre = facts.citizen, facts.centre
    estimates = read_estimates(session, facts.week, citizen.id, centre, settings)
    steps = read_steps(session, facts.week, citizen.id, centre)
    need = need_percent(steps.level, steps.wanted, steps.weeks_left, settings)
    as_expected = Learned(need, help_percent(estimates.expected, estimates.expected))
    value = progress_points(centre, citizen, points, as_expected)
    may_try = (citizen.barred == 0) & settings.tries_new
    trials = pick_trials(estimates, value, may_try, says_yes, seed)
    learned = Learned(need, help_percent(trials.help, estimates.expected))
    return Lessons(learned, trials.offering, estimates)
