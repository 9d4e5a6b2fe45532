"""The life of a week's plans beside a model of it in plain sets: the steps up to publishing and back."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from typing import Any, cast

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, rule
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from catalog.columns import Base
from catalog.database import make_engine, reading, writing
from scheduler.answers import ANSWERS, answer
from scheduler.approval import ReasonNeededError, approve, take_back
from scheduler.life import ClosedRunError, NotPublishedError
from scheduler.published_weeks import PublishedWeeks
from scheduler.publishing import ActedOnError, publish, withdraw
from scheduler.tables import Lock, Message, PlanEntry
from tests.unit.plan_town import NOW, WEEK, PlanTown

PLANS: tuple[dict[int, list[str]], ...] = (
    {1: ["motion"], 2: ["motion"], 3: ["dansk"]},
    {1: ["motion2", "dansk"], 2: ["kor"]},
    {1: ["kor"], 2: ["motion"], 3: ["motion", "kor"], 4: ["dansk"]},
)
TEAM = {1: "Nord", 2: "Nord", 3: "Syd", 4: ""}
Entries = frozenset[tuple[int, int]]


@cache
def _databases() -> tuple[Engine, Engine, int]:
    """The filled town, made once; where it is copied to, one engine for all, since that keeps its SQL; the planner."""
    filled = make_engine("sqlite://")
    Base.metadata.create_all(filled)
    with writing(filled) as session:
        return filled, make_engine("sqlite://"), PlanTown(session).planner


class PlanLife(RuleBasedStateMachine):
    """The town beside a model of it in plain sets; every step is a transaction of its own."""

    runs = Bundle("runs")

    def __init__(self) -> None:
        super().__init__()
        filled, self.engine, self.planner = _databases()
        self.now, self.weeks = NOW, PublishedWeeks(fresh_seconds=0.0)
        with closing(filled.raw_connection()) as source, closing(self.engine.raw_connection()) as target:
            cast(Any, source.driver_connection).backup(target.driver_connection)
        self.entries: dict[int, Entries] = {}
        self.state: dict[int, str] = {}
        self.approved: dict[int, set[str]] = {}  # the teams
        self.versions: list[int] = []  # the run of each
        self.withdrawn: set[int] = set()
        self.etags: list[str] = []
        self.answers: dict[tuple[int, int], str] = {}
        self.acted_on: set[int] = set()  # versions
        self.created: dict[int, dt.datetime] = {}  # when each run was asked for
        self.places: Entries = frozenset()
        self.stood: dict[int, Entries] = {0: frozenset()}  # the places of a version when another followed it
        self.changes = Counter[int]()  # of each citizen's plan
        self.changed_at = NOW
        self.held = Counter[int]()  # seats of each group

    @property
    def standing(self) -> int:
        """The version that stands, 0 where none does."""
        return max((v for v in range(1, len(self.versions) + 1) if v not in self.withdrawn), default=0)

    @contextmanager
    def step(self) -> Iterator[Session]:
        """A minute later, in one transaction."""
        self.now += dt.timedelta(minutes=1)
        with writing(self.engine) as session:
            yield session

    @initialize(target=runs, plan=st.sampled_from(PLANS))
    def begin(self, plan: dict[int, list[str]]) -> int:
        return self._propose(plan, signed=True, sent=True)

    @rule(target=runs, plan=st.sampled_from(PLANS), signed=st.booleans(), sent=st.booleans())
    def propose(self, plan: dict[int, list[str]], signed: bool, sent: bool) -> int:
        return self._propose(plan, signed, sent)

    def _propose(self, plan: dict[int, list[str]], signed: bool, sent: bool) -> int:
        with self.step() as session:
            run_id = PlanTown(session, self.planner).propose(plan, now=self.now)
            found = session.execute(select(PlanEntry.citizen_id, PlanEntry.group_id).filter_by(run_id=run_id))
            self.entries[run_id] = frozenset((citizen, group) for citizen, group in found)
        self.state[run_id], self.approved[run_id], self.created[run_id] = "proposed", set(), self.now
        if signed:
            self._sign(run_id, "", "as agreed")
        if sent:
            self._send_out(run_id)
        return run_id

    @rule(run_id=runs, citizen=st.sampled_from(sorted(TEAM)), said=st.sampled_from(ANSWERS))
    def say(self, run_id: int, citizen: int, said: str) -> None:
        out = any(run == run_id and v not in self.withdrawn for v, run in enumerate(self.versions, start=1))
        try:
            with self.step() as session:
                answer(session, run_id, citizen, said, "", self.planner, self.now)
        except ClosedRunError:
            assert out
            return
        assert not out
        self.answers[run_id, citizen] = said
        self.acted_on.add(self.standing)

    @rule(run_id=runs, team=st.sampled_from(["", "Nord", "Syd"]), reason=st.sampled_from(["", "as agreed"]))
    def sign(self, run_id: int, team: str, reason: str) -> None:
        self._sign(run_id, team, reason)

    def _sign(self, run_id: int, team: str, reason: str) -> None:
        signed = self.approved[run_id]
        with reading(self.engine) as session:
            locks_before = locks_of(session)
        try:
            with self.step() as session:
                if not team or any(TEAM[citizen] == team for citizen, _ in self.entries[run_id]):
                    approve(session, run_id, team, self.planner, self.now, reason)
                else:
                    return
        except ClosedRunError:
            assert self.state[run_id] != "proposed" or team in signed
            return
        except ReasonNeededError:
            assert not reason
            return
        assert self.state[run_id] == "proposed"
        signed.add(team)
        if "" in signed or {TEAM[citizen] for citizen, _ in self.entries[run_id]} <= signed:
            self.state[run_id] = "approved"
        concerned = {citizen for citizen in TEAM if not team or TEAM[citizen] == team}
        kept = {pair for pair in locks_before if pair[0] not in concerned}
        with reading(self.engine) as session:
            assert locks_of(session) == kept | {pair for pair in self.entries[run_id] if pair[0] in concerned}

    @rule(run_id=runs)
    def unsign(self, run_id: int) -> None:
        try:
            with self.step() as session:
                take_back(session, run_id)
        except ClosedRunError:
            assert self.state[run_id] == "published" or not self.approved[run_id]
            return
        assert self.approved[run_id]
        self.state[run_id], self.approved[run_id] = "proposed", set()

    @rule(run_id=runs)
    def send_out(self, run_id: int) -> None:
        self._send_out(run_id)

    def _send_out(self, run_id: int) -> None:
        try:
            with self.step() as session:
                sent = publish(session, run_id, self.planner, self.now)
                self.etags.append(sent.etag)
                assert locks_of(session) == self.entries[run_id]
        except ClosedRunError:
            assert self.state[run_id] != "approved" or self.created[run_id] < self.changed_at
            return
        assert self.state[run_id] == "approved"
        assert self.created[run_id] >= self.changed_at
        self._unpublish()
        self.stood[self.standing] = self.places
        self.versions.append(run_id)
        self._let_stand(run_id)

    @rule()
    def take_week_back(self) -> None:
        version = self.standing
        try:
            with self.step() as session:
                withdraw(session, WEEK, self.planner, self.now)
        except NotPublishedError:
            assert not version
            return
        except ActedOnError:
            assert version in self.acted_on
            return
        assert version
        assert version not in self.acted_on
        self._unpublish()
        self.withdrawn.add(version)
        self._let_stand(self.versions[self.standing - 1] if self.standing else None)
        self.places = self.stood[self.standing]

    @rule()
    def send_messages(self) -> None:
        with self.step() as session:
            unsent = session.scalars(select(Message).where(Message.sent_at.is_(None))).all()
            self.acted_on |= {message.arguments["version"] for message in unsent}
            session.execute(update(Message).where(Message.sent_at.is_(None)).values(sent_at=self.now))

    def _let_stand(self, run_id: int | None) -> None:
        if run_id is not None:
            self.state[run_id] = "published"
        self.places = self.entries[run_id] if run_id is not None else frozenset()
        self.held.clear()

    def _unpublish(self) -> None:
        for run_id, state in self.state.items():
            if state == "published":
                self.state[run_id] = "approved"


def locks_of(session: Session) -> set[tuple[int, int]]:
    """Who is locked in which group."""
    return {(citizen, group) for citizen, group in session.execute(select(Lock.citizen_id, Lock.group_id))}
