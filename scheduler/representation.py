"""Who acts for whom: a citizen lets somebody see her week or act for her, until a day or until it is revoked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from catalog.weeks import CENTRE_TIME
from scheduler.account_tables import Account, Representation
from scheduler.accounts import tidy_username
from scheduler.stored import NotFoundError

MAY = ("see", "act")
LONGEST = dt.timedelta(days=366)


class RepresentationError(ValueError):
    """Somebody cannot act for a citizen like this; the message says what to do."""


class UnknownRepresentationError(NotFoundError):
    """The citizen has given no such leave."""


def grant(
    session: Session, citizen_id: int, username: str, may: str, until: dt.date, by: int, now: dt.datetime
) -> Representation:
    """Let the account `username` see the citizen's week or act for her; it takes the place of an earlier leave.

    Raises
    ------
    RepresentationError
        There is no account that could act for her, it is her own, or the last day is past or too far ahead.
    """
    if may not in MAY:
        raise RepresentationError(f"may {may}: choose one of {', '.join(MAY)}")
    today = now.astimezone(CENTRE_TIME).date()
    if not today <= until <= today + LONGEST:
        raise RepresentationError(f"until {until}: choose a day from {today} to {today + LONGEST}")
    account = session.scalars(
        select(Account).where(
            Account.username == tidy_username(username),
            Account.role.in_(("citizen", "representative")),
            Account.closed_at.is_(None),
        )
    ).one_or_none()
    if account is None or account.citizen_id == citizen_id:
        raise RepresentationError("username: nobody by that name can act for her; ask the centre to make an account")
    for earlier in list_for_citizen(session, citizen_id, today):
        if earlier.account_id == account.id:
            earlier.revoked_at = now
    granted = Representation(
        citizen_id=citizen_id, account_id=account.id, may=may, until=until, granted_by=by, granted_at=now
    )
    session.add(granted)
    session.flush()
    return granted


def revoke(session: Session, citizen_id: int, representation_id: int, now: dt.datetime) -> Representation:
    """End a leave that a citizen gave, at once; nothing happens where it has ended already.

    Raises
    ------
    UnknownRepresentationError
        The citizen has given no such leave.
    """
    hers = session.scalars(select(Representation).where(Representation.citizen_id == citizen_id))
    found = next((given for given in hers if given.id == representation_id), None)
    if found is None:
        raise UnknownRepresentationError(f"representation {representation_id}: no such one; look it up in the list")
    found.revoked_at = found.revoked_at or now
    session.flush()
    return found


def list_for_citizen(session: Session, citizen_id: int, today: dt.date) -> Sequence[Representation]:
    """The leaves that a citizen has given and that hold today, the oldest first."""
    return session.scalars(_holds(today).where(Representation.citizen_id == citizen_id)).all()


def list_for_account(session: Session, account_id: int, today: dt.date) -> Sequence[Representation]:
    """For whom an account may see or act today, the oldest leave first."""
    return session.scalars(_holds(today).where(Representation.account_id == account_id)).all()


def _holds(today: dt.date) -> Select[Representation]:
    holds = select(Representation).where(Representation.until >= today, Representation.revoked_at.is_(None))
    return holds.order_by(Representation.id)
