"""Whose data an actor reaches, as filters in SQL: a list made from them cannot show what is somebody else's."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ColumnElement, Select, exists, false, or_, select, true

from catalog.tables import Group, GroupStaff, StaffMember
from catalog.weeks import CENTRE_TIME
from scheduler.actions import ACTING, SEEING, Actor, may
from scheduler.tables import Citizen, Contact, Representation


def visible_citizens(actor: Actor, action: str, today: dt.date | None = None) -> Select[int]:
    """Select the ids of the citizens on whom the actor may do this; none where her role may not do it at all."""
    return select(Citizen.id).where(_reaches_citizen(actor, action, today or today_at_the_centre()))


def visible_groups(actor: Actor, action: str) -> Select[int]:
    """Select the ids of the groups whose participants the actor may see: those that she, or her team, holds."""
    if not _may_look_at_people(actor, action):
        return select(Group.id).where(false())
    if actor.scope == "centre":
        return select(Group.id)
    held = exists().where(GroupStaff.group_id == Group.id, GroupStaff.staff_id == StaffMember.id)
    return select(Group.id).where(held.where(_is_her_or_her_team(actor)).correlate(Group))


def visible_staff(actor: Actor, action: str) -> Select[str]:
    """Select the ids of the members of staff whose week the actor may see: herself, her team, or everybody."""
    if not _may_look_at_people(actor, action):
        return select(StaffMember.id).where(false())
    return select(StaffMember.id).where(true() if actor.scope == "centre" else _is_her_or_her_team(actor))


def today_at_the_centre() -> dt.date:
    """The day that it is at the centre."""
    return dt.datetime.now(CENTRE_TIME).date()


def _may_look_at_people(actor: Actor, action: str) -> bool:
    if not may(actor, action):
        return False
    return actor.role == "staff" or (actor.role == "admin" and actor.scope == "centre")


def _reaches_citizen(actor: Actor, action: str, today: dt.date) -> ColumnElement[bool]:
    if not may(actor, action):
        return false()
    if actor.role == "citizen":
        return or_(Citizen.id == actor.citizen_id, _is_represented(actor, action, today))
    if actor.role == "representative":
        return _is_represented(actor, action, today)
    if not _may_look_at_people(actor, action):
        return false()
    return true() if actor.scope == "centre" else _is_in_her_care(actor)


def _is_represented(actor: Actor, action: str, today: dt.date) -> ColumnElement[bool]:
    enough = [leave for leave, actions in (("see", SEEING), ("act", ACTING)) if action in actions]
    return Citizen.id.in_(
        select(Representation.citizen_id).where(
            Representation.account_id == actor.account_id,
            Representation.may.in_(enough),
            Representation.until >= today,
            Representation.revoked_at.is_(None),
        )
    )


def _is_in_her_care(actor: Actor) -> ColumnElement[bool]:
    contact = exists().where(Contact.citizen_id == Citizen.id, Contact.staff_id == StaffMember.id)
    return contact.where(_is_her_or_her_team(actor)).correlate(Citizen)


def _is_her_or_her_team(actor: Actor) -> ColumnElement[bool]:
    """Hold for the actor's own row of staff and, with the scope of a team, for those of her team; no team is none."""
    herself = StaffMember.id == actor.staff_id
    team = actor.team if actor.scope == "team" else None
    return or_(herself, StaffMember.team == team) if team else herself
