"""A published week in memory: its frame and its prices, by version; places and facts are read for each question."""

from __future__ import annotations

import threading
from dataclasses import dataclass

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from scheduler import archive
from scheduler.life import need_published_run
from scheduler.supplies import full_groups
from scheduler.tables import Run, Supply
from scheduler.week_frame import WeekFrame, read_frame
from solver.master import make_rows, slot_prices
from solver.options import Frame, make_frame
from solver.problem import Bools, Ints

MOST_WEEKS = 3  # in memory
Version = tuple[int, int]  # the published run and the newest supply, which changes with the week's groups


@dataclass(frozen=True)
class WeekState:
    """What every question about a published week needs, until a version of it follows."""

    version: Version
    frame: WeekFrame
    kernel: Frame
    price: Ints  # (S,) 1/1000 points a group, with its rows

    def shut(self, session: Session) -> Bools:
        """(S,) groups that nobody can join now."""
        shut = np.zeros(len(self.price), np.bool_)
        shut[
            [
                self.frame.slot_of[group]
                for group in full_groups(session, self.frame.week)
                if group in self.frame.slot_of
            ]
        ] = True
        return shut

    def slots(self, groups: tuple[int, ...]) -> tuple[int, ...]:
        """The slots of groups; those without meetings have none."""
        return tuple(self.frame.slot_of[group] for group in groups if group in self.frame.slot_of)


class WeekStates:
    """The last few weeks that were asked about."""

    def __init__(self) -> None:
        self._states: dict[str, WeekState] = {}
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
                known = _make(session, week, version)
                kept = [item for item in self._states.items() if item[0] != week][1 - MOST_WEEKS :]
                self._states = dict(kept) | {week: known}
            return known


def _version(session: Session, week: str) -> Version:
    run_id = need_published_run(session, week)
    return run_id, session.scalar(select(func.max(Supply.id)).where(Supply.week == week)) or 0


def _make(session: Session, week: str, version: Version) -> WeekState:
    run = session.get_one(Run, version[0])
    frame = read_frame(session, week, run.lottery_seed)
    price = np.zeros(frame.problem.num_slots, np.int64)
    if run.input is not None and run.prices is not None:  # An erased citizen's run has lost its input.
        planned = archive.unpack(run.input)
        by_slot = slot_prices(make_rows(planned.problem), archive.unpack_prices(run.prices))
        by_group = np.repeat(by_slot, np.diff(planned.problem.group_ptr))
        for group, paid in zip(planned.ids.group.tolist(), by_group.tolist(), strict=True):
            if group in frame.slot_of:
                price[frame.slot_of[group]] = paid
    return WeekState(version, frame, make_frame(frame.problem), price)
