"""`/ring-ind/17`: somebody calls; her week stands on one side, what she may want on the other."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.http.callers import Answer
from api.http.catalog import Week
from api.http.requests import Number, prepare
from api.pages.callers import Page, may_page
from api.pages.citizen.activities import Activity, read_activities
from api.pages.citizen.whose import Whose
from api.pages.forms import FormError, Wrong
from api.pages.rendering import language_of
from api.pages.staff.person import about, change
from catalog.tables import Offering
from catalog.weeks import CENTRE_TIME, monday_of, parse_week, shift_week, week_of
from scheduler.asked import ABOUT_AN_ACTIVITY, LONGEST_TEXT, Asked
from scheduler.importer.cpr import hide_cpr
from scheduler.life import NotPublishedError
from scheduler.request_effects import Asker
from scheduler.tables import ChangeRequest

routes = APIRouter()
ASKED_OFTEN = ("another_time", "another_activity", "less", "stop")
ASKED_ELSE = ("more", "cannot_come", "along", "talk")
BY_PHONE = "phone"


class WishIn(BaseModel):
    """What she wants, and the activity that it is about."""

    kind: Literal["another_time", "another_activity", "less", "stop", "more", "cannot_come", "along", "talk"]
    group_id: int | None = Field(default=None, ge=1, lt=2**31)
    offering_id: str | None = Field(default=None, max_length=100)
    text: str = Field(default="", max_length=LONGEST_TEXT)

    def wish(self) -> Asked:
        """What is asked, for the rooms within; only what the kind of wish is about goes along."""
        about_one = self.kind not in ("more", "along", "talk")
        return Asked(
            self.kind,
            self.group_id if about_one else None,
            self.offering_id if self.kind == "more" else None,
            how=BY_PHONE if self.kind == "talk" else "",
            text=hide_cpr(self.text),
        )


@routes.get("/ring-ind/{citizen_id}")
def show_call(
    citizen_id: Number,
    page: Annotated[Page, may_page("plan.read")],
    uge: Annotated[str | None, Query(max_length=10)] = None,
) -> Response:
    """Show a citizen's week and what may be asked for."""
    return _show(page, citizen_id, _this_week(page) if uge is None else parse_week(uge))


@routes.post("/ring-ind/{citizen_id}/{week}")
def ask(citizen_id: Number, week: Week, page: Annotated[Page, may_page("request.write")]) -> Response:
    """Look for what the centre can give instead."""
    parsed = parse_week(week)
    keep = []

    def look() -> None:
        given = page.form.read(WishIn)
        if given.kind in (*ABOUT_AN_ACTIVITY, "cannot_come") and given.group_id is None:
            raise FormError({"group_id": Wrong("call_group_missing")})
        keep.append(prepare(page, citizen_id, parsed, given.wish()))

    def answer(session: Session, asker: Asker) -> Answer:
        request: ChangeRequest = keep[0]()
        return page.go_to(f"/ring-ind/{citizen_id}/svar/{request.id}")

    return change(page, citizen_id, answer, lambda: _show(page, citizen_id, parsed), first=look)


def _show(page: Page, citizen_id: int, week: str) -> Response:
    this_week = _this_week(page)
    with about(page, citizen_id) as (session, her):
        activities = _activities(page, session, citizen_id, week)
        offerings = _offerings(page, session, week) if activities is not None else []
    form = page.form.starting(group_id=activities[0].group_id) if activities and len(activities) == 1 else page.form
    return page.show(
        "staff/call.html", form=form, her=her, week=week, this_week=this_week, earlier=shift_week(week, -1),
        later=shift_week(week, 1), activities=activities, offerings=offerings, often=ASKED_OFTEN, other=ASKED_ELSE,
        over=week < this_week,
    )  # fmt: skip


def _activities(page: Page, session: Session, citizen_id: int, week: str) -> list[Activity] | None:
    try:
        return read_activities(page, session, Whose(citizen_id), week)
    except NotPublishedError:
        return None


def _offerings(page: Page, session: Session, week: str) -> list[tuple[str, str]]:
    """What the centre offers in a week, by title."""
    title = Offering.en if language_of(page.request) == "en" else Offering.da
    monday = monday_of(week)
    runs = (Offering.valid_from <= monday, Offering.valid_to.is_(None) | (Offering.valid_to >= monday))
    rows = session.execute(select(Offering.id, title).where(*runs)).all()
    return sorted(((key, name) for key, name in rows), key=lambda row: row[1].casefold())


def _this_week(page: Page) -> str:
    return week_of(page.now.astimezone(CENTRE_TIME).date())
