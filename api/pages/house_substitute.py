"""`/hold/17/vikar`: somebody takes a group of one week in the place of who holds it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import Response
from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.http.callers import Answer
from api.pages.callers import Page, may_page
from api.pages.forms import FormError, Wrong
from api.pages.rendering import language_of
from catalog.tables import Group, GroupStaff, StaffMember
from scheduler import policy
from scheduler.importer.cpr import hide_cpr
from scheduler.request_effects import Asker
from scheduler.standing_in import SubstituteError, free_for, stand_in
from scheduler.week_document import describe_groups

routes = APIRouter(prefix="/hold/{group_id}/vikar", include_in_schema=False)
Number = Annotated[int, Path(ge=1, lt=2**31)]
WHOSE_FAULT = {"away": "substitute", "busy": "substitute", "holds": "absent"}  # the field that an error is about


class SubstituteIn(BaseModel):
    """Who is away, who comes instead, and why."""

    absent: str = Field(max_length=100)
    substitute: str = Field(max_length=100)
    away_why: str = Field(max_length=500)


@routes.get("")
def show(group_id: Number, page: Annotated[Page, may_page("group.change")]) -> Response:
    """Show who holds a group and who could take it."""
    return _show(page, group_id)


@routes.post("")
def put_in(group_id: Number, page: Annotated[Page, may_page("group.change")]) -> Response:
    """Let somebody hold the group."""

    def do() -> Answer:
        policy.permit_group(page.session, page.actor, page.action, group_id)
        given = page.form.read(SubstituteIn)
        _need_known(page.session, given.substitute)
        asker = Asker(page.actor.account_id, page.now, is_staff=True)
        try:
            stand_in(page.session, group_id, given.absent, given.substitute, hide_cpr(given.away_why), asker)
        except SubstituteError as error:
            if error.slug not in WHOSE_FAULT:
                raise
            name = WHOSE_FAULT[error.slug]
            raise FormError({name: Wrong(f"{name}_{error.slug}")}) from error
        return page.go_to(f"/hold/{group_id}", done="substitute")

    return page.submit(do, lambda: _show(page, group_id), words={SubstituteError: "substitute_refused"})


def _need_known(session: Session, staff_id: str) -> None:
    if not staff_id.isprintable() or session.get(StaffMember, staff_id) is None:
        raise FormError({"substitute": Wrong("field_choose")})


def _show(page: Page, group_id: int) -> Response:
    with page.reading() as session:
        policy.permit_group(session, page.actor, page.action, group_id)
        row = session.get_one(Group, group_id)
        described = describe_groups(session, [group_id])[0]
        held = select(StaffMember.id, StaffMember.name).join(GroupStaff, GroupStaff.staff_id == StaffMember.id)
        holders = session.execute(held.where(GroupStaff.group_id == group_id).order_by(StaffMember.name)).all()
        free = free_for(session, row) if described["meetings"] and not row.appointment else []
    form = page.form.starting(absent=holders[0][0] if len(holders) == 1 else None)
    return page.show(
        "house/substitute.html", form=form, row=row, group=described, holders=[tuple(one) for one in holders],
        title=described[language_of(page.request)] or described["da"], free=free,
    )  # fmt: skip
