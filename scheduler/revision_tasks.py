"""The tasks to revise a citizen's Min plan where an offering starts or ends for her, compared with the week before."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from catalog.database import insert_rows
from catalog.tables import Offering, StaffMember
from catalog.weeks import shift_week
from scheduler.life import published_run
from scheduler.tables import Contact, Place, StaffTask

SLUG = "revise_min_plan"
CASEWORKER = "sagsbehandler"
Subject = tuple[int, str]  # citizen, offering


def set_revision_tasks(session: Session, week: str, run_id: int | None, now: dt.datetime) -> None:
    """Let the week's open tasks be those of its places, none where no run is published; done ones stay.

    An offering that is taken only every so many weeks neither starts nor ends by one week.
    """
    earlier = shift_week(week, -1)
    wanted: set[Subject] = set()
    if run_id is not None and published_run(session, earlier) is not None:
        wanted = _taken(session, week) ^ _taken(session, earlier)
    known = session.execute(
        select(StaffTask.id, StaffTask.citizen_id, StaffTask.subject, StaffTask.done_at).where(
            StaffTask.slug == SLUG, StaffTask.week == week
        )
    ).all()
    obsolete = [key for key, citizen, subject, done in known if done is None and (citizen, subject) not in wanted]
    for start in range(0, len(obsolete), 5_000):
        session.execute(delete(StaffTask).where(StaffTask.id.in_(obsolete[start : start + 5_000])))
    missing = wanted - {(citizen, subject) for _, citizen, subject, _ in known}
    contact = contacts_of_all(session) if missing else {}
    rows = [
        {
            "slug": SLUG,
            "citizen_id": citizen,
            "week": week,
            "subject": offering,
            "staff_id": contact.get(citizen),
            "created_at": now,
            "done_at": None,
            "done_by": None,
        }
        for citizen, offering in sorted(missing)
    ]
    insert_rows(session, StaffTask, rows)


def _taken(session: Session, week: str) -> set[Subject]:
    query = (
        select(Place.citizen_id, Place.offering_id)
        .join(Offering, Offering.id == Place.offering_id)
        .where(Place.week == week, Offering.kind != "conference", Offering.meetings_per_week >= 1)
    )
    return {(citizen, offering) for citizen, offering in session.execute(query)}


def contacts_of_all(session: Session) -> dict[int, str]:
    """Whose task something about a citizen is: her caseworker's, or else the first of her contacts."""
    query = (
        select(Contact.citizen_id, Contact.staff_id)
        .join(StaffMember, StaffMember.id == Contact.staff_id)
        .order_by(Contact.role == CASEWORKER, Contact.role.desc())  # The last one stands.
    )
    return dict(session.execute(query).all())
