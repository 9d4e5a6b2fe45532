"""A named person approves a run, for one team or whole; what is approved is locked for the week's later runs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import delete, exists, insert, literal, select, update
from sqlalchemy.orm import Session

from catalog.tables import Group
from scheduler.gate import Finding, inspect
from scheduler.life import OPEN, ClosedRunError, HeldRun, hold_run, hold_week
from scheduler.review import Review, review
from scheduler.stored import NotFoundError
from scheduler.tables import Account, Approval, Lock, PlanEntry, Run
from scheduler.teams import citizens_of, num_outside, teams_in

__all__ = ["ReasonNeededError", "Review", "approve", "lock_plans", "review", "take_back"]

LOCKED_BY_APPROVAL = "approved in run "


class ReasonNeededError(ValueError):
    """Something of the run is worse than its limit, so an approval needs a reason; `findings` says what."""

    def __init__(self, run_id: int, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        found = "; ".join(f"{each.slug} is {each.value:g}, limit {each.limit:g}" for each in findings)
        super().__init__(f"run {run_id} needs a reason to be approved: {found}")


def approve(session: Session, run_id: int, team: str, account_id: int, now: dt.datetime, reason: str = "") -> Approval:
    """Approve a proposed run for one team, or for everybody where `team` is empty, and lock their plans.

    The run is approved once everybody in it is: by the whole, or by teams that leave nobody out.

    Raises
    ------
    NotFoundError
        There is no such run, or nobody of the team is in it.
    ClosedRunError
        The run is not proposed, or this team has approved it.
    ReasonNeededError
        The gate found something, and no reason is given.
    """
    held = _hold(session, run_id, ("proposed",))
    signed = set(session.scalars(select(Approval.team).where(Approval.run_id == run_id)))
    if team in signed:
        raise ClosedRunError(f"team {team} has approved run {run_id} already")
    if team and team not in teams_in(session, run_id):
        raise NotFoundError(f"there is no team {team!r} among the contacts of those in run {run_id}")
    findings = inspect(session, run_id).findings
    if findings and not reason.strip():
        raise ReasonNeededError(run_id, findings)
    approval = Approval(
        run_id=run_id,
        team=team,
        account_id=account_id,
        at=now,
        gate=[each.as_json() for each in findings],
        reason=reason.strip(),
    )
    session.add(approval)
    session.flush()
    lock_plans(session, held, team, account_id)
    if not team or not num_outside(session, run_id, signed | {team}):
        session.execute(update(Run).where(Run.id == run_id).values(state="approved"))
    return approval


def take_back(session: Session, run_id: int) -> None:
    """Undo the approvals of a run that is not published, and its locks; staff's own locks stay.

    Raises
    ------
    NotFoundError
        There is no such run.
    ClosedRunError
        The run is published, or nobody has approved it.
    """
    _hold(session, run_id, OPEN)
    undone = session.execute(delete(Approval).where(Approval.run_id == run_id).returning(Approval.id)).all()
    if not undone:
        raise ClosedRunError(f"nobody has approved run {run_id}")
    session.execute(delete(Lock).where(Lock.why == f"{LOCKED_BY_APPROVAL}{run_id}"))
    session.execute(update(Run).where(Run.id == run_id).values(state="proposed"))


def lock_plans(session: Session, run: HeldRun, team: str, account_id: int) -> None:
    """Lock the plans of a run for a team or for everybody, in place of what another run of the week had locked.

    A group that staff has locked for a citizen keeps staff's lock.
    """
    of_week = select(Group.id).where(Group.week == run.week)
    old = delete(Lock).where(Lock.why.startswith(LOCKED_BY_APPROVAL), Lock.group_id.in_(of_week))
    who = select(Account.name).where(Account.id == account_id).scalar_subquery()
    locked = exists().where(Lock.citizen_id == PlanEntry.citizen_id, Lock.group_id == PlanEntry.group_id)
    plans = select(PlanEntry.citizen_id, PlanEntry.group_id, who, literal(f"{LOCKED_BY_APPROVAL}{run.id}")).where(
        PlanEntry.run_id == run.id, ~locked
    )
    if team:
        old = old.where(Lock.citizen_id.in_(citizens_of({team})))
        plans = plans.where(PlanEntry.citizen_id.in_(citizens_of({team})))
    session.execute(old)
    session.execute(insert(Lock).from_select(["citizen_id", "group_id", "locked_by", "why"], plans))


def _hold(session: Session, run_id: int, states: tuple[str, ...]) -> HeldRun:
    week = session.scalar(select(Run.week).where(Run.id == run_id))
    if week is not None:
        hold_week(session, week)
    return hold_run(session, run_id, states)
