"""A published week is asked about, changed, undone, given up and planned again in any order, and always adds up."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, NamedTuple

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, precondition, rule
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from catalog.database import reading, writing
from scheduler import requests
from scheduler.approval import approve
from scheduler.asked import Asked, AskedError
from scheduler.cancelled import cancel_group
from scheduler.erasure import bury
from scheduler.life import ClosedRunError
from scheduler.one_problem import one_problem
from scheduler.places import StaleError, standing
from scheduler.publishing import publish
from scheduler.request_effects import Asker
from scheduler.requests import RequestStateError
from scheduler.runs import Task, compute, read_input, store
from scheduler.stored import NotFoundError
from scheduler.stripping import remove_inputs
from scheduler.supplies import FullError
from scheduler.tables import ChangeRequest, Citizen, Hold, PlanChange
from scheduler.week_state import WeekStates
from solver import Options
from solver.one import OneCitizen
from tests.unit.plan_town import CODES, NOW, WEEK
from tests.unit.request_town import RequestTown, fresh_town
from tests.unit.request_week import Seen, broken_rules, moves_of_others, see, week_faults

CITIZENS = (1, 2, 3, 4)
FIRST_PLANS: tuple[dict[int, list[str]], ...] = (
    {1: ["motion", "dansk"], 2: ["motion"], 3: ["kor"], 4: ["dansk", "tale"]},
    {1: ["motion2", "kor"], 2: ["dansk", "tale"], 4: ["kor", "motion"]},
    {3: ["motion", "tale2"]},
)
KINDS = ("another_time", "another_activity", "less", "more", "stop", "cannot_come", "talk")
TIMES = ((0, 480, 610), (0, 600, 720), (0, 780, 960), (2, 0, 1440))
ASKS = st.tuples(st.sampled_from(KINDS), st.integers(0, 2), st.none() | st.sampled_from(TIMES))
LONGER = dt.timedelta(minutes=20)  # than anything is held
MOST_DAYS, MOST_RUNS = 2, 2  # The week comes near, but is not over; a run takes as long as fifty other steps.
REFUSALS = (FullError, StaleError, RequestStateError, NotFoundError)


class Asking(NamedTuple):
    """A request, and what it would change."""

    number: int
    citizen: int
    proposals: int


class RequestLife(RuleBasedStateMachine):
    """Every step is a transaction of its own, as at the edge; `by` is who did the last one."""

    asked = Bundle("asked")

    def __init__(self) -> None:
        super().__init__()
        self.engine, self.planner = fresh_town()
        self.now, self.days, self.runs, self.states = NOW, 0, 0, WeekStates(fresh_seconds=0.0)
        self.seen: Mapping[int, Seen] = {}
        self.by: set[int] = set()
        self.erased, self.cancelled = set[int](), False

    def asker(self, staff: bool = False) -> Asker:
        """Who asks, a minute after the last step."""
        self.now += dt.timedelta(minutes=1)
        return Asker(self.planner, self.now, is_staff=staff, on_behalf=staff)

    @contextmanager
    def step(self, *by: int) -> Iterator[Session]:
        """One transaction that may change the plans of these citizens."""
        self.by = set(by)
        with writing(self.engine) as session:
            yield session

    @initialize(plan=st.sampled_from(FIRST_PLANS))
    def begin(self, plan: dict[int, list[str]]) -> None:
        with self.step() as session:
            RequestTown(session, self.planner).published(plan)

    @rule(target=asked, citizen=st.sampled_from(CITIZENS), asks=ASKS, staff=st.booleans())
    def ask(self, citizen: int, asks: tuple[str, int, tuple[int, int, int] | None], staff: bool) -> Any:
        kind, at, times = asks
        asker = self.asker(staff)
        with reading(self.engine) as session:
            groups = standing(session, citizen, WEEK).groups
            group = groups[at % len(groups)] if groups else None
            wish = Asked(kind, group, how="phone" if kind == "talk" else "")
            if kind == "cannot_come" and times:
                wish = Asked(kind, times=(times,), every_week=at == 0)
            try:
                found = requests.find_answer(session, self.states.of(session, WEEK), citizen, wish, asker)
            except AskedError:
                assert group is None
                return multiple()
            except NotFoundError:
                assert citizen in self.erased
                return multiple()
        with self.step(citizen) as session:
            requests.keep_answer(session, found, asker)
            return Asking(found.id, citizen, len(found.proposals))

    @rule(asking=asked, at=st.integers(0, 4), staff=st.booleans())
    def hold(self, asking: Asking, at: int, staff: bool) -> None:
        self._hold(asking, at, staff)

    def _hold(self, asking: Asking, at: int, staff: bool) -> dt.datetime | None:
        """Until when her seats are kept, None where they are not; choosing the same again keeps them no longer."""
        with suppress(*REFUSALS), self.step(asking.citizen) as session:
            request = requests.hold(
                session, asking.number, asking.citizen, at % max(1, asking.proposals), self.asker(staff)
            )
            if request.state == "held":
                wanted = request.proposals[request.chosen or 0]["joined"]
                held = select(Hold.group_id).where(Hold.request_id == request.id)
                assert sorted(session.scalars(held)) == wanted
                return request.held_until
        return None

    @rule(asking=asked, at=st.integers(0, 4), staff=st.booleans())
    def hold_and_confirm(self, asking: Asking, at: int, staff: bool) -> None:
        until = self._hold(asking, at, staff)
        if until is not None:
            self.add_up()
            assert self._confirm(asking) == (self.now < until)

    @rule(asking=asked)
    def confirm(self, asking: Asking) -> None:
        self._confirm(asking)

    def _confirm(self, asking: Asking) -> bool:
        with suppress(*REFUSALS), self.step(asking.citizen) as session:
            before = self._state(session, asking)
            request = requests.confirm(session, asking.number, asking.citizen, self.asker())
            if before == "held":
                assert see(session, asking.citizen).groups == tuple(request.proposals[request.chosen or 0]["groups"])
            return True
        return False

    @rule(asking=asked)
    def undo(self, asking: Asking) -> None:
        with suppress(*REFUSALS), self.step(asking.citizen) as session:
            before = self._state(session, asking)
            requests.undo(session, asking.number, asking.citizen, self.asker())
            if before == "confirmed":
                change = select(PlanChange).filter_by(request_id=asking.number, reason="request")
                assert see(session, asking.citizen).groups == tuple(session.scalars(change).one().before)

    @rule(asking=asked)
    def let_go(self, asking: Asking) -> None:
        with suppress(NotFoundError), self.step(asking.citizen) as session:
            assert requests.let_go(session, asking.number, asking.citizen).state not in ("answered", "held")

    @rule(wait=st.booleans())
    def expire(self, wait: bool) -> None:
        self.now += LONGER if wait else dt.timedelta()
        with self.step() as session:
            held = session.scalar(select(func.count()).where(ChangeRequest.state == "held")) or 0
            ended = requests.expire(session, self.now, most=100)
            assert not wait or ended == held

    @precondition(lambda self: self.days < MOST_DAYS)
    @rule()
    def sleep(self) -> None:
        self.days += 1
        self.now += dt.timedelta(days=1)

    @precondition(lambda self: not self.erased)
    @rule(citizen=st.sampled_from(CITIZENS))
    def erase(self, citizen: int) -> None:
        with self.step(citizen) as session:
            bury(session, session.get_one(Citizen, citizen), self.now)
            remove_inputs(session, self.now)
        self.erased.add(citizen)

    @precondition(lambda self: not self.cancelled)
    @rule(code=st.sampled_from(sorted(CODES)))
    def cancel(self, code: str) -> None:
        """Whoever was in the group has another week at once, and nobody else."""
        asker = self.asker(staff=True)
        with reading(self.engine) as session:
            group = RequestTown(session, self.planner).group(code)
            there = [who for who in CITIZENS if group in see(session, who).groups]
        with self.step(*there) as session:
            given = cancel_group(session, self.states.of(session, WEEK), group, "ill", asker)
            assert sorted(each.citizen_id for each in given) == there
        self.cancelled = True

    @precondition(lambda self: self.runs < MOST_RUNS)
    @rule(knows=st.booleans())
    def plan_again(self, knows: bool) -> None:
        """A run that was asked for before the last change is refused; one that knows of it is published."""
        self.runs += 1
        with self.step() as session:
            last = session.scalar(select(func.max(PlanChange.at)))
            self.now += dt.timedelta(minutes=1)
            run = store(session, compute(read_input(session, Task(WEEK, Options(time_limit=None, max_rounds=1)))))
            run.created_at = self.now if knows else NOW
            session.flush()
            approve(session, run.id, "", self.planner, self.now, "as agreed")
            try:
                publish(session, run.id, self.planner, self.now)
            except ClosedRunError:
                assert last is not None
                assert not knows
                session.rollback()
                return
            assert knows or last is None

    @invariant()
    def add_up(self) -> None:
        """Nobody is moved who did not ask, versions rise by one, and every count and rule holds."""
        with reading(self.engine) as session:
            assert week_faults(session) == []
            seen = {citizen: see(session, citizen) for citizen in CITIZENS}
            assert moves_of_others(self.seen, seen, self.by, self.erased) == []
            self.seen = seen
            state = self.states.of(session, WEEK)
            for citizen in self.by - self.erased:
                one = OneCitizen(state.kernel, one_problem(session, state.frame, citizen))
                assert one.breaks(state.slots(seen[citizen].groups)) == ()

    def teardown(self) -> None:
        """The whole week as it stands keeps every rule, recounted from the stored facts."""
        with reading(self.engine) as session:
            assert broken_rules(session) == []

    def _state(self, session: Session, asking: Asking) -> str | None:
        return session.scalar(select(ChangeRequest.state).where(ChangeRequest.id == asking.number))


TestRequestLife = RequestLife.TestCase
TestRequestLife.settings = settings(
    max_examples=int(os.environ.get("IGANG_LIFE_STEPS", "5000")) // 50, stateful_step_count=50
)
