"""`/koersler/N/udsend`: who is told what when a week is sent out, sending it, and taking it back."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy.orm import Session

from api.http.callers import Answer
from api.http.runs import Number
from api.pages.callers import Page, may_page
from api.pages.plan_review import SIZE, names_of
from api.pages.plan_runs import PageNumber
from catalog.weeks import monday_of
from scheduler import publishing
from scheduler.life import ClosedRunError, published_run
from scheduler.limits import read_limits
from scheduler.publishing import ActedOnError
from scheduler.stored import find_run
from scheduler.tables import Message, Run

routes = APIRouter(prefix="/koersler/{run_id}", include_in_schema=False)


@routes.get("/udsend")
def messages(run_id: Number, page: Annotated[Page, may_page("run.publish")], number: PageNumber = 1) -> Response:
    """Show the messages that go out with a run, or that went out."""
    return _show(page, run_id, number)


def _show(page: Page, run_id: int, number: int = 1) -> Response:
    with page.reading() as session:
        run = find_run(session, run_id)
        before = published_run(session, run.week)
        sent = _sent(session, run)
        told = [each.citizen_id for each in sent] if run.state == "published" else _told(page, session, run, before)
        shown = told[(number - 1) * SIZE : number * SIZE]
        people = names_of(session, shown)
        delay = read_limits(session, monday_of(run.week)).message_delay_minutes
    page.look_at(shown)
    return page.show(
        "plan/publish.html", run=run, is_first=before in (None, run_id), total=len(told), shown=shown, people=people,
        number=number, last=max(1, -(-len(told) // SIZE)), delay=delay,
        message=publishing.preview(run.week, is_first=before in (None, run_id)),
        waiting=[each for each in sent if each.sent_at is None], has_sent=any(each.sent_at for each in sent),
        send_at=min((each.send_at for each in sent), default=None),
    )  # fmt: skip


def _sent(session: Session, run: Run) -> list[Message]:
    standing = publishing.current(session, run.week, with_body=False) if run.state == "published" else None
    return [] if standing is None else list(publishing.told_by(session, standing))


def _told(page: Page, session: Session, run: Run, before: int | None) -> list[int]:
    """Who will be told; where the week was published before, those whose week changes, as they are in memory."""
    if before is None or before == run.id:
        return publishing.who_is_told(session, run.id, None)
    return [move.citizen_id for move in page.service.comparisons.of(session, run.id, before).difference.moves]


@routes.post("/udsend")
def publish(run_id: Number, page: Annotated[Page, may_page("run.publish")]) -> Response:
    """Send an approved run out as the week's plan."""

    def send() -> Answer:
        publishing.publish(page.session, run_id, page.actor.account_id, page.now)
        page.session.flush()
        return page.go_to(f"/koersler/{run_id}/udsend", done="week_published")

    answer = page.submit(send, again=lambda: _show(page, run_id), words={ClosedRunError: "not_to_be_published"})
    page.service.weeks.forget_standing()
    return answer


@routes.post("/traek-tilbage")
def withdraw(run_id: Number, page: Annotated[Page, may_page("run.withdraw")]) -> Response:
    """Take a mistaken publication back while nobody has acted on it."""

    def take_back() -> Answer:
        publishing.withdraw(page.session, find_run(page.session, run_id).week, page.actor.account_id, page.now)
        return page.go_to(f"/koersler/{run_id}", done="week_withdrawn")

    answer = page.submit(take_back, again=lambda: _show(page, run_id), words={ActedOnError: "acted_on"})
    page.service.weeks.forget_standing()
    return answer
