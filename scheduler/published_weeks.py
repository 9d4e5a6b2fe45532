"""Citizens' published weeks as JSON, put together from the documents that went out and that never change."""

from __future__ import annotations

import gzip
import json
import threading
import time
from dataclasses import dataclass
from typing import Any

from sqlalchemy import lambda_stmt, select
from sqlalchemy.orm import Session

from catalog.database import run_made
from scheduler.life import STANDING, NotPublishedError
from scheduler.tables import Publication

FRESH_SECONDS = 1.0  # after which it is asked again which version of a week stands
MOST_DOCUMENTS = 4  # in memory: this week and next week, and a version that followed each
_SHOWN = ("group_id", "offering_id", "da", "en", "neutral_da", "site", "staff", "meetings")
_STANDING = STANDING.with_only_columns(Publication.id)
_BY_WEEK = lambda_stmt(lambda: _STANDING)  # A lambda is found among the compiled statements at once.


@dataclass(frozen=True)
class _Document:
    """One publication: what begins every answer, and each group in its order and as its citizens read it."""

    head: bytes
    group: dict[int, tuple[int, bytes]]
    plans: dict[int, tuple[int, ...]]

    def week_of(self, citizen_id: int) -> bytes:
        """One citizen's week; without groups where the plan has none for her."""
        groups = sorted(self.group[group] for group in self.plans.get(citizen_id, ()))
        return self.head + b",".join(text for _, text in groups) + b"]}"


class PublishedWeeks:
    """Knows the last few publications by heart, and for a moment which one stands.

    A version that went out or was withdrawn by another process is seen after `fresh_seconds`.
    """

    def __init__(self, fresh_seconds: float = FRESH_SECONDS) -> None:
        self._fresh_seconds = fresh_seconds
        self._documents: dict[int, _Document] = {}
        self._standing: dict[str, tuple[_Document, float]] = {}
        self._reading = threading.Lock()

    def of(self, session: Session, week: str, citizen_id: int) -> bytes:
        """One citizen's published week, encoded.

        Raises
        ------
        NotPublishedError
            The week has no published plan.
        """
        document = self._known(week)
        if document is None:
            asked_at = time.monotonic()
            standing = run_made(session, _BY_WEEK, {"week": week}).scalar_one_or_none()
            if standing is None:
                raise NotPublishedError(week)
            document = self._documents.get(standing) or self._read(session, standing)
            self._standing = {**dict(list(self._standing.items())[-MOST_DOCUMENTS:]), week: (document, asked_at)}
        return document.week_of(citizen_id)

    def at_hand(self, week: str, citizen_id: int) -> bytes | None:
        """What `of` would give where it need not ask the database."""
        document = self._known(week)
        return None if document is None else document.week_of(citizen_id)

    def _known(self, week: str) -> _Document | None:
        document, asked_at = self._standing.get(week, (None, 0.0))
        return document if time.monotonic() - asked_at < self._fresh_seconds else None

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
    head = _encode({"week": whole["week"], "run_id": whole["run"], "version": whole["version"], "groups": []})
    return _Document(
        head.removesuffix(b"]}"),
        {group["group_id"]: (at, _encode({name: group[name] for name in _SHOWN})) for at, group in enumerate(groups)},
        {row["citizen_id"]: tuple(row["groups"]) for row in whole["citizens"]},
    )


def _moments(group: dict[str, Any]) -> tuple[list[tuple[int, int, int]], str]:
    """By the first meeting, and by the code where groups meet at the same time."""
    return [(meeting["day"], meeting["start"], meeting["end"]) for meeting in group["meetings"]], group["code"]


def _encode(content: Any) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
