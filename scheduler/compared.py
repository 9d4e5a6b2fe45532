"""Differences between runs in memory, so that staff can leaf through them and narrow them down without waiting."""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from catalog.tables import Group, Meeting, Site, StaffMember
from catalog.weeks import shift_week
from scheduler.difference import Difference, Move, compare
from scheduler.gate import count_faults
from scheduler.life import published_run
from scheduler.reading import columns
from scheduler.review import Review, review
from scheduler.stored import find_run
from scheduler.tables import Contact, PlanChange, Run

MOST = 4  # in memory; one of 6,000 citizens takes some MB
Version = tuple[int, int, str, str, int]


class When(NamedTuple):
    """Where a group is and when it meets first."""

    site_id: str
    site: str
    day: int  # 0 = Monday
    start: int  # minutes after midnight


@dataclass(frozen=True)
class Compared:
    """A difference, with what it can be narrowed down by."""

    difference: Difference
    when: Mapping[int, When]  # by group, of all that the moves name
    team: Mapping[str, frozenset[int]]  # a team's citizens

    @property
    def sites(self) -> dict[str, str]:
        """The names of the sites that the moves lead from or to."""
        return {each.site_id: each.site for each in self.when.values()}

    @property
    def reasons(self) -> set[str]:
        """Why anybody moves."""
        return {move.why for move in self.difference.moves}


@dataclass(frozen=True)
class Narrowed:
    """What is looked for; what is empty does not narrow."""

    team: str = ""
    site: str = ""
    offering: str = ""
    group: int = 0
    why: str = ""


def narrow(found: Compared, wanted: Narrowed, mine: Collection[int]) -> list[Move]:
    """The moves of `mine` that are looked for."""
    names, when = found.difference.groups, found.when
    team = found.team.get(wanted.team, frozenset()) if wanted.team else None

    def fits(move: Move) -> bool:
        groups = (*move.gone, *move.new)
        return (
            move.citizen_id in mine
            and (team is None or move.citizen_id in team)
            and (not wanted.why or move.why == wanted.why)
            and (not wanted.group or wanted.group in groups)
            and (not wanted.offering or any(names[group].offering_id == wanted.offering for group in groups))
            and (not wanted.site or any(group in when and when[group].site_id == wanted.site for group in groups))
        )

    return [move for move in found.difference.moves if fits(move)]


def earlier_run(session: Session, run_id: int) -> int | None:
    """What a run is compared with: the published week, or else the week before."""
    week = find_run(session, run_id).week
    standing = published_run(session, week)
    return standing if standing not in (None, run_id) else published_run(session, shift_week(week, -1))


class Comparisons:
    """The last few differences that were asked for; made anew where a plan has changed since.

    Beside them stand the faults of the runs that were counted, for whoever looks; an approval counts anew.
    """

    def __init__(self) -> None:
        self._known: dict[Version, Compared] = {}
        self._faults: dict[tuple[int, bool], int] = {}
        self._making = threading.Lock()

    def of(self, session: Session, run_id: int, earlier: int) -> Compared:
        """How a run differs from an earlier one; see `scheduler.difference.compare`."""
        version = _version(session, run_id, earlier)
        known = self._known.get(version)
        if known is not None:
            return known
        with self._making:
            known = self._known.get(version)
            if known is None:
                known = _make(session, run_id, earlier)
                kept = list(self._known.items())[1 - MOST :]
                self._known = dict(kept) | {version: known}
            return known

    def difference(self, session: Session, run_id: int, earlier: int) -> Difference:
        """The same without what it can be narrowed down by."""
        return self.of(session, run_id, earlier).difference

    def faults(self, session: Session, run_id: int) -> int:
        """How many rules a run's plans break; see `scheduler.gate.count_faults`."""
        has_input = session.scalars(select(Run.input.is_not(None)).where(Run.id == run_id)).one()
        known = self._faults.get((run_id, has_input))
        if known is None:
            known = count_faults(session, run_id)
            kept = list(self._faults.items())[1 - MOST :]
            self._faults = dict(kept) | {(run_id, has_input): known}
        return known

    def get_ready(self, session: Session, run_id: int) -> None:
        """Make what a person sees next of a run, before she waits for it."""
        earlier = earlier_run(session, run_id)
        if earlier is not None:
            self.of(session, run_id, earlier)
        self.faults(session, run_id)

    def review(self, session: Session, run_id: int, team: str = "") -> Review:
        """What a person looks at before she approves a run; see `scheduler.review.review`."""
        return review(session, run_id, team, self.difference, self.faults)


def _version(session: Session, run_id: int, earlier: int) -> Version:
    state = dict(session.execute(select(Run.id, Run.state).where(Run.id.in_((run_id, earlier)))).all())
    changed = session.scalar(select(func.max(PlanChange.id))) or 0
    return run_id, earlier, state.get(run_id, ""), state.get(earlier, ""), changed


def _make(session: Session, run_id: int, earlier: int) -> Compared:
    found = compare(session, run_id, earlier)
    first = func.min(Meeting.day * 1440 + Meeting.start_min)
    weeks = select(Run.week).where(Run.id.in_((run_id, earlier)))
    groups = select(Group.id, Site.id, Site.name, first).join(Site, Site.id == Group.site_id)
    groups = groups.join(Meeting, Meeting.group_id == Group.id).where(Group.week.in_(weeks))
    when = {
        group: When(site, name, *divmod(int(minute), 1440))
        for group, site, name, minute in session.execute(groups.group_by(Group.id, Site.id, Site.name))
        if group in found.groups
    }
    team: dict[str, set[int]] = {}
    contacts = select(StaffMember.team, Contact.citizen_id).join(Contact, Contact.staff_id == StaffMember.id)
    for name, citizen in zip(*columns(session, contacts.where(StaffMember.team != "")), strict=True):
        team.setdefault(name, set()).add(citizen)
    return Compared(found, when, {name: frozenset(citizens) for name, citizens in sorted(team.items())})
