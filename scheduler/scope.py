"""Whose data an actor reaches, as filters in SQL: a list made from them cannot show what is somebody else's.

The filters name the actor by parameters, so that a statement is put together once for everybody of a role, which takes
longer than running it.
"""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    Select,
    Text,
    bindparam,
    exists,
    false,
    lambda_stmt,
    or_,
    select,
    true,
)
from sqlalchemy.orm import Session

from catalog.database import run_made
from catalog.tables import Group, GroupStaff, StaffMember
from catalog.weeks import CENTRE_TIME
from scheduler.actions import ACTING, SEEING, Actor, may_as
from scheduler.tables import Citizen, Contact, Representation

_ASKED = bindparam("asked_citizen", type_=Integer)
_ACCOUNT, _OWN = bindparam("actor_account", type_=Integer), bindparam("actor_citizen", type_=Integer)
_STAFF, _TEAM = bindparam("actor_staff", type_=Text), bindparam("actor_team", type_=Text)
_TODAY = bindparam("actor_today", type_=Date)


def visible_citizens(actor: Actor, action: str, today: dt.date | None = None) -> Select[int]:
    """Select the ids of the citizens on whom the actor may do this; none where her role may not do it at all."""
    reached = _citizens(actor.role, actor.scope, _has_team(actor), action)
    return reached.params(_values(actor) | {"actor_today": today or today_at_the_centre()})


def is_herself(actor: Actor, action: str, citizen_id: int) -> bool:
    """Whether a citizen does to her own data what she may.

    Her account is closed before she is erased, so she is there for herself without a question to the database.
    """
    return actor.role == "citizen" and actor.citizen_id == citizen_id and may_as(actor.role, actor.scope, action)


def reaches_citizen(session: Session, actor: Actor, action: str, citizen_id: int, today: dt.date | None = None) -> bool:
    """Whether `visible_citizens` has this citizen: one query, and the same whether she is foreign or absent."""
    if is_herself(actor, action, citizen_id):
        return True
    values = _values(actor) | {"actor_today": today or today_at_the_centre(), "asked_citizen": citizen_id}
    asked = _one_citizen(actor.role, actor.scope, _has_team(actor), action)
    return run_made(session, asked, values).first() is not None


def visible_groups(actor: Actor, action: str) -> Select[int]:
    """Select the ids of the groups whose participants the actor may see: those that she, or her team, holds."""
    if not _may_look_at_people(actor.role, actor.scope, action):
        return select(Group.id).where(false())
    if actor.scope == "centre":
        return select(Group.id)
    held = exists().where(GroupStaff.group_id == Group.id, GroupStaff.staff_id == StaffMember.id)
    hers = held.where(_is_her_or_her_team(_has_team(actor))).correlate(Group)
    return select(Group.id).where(hers).params(_values(actor))


def visible_staff(actor: Actor, action: str) -> Select[str]:
    """Select the ids of the members of staff whose week the actor may see: herself, her team, or everybody."""
    if not _may_look_at_people(actor.role, actor.scope, action):
        return select(StaffMember.id).where(false())
    if actor.scope == "centre":
        return select(StaffMember.id)
    return select(StaffMember.id).where(_is_her_or_her_team(_has_team(actor))).params(_values(actor))


def today_at_the_centre() -> dt.date:
    """The day that it is at the centre."""
    return dt.datetime.now(CENTRE_TIME).date()


def _values(actor: Actor) -> dict[str, Any]:
    return {
        "actor_account": actor.account_id,
        "actor_citizen": actor.citizen_id,
        "actor_staff": actor.staff_id,
        "actor_team": actor.team,
    }


def _has_team(actor: Actor) -> bool:
    """Whether the actor reaches what her team does; no team is none."""
    return actor.scope == "team" and bool(actor.team)


@cache
def _one_citizen(role: str, scope: str, has_team: bool, action: str) -> Any:
    asked = _citizens(role, scope, has_team, action).where(Citizen.id == _ASKED)
    return lambda_stmt(lambda: asked)


@cache
def _citizens(role: str, scope: str, has_team: bool, action: str) -> Select[int]:
    return select(Citizen.id).where(_reaches_citizen(role, scope, has_team, action))


def _may_look_at_people(role: str, scope: str, action: str) -> bool:
    if not may_as(role, scope, action):
        return False
    return role == "staff" or (role == "admin" and scope == "centre")


def _reaches_citizen(role: str, scope: str, has_team: bool, action: str) -> ColumnElement[bool]:
    if not may_as(role, scope, action):
        return false()
    if role == "citizen":
        return or_(Citizen.id == _OWN, _is_represented(action))
    if role == "representative":
        return _is_represented(action)
    if not _may_look_at_people(role, scope, action):
        return false()
    return true() if scope == "centre" else _is_in_her_care(has_team)


def _is_represented(action: str) -> ColumnElement[bool]:
    enough = [leave for leave, actions in (("see", SEEING), ("act", ACTING)) if action in actions]
    return Citizen.id.in_(
        select(Representation.citizen_id).where(
            Representation.account_id == _ACCOUNT,
            Representation.may.in_(enough),
            Representation.until >= _TODAY,
            Representation.revoked_at.is_(None),
        )
    )


def _is_in_her_care(has_team: bool) -> ColumnElement[bool]:
    contact = exists().where(Contact.citizen_id == Citizen.id, Contact.staff_id == StaffMember.id)
    return contact.where(_is_her_or_her_team(has_team)).correlate(Citizen)


def _is_her_or_her_team(has_team: bool) -> ColumnElement[bool]:
    """Hold for the actor's own row of staff and, with the scope of a team, for those of her team."""
    herself = StaffMember.id == _STAFF
    return or_(herself, StaffMember.team == _TEAM) if has_team else herself
