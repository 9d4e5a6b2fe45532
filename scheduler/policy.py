"""The one place that says whether somebody may do something.

PermissionError
    NotPermittedError      the role may not do this at all
NotFoundError
    UnknownCitizenError    no such citizen for this actor, whether she is somebody else's or absent
    UnknownGroupError      the same for a group's participants
    UnknownStaffError      the same for a member of staff's week
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Select
from sqlalchemy.orm import Session

from catalog.tables import Group, StaffMember
from scheduler.actions import ACTING, ACTIONS, LARGEST_NUMBER, SEEING, WHOLE_CENTRE, Actor, may
from scheduler.scope import is_herself, reaches_citizen, visible_groups, visible_staff
from scheduler.stored import NotFoundError

__all__ = [
    "ACTING",
    "ACTIONS",
    "SEEING",
    "WHOLE_CENTRE",
    "Actor",
    "NotPermittedError",
    "UnknownCitizenError",
    "UnknownGroupError",
    "UnknownStaffError",
    "is_herself",
    "permit",
    "permit_citizen",
    "permit_group",
    "permit_staff",
    "permit_team",
]


class NotPermittedError(PermissionError):
    """The actor's role may not do this at all; the message says who may."""


class UnknownCitizenError(NotFoundError):
    """There is no such citizen among those the actor reaches."""


class UnknownGroupError(NotFoundError):
    """There is no such group among those the actor reaches."""


class UnknownStaffError(NotFoundError):
    """There is no such member of staff among those the actor reaches."""


def permit(actor: Actor, action: str) -> None:
    """Let the actor do this.

    Raises
    ------
    NotPermittedError
        Her role may not, or the action touches every citizen and her scope is not the whole centre.
    KeyError
        No such action; every action is declared in `ACTIONS`.
    """
    if not may(actor, action):
        whole = " who works for the whole centre" if action in WHOLE_CENTRE else ""
        raise NotPermittedError(f"{action}: you may not do this; ask a {' or '.join(sorted(ACTIONS[action]))}{whole}")


def permit_team(actor: Actor, action: str, team: str) -> None:
    """Let the actor do this for one team, or for everybody where `team` is empty.

    Raises
    ------
    NotPermittedError
        Her role may not, or the team is not hers.
    """
    permit(actor, action)
    own = actor.scope == "team" and bool(team) and team == actor.team
    if actor.scope != "centre" and not own:
        whom = f"team {team}" if team else "everybody"
        raise NotPermittedError(
            f"{action}: you may not do this for {whom}; ask somebody who works for the whole centre"
        )


def permit_citizen(session: Session, actor: Actor, action: str, citizen_id: int, today: dt.date | None = None) -> None:
    """Let the actor do this on one citizen's data; one query, whether the citizen is hers, foreign or absent.

    Raises
    ------
    NotPermittedError
        Her role may not do this on anybody.
    UnknownCitizenError
        She does not reach the citizen, or there is none.
    """
    permit(actor, action)
    if not reaches_citizen(session, actor, action, _number(citizen_id), today):
        raise UnknownCitizenError(f"citizen {citizen_id}: no such citizen among yours; look her up in your list")


def permit_group(session: Session, actor: Actor, action: str, group_id: int) -> None:
    """Let the actor do this on a group's participants, or raise NotPermittedError or UnknownGroupError."""
    permit(actor, action)
    if not _finds(session, visible_groups(actor, action).where(Group.id == _number(group_id))):
        raise UnknownGroupError(f"group {group_id}: no such group among yours; look it up in your week")


def permit_staff(session: Session, actor: Actor, action: str, staff_id: str) -> None:
    """Let the actor do this on a member of staff's week, or raise NotPermittedError or UnknownStaffError."""
    permit(actor, action)
    known = staff_id.isprintable()  # PostgreSQL refuses a text with a zero byte.
    if not known or not _finds(session, visible_staff(actor, action).where(StaffMember.id == staff_id)):
        raise UnknownStaffError(f"staff {staff_id}: no such member of staff among yours; look her up in your team")


def _finds(session: Session, ids: Select[int] | Select[str]) -> bool:
    return session.execute(ids).first() is not None


def _number(asked: int) -> int:
    """A row's number, or 0, which no row has, where the databases could not compare it."""
    return asked if 0 < asked <= LARGEST_NUMBER else 0
