"""`/indbakke`: what staff have to do about citizens; taken, done, and what came of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Annotated, Literal, NamedTuple

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.http.callers import Answer
from api.http.paging import After, read_page
from api.http.requests import Number
from api.pages.callers import Page, may_page
from api.pages.dates import Dates
from api.pages.forms import FormError, Wrong
from api.pages.rendering import language_of
from api.pages.staff.choices import names_for
from api.pages.texts import Words, words_of
from catalog.tables import StaffMember
from scheduler import staff_tasks
from scheduler.importer.cpr import hide_cpr
from scheduler.inbound import text_of
from scheduler.staff_tasks import TaskError
from scheduler.stored import NotFoundError
from scheduler.tables import ChangeRequest, Citizen, StaffTask, SubGoal
from scheduler.why_words import Names

routes = APIRouter(prefix="/indbakke")
A_PAGE = 50
GROUPS = {
    "call": ("call_back", "read_text"),
    "ask": ("change_request", "group_cancelled", "group_moved"),
    "stalled": ("sub_goal_overdue", "no_progress", "absent_in_a_row"),
}
Whose = Literal["mine", "alle"] | None
REFUSED: dict[type[Exception], str] = {TaskError: "task_refused", NotFoundError: "task_refused"}


class Todo(NamedTuple):
    """A task in words."""

    id: int
    group: str
    what: str
    said: str
    citizen_id: int
    name: str
    week: str
    owner: str | None
    is_mine: bool
    since: dt.datetime
    proposed_week: str | None


class DoneIn(BaseModel):
    """What came of a task."""

    note: str = Field(default="", max_length=2000)


@routes.get("")
def show_inbox(
    page: Annotated[Page, may_page("task.read")],
    hvis: Annotated[Whose, Query()] = None,
    efter: After = None,
) -> Response:
    """Show the open tasks, by what they ask for."""
    return _show(page, hvis, efter)


@routes.post("/{task_id}/tag")
def take(task_id: Number, page: Annotated[Page, may_page("task.write")]) -> Response:
    """Let a task be one's own."""

    def taken() -> StaffTask:
        return staff_tasks.take_task(page.session, page.actor, page.action, task_id)

    return _change(page, task_id, "task_taken", taken)


@routes.post("/{task_id}/gjort")
def close(task_id: Number, page: Annotated[Page, may_page("task.write")]) -> Response:
    """Note that a task is done, and what came of it."""

    def done() -> StaffTask:
        note = hide_cpr(_read_note(page, task_id))
        return staff_tasks.close_task(page.session, page.actor, page.action, task_id, note, page.now)

    return _change(page, task_id, "task_closed", done)


def _read_note(page: Page, task_id: int) -> str:
    """What came of a task; an error stands at the field of its task, for each task has one."""
    try:
        return page.form.read(DoneIn).note
    except FormError as error:
        raise FormError({f"note-{task_id}": Wrong("note_too_long", error.wrong["note"].words)}) from error


def _change(page: Page, task_id: int, done: str, do: Callable[[], StaffTask]) -> Response:
    about: list[int | None] = []
    whose: Whose = "alle" if page.form.value("from") == "alle" else None

    def make() -> Answer:
        about.append(do().citizen_id)
        return page.go_to(f"/indbakke?hvis={whose}" if whose else "/indbakke", done)

    return page.submit(make, lambda: _show(page, whose, None, task_id), about=about, words=REFUSED)


def _show(page: Page, whose: Whose, after: str | None, sent: int = 0) -> Response:
    """Show the list; what was `sent` about a task stands there as it was entered, also where the task has gone."""
    chosen = whose or ("mine" if page.actor.staff_id else "alle")
    with page.reading() as session:
        wanted = staff_tasks.open_tasks(page.actor, page.action, all_in_reach=chosen == "alle")
        found, following = read_page(session, wanted, StaffTask.id, after, A_PAGE)
        todos = _words(page, session, list(found))
    page.look_at({todo.citizen_id for todo in todos})
    grouped = [(group, [todo for todo in todos if todo.group == group]) for group in (*GROUPS, "other")]
    return page.show(
        "staff/inbox.html", chosen=chosen, groups=grouped, shown=len(todos), following=following,
        has_own=page.actor.staff_id is not None, sent=sent, is_here=sent in {todo.id for todo in todos},
    )  # fmt: skip


def _words(page: Page, session: Session, tasks: list[StaffTask]) -> list[Todo]:
    language = language_of(page.request)
    say, names, dates = words_of(language), names_for(page, session), Dates(language)
    citizens = {task.citizen_id for task in tasks}
    rows = session.execute(select(Citizen.id, Citizen.name, Citizen.external_id).where(Citizen.id.in_(citizens)))
    name = {key: name or external for key, name, external in rows}
    staff = dict(session.execute(select(StaffMember.id, StaffMember.name)).all())
    todos = []
    for task in tasks:
        came = text_of(session, task)
        group = next((group for group, slugs in GROUPS.items() if task.slug in slugs), "other")
        todos.append(
            Todo(
                task.id, group, _what(session, task, say, names, dates), came.text if came is not None else "",
                task.citizen_id, name[task.citizen_id], task.week, staff.get(task.staff_id or ""),
                task.staff_id is not None and task.staff_id == page.actor.staff_id, task.created_at,
                task.proposed_week,
            )
        )  # fmt: skip
    return todos


def _what(session: Session, task: StaffTask, say: Words, names: Names, dates: Dates) -> str:
    """What a task is about, in a line."""
    slug = f"task_{task.slug}"
    if slug not in say:
        return say("task_other", week=int(task.week[6:]))
    return say(slug, week=int(task.week[6:]), subject=_subject(session, task, say, names, dates))


def _subject(session: Session, task: StaffTask, say: Words, names: Names, dates: Dates) -> str:
    if task.slug == "change_request":
        kind, _, number = task.subject.partition(" ")
        asked = session.get(ChangeRequest, int(number)) if number.isdecimal() else None
        words = say(f"call_{kind}").lower() if f"call_{kind}" in say else ""
        return f"{words}. {asked.text}" if asked is not None and asked.text else words
    if task.slug == "absent_in_a_row":
        return dates.day(dt.date.fromisoformat(task.subject))
    if task.slug == "sub_goal_overdue":
        step = session.get(SubGoal, int(task.subject)) if task.subject.isdecimal() else None
        return "" if step is None else step.words or names.goal.get(step.indicator_id or "", "")
    return names.offering.get(task.subject, "")
