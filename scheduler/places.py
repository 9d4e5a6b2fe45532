"""A published week as it stands: who has which place, and one version of a citizen's plan after the other."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import (
    BindParameter,
    Integer,
    Text,
    and_,
    bindparam,
    delete,
    func,
    insert,
    lambda_stmt,
    literal,
    select,
    update,
)
from sqlalchemy.orm import Session

from catalog.database import insert_rows, run_made
from catalog.tables import Group
from scheduler.approval import LOCKED_BY_APPROVAL
from scheduler.idempotency import insert_new
from scheduler.keeping import LOCKED_BY_STAFF
from scheduler.life import STANDING, NotPublishedError
from scheduler.stored import NotFoundError
from scheduler.supplies import make_supplies, move
from scheduler.tables import (
    Account,
    ChangeRequest,
    Citizen,
    FreedSeat,
    Hold,
    Lock,
    Place,
    PlanChange,
    PlanEntry,
    Publication,
    Run,
    Waiting,
)

_CITIZEN, _WEEK = bindparam("citizen", type_=Integer), bindparam("week", type_=Text)
_NUMBER = select(func.max(PlanChange.number)).where(PlanChange.citizen_id == _CITIZEN, PlanChange.week == _WEEK)
# A row for every place, or one without, where the week is published.
_PLAN = (
    select(Publication.run_id, Publication.version, _NUMBER.scalar_subquery(), Place.group_id)
    .outerjoin(Place, and_(Place.citizen_id == _CITIZEN, Place.week == _WEEK))
    .where(Publication.id == STANDING.scalar_subquery())
)
_PUBLISHED = select(Run.id).where(Run.week == _WEEK, Run.state == "published").with_for_update(read=True)
_HER = select(Citizen.id).where(Citizen.id == _CITIZEN).with_for_update(key_share=True)
_GROUPS: BindParameter[Any] = bindparam("groups", expanding=True)
_LEFT: BindParameter[Any] = bindparam("left", expanding=True)
_OFFERED = select(Group.id, Group.offering_id).where(Group.id.in_(_GROUPS))
_LEFT_PLACES = delete(Place).where(Place.citizen_id == _CITIZEN, Place.week == _WEEK, Place.group_id.in_(_LEFT))
_LEFT_LOCKS = delete(Lock).where(Lock.citizen_id == _CITIZEN, ~LOCKED_BY_STAFF, Lock.group_id.in_(_LEFT))
_ACCOUNT = select(Account.name).where(Account.id == bindparam("account"))
# A lambda is found among the compiled statements at once.
_BY_PLAN, _HOLD_WEEK, _HOLD_HER = lambda_stmt(lambda: _PLAN), lambda_stmt(lambda: _PUBLISHED), lambda_stmt(lambda: _HER)
_OFFERINGS, _LEAVE, _UNLOCK, _NAME = (
    lambda_stmt(lambda: _OFFERED), lambda_stmt(lambda: _LEFT_PLACES), lambda_stmt(lambda: _LEFT_LOCKS),
    lambda_stmt(lambda: _ACCOUNT),
)  # fmt: skip


class StaleError(ValueError):
    """The citizen's plan has changed since it was looked at; the message says what to do."""


class Standing(NamedTuple):
    """A citizen's plan as it stands. `version` changes with every publication and every change of it."""

    run_id: int
    published: int  # the publication's version
    number: int  # of her last change, 0 = none
    groups: tuple[int, ...]

    @property
    def version(self) -> str:
        """What `If-Match` compares."""
        return f"{self.published}.{self.number}"


class Why(NamedTuple):
    """Why a plan changes, and who changes it."""

    reason: str
    account_id: int | None
    at: dt.datetime
    request_id: int | None = None
    granted: str = ""


def fill(session: Session, week: str, run_id: int | None) -> None:
    """Let the places of a week be those of a run, or none: it was published, or a withdrawal let it stand again."""
    session.execute(
        update(ChangeRequest)
        .where(ChangeRequest.week == week, ChangeRequest.state.in_(("answered", "held")))
        .values(state="expired")
    )
    offered = select(Hold.waiting_id).where(Hold.week == week, Hold.waiting_id.is_not(None))
    session.execute(update(Waiting).where(Waiting.id.in_(offered), Waiting.state == "offered").values(state="waiting"))
    session.execute(delete(Hold).where(Hold.week == week))
    session.execute(delete(Place).where(Place.week == week))
    before = func.row_number().over(partition_by=(PlanEntry.citizen_id, Group.offering_id), order_by=PlanEntry.group_id)
    entries = select(PlanEntry.citizen_id, literal(week), Group.offering_id, before - 1, Group.id)
    entries = entries.join(Group, Group.id == PlanEntry.group_id).where(PlanEntry.run_id == run_id)
    session.execute(insert(Place).from_select(["citizen_id", "week", "offering_id", "turn", "group_id"], entries))
    _fill_changes(session, week)
    make_supplies(session, week)


def _fill_changes(session: Session, week: str) -> None:
    """Let what was changed since the standing version went out be as it was changed: a later one was withdrawn."""
    sent_at = select(Publication.at).where(Publication.id == STANDING.scalar_subquery())
    since = select(PlanChange.citizen_id, PlanChange.after).where(
        PlanChange.week == week, PlanChange.at > sent_at.scalar_subquery()
    )
    last: dict[int, list[int]] = dict(session.execute(since.order_by(PlanChange.number), {"week": week}).all())
    for citizen, groups in last.items():
        session.execute(delete(Place).where(Place.citizen_id == citizen, Place.week == week))
        offering, turn = offerings_of(session, groups), Counter[str]()
        for group in groups:
            place = {"citizen_id": citizen, "week": week, "offering_id": offering[group], "group_id": group}
            insert_rows(session, Place, [place | {"turn": turn[offering[group]]}])
            turn[offering[group]] += 1


def hold_published(session: Session, week: str) -> bool:
    """Let nobody publish or withdraw the week until this transaction ends; False where it is not published."""
    # Who has waited for a publication sees on PostgreSQL only then which run is the published one.
    return any(run_made(session, _HOLD_WEEK, {"week": week}).first() for _ in range(2))


def hold_plan(session: Session, citizen_id: int, week: str) -> Standing:
    """Her plan, which nobody else changes, and whose week nobody publishes, until this transaction ends.

    Raises
    ------
    NotFoundError
        There is no such citizen.
    NotPublishedError
        The week has no published plan.
    """
    if not hold_published(session, week):
        raise NotPublishedError(week)
    if run_made(session, _HOLD_HER, {"citizen": citizen_id}).first() is None:
        raise NotFoundError(f"there is no citizen {citizen_id}")
    return standing(session, citizen_id, week)


def standing(session: Session, citizen_id: int, week: str) -> Standing:
    """Her plan as it stands.

    Raises
    ------
    NotPublishedError
        The week has no published plan.
    """
    found = run_made(session, _BY_PLAN, {"citizen": citizen_id, "week": week}).all()
    if not found:
        raise NotPublishedError(week)
    run_id, version, number, _ = found[0]
    return Standing(run_id, version, number or 0, tuple(sorted(row[3] for row in found if row[3] is not None)))


def offerings_of(session: Session, groups: Iterable[int]) -> dict[int, str]:
    """The id of each group's offering."""
    return dict(run_made(session, _OFFERINGS, {"groups": sorted(groups)}).all())


def change_plan(
    session: Session, citizen_id: int, week: str, before: Standing, after: Collection[int], why: Why
) -> PlanChange:
    """Write the next version of a plan that `hold_plan` holds; the supplies are the caller's, who has moved them."""
    left, joined = set(before.groups) - set(after), set(after) - set(before.groups)
    groups = {"citizen": citizen_id, "week": week, "left": sorted(left)}
    offering = offerings_of(session, left | joined)
    run_made(session, _LEAVE, groups)
    # What was approved is locked for later runs; now the changed plan is.
    run_made(session, _UNLOCK, groups)
    places = [{"offering_id": offering[group], "group_id": group} for group in sorted(joined)]
    if places:
        insert_rows(session, Place, [{"citizen_id": citizen_id, "week": week, **place} for place in places])
        named = run_made(session, _NAME, {"account": why.account_id}).first()
        lock = {
            "citizen_id": citizen_id,
            "locked_by": named.name if named else "",
            "why": f"{LOCKED_BY_APPROVAL}{before.run_id}",
        }
        locks = [{**lock, "group_id": group} for group in sorted(joined)]
        session.connection().execute(insert_new(session, Lock), locks)
    freed = [
        {"offering_id": offering[group], "group_id": group, "at": why.at, "offered": False} for group in sorted(left)
    ]
    insert_rows(session, FreedSeat, freed)
    made = PlanChange(
        citizen_id=citizen_id,
        week=week,
        number=before.number + 1,
        before=sorted(before.groups),
        after=sorted(after),
        reason=why.reason,
        granted=why.granted,
        request_id=why.request_id,
        account_id=why.account_id,
        at=why.at,
    )
    session.add(made)
    session.flush()
    return made


def hold_seats(
    session: Session, citizen_id: int, week: str, groups: Sequence[int], until: dt.datetime,
    *, freed: Iterable[int] = (), request_id: int | None = None, waiting_id: int | None = None,
) -> None:  # fmt: skip
    """Keep seats for a citizen until a moment in place of those that she lets go, or raise FullError."""
    move(session, groups, freed)
    held = {
        "citizen_id": citizen_id, "week": week, "until": until, "request_id": request_id, "waiting_id": waiting_id,
    }  # fmt: skip
    insert_rows(session, Hold, [held | {"group_id": group} for group in groups])
