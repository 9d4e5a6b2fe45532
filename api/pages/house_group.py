"""`/hold/...`: one group of a week, its seats, and its cancelling: what that does is shown before it is done."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Path
from fastapi.responses import Response
from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.http.callers import Answer
from api.pages.callers import Page, may_page
from api.pages.forms import FormError, Wrong
from api.pages.rendering import language_of
from catalog.database import writing
from catalog.tables import Group, Offering
from catalog.weeks import CENTRE_TIME
from scheduler import cancelled, policy, weeks_of
from scheduler.actions import may
from scheduler.cancelled import Given
from scheduler.group_seats import MOST_SEATS, SeatsError, set_seats
from scheduler.group_times import GroupError
from scheduler.importer.cpr import hide_cpr
from scheduler.life import NotPublishedError
from scheduler.request_effects import Asker
from scheduler.stored import Participant
from scheduler.tables import Citizen
from scheduler.week_document import describe_groups
from scheduler.week_state import WeekStates

routes = APIRouter(prefix="/hold/{group_id}", include_in_schema=False)
Number = Annotated[int, Path(ge=1, lt=2**31)]
AT_FIELD = ("taken", "running")  # what other seats, or a little later, would mend


class CancelIn(BaseModel):
    """Why a group does not take place."""

    cancel_reason: str = Field(max_length=500)


class SeatsIn(BaseModel):
    """How many citizens a group has room for."""

    seats: int = Field(ge=1, le=MOST_SEATS)


class Effect(NamedTuple):
    """What cancelling does to one citizen: what she gets instead, or that somebody must call her."""

    name: str
    instead: list[str]
    needs_person: bool


@routes.get("")
def show(group_id: Number, page: Annotated[Page, may_page("group.participants")]) -> Response:
    """Show a group with everybody in it."""
    return _show(page, group_id)


@routes.post("/aflys/vis")
def rehearse(group_id: Number, page: Annotated[Page, may_page("group.change")]) -> Response:
    """Show what cancelling would do to whom; nothing is done."""
    if not page.is_own_form:
        page.form, page.status = replace(page.form, problem="form_too_old"), 403
        return _show(page, group_id)
    try:
        reason = page.form.read(CancelIn).cancel_reason
        with writing(page.service.engine) as session:
            effects = _effects(session, page, _cancel(session, page, group_id, reason))
            session.rollback()
    except FormError as error:
        page.form, page.status = replace(page.form, wrong=error.wrong), 422
        return _show(page, group_id)
    except GroupError:
        page.form, page.status = replace(page.form, problem="group_over"), 409
        return _show(page, group_id)
    return _show(page, group_id, effects)


@routes.post("/aflys")
def cancel(group_id: Number, page: Annotated[Page, may_page("group.change")]) -> Response:
    """Cancel a group; everybody in it gets the best in place of it, and nobody else moves."""
    about: list[int | None] = []

    def do() -> Answer:
        given = _cancel(page.session, page, group_id, page.form.read(CancelIn).cancel_reason)
        about.extend(each.citizen_id for each in given)
        return page.go_to(f"/hold/{group_id}", done="group_cancelled")

    return page.submit(do, again=lambda: _show(page, group_id), about=about, words={GroupError: "group_over"})


@routes.post("/pladser")
def change_seats(group_id: Number, page: Annotated[Page, may_page("group.change")]) -> Response:
    """Give a group of a week that is not sent out other seats."""

    def do() -> Answer:
        policy.permit_group(page.session, page.actor, page.action, group_id)
        wanted = page.form.read(SeatsIn).seats
        try:
            set_seats(page.session, group_id, wanted, Asker(page.actor.account_id, page.now, is_staff=True))
        except SeatsError as error:
            if error.slug not in AT_FIELD:
                raise
            raise FormError({"seats": Wrong(f"seats_{error.slug}", {"least": error.least})}) from error
        return page.go_to(f"/hold/{group_id}", done="seats_changed")

    return page.submit(do, again=lambda: _show(page, group_id), words={GroupError: "seats_refused"})


def _cancel(session: Session, page: Page, group_id: int, reason: str) -> list[Given]:
    policy.permit_group(session, page.actor, page.action, group_id)
    # Of this transaction: another one's would know seats that a rehearsal takes back.
    state = WeekStates(fresh_seconds=0.0).of(session, session.get_one(Group, group_id).week)
    asker = Asker(page.actor.account_id, page.now, is_staff=True)
    return cancelled.cancel_group(session, state, group_id, hide_cpr(reason), asker)


def _effects(session: Session, page: Page, given: list[Given]) -> list[Effect]:
    names = {citizen.id: citizen.name or citizen.external_id for citizen in session.scalars(
        select(Citizen).where(Citizen.id.in_([each.citizen_id for each in given]))
    )}  # fmt: skip
    title = Offering.en if language_of(page.request) == "en" else Offering.da
    joined = {group for each in given for group in set(each.after) - set(each.before)}
    offered: dict[int, str] = dict(
        session.execute(
            select(Group.id, title).join(Offering, Offering.id == Group.offering_id).where(Group.id.in_(joined))
        ).all()
    )
    return [
        Effect(
            names[each.citizen_id],
            [offered[group] for group in each.after if group in offered and group not in each.before],
            each.needs_person,
        )
        for each in given
    ]


def _show(page: Page, group_id: int, effects: list[Effect] | None = None) -> Response:
    with page.reading() as session:
        policy.permit_group(session, page.actor, page.action, group_id)
        group: dict[str, Any] = describe_groups(session, [group_id])[0]
        row = session.get_one(Group, group_id)
        try:
            people: list[Participant] | None = weeks_of.participants(session, row.week, group_id)
        except NotPublishedError:
            people = None
    page.look_at(person.citizen_id for person in people or ())
    title = group[language_of(page.request)] or group["da"]
    for meeting in group["meetings"]:
        meeting["on"] = dt.date.fromisoformat(meeting["date"])
    is_over = not group["meetings"] or group["meetings"][-1]["on"] < page.now.astimezone(CENTRE_TIME).date()
    return page.show(
        "house/group.html", group=group, title=title, row=row, people=people, effects=effects,
        form=page.form.starting("/pladser", seats=row.seats),
        may_change=not is_over and may(page.actor, "group.change"),
    )  # fmt: skip
