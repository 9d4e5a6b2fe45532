"""The count after the faults: what the database holds of each write, against what was answered."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Select, select, text
from sqlalchemy.orm import Session

from benchmarks.faults_writes import Desk, Write
from scheduler.account_tables import ApiKey
from scheduler.audit import verify_chain
from scheduler.citizen_writing import availability_of, wishes_of
from scheduler.tables import (
    Account,
    Approval,
    AuditEntry,
    Lock,
    PlanAnswer,
    Pseudonym,
    Publication,
    Run,
    StoredAnswer,
)

ACTIONS = {
    "wishes": "wishes.write", "availability": "availability.write", "lock": "lock.write", "unlock": "lock.write",
    "answer": "plan.answer", "run": "run.ask", "account": "account.write", "key": "account.write",
    "approve": "run.approve", "publish": "run.publish", "withdraw": "run.withdraw",
}  # fmt: skip


@dataclass
class Found:
    """What the faults showed."""

    database: str
    faults: int = 0
    requests: int = 0  # different ones
    acknowledged: int = 0
    repeated: int = 0  # times that a request was sent again, because a fault took its answer
    refused: int = 0  # answers that a write with these rights must not get
    lost: int = 0  # answered as done, but its effect or its audit entry is not there
    doubled: int = 0  # done or recorded more than once
    half_done: int = 0  # key, effect and audit entry do not stand together
    seconds: float = 0.0
    examples: list[str] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        """Whether nothing was lost, doubled, half done or refused, and something was asked at all."""
        wrong = self.lost or self.doubled or self.half_done or self.refused
        return not wrong and self.acknowledged == self.requests > 0


@dataclass(frozen=True)
class Left:
    """How often the database holds a write's key, audit entry and effect; None where a later one replaced it."""

    keys: int
    entries: int
    effects: int | None


class Count:
    """What the database holds, read once."""

    def __init__(self, session: Session, desk: Desk) -> None:
        self.session, self.desk, self.town = session, desk, desk.town
        who = {account for account, _ in desk.town.people.values()}
        self.keys = {
            (row.account_id, row.key): row.at
            for row in session.scalars(select(StoredAnswer).where(StoredAnswer.account_id.in_(who)))
        }
        entries = select(AuditEntry, Pseudonym.citizen_id).outerjoin(Pseudonym, Pseudonym.subject == AuditEntry.subject)
        self.entries: Counter[tuple[int | None, dt.datetime, str, int | None]] = Counter(
            (entry.account_id, entry.at, entry.action, citizen)
            for entry, citizen in session.execute(entries.where(AuditEntry.account_id.in_(who)))
        )
        self.marks: dict[str, Counter[Any]] = {
            "account": self._all(select(Account.username)),
            "key": self._all(select(ApiKey.label)),
            "run": self._all(select(Run.seed).where(Run.state == "queued")),
            "approve": self._all(select(Approval.run_id)),
            "publish": self._all(select(Publication.at)),
            "withdraw": self._all(select(Publication.withdrawn_at)),
        }
        self.last = {write.place: write for write in desk.done if write.place}

    def of(self, write: Write) -> Left:
        """What is left of a write."""
        account = self.town.account(write.who)
        at = self.keys.get((account, write.key))
        entries = 0 if at is None else self.entries[account, at, ACTIONS[write.kind], write.about]
        return Left(int(at is not None), entries, self._effects(write, at))

    def strays(self, writes: Iterable[Write]) -> int:
        """Keys and audit entries that belong to no write, and breaks of the database itself."""
        known = {(self.town.account(write.who), write.key): write for write in writes}
        moments = {(account, at) for (account, key), at in self.keys.items() if (account, key) in known}
        entries = sum(times for (account, at, *_), times in self.entries.items() if (account, at) not in moments)
        return entries + len(self.keys.keys() - known.keys()) + self._breaks()

    def _breaks(self) -> int:
        broken = verify_chain(self.session) is not None
        if self.session.get_bind().dialect.name != "sqlite":
            return broken
        whole = self.session.scalar(text("PRAGMA integrity_check")) == "ok"
        return broken + (not whole) + len(self.session.execute(text("PRAGMA foreign_key_check")).all())

    def _all(self, query: Select[Any]) -> Counter[Any]:
        return Counter(self.session.scalars(query))

    def _effects(self, write: Write, at: dt.datetime | None) -> int | None:
        if write.kind in ("publish", "withdraw"):
            return self.marks[write.kind][at] if at is not None else 0
        if write.kind in self.marks:
            return self.marks[write.kind][write.mark]
        return int(self._stands(write)) if self.last.get(write.place) is write else None

    def _stands(self, write: Write) -> bool:
        """Whether what the write left in its place is there."""
        if write.kind == "wishes":
            found = [(wish.offering_id, wish.strength) for wish in wishes_of(self.session, write.place[1])]
            return bool(found == write.mark)
        if write.kind == "availability":
            blocks = availability_of(self.session, write.place[1])
            return bool([(block.day, block.start_min) for block in blocks] == write.mark)
        if write.kind == "answer":
            said = self.session.get(PlanAnswer, (self.town.proposed, write.place[1]))
            return said is not None and said.text == write.mark
        lock = self.session.get(Lock, write.place[1:])
        return lock is None if write.kind == "unlock" else lock is not None and lock.why == write.mark


def count(session: Session, desk: Desk, found: Found) -> None:
    """Count what was lost, done twice and half done."""
    counted = Count(session, desk)
    done = {write.number for write in desk.done}
    kinds: dict[str, Callable[[Left, bool], bool]] = {
        "lost": lambda left, answered: answered and (left.entries == 0 or left.effects == 0),
        "doubled": lambda left, _: left.entries > 1 or (left.effects or 0) > 1,
        "half_done": lambda left, _: (
            len({bool(part) for part in (left.keys, left.entries, left.effects) if part is not None}) > 1
        ),
    }
    writes = [*desk.done, *desk.refused]
    examples = defaultdict(list)
    for write in writes:
        left = counted.of(write)
        for name, holds in kinds.items():
            if holds(left, write.number in done):
                setattr(found, name, getattr(found, name) + 1)
                examples[name].append(f"{name}: {write.kind} {write.number} by {write.who}: {left}")
    found.half_done += counted.strays(writes)
    found.refused = len(desk.refused)
    found.examples = [line for lines in examples.values() for line in lines[:5]]
