"""Finds the citizens that somebody means by a name, a part of one, or the id in the centre's own system."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.actions import Actor
from scheduler.scope import visible_citizens
from scheduler.tables import Citizen


class Known(NamedTuple):
    """A citizen as somebody looks for her."""

    id: int
    external_id: str
    name: str | None


class Sought(NamedTuple):
    """Who was found, the best match first, and how many there are beyond them."""

    citizens: list[Known]
    more: int


def find_citizens(session: Session, actor: Actor, action: str, text: str, most: int) -> Sought:
    """Find those whom the actor reaches and of whose name or id every word of the text begins a part.

    The words are compared here, for the databases do not agree on what is a small letter of Æ, Ø and Å.
    """
    wanted = text.casefold().split()
    if not wanted:
        return Sought([], 0)
    rows = select(Citizen.id, Citizen.external_id, Citizen.name)
    everybody = session.execute(rows.where(Citizen.id.in_(visible_citizens(actor, action))))
    found = [known for row in everybody if _fits(known := Known(*row), wanted)]
    found.sort(key=lambda known: (_rank(known, " ".join(wanted)), (known.name or "").casefold(), known.external_id))
    return Sought(found[:most], max(0, len(found) - most))


def _fits(known: Known, wanted: list[str]) -> bool:
    parts = [*(known.name or "").casefold().replace("-", " ").split(), known.external_id.casefold()]
    return all(any(part.startswith(word) for part in parts) for word in wanted)


def _rank(known: Known, wanted: str) -> int:
    """Whoever has just this id or name comes first, then those whose first name begins so."""
    name = (known.name or "").casefold()
    return 0 if wanted in (known.external_id.casefold(), name) else 1 if name.startswith(wanted) else 2
