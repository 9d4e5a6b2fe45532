"""Agreements over HTTP: staff promise an offering until a week, and say by name where the centre breaks its promise."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.http.callers import Answer, Caller, may
from api.http.catalog import Week
from api.http.requests import asker_of
from catalog.weeks import parse_week
from scheduler import agreements
from scheduler.agreements import Agreed, Promise
from scheduler.importer.cpr import hide_cpr
from scheduler.tables import Account

routes = APIRouter(prefix="/v1/citizens/{citizen_id}/agreements", tags=["progress"])
Number = Annotated[int, Path(ge=1, lt=2**31)]
OfferingId = Annotated[str, Path(max_length=100)]
WeekText = Annotated[str, Field(max_length=10, description="An ISO week such as 2026-W48.")]


class AgreementIn(BaseModel):
    """An agreement: there is none without an end and a sub-goal.

    `assessed` says that a person has assessed that an internship may last longer than it usually may.
    """

    model_config = ConfigDict(extra="forbid", strict=True)
    offering_id: str = Field(min_length=1, max_length=100)
    from_week: WeekText
    until_week: WeekText
    sub_goal_id: int = Field(ge=1, lt=2**31)
    week_minutes: int = Field(ge=1, le=10_080)
    why: str = Field(min_length=1, max_length=500)
    series_id: str | None = Field(default=None, max_length=100)
    assessed: bool = False


class BreakIn(BaseModel):
    """From which week on the centre does not keep an agreement, why, and what makes up for it."""

    model_config = ConfigDict(extra="forbid", strict=True)
    week: WeekText
    reason: str = Field(min_length=1, max_length=500)
    made_up: str = Field(min_length=1, max_length=500)


class BrokenOut(BaseModel):
    """The decision not to keep an agreement, by whom and when."""

    week: str
    reason: str
    made_up: str
    by: str | None
    at: dt.datetime


class AgreementOut(BaseModel):
    """An agreement; from `left_week` on it stands no longer, because she left or, with `broken`, by a decision."""

    citizen_id: int
    offering_id: str
    from_week: str
    until_week: str
    series_id: str | None
    sub_goal_id: int | None
    week_minutes: int | None
    why: str
    assessed: bool
    agreed_by: str | None
    agreed_at: dt.datetime | None
    left_week: str | None
    broken: BrokenOut | None


@routes.post("", status_code=201, response_model=AgreementOut)
def make_agreement(
    citizen_id: Number, body: AgreementIn, caller: Annotated[Caller, may("agreement.write")]
) -> Response:
    """Promise an offering until a week, in order to reach a sub-goal."""
    weeks = {"from_week": parse_week(body.from_week), "until_week": parse_week(body.until_week)}
    promise = Promise(**body.model_dump() | weeks | {"why": hide_cpr(body.why)})

    def agree() -> Answer:
        caller.permit(caller.session, citizen_id)
        made = agreements.agree(caller.session, citizen_id, promise, asker_of(caller, citizen_id))
        return Answer(201, agreement_out(caller.session, Agreed(made, None)))

    return caller.write(agree, body=body, about=[citizen_id])


@routes.post("/{offering_id}/{week}/break", response_model=AgreementOut)
def break_agreement(
    citizen_id: Number,
    offering_id: OfferingId,
    week: Week,
    body: BreakIn,
    caller: Annotated[Caller, may("agreement.write")],
) -> Response:
    """Decide that the agreement on an offering that began in this week is not kept; she gets a message."""
    key, from_week = (offering_id, parse_week(week)), parse_week(body.week)

    def decide() -> Answer:
        caller.permit(caller.session, citizen_id)
        said, asker = (hide_cpr(body.reason), hide_cpr(body.made_up)), asker_of(caller, citizen_id)
        agreements.break_agreement(caller.session, citizen_id, key, from_week, *said, asker)
        hers = agreements.agreements_of(caller.session, citizen_id)
        found = next(one for one in hers if (one.agreement.offering_id, one.agreement.from_week) == key)
        return Answer(200, agreement_out(caller.session, found))

    return caller.write(decide, body=body, about=[citizen_id])


def agreement_out(session: Session, agreed: Agreed) -> AgreementOut:
    """An agreement with the names of those who made it and broke it."""
    agreement, broken = agreed
    decision = None
    if broken is not None:
        who = name_of(session, broken.account_id)
        decision = BrokenOut(week=broken.week, reason=broken.reason, made_up=broken.made_up, by=who, at=broken.at)
    return AgreementOut(
        citizen_id=agreement.citizen_id, offering_id=agreement.offering_id, from_week=agreement.from_week,
        until_week=agreement.until_week, series_id=agreement.series_id, sub_goal_id=agreement.sub_goal_id,
        week_minutes=agreement.week_minutes, why=agreement.why, assessed=agreement.assessed,
        agreed_by=name_of(session, agreement.agreed_by), agreed_at=agreement.agreed_at, left_week=agreement.left_week,
        broken=decision,
    )  # fmt: skip


def name_of(session: Session, account_id: int | None) -> str | None:
    """The name of an account; none where nobody noted which it was."""
    return session.scalar(select(Account.name).where(Account.id == account_id))
