"""Whose citizens are whose: a citizen belongs to the teams of her contacts."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from catalog.tables import StaffMember
from scheduler.tables import Contact, PlanEntry


def citizens_of(teams: Collection[str]) -> Select[int]:
    """The citizens with a contact in one of these teams."""
    return (
        select(Contact.citizen_id)
        .join(StaffMember, StaffMember.id == Contact.staff_id)
        .where(StaffMember.team.in_(teams), StaffMember.team != "")
    )


def teams_in(session: Session, run_id: int) -> set[str]:
    """The teams that have a citizen in a run's plans."""
    planned = select(PlanEntry.citizen_id).where(PlanEntry.run_id == run_id)
    query = (
        select(StaffMember.team)
        .join(Contact, Contact.staff_id == StaffMember.id)
        .where(StaffMember.team != "", Contact.citizen_id.in_(planned))
    )
    return set(session.scalars(query.distinct()))


def num_outside(session: Session, run_id: int, teams: Collection[str]) -> int:
    """How many citizens in a run's plans belong to none of these teams."""
    outside: tuple[Any, ...] = (PlanEntry.run_id == run_id, PlanEntry.citizen_id.not_in(citizens_of(teams)))
    return session.scalar(select(func.count(PlanEntry.citizen_id.distinct())).where(*outside)) or 0
