"""Who is erased gives back her places, and the counts of what is left stay those of the places."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from catalog.database import make_engine, reading, writing
from scheduler.erasure import erase
from scheduler.leaving import leave_all
from scheduler.personal import copy_of, personal_columns
from scheduler.places import hold_seats
from scheduler.supplies import move, recount
from scheduler.tables import (
    Base,
    ChangeRequest,
    FreedSeat,
    Hold,
    InboundText,
    Place,
    PlanChange,
    Supply,
    SupplyUse,
    Waiting,
)
from scheduler.weeks_of import participants
from tests.unit.plan_town import LAST_WEEK, NOW, WEEK, PlanTown, minutes

UNTIL = minutes(15)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """The town with last week and this week published; citizen 1 has asked, changed, and waits."""
    made = make_engine(database_url)
    with writing(made) as session:
        town = PlanTown(session)
        for week in (LAST_WEEK, WEEK):
            town.published({1: ["motion"], 2: ["motion"]}, week)
        request = _asked(town)
        session.add(request)
        session.flush()
        town.change(1, "dansk", now=NOW).request_id = request.id
        seat = FreedSeat(offering_id="kor", group_id=town.group("kor"), at=NOW, offered=True)
        session.add(seat)
        session.flush()
        session.add(Waiting(citizen_id=1, offering_id="kor", since=NOW, state="offered", asked=[seat.id]))
        session.add(InboundText(provider_id="x", citizen_id=1, text="STOP", came_at=NOW, outcome="unknown"))
        session.flush()
        hold_seats(session, 1, WEEK, town.groups("motion2"), UNTIL, request_id=request.id)
        hold_seats(session, 1, WEEK, town.groups("kor"), UNTIL, waiting_id=session.scalars(select(Waiting.id)).one())
    yield made
    made.dispose()


def _asked(town: PlanTown) -> ChangeRequest:
    return ChangeRequest(
        citizen_id=1, week=WEEK, kind="another_time", asked={}, text="tired of it", account_id=town.planner,
        on_behalf=True, at=NOW, base="1.0", supplies=1, state="held",
    )  # fmt: skip


def _used(session: Session) -> dict[str, int]:
    """How many seats of each group of the week are taken or held, by offering and time."""
    town = PlanTown(session, 1)
    query = select(Supply.used).join(SupplyUse).where(Supply.kind == "seats")
    return {
        code: session.scalars(query.where(SupplyUse.group_id == town.group(code))).one()
        for code in ("motion", "motion2", "dansk", "kor")
    }


def test_who_leaves_gives_back_her_places_and_holds_and_waits_no_longer(engine: Engine) -> None:
    with writing(engine) as session:
        assert _used(session) == {"motion": 1, "motion2": 1, "dansk": 1, "kor": 1}
        leave_all(session, 1, minutes(1))
        assert _used(session) == {"motion": 1, "motion2": 0, "dansk": 0, "kor": 0}
        assert session.scalars(select(Place.citizen_id)).all() == [2, 2]
        assert session.scalars(select(Hold)).all() == []
        assert [(each.state, each.ended_at) for each in session.scalars(select(Waiting))] == [("ended", minutes(1))]
        assert recount(session, WEEK) == recount(session, LAST_WEEK) == []


def test_seats_of_the_weeks_to_come_are_freed_and_those_of_the_past_are_not(engine: Engine) -> None:
    with writing(engine) as session:
        before = session.scalars(select(FreedSeat.id)).all()
        leave_all(session, 1, dt.datetime(2026, 11, 25, tzinfo=dt.UTC))
        freed = session.scalars(select(FreedSeat).where(FreedSeat.id.not_in(before))).all()
        assert [(each.group_id, each.offering_id, each.offered) for each in freed] == [
            (PlanTown(session, 1).group("dansk"), "dansk", False)
        ]


def test_erasing_leaves_no_drift_and_no_row_of_hers(engine: Engine, tmp_path: Path) -> None:
    with writing(engine) as session:
        erase(session, 1, tmp_path / "erased", minutes(1))
    with reading(engine) as session:
        assert recount(session, WEEK) == recount(session, LAST_WEEK) == []
        assert [who.citizen_id for who in participants(session, WEEK, PlanTown(session, 1).group("motion"))] == [2]
        for table in (ChangeRequest, Hold, InboundText, Place, PlanChange, Waiting):
            (column,) = personal_columns(Base.metadata.tables[table.__tablename__])
            assert session.scalar(select(func.count()).where(column == 1)) == 0
    with writing(engine) as session:
        move(session, [PlanTown(session, 1).group("dansk")] * 9)  # All seats can be taken.


def test_a_copy_tells_her_places_in_words(engine: Engine) -> None:
    with reading(engine) as session:
        document = json.loads(json.dumps(copy_of(session, 1)))
    meeting = {"start": "09:00", "end": "10:00", "offering": "motion (da)", "site": "Nordre"}
    assert document["places"] == [
        {"date": "2026-11-16", **meeting},
        {"date": "2026-11-23", **meeting, "start": "11:00", "end": "12:00", "offering": "dansk (da)"},
    ]
    assert "place" not in document
    assert document["change_request"][0]["text"] == "tired of it"
    assert {"hold", "plan_change", "waiting", "inbound_text"} <= document.keys()
