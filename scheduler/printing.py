"""Everybody's sheets of a published week as one PDF: a job that a worker does, kept for a week.

It names everybody, so it is deleted with whoever is erased, and nobody fetches one of a week that was taken back.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Engine, delete, func, select
from sqlalchemy.orm import Session

from catalog.database import reading, writing
from scheduler import clock
from scheduler.life import ClosedRunError, NotPublishedError, hold_run, need_published_run
from scheduler.sheet_setting import SheetError, encode, set_apart
from scheduler.stored import NotFoundError
from scheduler.tables import PlanChange, Run, WeekPrint
from scheduler.week_sheets import read_sheets

PRINTS_KEPT = dt.timedelta(days=7)


class Print(NamedTuple):
    """A PDF that somebody asked for. It is not made as long as `done_at` is None, and never where there is an error."""

    id: int
    asked_at: dt.datetime
    done_at: dt.datetime | None
    error: str
    sheets: int
    changed: int  # weeks that are others since


def ask_print(session: Session, run_id: int, by: int, now: dt.datetime) -> None:
    """Ask for the sheets of a published run's week; where that is asked for already, nothing is added.

    Raises
    ------
    NotFoundError
        There is no such run.
    ClosedRunError
        It is not the published one.
    """
    hold_run(session, run_id, ("published",))
    waiting = select(WeekPrint.id).where(WeekPrint.run_id == run_id, WeekPrint.done_at.is_(None))
    if session.scalars(waiting).first() is None:
        session.add(WeekPrint(run_id=run_id, asked_by=by, asked_at=now))


def newest_print(session: Session, run_id: int) -> Print | None:
    """The PDF of a run that was asked for last, where one is kept."""
    shown = (WeekPrint.id, WeekPrint.asked_at, WeekPrint.done_at, WeekPrint.error, WeekPrint.sheets, Run.week)
    query = select(*shown).join(Run, Run.id == WeekPrint.run_id).where(WeekPrint.run_id == run_id)
    row = session.execute(query.order_by(WeekPrint.id.desc()).limit(1)).one_or_none()
    if row is None:
        return None
    since = (PlanChange.week == row.week, PlanChange.at > row.asked_at)
    changed = session.scalar(select(func.count(PlanChange.citizen_id.distinct())).where(*since))
    return Print(row.id, row.asked_at, row.done_at, row.error, row.sheets, changed or 0)


def document_of(session: Session, run_id: int) -> bytes:
    """The newest PDF of a run that is made.

    Raises
    ------
    NotFoundError
        None is kept.
    ClosedRunError
        The run is not the published one any more.
    """
    hold_run(session, run_id, ("published",))
    made = select(WeekPrint.pdf).where(WeekPrint.run_id == run_id, WeekPrint.pdf.is_not(None))
    found = session.scalars(made.order_by(WeekPrint.id.desc()).limit(1)).first()
    if found is None:
        raise NotFoundError(f"no sheets of run {run_id} are kept: ask for them")
    return found


def make_prints(engine: Engine, fonts: Path | None = None) -> int:
    """Make every PDF that waits, and say how many; with letters from a folder where one is named."""
    with reading(engine) as session:
        waiting = session.scalars(select(WeekPrint.id).where(WeekPrint.done_at.is_(None)).order_by(WeekPrint.id)).all()
    return sum(_make(engine, key, fonts) for key in waiting)


def drop_prints(session: Session, now: dt.datetime) -> int:
    """Delete the PDFs that were asked for a week ago, and say how many."""
    old = delete(WeekPrint).where(WeekPrint.asked_at < now - PRINTS_KEPT)
    return len(session.scalars(old.returning(WeekPrint.id)).all())


def _make(engine: Engine, key: int, fonts: Path | None) -> bool:
    """Make one while nobody waits for it; somebody who is erased meanwhile takes it along."""
    sheets, pdf, error = 0, None, ""
    try:
        with reading(engine) as session:
            read = read_sheets(session, _week_of(session, key))
        sheets, pdf = len(read["citizens"]), set_apart(encode(read), fonts)
    except (ClosedRunError, NotFoundError, SheetError) as refused:
        error = str(refused)
    with writing(engine) as session:
        waits = select(WeekPrint).where(WeekPrint.id == key, WeekPrint.done_at.is_(None))
        found = session.scalars(waits.with_for_update()).one_or_none()
        if found is None:
            return False
        found.sheets, found.pdf, found.error, found.done_at = sheets, pdf, error, clock.now(session)
    return True


def _week_of(session: Session, key: int) -> str:
    query = select(Run.id, Run.week).join(WeekPrint, WeekPrint.run_id == Run.id).where(WeekPrint.id == key)
    row = session.execute(query).one_or_none()
    if row is None:
        raise NotFoundError(f"nobody asks for print {key} any more")
    run_id, week = row
    if need_published_run(session, week) != run_id:
        raise NotPublishedError(week)
    return str(week)
