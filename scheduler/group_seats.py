"""Other seats for one group of a week that is not sent out yet; the series keeps its own.

ValueError
    SeatsError     they cannot be; `slug` says why
"""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from catalog.tables import Group
from catalog.weeks import week_of
from scheduler import queue
from scheduler.group_times import GroupError
from scheduler.life import hold_week
from scheduler.places import hold_published
from scheduler.request_effects import Asker
from scheduler.stored import NotFoundError
from scheduler.tables import Lock, PlanEntry, Run

MOST_SEATS = 1_000


class SeatsError(GroupError):
    """A group cannot have so many seats: `published`, `over`, `appointment`, `running` or `taken`, then at `least`."""

    def __init__(self, slug: str, said: str, least: int = 0) -> None:
        self.slug, self.least = slug, least
        super().__init__(said)


def set_seats(session: Session, group_id: int, seats: int, asker: Asker) -> None:
    """Give a group other seats in its week, never fewer than somebody counts on.

    Raises
    ------
    NotFoundError
        There is no such group.
    SeatsError
        Its week is sent out or over, it is somebody's own time, a run is under way that counts on what it has now, or
        more citizens than that are locked into it or proposed for it.
    """
    group = session.get(Group, group_id)
    if group is None:
        raise NotFoundError(f"there is no group {group_id}")
    is_published = hold_published(session, group.week)
    hold_week(session, group.week)
    name = f"group {group.code} of {group.week}"
    if is_published:
        raise SeatsError("published", f"{name}: the week is sent out; expected one that is not")
    if group.week < week_of(asker.today):
        raise SeatsError("over", f"{name}: the week is over")
    if group.appointment:
        raise SeatsError("appointment", f"{name}: it is somebody's own time; expected a group of several")
    under_way = select(Run.id).where(Run.week == group.week, Run.state.in_(queue.OPEN)).limit(1)
    if seats < group.seats and session.scalar(under_way) is not None:
        raise SeatsError("running", f"{name}: a run of the week is under way; wait until it has ended, or stop it")
    least = least_seats(session, group)
    if seats < least:
        raise SeatsError("taken", f"{name}: found {seats} seats, expected at least {least}", least)
    group.seats = seats
    session.flush()


def least_seats(session: Session, group: Group) -> int:
    """As many as it takes to run, as are locked into it, and as an open proposal gives it."""
    locked = session.scalar(select(func.count()).select_from(Lock).where(Lock.group_id == group.id)) or 0
    planned = select(func.count(PlanEntry.citizen_id)).join(Run, Run.id == PlanEntry.run_id)
    planned = planned.where(PlanEntry.group_id == group.id, Run.state.in_(("proposed", "approved")))
    proposed: list[int] = list(session.scalars(planned.group_by(PlanEntry.run_id)))
    return max(1, group.minimum, locked, *proposed)
