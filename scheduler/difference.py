"""How a run's plan differs from the published week as it stands: who moved, from which groups to which, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from catalog.tables import Group, Offering
from catalog.weeks import shift_week
from scheduler.archive import unpack
from scheduler.life import need_published_run
from scheduler.matching import same_groups
from scheduler.moved import Stay, why_moved
from scheduler.reading import columns, ints
from scheduler.stored import NotFoundError
from scheduler.tables import Lock, Place, PlanEntry, Run
from solver.problem import Ints

Against = Literal["published", "last_week"]
PORTION = 5_000
PAIR = 1 << 32  # A citizen and a group as one number: citizen * PAIR + group.


@dataclass(frozen=True)
class GroupName:
    """A group of either plan, in words."""

    group_id: int
    code: str
    offering_id: str
    da: str
    en: str


@dataclass(frozen=True)
class Move:
    """A citizen whose groups differ.

    `why`: she is `new` in the plan, has `left` it, a group of hers is `locked`, or a slug of `scheduler.moved`.
    """

    citizen_id: int
    gone: tuple[int, ...]  # groups of the earlier plan
    new: tuple[int, ...]  # groups of the run
    why: str


@dataclass(frozen=True)
class Difference:
    """Everybody whose week is another; everybody else's is unchanged."""

    run_id: int
    against_run_id: int
    moved: int
    unchanged: int
    moves: tuple[Move, ...]  # by citizen
    groups: dict[int, GroupName]  # all that the moves name

    @property
    def share_moved(self) -> float:
        """The share of those in either plan, 0 to 1, who moved."""
        return self.moved / max(1, self.moved + self.unchanged)


def difference(session: Session, run_id: int, against: Against) -> Difference:
    """Compare a run with what is published for its week, or for the week before.

    Raises
    ------
    NotFoundError
        There is no such run.
    NotPublishedError
        There is nothing to compare with.
    """
    week = session.scalar(select(Run.week).where(Run.id == run_id))
    if week is None:
        raise NotFoundError(f"there is no run {run_id}: igang runs lists them")
    earlier = need_published_run(session, week if against == "published" else shift_week(week, -1))
    return compare(session, run_id, earlier)


def compare(session: Session, run_id: int, earlier: int) -> Difference:
    """Compare a run's plan with that of an earlier run, of the same week or of another.

    A published run's plan is its week as it stands, with all that was changed since; `run_id` is what the run proposed.
    """
    week = session.scalars(select(Run.week).where(Run.id == run_id)).one()
    week_then, state_then = session.execute(select(Run.week, Run.state).where(Run.id == earlier)).one()
    now = _pairs(session, run_id)
    then = _places(session, week_then) if state_then == "published" else _pairs(session, earlier)
    carried = then if week == week_then else _carried(then, same_groups(session, week_then, week))
    new = np.setdiff1d(now, carried, assume_unique=True)
    gone = then[~np.isin(carried, now, assume_unique=True)]
    moves = _moves(session, run_id, now, then, carried, new, gone)
    silent = [move.citizen_id for move in moves if move.why == "left"]
    moved_here = len(moves) - len(silent) + _num_planned(session, run_id, silent)
    planned = session.scalar(select(Run.num_citizens).where(Run.id == run_id)) or 0
    return Difference(
        run_id=run_id,
        against_run_id=earlier,
        moved=len(moves),
        unchanged=max(0, planned - moved_here),
        moves=moves,
        groups=_names(session, np.unique(np.concatenate([new, gone]) % PAIR)),
    )


def _pairs(session: Session, run_id: int) -> Ints:
    """(n,) rising citizen * PAIR + group of a run's plan."""
    entries = select(PlanEntry.citizen_id, PlanEntry.group_id).where(PlanEntry.run_id == run_id)
    return _rising(session, entries)


def _places(session: Session, week: str) -> Ints:
    """(n,) rising citizen * PAIR + group of a published week as it stands."""
    return _rising(session, select(Place.citizen_id, Place.group_id).where(Place.week == week))


def _rising(session: Session, pairs: Select[int, int]) -> Ints:
    citizen, group = columns(session, pairs)
    return np.sort(ints(citizen) * PAIR + ints(group))


def _carried(pairs: Ints, same: dict[int, int]) -> Ints:
    """(n,) the same pairs with each group's successor, -1 - pair where it has none."""
    group, place = np.unique(pairs % PAIR, return_inverse=True)
    successor = np.array([same.get(key, -1) for key in group.tolist()], np.int64)[place]
    return np.where(successor < 0, -1 - pairs, pairs // PAIR * PAIR + successor)


def _moves(
    session: Session, run_id: int, now: Ints, then: Ints, carried: Ints, new: Ints, gone: Ints
) -> tuple[Move, ...]:
    here, before = set((now // PAIR).tolist()), set((then // PAIR).tolist())
    got, lost, if_stayed = _by_citizen(new), _by_citizen(gone), _by_citizen(carried[carried >= 0])
    ended = set((then % PAIR)[carried < 0].tolist())
    locked = set(np.intersect1d(new, _rising(session, select(Lock.citizen_id, Lock.group_id))).tolist())
    why: dict[int, str] = {}
    stays: dict[int, Stay] = {}
    for citizen in sorted(got.keys() | lost.keys()):
        groups = lost.get(citizen, ())
        if citizen not in before:
            why[citizen] = "new"
        elif citizen not in here:
            why[citizen] = "left"
        elif any(citizen * PAIR + group in locked for group in got.get(citizen, ())):
            why[citizen] = "locked"
        else:
            without = tuple(group for group in groups if group in ended)
            stays[citizen] = Stay(groups, without, if_stayed.get(citizen, ()))
    why |= why_moved(session, run_id, stays, np.stack([now // PAIR, now % PAIR], axis=1))
    return tuple(Move(citizen, lost.get(citizen, ()), got.get(citizen, ()), why[citizen]) for citizen in sorted(why))


def _by_citizen(pairs: Ints) -> dict[int, tuple[int, ...]]:
    groups: dict[int, list[int]] = {}
    for citizen, group in zip((pairs // PAIR).tolist(), (pairs % PAIR).tolist(), strict=True):
        groups.setdefault(citizen, []).append(group)
    return {citizen: tuple(found) for citizen, found in groups.items()}


def _num_planned(session: Session, run_id: int, citizens: Sequence[int]) -> int:
    """How many of some citizens without a group were planned for all the same; a run without its input had none."""
    data = session.scalar(select(Run.input).where(Run.id == run_id)) if citizens else None
    return int(np.isin(unpack(data).ids.citizen, citizens).sum()) if data else 0


def _names(session: Session, groups: Ints) -> dict[int, GroupName]:
    """The groups in words; asked for in portions, since databases take a few thousand values at most."""
    query = select(Group.id, Group.code, Offering.id, Offering.da, Offering.en).join(
        Offering, Offering.id == Group.offering_id
    )
    found: dict[int, GroupName] = {}
    for start in range(0, len(groups), PORTION):
        rows = session.execute(query.where(Group.id.in_(groups[start : start + PORTION].tolist())))
        found |= {row[0]: GroupName(*row) for row in rows}
    return found
