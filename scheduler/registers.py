"""The register of a group in one look: everybody in it, the meetings, and what is noted; many are noted at once.

What is to come cannot be noted, except that somebody will not come.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from catalog.tables import Group, Meeting
from scheduler.absences import set_absence_tasks
from scheduler.attendance import NOT_COMING, STATES, AttendanceError, Mark, write_marks
from scheduler.calling_off import free_seats, left_groups
from scheduler.coming import coming_to
from scheduler.group_times import begins_at, meetings_of
from scheduler.life import need_published_run
from scheduler.places import hold_plan
from scheduler.request_effects import Asker
from scheduler.stored import NotFoundError, Participant, clock
from scheduler.tables import Attendance, Citizen, Coming, Place


class Register(NamedTuple):
    """A group's meetings, everybody who is in it or was noted in it, what was noted, and who says that she comes."""

    meetings: list[Meeting]
    participants: list[Participant]
    marks: list[Attendance]
    coming: Sequence[Coming]


def read_register(session: Session, week: str, group_id: int) -> Register:
    """The register of a group of a published week.

    Raises
    ------
    NotPublishedError
        The week has no published plan.
    NotFoundError
        The week has no such group.
    """
    need_published_run(session, week)
    if session.scalar(select(Group.week).where(Group.id == group_id)) != week:
        raise NotFoundError(f"there is no group {group_id} in week {week}")
    noted = select(Attendance.citizen_id).where(Attendance.group_id == group_id)
    placed = select(Place.citizen_id).where(Place.group_id == group_id)
    people = select(Citizen.id, Citizen.external_id, Citizen.name)
    people = people.where(or_(Citizen.id.in_(noted), Citizen.id.in_(placed))).order_by(Citizen.external_id)
    participants = [Participant(key, external, name or "") for key, external, name in session.execute(people)]
    order = (Attendance.date, Attendance.start_min, Attendance.citizen_id)
    marks = select(Attendance).where(Attendance.group_id == group_id).order_by(*order)
    found = session.scalars(marks.execution_options(populate_existing=True))
    return Register(meetings_of(session, group_id), participants, list(found), coming_to(session, group_id))


def record(session: Session, week: str, group_id: int, marks: Sequence[Mark], asker: Asker) -> Register:
    """Note many at once, all or none of them; noting the same again changes nothing but who noted it and when.

    Raises
    ------
    NotPublishedError
        The week has no published plan.
    NotFoundError
        The week has no such group.
    AttendanceError
        Somebody is not in the group, it has no such meeting, or a meeting is to come and she is not said to be away.
    """
    register = read_register(session, week, group_id)
    _check(register, group_id, marks, asker)
    leaving = sorted({mark.citizen_id for mark in marks if mark.state in NOT_COMING})
    for who in leaving:
        hold_plan(session, who, week)  # Before what is written of her, in the order of whoever calls off.
    write_marks(session, group_id, marks, asker)
    left = {who: left_groups(session, who, {group_id}, asker) for who in leaving}
    free_seats(session, week, left, asker)
    set_absence_tasks(session, {mark.citizen_id for mark in marks}, asker.at)
    return read_register(session, week, group_id)


def take_back(session: Session, group_id: int, citizens: Sequence[int], meeting: Meeting, asker: Asker) -> None:
    """Let nothing be noted of these citizens at a meeting of a group, as if nobody had filled the register."""
    noted = (Attendance.group_id == group_id, Attendance.citizen_id.in_(citizens))
    then = (Attendance.date == meeting.date, Attendance.start_min == meeting.start_min)
    session.execute(delete(Attendance).where(*noted, *then))
    set_absence_tasks(session, citizens, asker.at)


def _check(register: Register, group_id: int, marks: Sequence[Mark], asker: Asker) -> None:
    people = {person.citizen_id for person in register.participants}
    moments = {(meeting.date, meeting.start_min) for meeting in register.meetings}
    moments |= {(noted.date, noted.start_min) for noted in register.marks}
    seen = set[tuple[int, dt.date, int]]()
    for mark in marks:
        where = f"citizen {mark.citizen_id}, {mark.date} {clock(mark.start_min)}"
        if mark.state not in STATES:
            raise AttendanceError(f"{where}: expected one of {', '.join(STATES)}, found {mark.state!r}")
        if mark.citizen_id not in people:
            raise AttendanceError(f"{where}: she is not in group {group_id}")
        if (mark.date, mark.start_min) not in moments:
            known = ", ".join(f"{date} {clock(start)}" for date, start in sorted(moments)) or "none"
            raise AttendanceError(f"{where}: group {group_id} does not meet then, its meetings are {known}")
        if mark.state not in NOT_COMING and begins_at(mark.date, mark.start_min) > asker.at:
            away = " or ".join(NOT_COMING)
            raise AttendanceError(f"{where}: that is to come, so only {away} can be noted, not {mark.state}")
        if mark[:3] in seen:
            raise AttendanceError(f"{where}: noted twice")
        seen.add(mark[:3])
