"""The writes that the faults fall upon: a town of four, the next write to ask for, and what each must have left."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from catalog.database import make_engine, writing
from scheduler import accounts, sessions
from scheduler.accounts import Rights
from scheduler.migrations import upgrade
from tests.unit.plan_town import LAST_WEEK, WEEK, PlanTown

CITIZENS = (1, 2, 3, 4)
OFFERINGS = ("dansk", "kor", "motion")
CODES = ("motion", "motion2", "dansk", "kor")
RUNS = 20  # that may be approved
PLAN = {1: ["motion"], 2: ["dansk"], 3: ["kor"]}


@dataclass(frozen=True)
class Town:
    """Who asks, with the number of her account and her key, and what she asks about."""

    people: dict[str, tuple[int, str]]
    groups: tuple[int, ...]
    proposed: int  # the run that citizens answer to
    runs: tuple[int, ...]  # runs of another week, to approve and publish

    def account(self, who: str) -> int:
        """The number of somebody's account."""
        return self.people[who][0]


@dataclass(frozen=True)
class Write:
    """One write; `place` is what a later write of the same place replaces, `mark` what it leaves there."""

    number: int
    kind: str
    who: str
    method: str
    path: str
    good: int  # the status of a write that was done
    body: Any = None
    about: int | None = None
    place: tuple[Any, ...] = ()
    mark: Any = None
    match: str | None = None

    @property
    def key(self) -> str:
        """Its idempotency key."""
        return f"fault-{self.number}"


def make_town(url: str) -> Town:
    """Make the tables, the town, its runs and its people; no connection stays open."""
    upgrade(url)
    engine, now = make_engine(url), dt.datetime.now(dt.UTC)
    with writing(engine) as session:
        town = PlanTown(session)
        proposed = town.propose(PLAN)
        runs = tuple(town.propose(PLAN, LAST_WEEK) for _ in range(RUNS))
        rights = {"leader": Rights("staff", "centre"), "admin": Rights("admin", "centre")}
        rights |= {f"citizen {number}": Rights("citizen", citizen_id=number) for number in CITIZENS}
        people = {who: _person(session, who, given, now) for who, given in rights.items()}
        made = Town(people, town.groups(*CODES), proposed, runs)
    engine.dispose()
    return made


def _person(session: Session, who: str, rights: Rights, now: dt.datetime) -> tuple[int, str]:
    account = accounts.create_account(session, who, who, rights, now)
    return account.id, sessions.make_key(session, account.id, who, now)


@dataclass
class Desk:
    """Draws writes and remembers what the answered ones must have left."""

    town: Town
    rng: random.Random
    done: list[Write] = field(default_factory=list)  # answered as done, in order
    refused: list[Write] = field(default_factory=list)
    etags: dict[tuple[Any, ...], str] = field(default_factory=dict)
    approved: list[int] = field(default_factory=list)
    is_out: bool = False  # whether a week is published
    drawn: int = 0

    def draw(self) -> Write:
        """The next write."""
        self.drawn += 1
        kinds: dict[Callable[[int], Write], int] = {
            self._wishes: 4, self._availability: 3, self._lock: 2, self._unlock: 1, self._answer: 2, self._run: 2,
            self._account: 2, self._key: 1,
        }  # fmt: skip
        if len(self.approved) < len(self.town.runs):
            kinds[self._approve] = 1
        if self.approved:
            kinds[self._withdraw if self.is_out else self._publish] = 1
        return self.rng.choices(list(kinds), list(kinds.values()))[0](self.drawn)

    def learn(self, write: Write, status: int, etag: str | None, *, again: bool) -> bool:
        """Take an answer in, and say whether the write is done; a secret is not told again."""
        if status != write.good and not (again and status == 409 and write.kind == "key"):
            self.refused.append(write)
            self.etags.pop(write.place, None)
            return False
        self.done.append(write)
        if etag is not None:
            self.etags[write.place] = etag
        if write.kind == "approve":
            self.approved.append(write.mark)
        if write.kind in ("publish", "withdraw"):
            self.is_out = write.kind == "publish"
        return True

    def _wishes(self, number: int) -> Write:
        strengths = [number // 11**power % 11 - 5 for power in range(len(OFFERINGS))]
        mark = list(zip(OFFERINGS, strengths, strict=True))
        wishes = [{"offering_id": name, "strength": strength} for name, strength in mark]
        return self._own("wishes", number, {"wishes": wishes}, mark)

    def _availability(self, number: int) -> Write:
        day, start = number % 7, number // 7 % 1400
        block = {"day": day, "start_min": start, "end_min": start + 30, "kind": "own_block"}
        return self._own("availability", number, {"blocks": [block]}, [(day, start)])

    def _own(self, kind: str, number: int, body: Any, mark: Any) -> Write:
        """A write of a citizen's own that builds on what she saw, so that a loss is told by the next."""
        citizen = self.rng.choice(CITIZENS)
        place = (kind, citizen)
        return Write(
            number, kind, f"citizen {citizen}", "PUT", f"/v1/citizens/{citizen}/{kind}", 200, body, citizen,
            place, mark, self.etags.get(place),
        )  # fmt: skip

    def _lock(self, number: int) -> Write:
        citizen, group = self.rng.choice(CITIZENS), self.rng.choice(self.town.groups)
        path, place = f"/v1/citizens/{citizen}/locks/{group}", ("lock", citizen, group)
        why = f"aftalt {number}"
        return Write(number, "lock", "leader", "PUT", path, 204, {"why": why}, citizen, place, why)

    def _unlock(self, number: int) -> Write:
        citizen, group = self.rng.choice(CITIZENS), self.rng.choice(self.town.groups)
        path, place = f"/v1/citizens/{citizen}/locks/{group}", ("lock", citizen, group)
        return Write(number, "unlock", "leader", "DELETE", path, 204, None, citizen, place)

    def _answer(self, number: int) -> Write:
        citizen = self.rng.choice(CITIZENS)
        path, text = f"/v1/citizens/{citizen}/proposals/{self.town.proposed}/answer", f"svar {number}"
        body, place = {"answer": "change", "text": text}, ("answer", citizen)
        return Write(number, "answer", f"citizen {citizen}", "PUT", path, 204, body, citizen, place, text)

    def _run(self, number: int) -> Write:
        body = {"seed": number, "time_limit": 1}
        return Write(number, "run", "leader", "POST", f"/v1/weeks/{WEEK}/runs", 202, body, mark=number)

    def _account(self, number: int) -> Write:
        body = {"username": f"konto-{number}", "name": "Ny", "role": "planner"}
        return Write(number, "account", "admin", "POST", "/v1/accounts", 201, body, mark=body["username"])

    def _key(self, number: int) -> Write:
        label, path = f"nøgle-{number}", f"/v1/accounts/{self.town.account('leader')}/keys"
        return Write(number, "key", "admin", "POST", path, 201, {"label": label}, mark=label)

    def _approve(self, number: int) -> Write:
        run = self.town.runs[len(self.approved)]
        path, body = f"/v1/runs/{run}/approvals", {"reason": "set igennem"}
        return Write(number, "approve", "leader", "POST", path, 201, body, mark=run)

    def _publish(self, number: int) -> Write:
        path = f"/v1/runs/{self.approved[-1]}/publish"
        return Write(number, "publish", "leader", "POST", path, 201)

    def _withdraw(self, number: int) -> Write:
        return Write(number, "withdraw", "leader", "POST", f"/v1/weeks/{LAST_WEEK}/withdraw", 204)
