"""What must hold before a change request takes its next step."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from sqlalchemy import bindparam, func, lambda_stmt, select
from sqlalchemy.orm import Session

from catalog.database import run_made
from scheduler.keeping import LOCKED_BY_STAFF
from scheduler.places import StaleError, Standing
from scheduler.tables import ChangeRequest, Lock, PlanChange

_LOCKED = select(Lock.group_id).where(
    Lock.citizen_id == bindparam("citizen"), Lock.group_id.in_(bindparam("groups", expanding=True)), LOCKED_BY_STAFF
)
_HERS = PlanChange.citizen_id == bindparam("citizen"), PlanChange.week == bindparam("week")
_OWN = select(PlanChange.number).where(PlanChange.request_id == bindparam("request"), *_HERS)
_LATER = (
    select(PlanChange.id)
    .outerjoin(ChangeRequest, ChangeRequest.id == PlanChange.request_id)
    .where(*_HERS, PlanChange.number > _OWN.scalar_subquery(), func.coalesce(ChangeRequest.state, "") != "undone")
)
# A lambda is found among the compiled statements at once.
_BY_STAFF, _CHANGED_SINCE = lambda_stmt(lambda: _LOCKED), lambda_stmt(lambda: _LATER)


class RequestStateError(ValueError):
    """The request's state does not allow this; the message says what to do."""


def is_over(request: ChangeRequest, now: dt.datetime) -> bool:
    """Whether what is held was held until now at the latest."""
    return request.held_until is not None and request.held_until <= now


def need_state(request: ChangeRequest, states: tuple[str, ...]) -> None:
    """Raise RequestStateError unless the request is in one of these states."""
    if request.state not in states:
        raise RequestStateError(f"request {request.id} is {request.state}, expected {' or '.join(states)}: ask again")


def refuse_other_version(present: Standing, wanted: str | None) -> None:
    """Raise StaleError where her plan is no longer the one that was looked at; None looked at none."""
    if wanted is not None and present.version != wanted:
        raise StaleError(f"her plan is version {present.version}, not {wanted}: look at it and ask again")


def refuse_locked(session: Session, request: ChangeRequest, groups: Collection[int]) -> None:
    """Raise RequestStateError where staff has locked one of these groups for her since the answer was found."""
    hers = {"citizen": request.citizen_id, "groups": sorted(groups)}
    locked = run_made(session, _BY_STAFF, hers).first() if groups else None
    if locked is not None:
        raise RequestStateError(f"group {locked.group_id} is locked: a person must look at request {request.id}")


def has_changed_since(session: Session, request: ChangeRequest) -> bool:
    """Whether a later change of her week stands; what the facts were before it is not what they are now."""
    hers = {"citizen": request.citizen_id, "week": request.week, "request": request.id}
    return run_made(session, _CHANGED_SINCE, hers).first() is not None
