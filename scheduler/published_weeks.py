"""Citizens' published weeks as JSON, from the documents that went out and that never change.

Only who has changed her plan since has her groups from the tables, once for each change.
"""

from __future__ import annotations

import gzip
import json
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import bindparam, case, func, lambda_stmt, select
from sqlalchemy.orm import Session, aliased

from catalog.database import run_made
from scheduler.life import STANDING, NotPublishedError
from scheduler.tables import Place, PlanChange, Publication
from scheduler.week_document import describe_groups

FRESH_SECONDS = 1.0  # after which it is asked again which version of a week stands
MOST_DOCUMENTS = 4  # in memory: this week and next week, and a version that followed each
MOST_CHANGED = 5_000  # citizens' weeks in memory that are no longer those of a document
_SHOWN = ("group_id", "offering_id", "da", "en", "neutral_da", "site", "staff", "meetings")
_any = aliased(Publication)
# It rises whenever another version of the week stands.
_TURN = select(func.count() + func.count(_any.withdrawn_at)).where(_any.week == bindparam("week")).scalar_subquery()
_STANDING = STANDING.with_only_columns(Publication.id, _TURN)
_CHANGES = select(
    func.max(PlanChange.id), func.max(case((PlanChange.week == bindparam("week"), PlanChange.number), else_=0))
).where(PlanChange.citizen_id == bindparam("citizen_id"))
_BY_WEEK = lambda_stmt(lambda: _STANDING)  # A lambda is found among the compiled statements at once.
_BY_CITIZEN = lambda_stmt(lambda: _CHANGES)


class OwnWeek(NamedTuple):
    """One citizen's week, encoded; `version` is the one of `scheduler.places.Standing`."""

    body: bytes
    version: str


@dataclass(frozen=True)
class _Document:
    """One publication: what begins every answer, and each group in its order and as its citizens read it."""

    version: int
    head: bytes
    group: dict[int, tuple[int, bytes]]
    plans: dict[int, tuple[int, ...]]

    def week_of(self, citizen_id: int) -> OwnWeek:
        """One citizen's week as it went out; without groups where the plan has none for her."""
        groups = sorted(self.group[group] for group in self.plans.get(citizen_id, ()))
        return self.with_groups(0, (text for _, text in groups))

    def with_groups(self, number: int, groups: Iterable[bytes]) -> OwnWeek:
        """The week of somebody who has these groups by her change of this number."""
        body = b'%b,"change":%d,"groups":[%b]}' % (self.head, number, b",".join(groups))
        return OwnWeek(body, f"{self.version}.{number}")


class _Standing(NamedTuple):
    document: _Document
    turn: int
    asked_at: float


class _Changed(NamedTuple):
    """A week that was read from the tables: in which turn, and her last change at that time."""

    turn: int
    change: int
    week: OwnWeek


class PublishedWeeks:
    """Knows the last few publications by heart, and for a moment which one stands.

    A version that went out or was withdrawn by another process is seen after `fresh_seconds`, a change of a citizen's
    plan at once by whoever knows its number.
    """

    def __init__(self, fresh_seconds: float = FRESH_SECONDS) -> None:
        self._fresh_seconds = fresh_seconds
        self._documents: dict[int, _Document] = {}
        self._standing: dict[str, _Standing] = {}
        self._changed: dict[tuple[str, int], _Changed] = {}
        self._renewing: set[str] = set()
        self._reading, self._keeping = threading.Lock(), threading.Lock()

    def of(self, session: Session, week: str, citizen_id: int) -> OwnWeek:
        """One citizen's published week as it stands.

        Raises
        ------
        NotPublishedError
            The week has no published plan.
        """
        standing = self._known(week) or self._ask(session, week)
        asked = {"week": week, "citizen_id": citizen_id}
        change, number = run_made(session, _BY_CITIZEN, asked).one()
        if change is None:
            return standing.document.week_of(citizen_id)
        known = self._changed.get((week, citizen_id))
        if known is not None and known[:2] == (standing.turn, change):
            return known.week
        # Where her places change while this is read, they belong to a later change, and are read again.
        places = session.scalars(select(Place.group_id).filter_by(week=week, citizen_id=citizen_id)).all()
        groups = describe_groups(session, places)
        found = standing.document.with_groups(number, map(_encode_shown, sorted(groups, key=_moments)))
        self._keep((week, citizen_id), _Changed(standing.turn, change, found))
        return found

    def at_hand(self, week: str, citizen_id: int, change: int | None) -> OwnWeek | None:
        """What `of` would give where it need not ask the database, since her last change is known (0: none)."""
        standing = self._known(week)
        if standing is None or change is None:
            return None
        if not change:
            return standing.document.week_of(citizen_id)
        known = self._changed.get((week, citizen_id))
        return known.week if known is not None and known[:2] == (standing.turn, change) else None

    def must_renew(self, week: str) -> bool:
        """Whether to call `renew` now, so that nobody waits for it; one who asks is told so, and the others are not."""
        standing = self._standing.get(week)
        if standing is None or week in self._renewing or self._age(standing) < self._fresh_seconds / 2:
            return False
        self._renewing.add(week)
        return True

    def renew(self, session: Session, week: str) -> None:
        """Ask which version of a week stands."""
        try:
            self._ask(session, week)
        finally:
            self._renewing.discard(week)

    def _age(self, standing: _Standing) -> float:
        return time.monotonic() - standing.asked_at

    def _known(self, week: str) -> _Standing | None:
        standing = self._standing.get(week)
        return standing if standing is not None and self._age(standing) < self._fresh_seconds else None

    def _ask(self, session: Session, week: str) -> _Standing:
        asked_at = time.monotonic()
        found = run_made(session, _BY_WEEK, {"week": week}).one_or_none()
        if found is None:
            raise NotPublishedError(week)
        publication, turn = found
        standing = _Standing(self._documents.get(publication) or self._read(session, publication), turn, asked_at)
        self._standing = {**dict(list(self._standing.items())[-MOST_DOCUMENTS:]), week: standing}
        return standing

    def _keep(self, key: tuple[str, int], changed: _Changed) -> None:
        with self._keeping:
            self._changed.pop(key, None)
            self._changed[key] = changed
            if len(self._changed) > MOST_CHANGED:
                del self._changed[next(iter(self._changed))]

    def forget_standing(self) -> None:
        """Ask again: a version has just gone out, or was withdrawn."""
        self._standing = {}

    def read_newest(self, session: Session) -> None:
        """Read the newest publication that stands, before somebody waits for it."""
        stands = select(Publication.id).where(Publication.withdrawn_at.is_(None))
        newest = session.scalar(stands.order_by(Publication.id.desc()).limit(1))
        if newest is not None:
            self._read(session, newest)

    def _read(self, session: Session, publication: int) -> _Document:
        with self._reading:
            if publication not in self._documents:
                body = session.scalars(select(Publication.body).where(Publication.id == publication)).one()
                kept = list(self._documents.items())[1 - MOST_DOCUMENTS :]
                self._documents = dict(kept) | {publication: _make(json.loads(gzip.decompress(body)))}
            return self._documents[publication]


def _make(whole: dict[str, Any]) -> _Document:
    groups = sorted(whole["groups"], key=_moments)
    return _Document(
        whole["version"],
        _encode({"week": whole["week"], "run_id": whole["run"], "version": whole["version"]}).removesuffix(b"}"),
        {group["group_id"]: (at, _encode_shown(group)) for at, group in enumerate(groups)},
        {row["citizen_id"]: tuple(row["groups"]) for row in whole["citizens"]},
    )


def _moments(group: dict[str, Any]) -> tuple[list[tuple[int, int, int]], str]:
    """By the first meeting, and by the code where groups meet at the same time."""
    return [(meeting["day"], meeting["start"], meeting["end"]) for meeting in group["meetings"]], group["code"]


def _encode_shown(group: dict[str, Any]) -> bytes:
    return _encode({name: group[name] for name in _SHOWN})


def _encode(content: Any) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
