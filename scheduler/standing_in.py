"""A worker takes a group of one week in another's place: who could, and that she does.

ValueError
    SubstituteError     she cannot; `slug` says why
"""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Exists, delete, exists, or_, select
from sqlalchemy.orm import Session

from catalog.tables import Group, GroupStaff, Meeting, StaffHours, StaffMember
from scheduler.group_times import GroupError, meetings_of
from scheduler.places import Why, change_plan, hold_plan, hold_published
from scheduler.request_effects import Asker
from scheduler.stored import NotFoundError
from scheduler.supplies import make_supplies
from scheduler.tables import Place
from scheduler.turns import take_turn


class SubstituteError(GroupError):
    """Nobody can take the group like this: `away` or `busy` she, `appointment` or `over` the group, `holds` it not."""

    def __init__(self, slug: str, said: str) -> None:
        self.slug = slug
        super().__init__(said)


class Free(NamedTuple):
    """A worker who is at work and holds nothing else at all of a group's meetings."""

    staff_id: str
    name: str
    role: str
    is_here: bool  # at the group's site
    has_role: bool  # of those who hold it


def free_for(session: Session, group: Group) -> list[Free]:
    """Who could take a group, those of its own holders' roles first, then those of its site."""
    held = select(GroupStaff.staff_id).where(GroupStaff.group_id == group.id)
    roles = set(session.scalars(select(StaffMember.role).where(StaffMember.id.in_(held))))
    others = select(StaffMember).where(StaffMember.id.not_in(held), ~_busy(group)).order_by(StaffMember.name)
    meetings, hours = meetings_of(session, group.id), _hours(session)
    found = [
        Free(one.id, one.name, one.role, one.site_id == group.site_id, one.role in roles)
        for one in session.scalars(others)
        if _is_at_work(hours.get(one.id), meetings)
    ]
    return sorted(found, key=lambda one: (not one.has_role, not one.is_here))


def stand_in(session: Session, group_id: int, absent: str, substitute: str, reason: str, asker: Asker) -> None:
    """Let a worker hold a group of one week in the place of another; everybody in it has the new name at once.

    Raises
    ------
    SubstituteError
        The group takes no substitute, the absent one does not hold it, or the other one cannot come.
    """
    group = session.get(Group, group_id)
    if group is None:
        raise NotFoundError(f"there is no group {group_id}")
    is_published = hold_published(session, group.week)
    take_turn(session, f"staff of {group.week}")  # Two groups could get the same one at the same time.
    _refuse(session, group, absent, substitute, asker)
    here = (GroupStaff.group_id == group_id, GroupStaff.staff_id == absent)
    if session.execute(delete(GroupStaff).where(*here).returning(GroupStaff.staff_id)).first() is None:
        raise SubstituteError("holds", f"group {group.code}: {absent} does not hold it")
    session.add(GroupStaff(group_id=group_id, staff_id=substitute))
    session.flush()
    if is_published:
        make_supplies(session, group.week)
        _tell_weeks(session, group, reason, asker)


def _refuse(session: Session, group: Group, absent: str, substitute: str, asker: Asker) -> None:
    meetings = meetings_of(session, group.id)
    if not meetings or meetings[-1].date < asker.today:
        raise SubstituteError("over", f"group {group.code} is over or cancelled")
    if group.appointment:
        raise SubstituteError("appointment", f"group {group.code} is somebody's own time with {absent}")
    if session.get(StaffMember, substitute) is None:
        raise NotFoundError(f"staff {substitute}: no such member of staff")
    holds = (
        exists().where(GroupStaff.group_id == group.id, GroupStaff.staff_id == StaffMember.id).correlate(StaffMember)
    )
    if session.scalar(select(StaffMember.id).where(StaffMember.id == substitute, or_(holds, _busy(group)))):
        raise SubstituteError("busy", f"{substitute} holds a group then")
    if not _is_at_work(_hours(session).get(substitute), meetings):
        raise SubstituteError("away", f"{substitute} is not at work then")


def _busy(group: Group) -> Exists:
    """Whether a worker holds something else while a group meets; an appointment that nobody took is none."""
    own, other = Meeting.__table__.alias("own"), Meeting.__table__.alias("other")
    used = Group.appointment.is_(False) | exists().where(Place.group_id == Group.id).correlate(Group)
    return (
        exists()
        .where(GroupStaff.staff_id == StaffMember.id, GroupStaff.group_id == Group.id, Group.week == group.week)
        .where(Group.id != group.id, used, other.c.group_id == Group.id, own.c.group_id == group.id)
        .where(own.c.day == other.c.day, own.c.start_min < other.c.end_min, other.c.start_min < own.c.end_min)
        .correlate(StaffMember)
    )


def _hours(session: Session) -> dict[str, list[tuple[int, int, int]]]:
    found: dict[str, list[tuple[int, int, int]]] = {}
    for row in session.scalars(select(StaffHours)):
        found.setdefault(row.staff_id, []).append((row.day, row.start_min, row.end_min))
    return found


def _is_at_work(hours: list[tuple[int, int, int]] | None, meetings: list[Meeting]) -> bool:
    """Whether she works at all of the meetings; without hours of her own she works whenever the centre is open."""
    return hours is None or all(
        any(day == one.day and start <= one.start_min and one.end_min <= end for day, start, end in hours)
        for one in meetings
    )


def _tell_weeks(session: Session, group: Group, reason: str, asker: Asker) -> None:
    """Give everybody in the group the next version of her week, which names who holds it now."""
    people = select(Place.citizen_id).where(Place.group_id == group.id).order_by(Place.citizen_id)
    for citizen_id in session.scalars(people).all():
        present = hold_plan(session, citizen_id, group.week)
        why = Why("staff", asker.account_id, asker.at)
        change_plan(session, citizen_id, group.week, present, present.groups, why).note = reason
