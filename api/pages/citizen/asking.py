"""`/aendring`: a citizen says what she wants to be changed, the first of three steps."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import BaseModel, Field, ValidationInfo, field_validator
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.http.callers import Answer
from api.http.request_bodies import RequestOut, request_out
from api.http.requests import prepare
from api.pages.callers import Page, may_page
from api.pages.citizen.activities import Activity, read_activities
from api.pages.citizen.clock import clock_options, day_options
from api.pages.citizen.offerings import titles
from api.pages.citizen.week import WeekQuery
from api.pages.citizen.whose import Whose, change, find_whose, looking, show
from api.pages.rendering import language_of
from catalog.weeks import CENTRE_TIME, parse_week, shift_week, week_of
from scheduler.asked import LONGEST_TEXT, Asked
from scheduler.group_times import begins_at
from scheduler.importer.cpr import hide_cpr
from scheduler.life import published_run
from scheduler.request_effects import Asker
from scheduler.request_words import read_named
from scheduler.tables import ChangeRequest

routes = APIRouter(prefix="/aendring")
Kind = Literal["another_time", "another_activity", "less", "more", "stop", "cannot_come", "busy", "talk"]
KINDS: tuple[Kind, ...] = (
    "another_time", "another_activity", "more", "less", "stop", "cannot_come", "busy", "talk",
)  # fmt: skip
WANTED = Annotated[Kind | None, Query(alias="hvad")]
SHOWN = 5  # of the requests before


class WishIn(BaseModel):
    """What every wish may bring."""

    text: str = Field(default="", max_length=LONGEST_TEXT)

    def wish(self, kind: Kind) -> Asked:
        """What is asked, for the rooms within; a CPR number in the text goes no further."""
        return Asked(kind, text=hide_cpr(self.text))


class ActivityIn(WishIn):
    """A wish about one activity of hers."""

    group_id: int = Field(ge=1, lt=2**31)

    def wish(self, kind: Kind) -> Asked:
        """What is asked of it."""
        return Asked(kind, group_id=self.group_id, text=hide_cpr(self.text))


class LessIn(WishIn):
    """Less in her week; she may say of what."""

    group_id: int | None = Field(default=None, ge=1, lt=2**31)

    def wish(self, kind: Kind) -> Asked:
        """What is asked."""
        return Asked(kind, group_id=self.group_id, text=hide_cpr(self.text))


class MoreIn(WishIn):
    """More in her week; she may say of what."""

    offering_id: str | None = Field(default=None, max_length=100)

    def wish(self, kind: Kind) -> Asked:
        """What is asked."""
        return Asked(kind, offering_id=self.offering_id, text=hide_cpr(self.text))


class BusyIn(WishIn):
    """A time at which she cannot come."""

    day: int = Field(ge=0, le=6)
    start: int = Field(ge=0, le=1439)
    end: int = Field(ge=1, le=1440)
    every_week: bool = False

    @field_validator("end")
    @classmethod
    def _forwards(cls, end: int, info: ValidationInfo) -> int:
        if end <= info.data.get("start", -1):
            raise ValueError("expected end after start")
        return end

    def wish(self, kind: Kind) -> Asked:
        """What is asked."""
        times = ((self.day, self.start, self.end),)
        return Asked("cannot_come", times=times, every_week=self.every_week, text=hide_cpr(self.text))


class TalkIn(WishIn):
    """A talk with somebody at the centre."""

    how: Literal["phone", "walk", "home"]

    def wish(self, kind: Kind) -> Asked:
        """What is asked."""
        return Asked(kind, how=self.how, text=hide_cpr(self.text))


FORMS: dict[Kind, type[WishIn]] = {"less": LessIn, "more": MoreIn, "busy": BusyIn, "talk": TalkIn}
ABOUT_ONE = ("another_time", "another_activity", "stop", "cannot_come", "less")


@routes.get("")
def show_asking(
    page: Annotated[Page, may_page("request.read")],
    hvad: WANTED = None,
    uge: WeekQuery = None,
    hold: Annotated[int | None, Query(ge=1, lt=2**31)] = None,
) -> Response:
    """Show what may be asked for, or the form of one kind of wish."""
    her = find_whose(page)
    with looking(page, her) as session:
        weeks = _open_weeks(page, session)
        week = _chosen_week(weeks, uge)
        activities = _ahead(page, session, her, week) if week else []
        offerings = titles(session, language_of(page.request)) if hvad == "more" else []
        before = _before(page, session, her)
    form, language = page.form.starting(group_id=hold), language_of(page.request)
    return show(
        page, her, "ask.html", form=form, kind=hvad, kinds=KINDS, about_one=ABOUT_ONE, weeks=weeks, week=week,
        activities=activities, offerings=offerings, before=before,
        days=day_options(language), clock=clock_options(language),
    )  # fmt: skip


@routes.post("")
def ask(
    page: Annotated[Page, may_page("request.write")],
    hvad: Annotated[Kind, Query()],
    uge: Annotated[str, Query(max_length=10)],
) -> Response:
    """Look for the weeks that answer a wish, and keep them."""
    her, week = find_whose(page), parse_week(uge)
    keep = []

    def look() -> None:
        given = page.form.read(FORMS.get(hvad, ActivityIn))
        keep.append(prepare(page, her.id, week, given.wish(hvad)))

    def say(_session: Session, _asker: Asker) -> Answer:
        request: ChangeRequest = keep[0]()
        return page.go_to(her.at(f"/aendring/{request.id}"))

    return change(page, her, say, lambda: show_asking(page, hvad, uge), first=look)


def _open_weeks(page: Page, session: Session) -> list[str]:
    """The published weeks that are not over."""
    this_week = week_of(page.now.astimezone(CENTRE_TIME).date())
    return [week for week in (this_week, shift_week(this_week, 1)) if published_run(session, week) is not None]


def _chosen_week(weeks: list[str], asked: str | None) -> str:
    wanted = parse_week(asked) if asked else ""
    return wanted if wanted in weeks else next(iter(weeks), "")


def _ahead(page: Page, session: Session, her: Whose, week: str) -> list[Activity]:
    """Her activities that have a meeting still to come."""
    return [
        each
        for each in read_activities(page, session, her, week)
        if any(begins_at(meeting.date, meeting.start) > page.now for meeting in each.meetings)
    ]


def _before(page: Page, session: Session, her: Whose) -> list[RequestOut]:
    """What she asked for lately."""
    hers = select(ChangeRequest).where(ChangeRequest.citizen_id == her.id).order_by(ChangeRequest.id.desc())
    found = session.scalars(hers.limit(SHOWN)).all()
    named = read_named(session, found, language_of(page.request))
    return [request_out(each, named, with_points=False) for each in found]
