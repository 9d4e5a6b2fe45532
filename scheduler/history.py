"""What was changed about a citizen, by whom and when: the audit's entries, with what the rows of that moment tell."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from scheduler.tables import (
    Account,
    Agreement,
    AuditEntry,
    BrokenAgreement,
    ChangeRequest,
    PlanChange,
    Pseudonym,
    SubGoal,
)

READING = ("read", "list", "own")  # the last part of actions that change nothing
NOT_HERS = ("code.write", "feed.write")  # about her way in, not about her case


class Change(NamedTuple):
    """One change: its action, who did it in which role, and what it was about where a row of that moment tells.

    `detail` is `agreed`, `broken`, `step_reached`, `asked` or the reason of a changed week; `about` an offering's id, a
    step's words or indicator, the kind of a request or the week.
    """

    id: int
    at: dt.datetime
    role: str
    name: str | None
    action: str
    detail: str
    about: str


def changes_of(session: Session, citizen_id: int, before: int | None, most: int) -> tuple[list[Change], int | None]:
    """A page of a citizen's changes, the newest first, and the `before` of the next page."""
    entry = AuditEntry
    hers = (
        select(entry.id, entry.at, entry.role, Account.name, entry.action)
        .join(Pseudonym, Pseudonym.subject == entry.subject)
        .outerjoin(Account, Account.id == entry.account_id)
        .where(Pseudonym.citizen_id == citizen_id, entry.outcome == "done", entry.action.not_in(NOT_HERS))
        .where(*(entry.action.not_like(f"%.{word}") for word in READING))
    )
    if before is not None:
        hers = hers.where(entry.id < before)
    rows = session.execute(hers.order_by(entry.id.desc()).limit(most + 1)).all()
    told = _told(session, citizen_id, [at for _, at, *_ in rows])
    found = [Change(*row, *told.get(row[1], ("", ""))) for row in rows[:most]]
    return found, found[-1].id if len(rows) > most else None


def _told(session: Session, citizen_id: int, moments: Iterable[dt.datetime]) -> dict[dt.datetime, tuple[str, str]]:
    """What the rows that were written at some moments tell; an entry of the audit has the moment of its rows."""
    found: dict[dt.datetime, tuple[str, str]] = {}
    wanted = list(moments)
    kinds: list[tuple[str, Any, InstrumentedAttribute[Any], Any]] = [
        ("asked", ChangeRequest, ChangeRequest.at, ChangeRequest.kind),
        ("step_reached", SubGoal, SubGoal.done_at, func.coalesce(func.nullif(SubGoal.words, ""), SubGoal.indicator_id)),
        ("agreed", Agreement, Agreement.agreed_at, Agreement.offering_id),
        ("broken", BrokenAgreement, BrokenAgreement.at, BrokenAgreement.offering_id),
    ]
    for detail, table, moment, about in kinds:
        for at, told in session.execute(
            select(moment, about).where(table.citizen_id == citizen_id, moment.in_(wanted))
        ):
            found[at] = detail, told
    changed = select(PlanChange.at, PlanChange.reason, PlanChange.week)
    for at, reason, week in session.execute(
        changed.where(PlanChange.citizen_id == citizen_id, PlanChange.at.in_(wanted))
    ):
        found[at] = reason, week
    return found
