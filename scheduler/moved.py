"""Why a citizen's week changes from one plan to the next, by slug.

| slug              | her group ...                                                                           |
|-------------------|-----------------------------------------------------------------------------------------|
| `course_ended`    | belongs to a series that runs no longer                                                 |
| `group_cancelled` | has no successor in the week, although its series runs on                               |
| `swapped`         | is of an offering that was agreed with her, served least as she was, who may swap       |
| `you_asked`       | is of an offering that she refuses, or has left an agreement on                         |
| `did_not_help`    | is of an offering of which she said last that it did not help                           |
| `no_longer_fits`  | cannot be in her plan any more: her times, hours, strength or what she may have         |
| `to_serve_others` | would be worth more to her than what she gets; the points for staying were outweighed   |
| `better`          | none of these: the new week is worth more to her                                        |
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.tables import Group, Series
from catalog.weeks import monday_of
from scheduler.archive import unpack
from scheduler.learning.settings import read_settings
from scheduler.reading import columns, places
from scheduler.stored_plans import known_plans
from scheduler.swapping import swapped
from scheduler.tables import Agreement, HelpAnswer, Run, Wish
from solver.problem import Ints
from solver.verify import verify


class Stay(NamedTuple):
    """A citizen who moves: the groups that she loses, and her whole plan if she had stayed, in this week's groups."""

    gone: tuple[int, ...]
    without_successor: tuple[int, ...]  # of `gone`
    plan: tuple[int, ...]


def why_moved(session: Session, run_id: int, stays: Mapping[int, Stay], got: Ints) -> dict[int, str]:
    """The slug of each citizen.

    Parameters
    ----------
    got
        (n, 2) citizen and group of everybody's plan of the run.
    """
    run = session.get_one(Run, run_id)
    groups = {group for stay in stays.values() for group in stay.gone}
    rows = session.execute(select(Group.id, Group.offering_id, Group.series_id).where(Group.id.in_(groups))).all()
    offering = {group: name for group, name, _ in rows}
    ended = _ended(session, run.week, {group: series for group, _, series in rows})
    given_way = swapped(session, run.week)
    asked, unhelpful = _refused(session, run.week), _unhelpful(session, run.week)
    open_: dict[int, Stay] = {}
    why = {}
    for citizen, stay in stays.items():
        named = {(citizen, offering[group]) for group in stay.gone}
        if stay.without_successor:
            why[citizen] = "course_ended" if ended & set(stay.without_successor) else "group_cancelled"
        elif named & given_way:
            why[citizen] = "swapped"
        elif named & asked:
            why[citizen] = "you_asked"
        elif named & unhelpful:
            why[citizen] = "did_not_help"
        else:
            open_[citizen] = stay
    return why | _by_worth(run, open_, got)


def _ended(session: Session, week: str, series_of: Mapping[int, str | None]) -> set[int]:
    over = select(Series.id).where(Series.valid_to < monday_of(week))
    names = set(session.scalars(over))
    return {group for group, series in series_of.items() if series in names}


def _refused(session: Session, week: str) -> set[tuple[int, str]]:
    refused = select(Wish.citizen_id, Wish.offering_id).where(Wish.refused)
    left = select(Agreement.citizen_id, Agreement.offering_id).where(Agreement.left_week <= week)
    return {pair for asked in (refused, left) for pair in zip(*columns(session, asked), strict=True)}


def _unhelpful(session: Session, week: str) -> set[tuple[int, str]]:
    """Whose last answer about an offering says that it did not help."""
    limit = read_settings(session, monday_of(week)).did_not_help
    answers = select(HelpAnswer.citizen_id, Group.offering_id, HelpAnswer.value)
    rows = session.execute(answers.join(Group, Group.id == HelpAnswer.group_id).order_by(HelpAnswer.at, Group.id))
    last = {(citizen, offering): value for citizen, offering, value in rows}
    return {key for key, value in last.items() if value <= limit}


def _by_worth(run: Run, stays: Mapping[int, Stay], got: Ints) -> dict[int, str]:
    """Judge what staying would have been worth by the facts that the run was made from."""
    if run.input is None or not stays:
        return dict.fromkeys(stays, "better")
    archive = unpack(run.input)
    others = got[~np.isin(got[:, 0], list(stays))]
    had = [(citizen, group) for citizen, stay in stays.items() for group in stay.plan]
    stayed, given = (
        verify(archive.problem, known_plans(archive, pairs))
        for pairs in (np.concatenate([others, np.array(had, np.int64).reshape(-1, 2)]), got)
    )
    broken = {found.citizen for found in stayed.violations if found.citizen is not None}
    why = {}
    for citizen, at in zip(stays, places(list(stays), archive.ids.citizen).tolist(), strict=True):
        worth_more = at >= 0 and stayed.value[at] > given.value[at]
        why[citizen] = "no_longer_fits" if at in broken else "to_serve_others" if worth_more else "better"
    return why
