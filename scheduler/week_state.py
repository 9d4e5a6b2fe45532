"""A published week in memory: its frame, prices and rules by version, and which groups are full as of a moment ago.

Facts and places are read for each question. Whether a seat is still there, the database decides when it is taken.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from sqlalchemy.orm import Session

from catalog.weeks import monday_of
from scheduler import archive
from scheduler.learning.progress import Learned
from scheduler.lessons import read_learned
from scheduler.life import need_published_run
from scheduler.request_rules import RequestRules, read_request_rules
from scheduler.stored import find_run
from scheduler.supplies import full_groups, newest_supply
from scheduler.tables import Run
from scheduler.week_frame import WeekFrame, read_frame
from solver.master import make_rows, slot_prices
from solver.options import Frame, make_frame
from solver.problem import Bools, Ints

MOST_WEEKS = 3  # in memory
FRESH_SECONDS = 0.5
Version = tuple[int, int]  # the published run and the newest supply, which changes with the week's groups


class Vacancies:
    """Which groups of a week nobody can join, read anew where what is known is older than a moment."""

    def __init__(self, frame: WeekFrame, fresh_seconds: float) -> None:
        self._frame, self._fresh_seconds = frame, fresh_seconds
        self._read_at = -np.inf
        self._shut = np.zeros(frame.problem.num_slots, np.bool_)

    def shut(self, session: Session) -> Bools:
        """(S,) groups that are full, or in which too few are for them to run."""
        now = time.monotonic()
        if now - self._read_at >= self._fresh_seconds:
            slot_of, shut = self._frame.slot_of, np.zeros_like(self._shut)
            shut[[slot_of[group] for group in full_groups(session, self._frame.week) if group in slot_of]] = True
            self._shut, self._read_at = shut, now
        return self._shut.copy()

    def forget(self) -> None:
        """Read anew at the next question: a group was found to be full."""
        self._read_at = -np.inf


@dataclass(frozen=True)
class WeekState:
    """What every question about a published week needs, until a version of it follows."""

    version: Version
    frame: WeekFrame
    kernel: Frame
    price: Ints  # (S,) 1/1000 points a group, with its rows
    rules: RequestRules
    vacancies: Vacancies

    def slots(self, groups: Iterable[int]) -> tuple[int, ...]:
        """The slots of groups; those without meetings have none."""
        return tuple(self.frame.slot_of[group] for group in groups if group in self.frame.slot_of)


class WeekStates:
    """The last few weeks that were asked about; others' seats are seen after `fresh_seconds`."""

    def __init__(self, fresh_seconds: float = FRESH_SECONDS) -> None:
        self._fresh_seconds = fresh_seconds
        self._states: dict[str, WeekState] = {}
        self._proposed: dict[int, WeekState] = {}
        self._making = threading.Lock()

    def of(self, session: Session, week: str) -> WeekState:
        """The state of a published week; the first question about a version makes it.

        Raises
        ------
        NotPublishedError
            The week has no published plan.
        """
        version = _version(session, week)
        known = self._states.get(week)
        if known is not None and known.version == version:
            return known
        with self._making:
            known = self._states.get(week)
            if known is None or known.version != version:
                known = _make(session, week, version, self._fresh_seconds)
                kept = [item for item in self._states.items() if item[0] != week][1 - MOST_WEEKS :]
                self._states = dict(kept) | {week: known}
            return known

    def of_run(self, session: Session, run_id: int) -> WeekState:
        """The state of a week as a run proposes it; none of its seats is counted, for nobody has taken one.

        Raises
        ------
        NotFoundError
            There is no such run.
        """
        with self._making:
            known = self._proposed.get(run_id)
            if known is None:
                known = _make(session, find_run(session, run_id).week, (run_id, 0), self._fresh_seconds)
                self._proposed = {run_id: known}
            return known


def _version(session: Session, week: str) -> Version:
    run_id = need_published_run(session, week)
    return run_id, newest_supply(session, week)


def _learned(session: Session, frame: WeekFrame, citizens: Ints) -> dict[int, Learned]:
    """What is known of each of the citizens whose week it is; nothing where nothing was learned."""
    found = read_learned(session, frame.week, citizens, frame.centre)
    if found is None:
        return {}
    return {who: Learned(found.need[at : at + 1], found.help[at : at + 1]) for at, who in enumerate(citizens.tolist())}


def _make(session: Session, week: str, version: Version, fresh_seconds: float) -> WeekState:
    run = session.get_one(Run, version[0])
    frame = read_frame(session, week, run.lottery_seed)
    price = np.zeros(frame.problem.num_slots, np.int64)
    if run.input is not None and run.prices is not None:  # An erased citizen's run has lost its input.
        planned = archive.unpack(run.input)
        frame = replace(frame, learned=_learned(session, frame, planned.ids.citizen))
        by_slot = slot_prices(make_rows(planned.problem), archive.unpack_prices(run.prices))
        by_group = np.repeat(by_slot, np.diff(planned.problem.group_ptr))
        for group, paid in zip(planned.ids.group.tolist(), by_group.tolist(), strict=True):
            if group in frame.slot_of:
                price[frame.slot_of[group]] = paid
    rules = read_request_rules(session, monday_of(week))
    return WeekState(version, frame, make_frame(frame.problem), price, rules, Vacancies(frame, fresh_seconds))
