"""The whole path: people week by week, some weeks really planned, the others between them."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from math import ceil

from sqlalchemy.orm import Session

from catalog.weeks import monday_of, shift_week
from scheduler.lab.group_edits import place_of
from scheduler.lab.kpis import Side
from scheduler.lab.roll_out.costs import Costs, read_costs
from scheduler.lab.roll_out.inputs import RollOut
from scheduler.lab.roll_out.kept import Shares, count_shares, limits_of
from scheduler.lab.roll_out.needs import Needs, count_needs
from scheduler.lab.roll_out.people import WeekOfPeople, flow
from scheduler.lab.roll_out.search import Found, least_supply
from scheduler.lab.roll_out.trimming import trim
from scheduler.lab.roll_out.trying import STAGES, Tried, Trier
from scheduler.lab.scenario import Scenario
from scheduler.lab.what_if import Task, before_of, read_task
from solver import Options
from solver.solution import Progress

FULL = 100
Tell = Callable[[int, int, Tried], None]  # number of the week, its citizens, and what was tried for them


class End(StrEnum):
    """Why a path ends where it does."""

    WHOLE = "whole"
    STOPPED = "stopped"
    NOT_ENOUGH = "not enough"  # Nothing up to twice the supply in proportion kept everything.


@dataclass(frozen=True)
class Question:
    """A roll-out that is ready to be planned: everything is read, nothing is solved."""

    roll_out: RollOut
    task: Task  # the base week, nothing different in it
    people: tuple[WeekOfPeople, ...]  # of the weeks after the base week
    costs: tuple[Costs, ...]  # of the base week and of every week after it
    read_seconds: float

    @property
    def week(self) -> str:
        """The base week."""
        return self.task.base.run.week

    @property
    def stations(self) -> list[int]:
        """The weeks that are planned, counted from the base week; the last one is always among them."""
        weeks = self.roll_out.weeks
        return sorted({*range(self.roll_out.plan_every, weeks + 1, self.roll_out.plan_every), weeks})


@dataclass(frozen=True)
class Station:
    """A week that was really planned; the base week is as it is, whatever it could do without."""

    number: int  # weeks after the base week
    percent: int  # supply, of the base week's groups
    side: Side
    shares: Shares
    needs: Needs
    found: Found | None  # of the base week, what it could do with; None where that is not known
    closed: int = 0  # groups beside the least supply that were closed again
    untrimmed: Needs | None = None  # what it takes with them


@dataclass(frozen=True)
class Path:
    """What was found, in the order of the weeks, and why it ends where it does."""

    question: Question
    limits: Mapping[str, float]
    stations: tuple[Station, ...]
    end: End
    failed: Found | None  # the last week's search, where not enough was found
    seconds: float


def read_question(session: Session, roll_out: RollOut) -> Question:
    """Read the base week and what holds in every week; nothing is written.

    Raises
    ------
    ScenarioError
        The roll-out names what the week does not have, or contradicts it.
    NotFoundError
        There is no such run.
    ArchiveError
        The run's input was removed, or this version cannot read it.
    MissingSettingError
        A cost has no value in some week.
    """
    began = time.perf_counter()
    task = read_task(session, Scenario(week=roll_out.week, run=roll_out.run, seed=roll_out.seed))
    centre = task.draft.facts.centre
    roles = sorted({*centre.staff_role, *(role for roles in centre.offering.staff_roles for role in roles)})
    for edit, named, known, what in (
        ("start_up.hours", roll_out.start_up.hours if roll_out.start_up else {}, roles, "a role of the staff"),
        ("rooms", roll_out.rooms, centre.site, "a site"),
    ):
        for name in named:
            place_of(name, known, edit, what)
    people = flow(roll_out, len(task.draft.facts.citizen.id))
    week = task.base.run.week
    costs = tuple(read_costs(session, monday_of(shift_week(week, number))) for number in range(roll_out.weeks + 1))
    return Question(roll_out, task, people, costs, time.perf_counter() - began)


def plan_path(
    question: Question,
    options: Options,
    *,
    progress: Progress | None = None,
    should_stop: Callable[[], bool] | None = None,
    tell: Tell | None = None,
) -> Path:
    """Find the least supply of one station after the other, each from the plan of the one before.

    Parameters
    ----------
    tell
        Is told of every supply that was tried.
    """
    began = time.perf_counter()
    roll_out, base = question.roll_out, question.task.base
    side, ended = before_of(question.task, replace(options, max_rounds=sum(STAGES), time_limit=None))
    shares = count_shares(side)
    trier = Trier(base, roll_out.seed, limits_of(roll_out.kept, shares), options, progress, should_stop)
    needs = count_needs(base.draft, side, question.costs[0].employer_share)
    stations, end, failed = [Station(0, FULL, side, shares, needs, None)], End.WHOLE, None
    percent, there, step = FULL, side.kpis.citizens, roll_out.step_percent
    for number in (0, *question.stations):
        citizens = question.people[number - 1].there if number else there
        guess = max(step, ceil(percent * citizens / there / step) * step)
        found = least_supply(trier, citizens, guess, step, ended, partial(tell or _tell_nobody, number))
        least = found.least
        if least is not None:
            percent, there, ended = least.percent, citizens, least.ended
        if number == 0:
            stations[0] = replace(stations[0], found=found)
        elif least is not None:
            stations.append(_station(question, trier, number, found, least, tell or _tell_nobody))
        if trier.is_stopped():
            end = End.STOPPED
            break
        if least is None:
            end, failed = End.NOT_ENOUGH, found
            break
    seconds = question.read_seconds + time.perf_counter() - began
    return Path(question, trier.limits, tuple(stations), end, failed, seconds)


def _station(question: Question, trier: Trier, number: int, found: Found, least: Tried, tell: Tell) -> Station:
    """A planned week with what it takes, trimmed where that is asked for."""
    share = question.costs[number].employer_share
    whole = count_needs(least.draft, least.side, share)
    station = Station(number, least.percent, least.side, least.shares, whole, found)
    if not question.roll_out.trim:
        return station
    best = trim(trier, least, partial(tell, number, least.side.kpis.citizens))
    needs = count_needs(best.draft, best.side, share)
    return replace(station, side=best.side, shares=best.shares, needs=needs, closed=best.closed, untrimmed=whole)


def _tell_nobody(_number: int, _citizens: int, _tried: Tried) -> None:
    """Whoever asks for no news gets none."""
