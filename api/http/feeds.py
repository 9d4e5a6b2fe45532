"""A citizen's calendar at a secret address that she can make and revoke."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response
from pydantic import BaseModel

from api.http.callers import Answer, Caller, may
from api.http.problems import RequestError
from api.http.service import Service
from catalog.database import reading
from scheduler import calendar

routes = APIRouter(prefix="/v1", tags=["calendar"])
Number = Annotated[int, Path(ge=1, lt=2**31)]


class FeedOut(BaseModel):
    """The secret address; it is shown once."""

    path: str


@routes.post("/citizens/{citizen_id}/feed", status_code=201, response_model=FeedOut)
def make_feed(citizen_id: Number, caller: Annotated[Caller, may("feed.write")]) -> Response:
    """Make the calendar's address; an earlier one stops working."""

    def make() -> Answer:
        caller.permit(caller.session, citizen_id)
        calendar.revoke_feed(caller.session, citizen_id, caller.now)
        token = calendar.make_feed(caller.session, citizen_id, caller.now)
        return Answer(201, FeedOut(path=f"/v1/feeds/{token}.ics"), secret=True)

    return caller.write(make, about=[citizen_id])


@routes.delete("/citizens/{citizen_id}/feed", status_code=204)
def revoke_feed(citizen_id: Number, caller: Annotated[Caller, may("feed.write")]) -> Response:
    """Take the calendar's address back."""

    def revoke() -> Answer:
        caller.permit(caller.session, citizen_id)
        calendar.revoke_feed(caller.session, citizen_id, caller.now)
        return Answer(204)

    return caller.write(revoke, about=[citizen_id])


@routes.get("/feeds/{token}.ics", response_class=Response, responses={200: {"content": {"text/calendar": {}}}})
def feed(token: Annotated[str, Path(max_length=100)], request: Request) -> Response:
    """The calendar itself; whoever knows the address may read it."""
    service: Service = request.app.state.service
    service.rates.count_stranger(request)
    with reading(service.engine) as session:
        citizen_id = calendar.find_feed(session, token)
        if citizen_id is None:
            raise RequestError("not_found")
        text = calendar.feed(session, citizen_id)
    return Response(text, media_type="text/calendar; charset=utf-8", headers={"Cache-Control": "private, max-age=900"})
