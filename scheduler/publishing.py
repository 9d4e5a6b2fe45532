"""The published plan of a week: sent out in versions that never change, withdrawn while nobody has acted on it."""

from __future__ import annotations

import datetime as dt
import gzip
import hashlib
from collections.abc import Sequence

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session, defer

from catalog.database import count_rows, insert_rows
from catalog.tables import Group
from catalog.weeks import monday_of
from scheduler.approval import lock_plans
from scheduler.difference import compare
from scheduler.life import STANDING, ClosedRunError, HeldRun, NotPublishedError, hold_run, hold_week, published_run
from scheduler.limits import read_limits
from scheduler.messages import render
from scheduler.places import fill
from scheduler.revision_tasks import set_revision_tasks
from scheduler.stored import NotFoundError
from scheduler.swapping import set_swaps
from scheduler.tables import (
    Lock,
    Message,
    Place,
    PlanAnswer,
    PlanChange,
    PlanEntry,
    Publication,
    Run,
    StaffTask,
    Supply,
    SupplyUse,
)
from scheduler.week_document import week_document

CHANNEL = "sms"
PORTION = 5_000  # Databases take a few thousand values at most.
WEEK_TABLES = (Group, Lock, Place, Supply, SupplyUse)  # A week adds rows by the thousand, and everybody asks for hers.


class ActedOnError(ClosedRunError):
    """Somebody has acted on the published week, so that it cannot be withdrawn; the message says how."""


def publish(session: Session, run_id: int, account_id: int, now: dt.datetime) -> Publication:
    """Send an approved run out as the next version of its week.

    The run that was published before goes back to approved. Those whose week is new or another get a message, and their
    contacts a task where an offering starts or ends, or where what was agreed is swapped for something better.

    Raises
    ------
    NotFoundError
        There is no such run.
    ClosedRunError
        The run is not approved, or somebody's published plan has changed since the run was asked for.
    """
    week = session.scalar(select(Run.week).where(Run.id == run_id))
    if week is None:
        raise NotFoundError(f"there is no run {run_id}: igang runs lists them")
    hold_week(session, week)
    held = hold_run(session, run_id, ("approved",))
    _refuse_where_changed_since(session, held)
    before = published_run(session, week)
    version = 1 + (session.scalar(select(func.max(Publication.version)).where(Publication.week == week)) or 0)
    body = gzip.compress(week_document(session, week, run_id, version, now), compresslevel=1, mtime=0)
    sent = Publication(
        week=week,
        version=version,
        run_id=run_id,
        account_id=account_id,
        at=now,
        etag=hashlib.sha256(body).hexdigest(),
        body=body,
    )
    session.add(sent)
    session.flush()
    told = who_is_told(session, run_id, before)
    _set_published(session, week, run_id)
    fill(session, week, run_id)
    lock_plans(session, held, "", account_id)  # A run approved since may have taken the places of its locks.
    _tell(session, sent, told, "plan_published" if before is None else "plan_changed")
    set_revision_tasks(session, week, run_id, now)
    set_swaps(session, week, now)
    count_rows(session, WEEK_TABLES)
    return sent


def withdraw(session: Session, week: str, account_id: int, now: dt.datetime) -> Publication:
    """Take the standing version back; the one before it, if any, stands again, and the run is approved as before.

    Its messages and tasks go with it.

    Raises
    ------
    NotPublishedError
        The week has no published plan.
    ActedOnError
        A message was sent, a task done, a plan changed or an answer given since.
    """
    hold_week(session, week)
    standing = current(session, week, with_body=False)
    if standing is None:
        raise NotPublishedError(week)
    _refuse_where_acted_on(session, standing)
    standing.withdrawn_at, standing.withdrawn_by = now, account_id
    session.flush()
    unsent = _messages(session, standing)
    for start in range(0, len(unsent), PORTION):
        session.execute(delete(Message).where(Message.id.in_(unsent[start : start + PORTION])))
    run_id = published_run(session, week)
    _set_published(session, week, run_id)
    fill(session, week, run_id)
    set_revision_tasks(session, week, run_id, now)
    set_swaps(session, week, now)
    return standing


def current(session: Session, week: str, *, with_body: bool = True) -> Publication | None:
    """The version of a week that stands, with its encoded body where that is wanted."""
    query = select(Publication).where(Publication.id == STANDING.scalar_subquery())
    return session.scalar(query if with_body else query.options(defer(Publication.body)), {"week": week})


def preview(week: str, *, is_first: bool) -> str:
    """The message that publishing a week puts in the outbox."""
    now = dt.datetime.now(dt.UTC)
    slug = "plan_published" if is_first else "plan_changed"
    given = {"week": week, "version": 0}
    return render(Message(citizen_id=0, channel=CHANNEL, slug=slug, arguments=given, created_at=now, send_at=now))


def told_by(session: Session, sent: Publication) -> Sequence[Message]:
    """The messages about a version that are in the outbox or were sent."""
    keys = _messages(session, sent)
    found: list[Message] = []
    for start in range(0, len(keys), PORTION):
        found += session.scalars(select(Message).where(Message.id.in_(keys[start : start + PORTION])))
    return sorted(found, key=lambda message: message.id)


def _set_published(session: Session, week: str, run_id: int | None) -> None:
    """Let this run alone be the published one of its week."""
    before = (Run.week == week, Run.state == "published", Run.id != (run_id or 0))
    session.execute(update(Run).where(*before).values(state="approved"))
    session.execute(update(Run).where(Run.id == run_id).values(state="published"))


def who_is_told(session: Session, run_id: int, before: int | None) -> list[int]:
    """Those whose week is new, or other than it stands until now by the run that is published `before`."""
    if before is not None:
        return [move.citizen_id for move in compare(session, run_id, before).moves]
    planned = select(PlanEntry.citizen_id).where(PlanEntry.run_id == run_id).distinct()
    return list(session.scalars(planned.order_by(PlanEntry.citizen_id)))


def _tell(session: Session, sent: Publication, citizens: Sequence[int], slug: str) -> None:
    """Put a message in the outbox for everybody who is told; there is time to withdraw first."""
    delay = dt.timedelta(minutes=read_limits(session, monday_of(sent.week)).message_delay_minutes)
    arguments = {"week": sent.week, "version": sent.version}
    rows = [
        {
            "citizen_id": citizen,
            "channel": CHANNEL,
            "slug": slug,
            "arguments": arguments,
            "created_at": sent.at,
            "send_at": sent.at + delay,
            "sent_at": None,
        }
        for citizen in citizens
    ]
    insert_rows(session, Message, rows)


def _messages(session: Session, sent: Publication, *, only_sent: bool = False) -> list[int]:
    """The messages about a version."""
    query = select(Message.id, Message.arguments).where(
        Message.slug.in_(("plan_published", "plan_changed")), Message.created_at == sent.at
    )
    if only_sent:
        query = query.where(Message.sent_at.is_not(None))
    told = {"week": sent.week, "version": sent.version}
    return [key for key, arguments in session.execute(query) if arguments == told]


def _refuse_where_changed_since(session: Session, run: HeldRun) -> None:
    """A run that does not know of a change would take it back without a word."""
    asked_at = select(Run.created_at).where(Run.id == run.id).scalar_subquery()
    since = select(func.count()).where(PlanChange.week == run.week, PlanChange.at > asked_at)
    if count := session.scalar(since):
        raise ClosedRunError(f"{count} plans of week {run.week} have changed since run {run.id}: plan the week again")


def _refuse_where_acted_on(session: Session, sent: Publication) -> None:
    of_week = select(Run.id).where(Run.week == sent.week)
    answers = select(func.count()).where(PlanAnswer.run_id.in_(of_week), PlanAnswer.at > sent.at)
    done = select(func.count()).where(StaffTask.week == sent.week, StaffTask.done_at > sent.at)
    changed = select(func.count()).where(PlanChange.week == sent.week, PlanChange.at > sent.at)
    acts = {
        "messages sent": len(_messages(session, sent, only_sent=True)),
        "answers given": session.scalar(answers) or 0,
        "tasks done": session.scalar(done) or 0,
        "plans changed": session.scalar(changed) or 0,
    }
    if any(acts.values()):
        found = ", ".join(f"{count} {what}" for what, count in acts.items() if count)
        raise ActedOnError(f"week {sent.week} version {sent.version} was acted on ({found}): publish a new version")
