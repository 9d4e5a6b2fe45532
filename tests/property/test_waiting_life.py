"""Seats come free, are offered, taken, refused and passed on in any order, and no seat is lost or given twice."""

from __future__ import annotations

import datetime as dt
from random import Random

import pytest
from sqlalchemy import func, select, update

from catalog.tables import Group
from scheduler.offers import accept, decline, offer_freed, open_offer, pass_on_due
from scheduler.request_effects import Asker
from scheduler.supplies import recount
from scheduler.tables import Hold, Place
from scheduler.waiting import leave, waits_of
from scheduler.week_state import WeekStates
from tests.unit.plan_town import NOW, WEEK, PlanTown, engine, town
from tests.unit.waiting_line import places, wait

__all__ = ["engine", "town"]

STEPS = ("join", "join", "leave", "give up", "take", "offer", "offer", "yes", "no", "late")


class Walk:
    """The town, where `dansk` and `kor` have one seat each; `moved` is who has changed her own week in a step."""

    def __init__(self, town: PlanTown, seed: int) -> None:
        self.town, self.session, self.random, self.now = town, town.session, Random(seed), NOW
        self.states, self.moved, self.accepted = WeekStates(fresh_seconds=0.0), 0, 0
        self.session.execute(update(Group).where(Group.code.in_(("dansk", "kor"))).values(seats=1))
        town.published({1: ["motion"], 2: ["motion"], 3: ["dansk"], 4: ["kor"]})

    def step(self) -> None:
        """One thing happens."""
        self.now += dt.timedelta(minutes=self.random.choice((1, 20)))
        self.moved, step = 0, self.random.choice(STEPS)
        citizen, offering = self.random.randint(1, 4), self.random.choice(("dansk", "kor"))
        if step == "join":
            wait(self.town, citizen, offering=offering, now=self.now)
        elif step == "leave" and offering in {each.offering_id for each in waits_of(self.session, citizen)}:
            leave(self.session, citizen, offering, Asker(self.town.planner, self.now))
        elif step == "give up":
            owner = self.session.scalar(select(Place.citizen_id).where(Place.offering_id == offering))
            if owner is not None and open_offer(self.session, owner, self.now) is None:
                self._change(owner, self._codes(owner) - {offering})
        elif step == "take" and self._is_free(offering) and open_offer(self.session, citizen, self.now) is None:
            self._change(citizen, self._codes(citizen) | {offering})
        elif step == "offer":
            offer_freed(self.session, self.states, self.now)
        elif step == "late":
            pass_on_due(self.session, self.now)
        elif step in ("yes", "no"):
            self._answer(step)

    def _answer(self, step: str) -> None:
        seat = self.session.scalar(select(Hold).where(Hold.until > self.now).limit(1))
        if seat is None or seat.waiting_id is None:
            return
        if step == "no":
            decline(self.session, seat.waiting_id, seat.citizen_id)
            return
        self.moved, self.accepted = seat.citizen_id, self.accepted + 1
        accept(self.session, seat.waiting_id, seat.citizen_id, self.now)

    def _codes(self, citizen: int) -> set[str]:
        hers = select(Group.code).join(Place, Place.group_id == Group.id).where(Place.citizen_id == citizen)
        return set(self.session.scalars(hers))

    def _is_free(self, code: str) -> bool:
        group = self.town.group(code)
        users = [select(func.count()).where(table.group_id == group) for table in (Place, Hold)]
        return sum(self.session.scalar(each) or 0 for each in users) == 0

    def _change(self, citizen: int, codes: set[str]) -> None:
        self.moved = citizen
        self.town.change(citizen, *codes, now=self.now)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_only_who_says_yes_moves_and_every_seat_is_counted_after_each_step(town: PlanTown, seed: int) -> None:
    walk = Walk(town, seed)
    for _ in range(150):
        before = places(town.session)
        walk.step()
        after = places(town.session)
        assert before | {walk.moved: set()} == after | {walk.moved: set()}
        assert recount(town.session, WEEK) == []
        seats = select(func.count()).where(Place.week == WEEK)
        assert all((town.session.scalar(seats.where(Place.offering_id == one)) or 0) <= 1 for one in ("dansk", "kor"))
    assert walk.accepted >= 1
