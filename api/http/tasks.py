"""What staff have to do, over HTTP: their tasks, and the messages that go out, such as the list of whom to call."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.http.callers import Answer, Caller, may
from api.http.paging import After, Limit, Page, read_page
from scheduler import messages as sending
from scheduler import staff_tasks
from scheduler.inbound import text_of
from scheduler.scope import visible_citizens
from scheduler.tables import Message, StaffTask

routes = APIRouter(prefix="/v1", tags=["tasks"])
Number = Annotated[int, Path(ge=1, lt=2**31)]


class TaskOut(BaseModel):
    """Something to do about a citizen: `slug` says what, `subject` what it concerns, `text` what she wrote.

    `proposed_week` is a week to agree on anew, where the task is about a step that was not reached.
    """

    model_config = ConfigDict(from_attributes=True)
    id: int
    slug: str
    citizen_id: int
    week: str
    subject: str
    staff_id: str | None
    created_at: dt.datetime
    done_at: dt.datetime | None
    note: str
    proposed_week: str | None
    text: str = ""


class DoneIn(BaseModel):
    """What came of a task."""

    model_config = ConfigDict(extra="forbid")
    note: str = Field(default="", max_length=2000)


class MessageOut(BaseModel):
    """A message to a citizen, in words."""

    id: int
    citizen_id: int
    channel: str
    slug: str
    text: str
    send_at: dt.datetime
    sent_at: dt.datetime | None


@routes.get("/tasks")
def tasks(
    caller: Annotated[Caller, may("task.read")],
    whose: Annotated[Literal["mine", "all"], Query(description="My own, or all about citizens whom I reach.")] = "mine",
    after: After = None,
    limit: Limit = 100,
) -> Page[TaskOut]:
    """List the open tasks, oldest first."""
    with caller.reading() as session:
        wanted = staff_tasks.open_tasks(caller.actor, caller.action, all_in_reach=whose == "all")
        found, following = read_page(session, wanted, StaffTask.id, after, limit)
        page = Page(items=[_task_out(session, row) for row in found], next=following)
    caller.look_at(row.citizen_id for row in page.items)
    return page


@routes.post("/tasks/{task_id}/done", response_model=TaskOut)
def close_task(task_id: Number, body: DoneIn, caller: Annotated[Caller, may("task.write")]) -> Response:
    """Note that a task is done, and what came of it."""
    about: list[int | None] = []

    def close() -> Answer:
        task = staff_tasks.close_task(caller.session, caller.actor, caller.action, task_id, body.note, caller.now)
        about.append(task.citizen_id)
        return Answer(200, _task_out(caller.session, task))

    return caller.write(close, body=body, about=about)


@routes.get("/messages")
def messages(
    caller: Annotated[Caller, may("message.read")],
    channel: Annotated[
        Literal["sms", "letter", "call", "email"] | None, Query(description="`call`: the list of whom to call.")
    ] = None,
    waiting: Annotated[bool, Query(description="Only those that are not sent.")] = False,
    after: After = None,
    limit: Limit = 100,
) -> Page[MessageOut]:
    """List the messages to citizens whom the caller reaches, oldest first."""
    wanted = select(Message).where(Message.citizen_id.in_(visible_citizens(caller.actor, caller.action)))
    if channel is not None:
        wanted = wanted.where(Message.channel == channel)
    if waiting:
        wanted = wanted.where(Message.sent_at.is_(None))
    with caller.reading() as session:
        found, following = read_page(session, wanted, Message.id, after, limit)
        page = Page(items=[_message_out(row) for row in found], next=following)
    caller.look_at(row.citizen_id for row in page.items)
    return page


@routes.get("/citizens/{citizen_id}/messages")
def own_messages(
    citizen_id: Number, caller: Annotated[Caller, may("message.own")], after: After = None, limit: Limit = 100
) -> Page[MessageOut]:
    """List the messages to a citizen, those that went out and those that wait, newest first."""
    with caller.reading() as session:
        caller.permit(session, citizen_id)
        wanted = sending.messages_to(citizen_id)
        found, following = read_page(session, wanted, Message.id, after, limit, falling=True)
        page = Page(items=[_message_out(row) for row in found], next=following)
    caller.look_at([citizen_id])
    return page


def _task_out(session: Session, row: StaffTask) -> TaskOut:
    came = text_of(session, row)
    return TaskOut.model_validate(row).model_copy(update={} if came is None else {"text": came.text})


def _message_out(row: Message) -> MessageOut:
    return MessageOut(
        id=row.id, citizen_id=row.citizen_id, channel=row.channel, slug=row.slug, text=sending.render(row),
        send_at=row.send_at, sent_at=row.sent_at,
    )  # fmt: skip
