"""Steps that nobody reached in time, and people who get no further: a named person gets a task, with a proposed week.

Progress is a step reached, or a rating that is higher than the one before of the same indicator by the same rater.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session, aliased

from catalog.weeks import CENTRE_TIME, monday_of, shift_week, week_of
from scheduler.citizen_reading import away, turns
from scheduler.idempotency import insert_new
from scheduler.kept_promises import weeks_from
from scheduler.progress_rules import ProgressRules, read_progress_rules
from scheduler.revision_tasks import contacts_of_all
from scheduler.tables import Rating, StaffTask, SubGoal

OVERDUE, NO_PROGRESS = "sub_goal_overdue", "no_progress"


class Reached(NamedTuple):
    """The steps that were to be reached in some weeks, as first agreed.

    `unknown` are reached, but nobody noted when; `open` are neither reached nor overdue.
    """

    in_time: int
    late: int
    overdue: int
    open: int
    unknown: int


def stalled_tasks(session: Session, now: dt.datetime) -> list[dict[str, Any]]:
    """The rows of the tasks that are due and not there yet; those away have none. This only reads.

    An overdue step has one task for the week it was to be reached in. Who gets no further has one, and the next one
    after as many weeks without progress again.
    """
    today = now.astimezone(CENTRE_TIME).date()
    rules, week = read_progress_rules(session, today), week_of(today)
    gone = set(away(session.execute(turns(monday_of(week))).all(), monday_of(week)))
    wanted = [*_overdue(session, week), *_without_progress(session, now, rules)]
    contact = contacts_of_all(session) if wanted else {}
    more: dict[str, Any] = {"created_at": now, "note": "", "proposed_week": shift_week(week, rules.weeks_proposed)}
    return [
        task | more | {"staff_id": contact.get(task["citizen_id"])} for task in wanted if task["citizen_id"] not in gone
    ]


def set_tasks(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Set tasks that `stalled_tasks` found, except those that somebody else has set meanwhile."""
    session.execute(insert_new(session, StaffTask), rows)


def steps_reached(session: Session, first: str, last: str, today: dt.date) -> Reached:
    """Count the steps of some weeks by whether they were reached in time; names nobody.

    Raises
    ------
    WeekRangeError
        The last week is before the first, or more than a year after it.
    """
    weeks_from(first, last)
    due = func.coalesce(SubGoal.first_by_week, SubGoal.by_week)
    count = dict.fromkeys(Reached._fields, 0)
    rows = select(due, SubGoal.done, SubGoal.done_at).where(due.between(first, last))
    for week, done, done_at in session.execute(rows):
        if not done:
            count["overdue" if week < week_of(today) else "open"] += 1
        elif done_at is None:
            count["unknown"] += 1
        else:
            count["in_time" if week_of(done_at.astimezone(CENTRE_TIME).date()) <= week else "late"] += 1
    return Reached(**count)


def _overdue(session: Session, week: str) -> Iterator[dict[str, Any]]:
    steps = select(SubGoal.citizen_id, SubGoal.id, SubGoal.by_week)
    steps = steps.where(SubGoal.done.is_(False), SubGoal.by_week < week).order_by(SubGoal.by_week, SubGoal.id)
    rows = session.execute(steps).all()
    known = select(StaffTask.citizen_id, StaffTask.week, StaffTask.subject).where(StaffTask.slug == OVERDUE)
    there = {tuple(row) for row in session.execute(known)}
    for citizen_id, step, by_week in rows:
        if (citizen_id, by_week, str(step)) not in there:
            yield {"slug": OVERDUE, "citizen_id": citizen_id, "week": by_week, "subject": str(step)}


def _without_progress(session: Session, now: dt.datetime, rules: ProgressRules) -> Iterator[dict[str, Any]]:
    """Who has worked towards an open step of known age for long enough without getting any further."""
    since = now - dt.timedelta(weeks=rules.weeks_without_progress)
    day = since.astimezone(CENTRE_TIME).date()
    earlier, same = aliased(Rating), aliased(Rating)
    before = select(func.max(same.quarter)).where(
        same.citizen_id == Rating.citizen_id, same.indicator_id == Rating.indicator_id, same.rater == Rating.rater,
        same.quarter < Rating.quarter,
    )  # fmt: skip
    risen = exists().where(
        Rating.citizen_id == SubGoal.citizen_id, Rating.at > since, earlier.citizen_id == Rating.citizen_id,
        earlier.indicator_id == Rating.indicator_id, earlier.rater == Rating.rater,
        earlier.quarter == before.correlate(Rating).scalar_subquery(), Rating.value > earlier.value,
    )  # fmt: skip
    step = aliased(SubGoal)
    reached = exists().where(step.citizen_id == SubGoal.citizen_id, step.done_at > since)
    told = exists().where(
        StaffTask.citizen_id == SubGoal.citizen_id, StaffTask.slug == NO_PROGRESS, StaffTask.created_at > since
    )
    waiting = select(SubGoal.citizen_id).where(SubGoal.done.is_(False), SubGoal.set_on <= day)
    stuck = waiting.where(~risen, ~reached, ~told).distinct().order_by(SubGoal.citizen_id)
    week = week_of(now.astimezone(CENTRE_TIME).date())
    for citizen_id in session.scalars(stuck).all():
        yield {"slug": NO_PROGRESS, "citizen_id": citizen_id, "week": week, "subject": ""}
