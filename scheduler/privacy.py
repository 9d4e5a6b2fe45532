"""What somebody asks of a citizen's data as a job that a worker does: a copy of it, or her erasure.

A job is a row. A worker that is killed leaves it waiting, and doing one a second time changes nothing.

    PrivacyError
        CopyNotReadyError   the copy is not made yet
"""

from __future__ import annotations

import datetime as dt
import gzip
import json
from pathlib import Path

from sqlalchemy import Engine, Select, delete, select
from sqlalchemy.orm import Session

from catalog.database import reading, writing
from scheduler import clock
from scheduler.erasure import list_and_bury
from scheduler.personal import copy_of
from scheduler.stored import NotFoundError
from scheduler.stripping import holding_erased, strip
from scheduler.tables import Account, Citizen, CitizenJob

COPIES_KEPT = dt.timedelta(days=7)


class PrivacyError(ValueError):
    """What is asked for cannot be done; the message says what to do."""


class CopyNotReadyError(PrivacyError):
    """The copy is not made yet."""


def ask_copy(session: Session, citizen_id: int, by: int, now: dt.datetime) -> CitizenJob:
    """Ask for a copy of everything that is kept about a citizen; one that waits already is given back."""
    waiting = _jobs("copy", citizen_id).where(CitizenJob.asked_by == by, CitizenJob.done_at.is_(None))
    return session.scalars(waiting).first() or _add(session, "copy", citizen_id, by, now)


def ask_erasure(session: Session, citizen_id: int, external_id: str, by: int, now: dt.datetime) -> CitizenJob:
    """Ask for a citizen's erasure; one that was asked for already is given back.

    Raises
    ------
    PrivacyError
        `external_id` is not hers: nobody erases somebody by a wrong number.
    """
    if session.scalar(select(Citizen.external_id).where(Citizen.id == citizen_id)) != external_id:
        raise PrivacyError(
            "external_id: expected this citizen's id in the centre's own system; look it up, and write it"
        )
    return session.scalars(_jobs("erasure", citizen_id)).first() or _add(session, "erasure", citizen_id, by, now)


def find_copy(session: Session, citizen_id: int, job_id: int, by: int) -> CitizenJob:
    """A copy that somebody asked for; whoever else asks finds none.

    Raises
    ------
    NotFoundError
        There is none, or it was deleted since.
    """
    found = session.scalars(_jobs("copy", citizen_id).where(CitizenJob.id == job_id, CitizenJob.asked_by == by)).first()
    if found is None:
        raise NotFoundError(f"copy {job_id}: you asked for no such one, or it was deleted since; ask anew")
    return found


def find_erasure(session: Session, citizen_id: int) -> CitizenJob:
    """The erasure that was asked for, or NotFoundError."""
    found = session.scalars(_jobs("erasure", citizen_id)).first()
    if found is None:
        raise NotFoundError(f"nobody asked to erase citizen {citizen_id}")
    return found


def document_of(job: CitizenJob) -> bytes:
    """The copy itself, as JSON, or CopyNotReadyError."""
    if job.copy is None:
        raise CopyNotReadyError(job.error or f"copy {job.id} waits for a worker; ask again in a moment")
    return gzip.decompress(job.copy)


def do_jobs(engine: Engine, listed: Path) -> int:
    """Do every job that waits, and say how many; `listed` is the list of the erased. Several processes may."""
    with reading(engine) as session:
        waiting = session.execute(
            select(CitizenJob.id, CitizenJob.kind).where(CitizenJob.done_at.is_(None)).order_by(CitizenJob.id)
        ).all()
    return sum(_copy(engine, key) if kind == "copy" else _erase(engine, key, listed) for key, kind in waiting)


def drop_copies(session: Session, now: dt.datetime) -> int:
    """Delete the copies that were made a week ago, and say how many."""
    old = delete(CitizenJob).where(CitizenJob.kind == "copy", CitizenJob.done_at < now - COPIES_KEPT)
    return len(session.scalars(old.returning(CitizenJob.id)).all())


def _copy(engine: Engine, job_id: int) -> bool:
    with writing(engine) as session:
        job = _take(session, job_id)
        if job is None:
            return False
        document = copy_of(session, job.citizen_id)
        asker = session.get_one(Account, job.asked_by)
        if asker.citizen_id != job.citizen_id and not asker.sees_protected:
            del document["citizen"]["protected_address"]
        job.copy = gzip.compress(json.dumps(document, ensure_ascii=False, default=str).encode(), mtime=0)
        job.done_at = clock.now(session)
    return True


def _erase(engine: Engine, job_id: int, listed: Path) -> bool:
    """Erase, and only then look for her in the runs' inputs, which takes longer than anybody may be kept waiting."""
    with writing(engine) as session:
        job = _take(session, job_id)
        if job is None:
            return False
        try:
            list_and_bury(session, job.citizen_id, listed, clock.now(session))
        except NotFoundError:
            job.error = ""  # A worker that was killed since had erased her already.
        except OSError as error:
            job.error = f"the list of the erased cannot be written ({error.strerror}); it is tried again"
            return False
    with reading(engine) as session:
        runs = holding_erased(session)
    with writing(engine) as session:
        job = _take(session, job_id)
        if job is None:
            return False
        job.done_at = clock.now(session)
        job.error = ""
        strip(session, runs, job.done_at)
    return True


def _take(session: Session, job_id: int) -> CitizenJob | None:
    """A job that still waits and that nobody else is at."""
    waits = select(CitizenJob).where(CitizenJob.id == job_id, CitizenJob.done_at.is_(None))
    return session.scalars(waits.with_for_update(skip_locked=True)).one_or_none()


def _jobs(kind: str, citizen_id: int) -> Select[CitizenJob]:
    return (
        select(CitizenJob).where(CitizenJob.kind == kind, CitizenJob.citizen_id == citizen_id).order_by(CitizenJob.id)
    )


def _add(session: Session, kind: str, citizen_id: int, by: int, now: dt.datetime) -> CitizenJob:
    job = CitizenJob(kind=kind, citizen_id=citizen_id, asked_by=by, asked_at=now)
    session.add(job)
    session.flush()
    return job
