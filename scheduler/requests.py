"""The life of a change request: asked and answered, held, confirmed, undone; or let go, or passed on to a person.

Every step is one transaction of the caller's. It holds the citizen's plan first, so that her steps come one after the
other, and the seats are taken by `supplies.move`, so that nobody gets a seat that is not there.
"""

from __future__ import annotations

import datetime as dt
from typing import cast

from sqlalchemy import Table, bindparam, delete, lambda_stmt, select
from sqlalchemy.orm import Session

from catalog.database import run_made
from catalog.weeks import CENTRE_TIME, monday_of
from scheduler import asked as asking
from scheduler.alternatives import Alternative, Search, alternatives, read_search
from scheduler.apart import refuse_people_apart
from scheduler.asked import Asked
from scheduler.granting import describe, what_needs_a_person
from scheduler.places import StaleError, Standing, Why, change_plan, hold_plan, hold_seats, standing
from scheduler.request_checks import (
    RequestStateError,
    has_changed_since,
    is_over,
    need_state,
    refuse_locked,
    refuse_other_version,
)
from scheduler.request_effects import Asker, after_confirmation, after_undo, pass_on
from scheduler.request_rules import read_request_rules
from scheduler.stored import NotFoundError
from scheduler.supplies import move, newest_supply
from scheduler.tables import ChangeRequest, Hold
from scheduler.week_state import WeekState

_HOLD = cast(Table, Hold.__table__)
_HERS = select(ChangeRequest.week).where(
    ChangeRequest.id == bindparam("request"), ChangeRequest.citizen_id == bindparam("citizen")
)
_HOLDS = delete(_HOLD).where(_HOLD.c.request_id == bindparam("request")).returning(_HOLD.c.group_id)
# A lambda is found among the compiled statements at once.
_WEEK_OF, _TAKE = lambda_stmt(lambda: _HERS), lambda_stmt(lambda: _HOLDS)

__all__ = ["RequestStateError", "ask", "confirm", "expire", "find_answer", "hold", "keep_answer", "let_go", "undo"]


def ask(
    session: Session, state: WeekState, citizen_id: int, wish: Asked, asker: Asker, *, if_version: str | None = None
) -> ChangeRequest:
    """Answer a wish with up to five weeks, and keep the answer. Raises as `find_answer` does."""
    request = find_answer(session, state, citizen_id, wish, asker, if_version=if_version)
    keep_answer(session, request, asker)
    return request


def find_answer(
    session: Session, state: WeekState, citizen_id: int, wish: Asked, asker: Asker, *, if_version: str | None = None
) -> ChangeRequest:
    """Look for the weeks that answer a wish; this only reads, so that nobody waits for it.

    Raises
    ------
    AskedError
        The wish does not fit her plan or the week.
    StaleError
        Her plan is no longer `if_version`.
    NotFoundError
        She is not planned for in that week, or the week is not published.
    RequestStateError
        The week is over.
    """
    week = state.frame.week
    present = standing(session, citizen_id, week)
    refuse_other_version(present, if_version)
    if monday_of(week) + dt.timedelta(days=7) <= asker.today:
        raise RequestStateError(f"week {week} is over: ask about this week or a later one")
    asking.check(wish, state.frame, present.groups)
    request = ChangeRequest(
        citizen_id=citizen_id, week=week, kind=wish.kind, asked=wish.as_json(), text=wish.text,
        account_id=asker.account_id, on_behalf=asker.on_behalf, at=asker.at, base=present.version,
        supplies=state.version[1], state="answered",
    )  # fmt: skip
    if wish.kind in asking.TALKS:
        request.state = "passed_on"
        return request
    search = read_search(session, state, citizen_id, wish, present)
    if wish.group_id is not None and state.frame.slot_of.get(wish.group_id) in search.one.locks:
        request.state = "passed_on"  # Staff's locks, running cohorts and employer places are a person's to change.
        return request
    request.proposals = [_kept(search, each, asker) for each in alternatives(search, state.rules.most_answers)]
    return request


def keep_answer(session: Session, request: ChangeRequest, asker: Asker) -> None:
    """Keep what `find_answer` found; where a person must answer, the citizen's contact gets a task."""
    session.add(request)
    session.flush()
    if request.state == "passed_on":
        pass_on(session, request, asker)


def _kept(search: Search, each: Alternative, asker: Asker) -> dict[str, object]:
    person = what_needs_a_person(search, each, search.state.rules, asker.today)
    return {
        "groups": list(each.groups), "joined": list(each.joined), "left": list(each.left), "points": each.points,
        "person": person, "words": describe(search, each),
    }  # fmt: skip


def hold(session: Session, request_id: int, citizen_id: int, choice: int, asker: Asker) -> ChangeRequest:
    """Keep the seats of a chosen week for a while; choosing it again keeps them as they are.

    Where the choice needs a person and none asks, it is passed on to the citizen's contact instead.

    Raises
    ------
    NotFoundError
        There is no such request of hers, or it has no such proposal.
    RequestStateError
        The request is over.
    StaleError
        Her plan or the week's groups have changed since the answer.
    FullError
        A seat was taken meanwhile: ask again.
    """
    request, present = _hold_request(session, request_id, citizen_id)
    if request.state == "held" and request.chosen == choice and not is_over(request, asker.at):
        refuse_other_version(present, request.base)
        return request
    need_state(request, ("answered", "held", *(("passed_on",) if asker.is_staff else ())))
    if not 0 <= choice < len(request.proposals):
        raise NotFoundError(f"request {request_id} has no proposal {choice}: it has {len(request.proposals)}")
    refuse_other_version(present, request.base)
    if request.supplies != newest_supply(session, request.week):
        raise StaleError(f"the groups of week {request.week} have changed since the answer: ask again")
    proposal = request.proposals[choice]
    if proposal["person"] and not asker.is_staff:
        _let_go(session, request)
        request.chosen = choice
        pass_on(session, request, asker)
        return request
    until = asker.at + dt.timedelta(minutes=read_request_rules(session, monday_of(request.week)).hold_minutes)
    before = _take_holds(session, request)
    hold_seats(session, citizen_id, request.week, proposal["joined"], until, freed=before, request_id=request.id)
    refuse_people_apart(session, citizen_id, request.week, proposal["joined"])
    request.state, request.chosen, request.held_until = "held", choice, until
    session.flush()
    return request


def confirm(session: Session, request_id: int, citizen_id: int, asker: Asker) -> ChangeRequest:
    """Make the held week hers; confirming again changes nothing.

    Raises
    ------
    RequestStateError
        Nothing is held for her, or not any more, or staff has locked what she would leave.
    StaleError
        Her plan has changed since the answer.
    """
    request, present = _hold_request(session, request_id, citizen_id)
    if request.state == "confirmed":
        return request
    need_state(request, ("held",))
    if is_over(request, asker.at):
        raise RequestStateError(f"request {request_id} was held until {request.held_until}: choose again")
    refuse_other_version(present, request.base)
    proposal = request.proposals[request.chosen or 0]
    refuse_locked(session, request, proposal["left"])
    _take_holds(session, request)
    move(session, (), proposal["left"])
    granted = "" if asker.is_staff else "request"
    why = Why("request", asker.account_id, asker.at, request.id, granted)
    change_plan(session, citizen_id, request.week, present, proposal["groups"], why)
    after_confirmation(session, request, asker)
    request.state, request.decided_by, request.decided_at = "confirmed", asker.account_id, asker.at
    session.flush()
    return request


def undo(session: Session, request_id: int, citizen_id: int, asker: Asker) -> ChangeRequest:
    """Give her back the week that she had, on the same day and while its seats are there; again changes nothing.

    Raises
    ------
    RequestStateError
        It was not confirmed, or not today, or staff has locked what she would leave.
    StaleError
        Her plan has changed since, and that change stands.
    FullError
        Somebody has got a seat that she had.
    """
    request, present = _hold_request(session, request_id, citizen_id)
    if request.state == "undone":
        return request
    need_state(request, ("confirmed",))
    decided = request.decided_at
    if decided is None or decided.astimezone(CENTRE_TIME).date() != asker.today:
        raise RequestStateError(f"request {request_id} was not granted today: ask for another change")
    proposal = request.proposals[request.chosen or 0]
    if list(present.groups) != sorted(proposal["groups"]) or has_changed_since(session, request):
        raise StaleError("her plan has changed since: ask for another change")
    refuse_locked(session, request, proposal["joined"])
    before = (set(proposal["groups"]) - set(proposal["joined"])) | set(proposal["left"])
    move(session, proposal["left"], proposal["joined"])
    refuse_people_apart(session, citizen_id, request.week, proposal["left"])
    change_plan(session, citizen_id, request.week, present, before, Why("undo", asker.account_id, asker.at, request.id))
    request.state = "undone"
    after_undo(session, request)
    session.flush()
    return request


def let_go(session: Session, request_id: int, citizen_id: int) -> ChangeRequest:
    """Let go of what is held; the request is over."""
    request, _ = _hold_request(session, request_id, citizen_id)
    if request.state in ("answered", "held"):
        _let_go(session, request)
        request.state = "closed"
    return request


def expire(session: Session, now: dt.datetime, most: int = 1) -> int:
    """Let go of what was held until now, and say how many requests that ended.

    More than one in a transaction may wait crosswise for other people's changes.
    """
    held = (ChangeRequest.state == "held", ChangeRequest.held_until <= now)
    due = select(ChangeRequest.id, ChangeRequest.citizen_id).where(*held).order_by(ChangeRequest.id).limit(most)
    count = 0
    for request_id, citizen_id in session.execute(due).all():
        request, _ = _hold_request(session, request_id, citizen_id)
        if request.state == "held" and is_over(request, now):
            _let_go(session, request)
            request.state = "expired"
            count += 1
    session.flush()
    return count


def _hold_request(session: Session, request_id: int, citizen_id: int) -> tuple[ChangeRequest, Standing]:
    """A request of hers, and her plan, which nobody else changes until this transaction ends."""
    found = run_made(session, _WEEK_OF, {"request": request_id, "citizen": citizen_id}).first()
    if found is None:
        raise NotFoundError(f"request {request_id}: there is no such request of hers")
    present = hold_plan(session, citizen_id, found.week)
    return session.get_one(ChangeRequest, request_id, populate_existing=True), present


def _take_holds(session: Session, request: ChangeRequest) -> list[int]:
    """Delete her holds; the groups are still counted as taken."""
    return [group for (group,) in run_made(session, _TAKE, {"request": request.id})]


def _let_go(session: Session, request: ChangeRequest) -> None:
    move(session, (), _take_holds(session, request))
    request.chosen = request.held_until = None
