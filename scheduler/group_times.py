"""When a group of a week meets, and that it meets at other times, when its workers and its room are free."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import delete, exists, or_, select
from sqlalchemy.orm import Session

from catalog.tables import Group, GroupStaff, Meeting
from catalog.weeks import CENTRE_TIME, closed_days, monday_of
from scheduler.one_problem import Edits, Times
from scheduler.stored import clock
from scheduler.tables import Place


class GroupError(ValueError):
    """The group cannot be cancelled or moved so; the message says why."""


def meetings_of(session: Session, group_id: int) -> list[Meeting]:
    """The meetings of a group, the first one first."""
    meetings = select(Meeting).where(Meeting.group_id == group_id).order_by(Meeting.day, Meeting.start_min)
    return list(session.scalars(meetings))


def begins_at(date: dt.date, start_min: int) -> dt.datetime:
    """The moment at which a meeting begins at the centre, by its day and its minutes after midnight."""
    return dt.datetime.combine(date, dt.time(start_min // 60, start_min % 60), CENTRE_TIME)


def refuse_times(session: Session, group: Group, times: Times, today: dt.date) -> None:
    """Raise GroupError where a group cannot meet at these times, naming the first bad one."""
    try:
        Edits(busy=times)
    except ValueError as error:
        raise GroupError(str(error)) from error
    if not times or any(_overlap(one, other) for at, one in enumerate(times) for other in times[:at]):
        raise GroupError(f"times {times}: expected one or more that do not overlap")
    closed = closed_days(session, group.week)
    taken = _taken(session, group)
    for time in sorted(times):
        day = monday_of(group.week) + dt.timedelta(days=time[0])
        if day < today or day in closed:
            raise GroupError(f"{day}: expected a day to come on which the centre is open")
        for code, other in taken:
            if _overlap(time, other):
                raise GroupError(f"{day} {clock(time[1])}: group {code} has the worker or the room then")


def set_times(session: Session, group: Group, times: Times) -> None:
    """Let a group meet at these times, in the room that it had."""
    before = delete(Meeting).where(Meeting.group_id == group.id).returning(Meeting.room_id)
    rooms = set(session.scalars(before))
    room = rooms.pop() if len(rooms) == 1 else None
    for day, start, end in sorted(times):
        date = monday_of(group.week) + dt.timedelta(days=day)
        session.add(Meeting(group_id=group.id, day=day, start_min=start, end_min=end, date=date, room_id=room))
    session.flush()


def _overlap(one: tuple[int, int, int], other: tuple[int, int, int]) -> bool:
    return one[0] == other[0] and one[1] < other[2] and other[1] < one[2]


def _taken(session: Session, group: Group) -> list[tuple[str, tuple[int, int, int]]]:
    """When other groups of the week have the group's workers or its room; an appointment that nobody took has none."""
    workers = select(GroupStaff.staff_id).where(GroupStaff.group_id == group.id)
    rooms = select(Meeting.room_id).where(Meeting.group_id == group.id, Meeting.room_id.is_not(None))
    held = exists().where(GroupStaff.group_id == Group.id, GroupStaff.staff_id.in_(workers)).correlate(Group)
    used = or_(Group.appointment.is_(False), exists().where(Place.group_id == Group.id).correlate(Group))
    rows = session.execute(
        select(Group.code, Meeting.day, Meeting.start_min, Meeting.end_min)
        .join(Meeting, Meeting.group_id == Group.id)
        .where(Group.week == group.week, Group.id != group.id, used, or_(held, Meeting.room_id.in_(rooms)))
        .order_by(Meeting.day, Meeting.start_min, Group.id)
    )
    return [(code, (day, start, end)) for code, day, start, end in rows]
