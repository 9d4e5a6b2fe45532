"""The week that a scenario begins with: a stored run's plan and prices, and the facts that it was made of."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, fields, replace

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.tables import Group, Room
from catalog.weeks import monday_of, week_of
from scheduler.archive import Archive, unpack_prices
from scheduler.barring import read_barred
from scheduler.citizen_reading import read_facts
from scheduler.facts import CitizenFacts, Facts
from scheduler.lab.draft import Draft
from scheduler.lab.scenario import Edits, Scenario, ScenarioError
from scheduler.lessons import learn_for_plan
from scheduler.points import Points, read_points
from scheduler.problem import Ids, make_problem
from scheduler.promises import read_kept
from scheduler.reading import places, read_centre
from scheduler.stored import find_run, latest_run, stored_input
from scheduler.stored_plans import stored_exceptions, stored_plans
from solver.problem import Ints, Problem
from solver.solution import Plans


@dataclass(frozen=True)
class OtherRules:
    """What holds on another day."""

    points: Points
    barred: Ints  # (I, O)
    offerings: frozenset[str]


@dataclass(frozen=True)
class Ran:
    """The run that planned a week."""

    id: int
    week: str
    seed: int
    lottery_seed: int
    bound: int  # MICRO
    seconds: float


@dataclass(frozen=True)
class Base:
    """A planned week, all of it in memory."""

    run: Ran
    archive: Archive  # what the run was computed from
    plans: Plans
    exceptions: tuple[tuple[int, str], ...]
    price: Ints
    draft: Draft  # the same week as facts, nothing changed yet
    seats_only: bool
    changed: tuple[str, ...]  # arrays of the week that are others now than when the run read them
    rules: OtherRules | None

    def problem_of(self, draft: Draft) -> tuple[Problem, Ids]:
        """The arrays of a draft, made as the run's were."""
        problem, ids = make_problem(draft.facts, draft.points, self.run.lottery_seed, learned=draft.learned)
        return (problem.seats_only() if self.seats_only else problem), ids


def read_base(session: Session, scenario: Scenario) -> Base:
    """Read the run that a scenario begins with, and its week's facts.

    Raises
    ------
    ScenarioError
        The run is one of another week.
    NotFoundError
        There is no such run, or none of the week.
    ArchiveError
        The run's input was removed, or this version cannot read it.
    """
    run = latest_run(session, scenario.week) if scenario.run is None else find_run(session, scenario.run)
    if scenario.week not in (None, run.week):
        raise ScenarioError("week", scenario.week, f"{run.week}, the week of run {run.id}")
    archive = stored_input(run)
    facts = _as_planned(session, read_facts(session, run.week), archive)
    points = read_points(session, monday_of(run.week))
    base = Base(
        run=Ran(run.id, run.week, run.seed, run.lottery_seed, run.bound or 0, run.seconds or 0.0),
        archive=archive,
        plans=stored_plans(session, run.id, archive),
        exceptions=stored_exceptions(session, run.id, archive),
        price=unpack_prices(run.prices or b""),
        draft=Draft(
            facts, points, learn_for_plan(session, facts, points, run.lottery_seed), _codes(session, facts),
            tuple(session.scalars(select(Room.id).order_by(Room.id))), facts.citizen.id,
        ),
        seats_only=bool(run.parameters.get("seats_only")),
        changed=(),
        rules=None if scenario.rules_of is None else _other_rules(session, facts, scenario.rules_of),
    )  # fmt: skip
    return replace(base, changed=_differing(base))


def _as_planned(session: Session, facts: Facts, archive: Archive) -> Facts:
    """The facts with the locks of the run's input: later, approvals have locked everybody in."""
    problem, ids = archive.problem, archive.ids
    citizen = places(np.repeat(ids.citizen, np.diff(problem.lock_ptr)).tolist(), facts.citizen.id)
    group = places(ids.group[problem.group_ptr[problem.lock_slot]].tolist(), facts.group.id)
    locked = np.stack([citizen, group], axis=1)[(citizen >= 0) & (group >= 0)]
    kept = read_kept(session, facts.week, facts.citizen.id, facts.group, locked)
    people: CitizenFacts = replace(facts.citizen, locked=locked, kept=kept)
    return replace(facts, citizen=people)


def _codes(session: Session, facts: Facts) -> tuple[str, ...]:
    found = dict(session.execute(select(Group.id, Group.code).where(Group.week == facts.week)).all())
    return tuple(found[key] for key in facts.group.id.tolist())


def _differing(base: Base) -> tuple[str, ...]:
    """The arrays of the problem that the facts make now, and that the run's input has otherwise."""
    problem, ids = base.problem_of(base.draft)
    old = base.archive
    names = [
        f.name for f in fields(problem) if not np.array_equal(getattr(problem, f.name), getattr(old.problem, f.name))
    ]
    keys = [name for name in ("citizen", "group") if not np.array_equal(getattr(ids, name), getattr(old.ids, name))]
    return (*keys, *names)


def _other_rules(session: Session, facts: Facts, day: dt.date) -> OtherRules:
    centre = facts.centre
    holding = frozenset(read_centre(session, day).offering.id)
    if not holding & set(centre.offering.id):
        raise ScenarioError("rules_of", str(day), "a day on which an offering of the week holds")
    barred = read_barred(session, facts.week, facts.citizen.id, centre, rules_week=week_of(day))
    return OtherRules(read_points(session, day), barred, holding)


__all__ = ["Base", "Edits", "OtherRules", "read_base"]
