"""Offers, changes and a cancelled group at the same moment: nobody waits crosswise, and every seat is counted."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Engine, event, select, update
from sqlalchemy.orm import ORMExecuteState, Session

from catalog.database import make_engine, reading, writing
from catalog.tables import Group
from scheduler.cancelled import cancel_group
from scheduler.offers import accept, decline, offer_freed, pass_on_due
from scheduler.request_effects import Asker
from scheduler.requests import RequestStateError
from scheduler.supplies import FullError, recount
from scheduler.tables import Hold, Place
from scheduler.waiting import in_line, join, leave, waits_of
from scheduler.week_state import WeekStates
from tests.unit.plan_town import NOW, WEEK, PlanTown

ROUNDS = 12
PLANS = {1: ["motion"], 2: ["motion"], 3: ["dansk"], 4: ["dansk", "kor"]}
EXPECTED = (RequestStateError, FullError)  # What somebody hears who comes too late.


def _later(number: int) -> dt.datetime:
    return NOW + dt.timedelta(minutes=number)


class Crowd:
    """Threads that each do one thing again and again, every time in a transaction of its own."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.faults: list[BaseException] = []

    def run(self, *acts: Callable[[Session, int], None]) -> None:
        threads = [threading.Thread(target=self._repeat, args=(act,)) for act in acts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _repeat(self, act: Callable[[Session, int], None]) -> None:
        for number in range(ROUNDS):
            try:
                with writing(self.engine) as session:
                    act(session, number)
            except EXPECTED:
                continue
            except Exception as fault:  # noqa: BLE001  # Of another thread: shown by the test.
                self.faults.append(fault)


@pytest.fixture
def crowd(database_url: str) -> Iterator[Crowd]:
    engine = make_engine(database_url)
    with writing(engine) as session:
        town = PlanTown(session)
        session.execute(update(Group).where(Group.code.in_(("dansk", "kor"))).values(seats=2))
        town.published(PLANS)
    yield Crowd(engine)
    engine.dispose()


def test_offers_answers_changes_and_a_cancelled_group_do_not_wait_crosswise(crowd: Crowd) -> None:
    states = WeekStates(fresh_seconds=0.0)

    def wait(session: Session, number: int) -> None:
        for offering in ("dansk", "kor"):
            join(session, 1 + number % 2, offering, Asker(1, _later(number)))

    def change(session: Session, number: int) -> None:
        citizen, town = 3 + number % 2, PlanTown(session, 1)
        town.change(citizen, *([] if number % 4 < 2 else PLANS[citizen]), now=_later(number))

    def offer(session: Session, number: int) -> None:
        pass_on_due(session, _later(number))
        offer_freed(session, states, _later(number))

    def answer(session: Session, number: int) -> None:
        seat = session.scalar(select(Hold).order_by(Hold.id).limit(1))
        if seat is None or seat.waiting_id is None:
            return
        if number % 3 == 0:
            decline(session, seat.waiting_id, seat.citizen_id)
        else:
            accept(session, seat.waiting_id, seat.citizen_id, _later(number))

    def cancel(session: Session, number: int) -> None:
        if number == ROUNDS // 2:
            group = PlanTown(session, 1).group("dansk")
            cancel_group(session, states.of(session, WEEK), group, "ill", Asker(1, _later(number), is_staff=True))

    def go(session: Session, number: int) -> None:
        for each in waits_of(session, 2) if number % 5 == 4 else ():
            leave(session, 2, each.offering_id, Asker(1, _later(number)))

    crowd.run(wait, change, offer, answer, cancel, go)
    assert crowd.faults == []
    with reading(crowd.engine) as session:
        assert recount(session, WEEK) == []
        group = PlanTown(session, 1).group("dansk")
        assert session.scalars(select(Place).where(Place.group_id == group)).all() == []
        assert session.scalars(select(Hold).where(Hold.group_id == group)).all() == []


def test_who_leaves_the_line_while_it_is_read_breaks_nothing(crowd: Crowd) -> None:
    with writing(crowd.engine) as session:
        for citizen in (1, 2):
            join(session, citizen, "dansk", Asker(1, NOW))
    left: list[ORMExecuteState] = []

    def let_go(state: ORMExecuteState) -> None:  # After the first statement of the line, before its second.
        if len(left) == 1:
            with writing(crowd.engine) as other:
                leave(other, 2, "dansk", Asker(1, NOW))
        left.append(state)

    with reading(crowd.engine) as session:
        event.listen(session, "do_orm_execute", let_go)
        assert [each.citizen_id for each in in_line(session, "dansk", WEEK, NOW)] in ([1, 2], [2, 1])
    assert len(left) > 1
