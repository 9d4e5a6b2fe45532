"""Change requests over HTTP: a citizen, or somebody for her, asks, holds one of the answers, confirms it, undoes it.

An answer is looked for while nobody waits; only keeping it, and every later step, is a write.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path
from fastapi.responses import Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.http.callers import Answer, Caller, may
from api.http.catalog import Week
from api.http.paging import After, Limit, Page, read_page
from api.http.problems import PROBLEM, RequestError, language_of, members
from api.http.request_bodies import AskIn, ChoiceIn, FullOut, RequestOut, request_out
from catalog.weeks import parse_week
from scheduler import requests
from scheduler.asked import Asked
from scheduler.request_effects import Asker
from scheduler.request_words import read_named
from scheduler.supplies import FullError
from scheduler.tables import ChangeRequest, StoredAnswer

routes = APIRouter(prefix="/v1/citizens/{citizen_id}", tags=["requests"])
Number = Annotated[int, Path(ge=1, lt=2**31)]
IfMatch = Annotated[str | None, Header(description="The ETag of the week that the request is about.")]
STALE: dict[int | str, dict[str, Any]] = {412: {"description": "Her plan has changed since the answer."}}


@routes.post("/weeks/{week}/requests", status_code=201, response_model=RequestOut)
def ask_change(
    citizen_id: Number,
    week: Week,
    body: AskIn,
    caller: Annotated[Caller, may("request.write")],
    if_match: IfMatch = None,
) -> Response:
    """Ask for a change of a published week; the answer is up to five weeks to choose from, and holds nothing yet."""

    def shape(made: RequestOut) -> Answer:
        where = f"/v1/citizens/{citizen_id}/requests/{made.id}"
        return Answer(201, made, _headers(caller) | {"Location": where})

    version = None if if_match in (None, "*") else if_match.removeprefix("W/").strip('"')
    return _ask(caller, citizen_id, parse_week(week), body.wish(), body, shape, version)


@routes.get("/requests")
def asked_changes(
    citizen_id: Number, caller: Annotated[Caller, may("request.read")], after: After = None, limit: Limit = 20
) -> Page[RequestOut]:
    """List a citizen's requests, newest first."""
    with caller.reading() as session:
        caller.permit(session, citizen_id)
        hers = select(ChangeRequest).where(ChangeRequest.citizen_id == citizen_id)
        found, following = read_page(session, hers, ChangeRequest.id, after, limit, falling=True)
        named = read_named(session, found, language_of(caller.request))
        page = Page(
            items=[request_out(each, named, with_points=caller.actor.is_staff) for each in found], next=following
        )
    caller.look_at([citizen_id])
    return page


@routes.get("/requests/{request_id}", response_model=RequestOut)
def asked_change(citizen_id: Number, request_id: Number, caller: Annotated[Caller, may("request.read")]) -> RequestOut:
    """Show one of a citizen's requests."""
    with caller.reading() as session:
        caller.permit(session, citizen_id)
        shown = _shown(caller, session, find_request(session, citizen_id, request_id))
    caller.look_at([citizen_id])
    return shown


@routes.post("/requests/{request_id}/hold", response_model=RequestOut, responses=STALE)
def hold_choice(
    citizen_id: Number, request_id: Number, body: ChoiceIn, caller: Annotated[Caller, may("request.write")]
) -> Response:
    """Hold the seats of a chosen week for a while, or pass on to a person what only a person can grant.

    Where a seat has gone meanwhile, the problem `full` has as `request` a new request with what there is now.
    """
    try:
        return _step(
            caller,
            citizen_id,
            lambda asker: requests.hold(caller.session, request_id, citizen_id, body.choice, asker),
            body,
        )
    except FullError as error:
        detail = str(error)
    with caller.reading() as session:
        before = find_request(session, citizen_id, request_id)
        caller.service.states.of(session, before.week).vacancies.forget()
    wish = wish_of(before)

    def shape(made: RequestOut) -> Answer:
        problem = members(caller.request, "full", detail)
        headers = _headers(caller) | {"Content-Type": PROBLEM}
        return Answer(409, FullOut.model_validate(problem | {"request": made}), headers)

    return _ask(caller, citizen_id, before.week, wish, body, shape)


@routes.post("/requests/{request_id}/confirm", response_model=RequestOut, responses=STALE)
def confirm_choice(citizen_id: Number, request_id: Number, caller: Annotated[Caller, may("request.write")]) -> Response:
    """Make the held week hers."""
    return _step(caller, citizen_id, lambda asker: requests.confirm(caller.session, request_id, citizen_id, asker))


@routes.post("/requests/{request_id}/undo", response_model=RequestOut, responses=STALE)
def undo_change(citizen_id: Number, request_id: Number, caller: Annotated[Caller, may("request.write")]) -> Response:
    """Give her back, on the same day, the week that she had."""
    return _step(caller, citizen_id, lambda asker: requests.undo(caller.session, request_id, citizen_id, asker))


@routes.delete("/requests/{request_id}", response_model=RequestOut)
def let_go(citizen_id: Number, request_id: Number, caller: Annotated[Caller, may("request.write")]) -> Response:
    """Let go of what is held; the request is over."""
    return _step(caller, citizen_id, lambda _: requests.let_go(caller.session, request_id, citizen_id))


def _ask(
    caller: Caller,
    citizen_id: int,
    week: str,
    wish: Asked,
    body: AskIn | ChoiceIn,
    shape: Callable[[RequestOut], Answer],
    version: str | None = None,
) -> Response:
    keep = prepare(caller, citizen_id, week, wish, version)

    def answer() -> Answer:
        return shape(_shown(caller, caller.session, keep()))

    return caller.write(answer, body=body, about=[citizen_id])


def prepare(
    caller: Caller, citizen_id: int, week: str, wish: Asked, version: str | None = None
) -> Callable[[], ChangeRequest]:
    """Look for the answer to a wish while nobody waits; what is returned keeps it, in the write that follows."""
    asker = asker_of(caller, citizen_id)

    def find(session: Session) -> ChangeRequest:
        caller.permit(session, citizen_id)
        state = caller.service.states.of(session, week)
        return requests.find_answer(session, state, citizen_id, wish, asker, if_version=version)

    with caller.reading() as session:
        found = None if _is_known(caller, session) else find(session)

    def keep() -> ChangeRequest:
        request = find(caller.session) if found is None else found
        requests.keep_answer(caller.session, request, asker)
        return request

    return keep


def _step(
    caller: Caller, citizen_id: int, do: Callable[[Asker], ChangeRequest], body: ChoiceIn | None = None
) -> Response:
    def step() -> Answer:
        caller.permit(caller.session, citizen_id)
        request = do(asker_of(caller, citizen_id))
        return Answer(200, _shown(caller, caller.session, request), _headers(caller))

    return caller.write(step, body=body, about=[citizen_id])


def _is_known(caller: Caller, session: Session) -> bool:
    """Whether the write's key came before, so that its answer is there."""
    key = caller.actor.account_id, caller.key
    return session.get(StoredAnswer, key) is not None


def wish_of(request: ChangeRequest) -> Asked:
    """What a request asked for, to ask for it once more."""
    asked = {name: value for name, value in request.asked.items() if name != "done"}
    return replace(Asked.from_json(request.kind, asked), text=request.text)


def find_request(session: Session, citizen_id: int, request_id: int) -> ChangeRequest:
    """A request of hers, or the problem `not_found`."""
    hers = select(ChangeRequest).where(ChangeRequest.id == request_id, ChangeRequest.citizen_id == citizen_id)
    found = session.scalars(hers).one_or_none()
    if found is None:
        raise RequestError("not_found")
    return found


def _shown(caller: Caller, session: Session, request: ChangeRequest) -> RequestOut:
    named = read_named(session, [request], language_of(caller.request))
    return request_out(request, named, with_points=caller.actor.is_staff)


def asker_of(caller: Caller, citizen_id: int) -> Asker:
    """Who asks, and whether for herself."""
    on_behalf = caller.actor.citizen_id != citizen_id
    return Asker(caller.actor.account_id, caller.now, is_staff=caller.actor.is_staff, on_behalf=on_behalf)


def _headers(caller: Caller) -> dict[str, str]:
    return {"Content-Language": language_of(caller.request)}
