"""Gives back all that a citizen has of the published weeks: her places, the seats held for her, her waiting."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import delete, insert, literal, select, update
from sqlalchemy.orm import Session

from catalog.columns import UtcTime
from catalog.weeks import CENTRE_TIME, week_of
from scheduler.supplies import move
from scheduler.tables import Citizen, FreedSeat, Hold, Place, Run, Waiting
from scheduler.waiting import give_back


def leave_all(session: Session, citizen_id: int, now: dt.datetime) -> None:
    """Give back a citizen's places and holds of every week, so that others can have them, and end her waiting.

    A seat of a week that is over is of no use to anybody, so only the others are noted as freed.
    """
    places, holds = Place.citizen_id == citizen_id, Hold.citizen_id == citizen_id
    weeks = select(Place.week).where(places).union(select(Hold.week).where(holds))
    published = select(Run.id).where(Run.state == "published", Run.week.in_(weeks)).order_by(Run.id)
    session.execute(published.with_for_update(read=True)).all()  # Their supplies are not counted anew meanwhile.
    session.execute(select(Citizen.id).where(Citizen.id == citizen_id).with_for_update(key_share=True))
    for seat in session.scalars(select(Hold).where(holds, Hold.waiting_id.is_not(None))).all():
        give_back(session, session.get_one(Waiting, seat.waiting_id), seat)
    freed = [
        *session.scalars(select(Place.group_id).where(places)),
        *session.scalars(select(Hold.group_id).where(holds)),
    ]
    move(session, (), freed)
    to_come = Place.week >= week_of(now.astimezone(CENTRE_TIME).date())
    seats = select(Place.offering_id, Place.group_id, literal(now, UtcTime()), literal(False)).where(places, to_come)
    session.execute(insert(FreedSeat).from_select(["offering_id", "group_id", "at", "offered"], seats))
    session.execute(delete(Hold).where(holds))
    session.execute(delete(Place).where(places))
    waits = (Waiting.citizen_id == citizen_id, Waiting.state != "ended")
    session.execute(update(Waiting).where(*waits).values(state="ended", ended_at=now))
