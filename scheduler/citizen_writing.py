"""What a citizen, or somebody for her, changes about herself: wishes, when she can come, and what staff locks."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from catalog.tables import Group, Leg, Offering
from scheduler.places import StaleError
from scheduler.stored import NotFoundError
from scheduler.tables import AvailabilityBlock, Citizen, CitizenLeg, Lock, Wish


class UnknownOfferingError(NotFoundError):
    """A wish names an offering that there is not."""


class WishFact(NamedTuple):
    """What a citizen thinks of an offering, -5 to 5, or that she refuses it."""

    offering_id: str
    strength: int
    refused: bool


class Span(NamedTuple):
    """From when to when on a day; minutes after midnight."""

    start: int
    end: int


class BlockFact(NamedTuple):
    """A time of the week, every week or in one: free, taken by herself, or by an appointment elsewhere."""

    week: str | None
    day: int
    start_min: int
    end_min: int
    kind: str


def wishes_of(session: Session, citizen_id: int) -> list[WishFact]:
    """A citizen's wishes and refusals, by offering."""
    rows = session.scalars(select(Wish).where(Wish.citizen_id == citizen_id).order_by(Wish.offering_id))
    return [WishFact(row.offering_id, row.strength, row.refused) for row in rows]


def set_wishes(session: Session, citizen_id: int, wishes: Iterable[WishFact]) -> None:
    """Replace a citizen's wishes.

    Raises
    ------
    UnknownOfferingError
        An offering does not exist; nothing is changed.
    """
    wanted = {wish.offering_id: wish for wish in wishes}
    known = set(session.scalars(select(Offering.id).where(Offering.id.in_(wanted))))
    if unknown := sorted(set(wanted) - known):
        raise UnknownOfferingError(f"offering {unknown[0]}: no such offering; see /v1/offerings")
    session.execute(delete(Wish).where(Wish.citizen_id == citizen_id))
    session.add_all(
        Wish(citizen_id=citizen_id, offering_id=wish.offering_id, strength=wish.strength, refused=wish.refused)
        for wish in wanted.values()
    )


def pressing_leg(session: Session, citizen_id: int) -> str | None:
    """The leg that presses a citizen most."""
    hers = select(CitizenLeg.leg_id).where(CitizenLeg.citizen_id == citizen_id, CitizenLeg.most_pressing)
    return session.scalar(hers.limit(1))


def set_pressing_leg(session: Session, citizen_id: int, leg_id: str) -> None:
    """Let this be the leg that presses a citizen most, and one that she needs.

    Raises
    ------
    NotFoundError
        There is no such leg.
    """
    if session.get(Leg, leg_id) is None:
        raise NotFoundError(f"there is no leg {leg_id!r}")
    hers = list(session.scalars(select(CitizenLeg).where(CitizenLeg.citizen_id == citizen_id)))
    for leg in hers:
        leg.most_pressing = leg.leg_id == leg_id
    if leg_id not in [leg.leg_id for leg in hers]:
        session.add(CitizenLeg(citizen_id=citizen_id, leg_id=leg_id, most_pressing=True))


def availability_of(session: Session, citizen_id: int) -> list[BlockFact]:
    """When a citizen can come and when not, in the order of the week."""
    order = (AvailabilityBlock.week, AvailabilityBlock.day, AvailabilityBlock.start_min, AvailabilityBlock.id)
    rows = session.scalars(select(AvailabilityBlock).where(AvailabilityBlock.citizen_id == citizen_id).order_by(*order))
    return [BlockFact(row.week, row.day, row.start_min, row.end_min, row.kind) for row in rows]


def set_availability(session: Session, citizen_id: int, blocks: Iterable[BlockFact]) -> None:
    """Replace the times at which a citizen can come or not."""
    session.execute(delete(AvailabilityBlock).where(AvailabilityBlock.citizen_id == citizen_id))
    session.add_all(AvailabilityBlock(citizen_id=citizen_id, **block._asdict()) for block in blocks)


def weekly_times(blocks: Sequence[BlockFact]) -> dict[int, list[Span]]:
    """When she can come every week: the parts of each day in order, those that touch as one."""
    found: dict[int, list[Span]] = {}
    for block in sorted(blocks, key=lambda block: (block.day, block.start_min)):
        if not _is_weekly(block):
            continue
        parts = found.setdefault(block.day, [])
        if parts and block.start_min <= parts[-1].end:
            parts[-1] = Span(parts[-1].start, max(parts[-1].end, block.end_min))
        else:
            parts.append(Span(block.start_min, block.end_min))
    return found


def change_weekly_times(session: Session, citizen_id: int, changed: Mapping[int, Sequence[Span]], version: str) -> None:
    """Let these be the parts of some days on which a citizen can come every week; nothing else changes.

    Raises
    ------
    StaleError
        Her times are others than those of `version`.
    """
    blocks = availability_of(session, citizen_id)
    if version != version_of(blocks):
        raise StaleError("her times have changed since somebody looked at them")
    kept = [block for block in blocks if not (_is_weekly(block) and block.day in changed)]
    new = [BlockFact(None, day, start, end, "free") for day, parts in changed.items() for start, end in parts]
    set_availability(session, citizen_id, [*kept, *new])


def version_of(blocks: Sequence[BlockFact]) -> str:
    """What tells times from others."""
    return hashlib.sha256(repr(blocks).encode()).hexdigest()[:32]


def _is_weekly(block: BlockFact) -> bool:
    return block.kind == "free" and block.week is None


def set_interpreter(session: Session, citizen_id: int, language: str) -> None:
    """Note the language in which a citizen needs an interpreter; empty where she needs none."""
    session.get_one(Citizen, citizen_id).interpreter = language.strip() or None


def set_lock(session: Session, citizen_id: int, group_id: int, locked_by: str, why: str) -> None:
    """Lock a group into a citizen's plan; locking it again changes who and why.

    Raises
    ------
    NotFoundError
        There is no such group.
    """
    if session.get(Group, group_id) is None:
        raise NotFoundError(f"group {group_id}: no such group")
    session.merge(Lock(citizen_id=citizen_id, group_id=group_id, locked_by=locked_by, why=why))


def remove_lock(session: Session, citizen_id: int, group_id: int) -> None:
    """Take a lock away; one that is not there is no error."""
    session.execute(delete(Lock).where(Lock.citizen_id == citizen_id, Lock.group_id == group_id))
