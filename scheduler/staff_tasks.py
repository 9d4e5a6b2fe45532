"""The tasks of the staff: which are open, who takes one, and that somebody has done it."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from scheduler.actions import Actor
from scheduler.scope import visible_citizens
from scheduler.stored import NotFoundError
from scheduler.tables import StaffTask


class TaskError(ValueError):
    """A task cannot be closed; the message says why."""


def open_tasks(actor: Actor, action: str, *, all_in_reach: bool = False) -> Select[StaffTask]:
    """The open tasks that are the actor's own, or all about citizens whom she reaches."""
    theirs = select(StaffTask).where(
        StaffTask.done_at.is_(None), StaffTask.citizen_id.in_(visible_citizens(actor, action))
    )
    return theirs if all_in_reach else theirs.where(StaffTask.staff_id == actor.staff_id)


def close_task(session: Session, actor: Actor, action: str, task_id: int, note: str, now: dt.datetime) -> StaffTask:
    """Note that a task is done, and what came of it.

    Raises
    ------
    NotFoundError
        There is no such task about a citizen whom the actor reaches.
    TaskError
        Somebody has done it already.
    """
    task = _hold_open(session, actor, action, task_id)
    task.done_at, task.done_by, task.note = now, actor.account_id, note
    session.flush()
    return task


def take_task(session: Session, actor: Actor, action: str, task_id: int) -> StaffTask:
    """Let a task be the actor's own.

    Raises
    ------
    NotFoundError
        There is no such task about a citizen whom the actor reaches.
    TaskError
        Somebody has done it already, or the actor is no member of staff.
    """
    task = _hold_open(session, actor, action, task_id)
    if actor.staff_id is None:
        raise TaskError(f"task {task_id}: only a member of staff takes a task; nothing was changed")
    task.staff_id = actor.staff_id
    session.flush()
    return task


def _hold_open(session: Session, actor: Actor, action: str, task_id: int) -> StaffTask:
    hers = select(StaffTask).where(StaffTask.id == task_id, StaffTask.citizen_id.in_(visible_citizens(actor, action)))
    task = session.scalars(hers.with_for_update()).one_or_none()
    if task is None:
        raise NotFoundError(f"task {task_id}: no such task among yours; look it up in the list")
    if task.done_at is not None:
        raise TaskError(f"task {task_id} was done at {task.done_at:%Y-%m-%d %H:%M} UTC; nothing was changed")
    return task
