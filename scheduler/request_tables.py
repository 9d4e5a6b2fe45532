"""The tables of a published week as it stands: who has which place, what is left, and what citizens ask for."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from catalog.columns import Base, RowNumber, refers_to


class Place(Base):
    """A citizen's place in a group of a published week as it stands; what the run proposed stays in `plan_entry`."""

    __tablename__ = "place"
    __table_args__ = (Index(None, "week"),)
    citizen_id: Mapped[int] = refers_to("citizen.id", key=True)
    week: Mapped[str] = mapped_column(primary_key=True)
    offering_id: Mapped[str] = refers_to("offering.id", key=True)
    # 1, 2, ... where locks hold her in further groups of one offering
    turn: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=0, server_default="0")
    group_id: Mapped[int] = refers_to("week_group.id", index=True)


class Supply(Base):
    """What a published week has of something that runs out: a group's seats, a worker or a room at one time.

    `used` counts the places and the holds of the groups that use it; it never passes `most`.
    """

    __tablename__ = "supply"
    __table_args__ = (
        CheckConstraint("kind IN ('seats', 'staff', 'room')", name="kind"),
        CheckConstraint("0 <= used AND used <= most", name="used"),
        Index(None, "week", "id"),
    )
    id: Mapped[RowNumber] = mapped_column(init=False)
    week: Mapped[str]
    kind: Mapped[str]
    most: Mapped[int]
    used: Mapped[int] = mapped_column(default=0)


class SupplyUse(Base):
    """A group of which every place takes one unit of a supply."""

    __tablename__ = "supply_use"
    group_id: Mapped[int] = refers_to("week_group.id", key=True)
    supply_id: Mapped[int] = refers_to("supply.id", key=True, index=True)


class ChangeRequest(Base):
    """What a citizen, or somebody for her, asks to be changed, and the weeks that she could have instead."""

    __tablename__ = "change_request"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('another_time', 'another_activity', 'less', 'more', 'stop', 'cannot_come', 'along', 'talk')",
            name="kind",
        ),
        CheckConstraint(
            "state IN ('answered', 'held', 'confirmed', 'undone', 'expired', 'passed_on', 'closed')", name="state"
        ),
        Index(None, "citizen_id", "week"),
        Index(None, "state", "held_until"),
    )
    id: Mapped[RowNumber] = mapped_column(init=False)
    citizen_id: Mapped[int] = refers_to("citizen.id")
    week: Mapped[str]
    kind: Mapped[str]
    asked: Mapped[dict[str, Any]] = mapped_column(JSON)
    text: Mapped[str] = mapped_column(default="")
    account_id: Mapped[int] = refers_to("account.id")  # who asked
    on_behalf: Mapped[bool]
    at: Mapped[dt.datetime]
    base: Mapped[str]  # the version of her plan that the answer is about
    supplies: Mapped[int]  # `supplies.newest_supply` then: the week's groups are still those of the answer
    state: Mapped[str]
    proposals: Mapped[list[Any]] = mapped_column(JSON, default_factory=list)
    chosen: Mapped[int | None] = mapped_column(default=None)  # place in `proposals`
    held_until: Mapped[dt.datetime | None] = mapped_column(default=None)
    decided_by: Mapped[int | None] = refers_to("account.id", default=None)
    decided_at: Mapped[dt.datetime | None] = mapped_column(default=None)


class Hold(Base):
    """A seat kept for a citizen until a moment: of the week that she has chosen, or of one that is offered to her."""

    __tablename__ = "hold"
    id: Mapped[RowNumber] = mapped_column(init=False)
    citizen_id: Mapped[int] = refers_to("citizen.id")
    week: Mapped[str]
    group_id: Mapped[int] = refers_to("week_group.id", index=True)
    until: Mapped[dt.datetime] = mapped_column(index=True)
    request_id: Mapped[int | None] = refers_to("change_request.id", index=True, default=None)
    waiting_id: Mapped[int | None] = refers_to("waiting.id", index=True, default=None)


class PlanChange(Base):
    """A new version of one citizen's published plan: the groups before and after, and why."""

    __tablename__ = "plan_change"
    __table_args__ = (
        CheckConstraint(
            "reason IN ('request', 'undo', 'seat_offered', 'group_cancelled', 'group_moved', 'staff')", name="reason"
        ),
        UniqueConstraint("citizen_id", "week", "number"),
        Index(None, "week"),
    )
    id: Mapped[RowNumber] = mapped_column(init=False)
    citizen_id: Mapped[int] = refers_to("citizen.id")
    week: Mapped[str]
    number: Mapped[int]  # 1, 2, ... of her week
    before: Mapped[list[Any]] = mapped_column(JSON)
    after: Mapped[list[Any]] = mapped_column(JSON)
    reason: Mapped[str]
    granted: Mapped[str] = mapped_column(default="")  # by which dated rule it was granted at once; empty: a person did
    request_id: Mapped[int | None] = refers_to("change_request.id", index=True, default=None)
    account_id: Mapped[int | None] = refers_to("account.id", default=None)
    at: Mapped[dt.datetime]
    note: Mapped[str] = mapped_column(default="")  # why staff cancelled or moved a group, in their own words


class Waiting(Base):
    """A citizen waits for a place in an offering; no place is offered in a group that she cannot come to."""

    __tablename__ = "waiting"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'offered', 'placed', 'ended')", name="state"),
        Index(None, "offering_id", "state"),
    )
    id: Mapped[RowNumber] = mapped_column(init=False)
    citizen_id: Mapped[int] = refers_to("citizen.id", index=True)
    offering_id: Mapped[str] = refers_to("offering.id")
    since: Mapped[dt.datetime]
    state: Mapped[str]
    offers: Mapped[int] = mapped_column(default=0)  # that went by without an answer; they cost her nothing
    asked: Mapped[list[Any]] = mapped_column(
        JSON, default_factory=list
    )  # freed seats offered to her, the last one open
    base: Mapped[str] = mapped_column(default="")  # the version of her plan that the open offer is about
    ended_at: Mapped[dt.datetime | None] = mapped_column(default=None)


class FreedSeat(Base):
    """A seat that somebody left in a published week; counted, so that who waits sees how often one comes free."""

    __tablename__ = "freed_seat"
    __table_args__ = (Index(None, "offering_id", "at"), Index(None, "offered"))
    id: Mapped[RowNumber] = mapped_column(init=False)
    offering_id: Mapped[str] = refers_to("offering.id")
    group_id: Mapped[int] = refers_to("week_group.id")
    at: Mapped[dt.datetime]
    offered: Mapped[bool] = mapped_column(default=False)  # to those who wait


class InboundText(Base):
    """A text message that came in, as the provider numbers it: answered once, however often it is delivered."""

    __tablename__ = "inbound_text"
    __table_args__ = (UniqueConstraint("provider_id"),)
    id: Mapped[RowNumber] = mapped_column(init=False)
    provider_id: Mapped[str]
    citizen_id: Mapped[int] = refers_to("citizen.id", index=True)
    text: Mapped[str]
    came_at: Mapped[dt.datetime]
    outcome: Mapped[str]
