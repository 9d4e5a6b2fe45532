"""Did it help? One tap, 1 to 5, for each activity that a citizen was at; a later tap takes its place."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.tables import Group
from scheduler.group_times import begins_at, meetings_of
from scheduler.idempotency import replace_row
from scheduler.life import published_run
from scheduler.request_effects import Asker
from scheduler.stored import NotFoundError
from scheduler.tables import Attendance, HelpAnswer, Place

STEPS = range(1, 6)


class HelpError(ValueError):
    """She cannot say whether this helped; the message says why."""


class Asked(NamedTuple):
    """An activity of a week that she may say it of, and what she has said."""

    group_id: int
    value: int | None


def answer_help(session: Session, citizen_id: int, group_id: int, value: int, asker: Asker) -> HelpAnswer:
    """Keep what she says to "did it help?" of one activity.

    Raises
    ------
    NotFoundError
        There is no such group.
    HelpError
        The value is not 1 to 5, her published week did not have the group, it has not begun, or she was not there.
    """
    if value not in STEPS:
        raise HelpError(f"value {value}: expected a step of 1, not at all, to 5, a lot")
    group = session.get(Group, group_id)
    if group is None:
        raise NotFoundError(f"there is no group {group_id}")
    place = select(Place.group_id).where(Place.citizen_id == citizen_id, Place.group_id == group_id)
    if published_run(session, group.week) is None or session.scalar(place) is None:
        raise HelpError(f"group {group_id}: she did not have it in week {group.week}")
    meetings = meetings_of(session, group_id)
    if not meetings or begins_at(meetings[0].date, meetings[0].start_min) > asker.at:
        raise HelpError(f"group {group_id}: it has not begun, so nobody can tell yet whether it helps")
    if group_id in _missed(session, citizen_id, group.week):
        raise HelpError(f"group {group_id}: the register says that she was not there")
    row = {"value": value, "account_id": asker.account_id, "at": asker.at}
    replace_row(session, HelpAnswer, {"citizen_id": citizen_id, "group_id": group_id} | row)
    return session.get_one(HelpAnswer, (citizen_id, group_id), populate_existing=True)


def askable(session: Session, citizen_id: int, week: str, asker: Asker) -> list[Asked]:
    """The activities of her published week that have begun and that she was at, as far as anybody knows."""
    if published_run(session, week) is None:
        return []
    hers = select(Place.group_id).where(Place.citizen_id == citizen_id, Place.week == week)
    said = dict(
        session.execute(
            select(HelpAnswer.group_id, HelpAnswer.value).where(
                HelpAnswer.citizen_id == citizen_id, HelpAnswer.group_id.in_(hers)
            )
        ).all()
    )
    missed, found = _missed(session, citizen_id, week), []
    for group_id in session.scalars(hers.order_by(Place.group_id)).all():
        meetings = meetings_of(session, group_id)
        if meetings and group_id not in missed and begins_at(meetings[0].date, meetings[0].start_min) <= asker.at:
            found.append(Asked(group_id, said.get(group_id)))
    return found


def _missed(session: Session, citizen_id: int, week: str) -> set[int]:
    """The groups of a week of which the register knows her, and at none of whose meetings she was."""
    rows = session.execute(
        select(Attendance.group_id, Attendance.state)
        .join(Group, Group.id == Attendance.group_id)
        .where(Attendance.citizen_id == citizen_id, Group.week == week)
    ).all()
    return {group for group, _ in rows} - {group for group, state in rows if state == "attended"}
