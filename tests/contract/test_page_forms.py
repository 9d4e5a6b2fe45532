"""What every form of a page keeps: done once, shown again with what was entered, nothing lost where a login is over."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from html import unescape
from typing import Annotated, Literal

import pytest
from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response
from httpx2 import Response as Answered
from pydantic import BaseModel, Field
from sqlalchemy import Engine, func, select
from sqlalchemy.exc import OperationalError
from starlette.testclient import TestClient

from api.http import make_app
from api.http.callers import COOKIE, Answer
from api.pages.callers import Page, may_page
from api.pages.forms import mask
from catalog.database import reading, writing
from scheduler import sessions
from scheduler.supplies import FullError
from scheduler.tables import Account, StaffTask
from tests.contract.logins import PASSWORD, engine

__all__ = ["engine"]
SAME_SITE = {"Sec-Fetch-Site": "same-origin", "Accept": "text/html"}
WEEK = "2026-W48"
TEXT = "en linje\nog <b>en til</b>"
routes = APIRouter()


class NoteIn(BaseModel):
    """A note and what becomes of it."""

    kind: Literal["kept", "full", "broken", "foreign"]
    text: str = Field(max_length=40)


@routes.post("/note")
def note(page: Annotated[Page, may_page("task.write")]) -> Response:
    """Keep a note as a task, or fail after that as was asked for."""

    def keep() -> Answer:
        given = page.form.read(NoteIn)
        page.session.add(StaffTask(slug="note", citizen_id=1, week=WEEK, subject=given.text, created_at=page.now))
        page.session.flush()
        if given.kind == "full":
            raise FullError(1)
        if given.kind == "broken":
            raise OperationalError("INSERT", {}, Exception("gone"), connection_invalidated=True)
        if given.kind == "foreign":
            page.permit(page.session, 999_999)
        return page.go_to("/note?x=1", done="saved")

    def again() -> Response:
        form = page.form
        wrong = {name: one.slug for name, one in form.wrong.items()}
        shown = {"text": form.value("text"), "problem": form.problem, "wrong": wrong, "key": form.key}
        return JSONResponse(shown, page.status)

    return page.submit(keep, again, words={FullError: "my_words"})


@pytest.fixture
def client(engine: Engine) -> Iterator[TestClient]:
    """Pages with a form, and Anna logged in."""
    app = make_app(engine)
    app.include_router(routes)
    with TestClient(app, base_url="https://testserver", follow_redirects=False, headers=SAME_SITE) as client:
        yield client


@pytest.fixture
def token(client: TestClient, engine: Engine) -> str:
    """The form token of Anna's login, whose cookie the browser has."""
    with writing(engine) as session:
        anna = session.scalars(select(Account.id).where(Account.username == "anna")).one()
        cookie, opened = sessions.open_session(session, anna, dt.datetime.now(dt.UTC))
        client.cookies.set(COOKIE, cookie)
        return opened.form_token


def send(client: TestClient, token: str, key: str = "one", **fields: str) -> Answered:
    """Send the form as the page would."""
    hidden = {"form_token": mask(token), "form_key": key}
    return client.post("/note", data={"kind": "kept", "text": TEXT} | fields | hidden)


def kept(engine: Engine) -> int:
    """How many notes there are."""
    with reading(engine) as session:
        return session.scalars(select(func.count()).select_from(StaffTask)).one()


def test_a_form_sent_twice_is_done_once_and_answers_the_same(client: TestClient, engine: Engine, token: str) -> None:
    answers = [send(client, token) for _ in range(2)]
    assert [(one.status_code, one.headers["location"]) for one in answers] == [(303, "/note?x=1&besked=saved")] * 2
    assert kept(engine) == 1


def test_a_key_that_was_used_for_something_else_is_asked_about(client: TestClient, engine: Engine, token: str) -> None:
    send(client, token)
    other = send(client, token, text="noget andet")
    assert (other.status_code, other.json()["problem"]) == (422, "problem_key_reused")
    assert other.json()["key"] != "one"
    assert send(client, token, other.json()["key"], text="noget andet").status_code == 303
    assert kept(engine) == 2


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"kind": "", "text": " "}, {"kind": "field_missing", "text": "field_missing"}),
        ({"kind": "another"}, {"kind": "field_choose"}),
        ({"text": "x" * 41}, {"text": "field_too_long"}),
    ],
)
def test_wrong_fields_are_named_and_what_was_entered_stays(
    client: TestClient, engine: Engine, token: str, fields: dict[str, str], wrong: dict[str, str]
) -> None:
    answer = send(client, token, **fields)
    assert (answer.status_code, answer.json()["wrong"]) == (422, wrong)
    assert answer.json()["text"] == ({"text": TEXT} | fields)["text"]
    assert kept(engine) == 0


def test_an_error_of_the_inner_rooms_keeps_what_was_entered(client: TestClient, engine: Engine, token: str) -> None:
    full = send(client, token, kind="full")
    assert (full.status_code, full.json()["problem"], full.json()["text"]) == (409, "my_words", TEXT)
    assert kept(engine) == 0
    assert send(client, token).status_code == 303  # The same key may try again.


def test_a_database_that_breaks_keeps_the_key_so_that_nothing_is_done_twice(
    client: TestClient, engine: Engine, token: str
) -> None:
    broken = send(client, token, kind="broken").json()
    assert (broken["problem"], broken["key"], broken["text"]) == ("problem_database_away", "one", TEXT)
    assert kept(engine) == 0


def test_somebody_elses_citizen_is_no_matter_of_the_form(client: TestClient, engine: Engine, token: str) -> None:
    answer = send(client, token, kind="foreign")
    assert answer.status_code == 404
    assert "Siden findes ikke" in answer.text
    assert kept(engine) == 0


def test_a_form_of_an_earlier_login_is_shown_again_and_not_done(client: TestClient, engine: Engine, token: str) -> None:
    answer = send(client, "a token of before")
    assert (answer.status_code, answer.json()["problem"], answer.json()["text"]) == (403, "form_too_old", TEXT)
    assert kept(engine) == 0


def test_what_was_entered_when_the_login_was_over_is_there_again_after_the_next(
    client: TestClient, engine: Engine, token: str
) -> None:
    client.cookies.clear()
    asked = send(client, token)
    assert asked.status_code == 401
    fields = fields_of(asked.text)
    assert fields["felt.text"] == TEXT
    refused = client.post("/log-ind", data=fields | {"username": "anna", "secret": "wrong"})
    assert fields_of(refused.text)["felt.text"] == TEXT

    entered = client.post("/log-ind", data=fields_of(refused.text) | {"username": "anna", "secret": PASSWORD})
    client.cookies.set(COOKIE, re.findall(f"{COOKIE}=([^;]+)", entered.headers["set-cookie"])[0])
    back = client.post("/note", data=fields_of(entered.text))

    assert (back.status_code, back.json()["problem"], back.json()["text"]) == (200, "look_again", TEXT)
    assert kept(engine) == 0


def fields_of(page: str) -> dict[str, str]:
    """The hidden fields of a page."""
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page)
    return {name: unescape(value) for name, value in found}
