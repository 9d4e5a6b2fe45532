"""Every page has a policy and gives every role what its table says; a form counts only from a page of the login."""

from __future__ import annotations

import datetime as dt
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from fastapi.routing import APIRoute
from httpx2 import Response
from sqlalchemy import Engine, select
from starlette.testclient import TestClient

from api.http import make_app
from api.http.callers import COOKIE
from api.http.problems import KINDS
from api.pages import PAGES, PUBLIC
from api.pages.callers import MayPage
from api.pages.forms import mask, unmask
from api.pages.texts import words_of
from benchmarks.matrix import ABSENT, WEEK, Asker, make_askers
from catalog.database import make_engine, writing
from scheduler import sessions
from scheduler.actions import ACTIONS
from scheduler.tables import Account

SAME_SITE = {"Sec-Fetch-Site": "same-origin", "Accept": "text/html"}
UNKNOWN = {
    "week": WEEK, "citizen_id": ABSENT, "run_id": ABSENT, "group_id": ABSENT, "request_id": ABSENT, "task_id": ABSENT,
    "staff_id": "ingen", "offering_id": "ingen", "language": "da",
}  # fmt: skip


def policed() -> Iterator[tuple[str, APIRoute, str | None]]:
    """Every page's address and route with the action that it asks for; None for the few that anybody may see."""
    for part in PAGES:
        for prefix in getattr(part, "PREFIXES", ("",)):
            for each in getattr(part, "PARTS", (part,)):
                for route in each.routes.routes:
                    assert isinstance(route, APIRoute), "a router within a part is not looked at: name it in PARTS"
                    needs = route.dependant.dependencies
                    actions = [need.call.action for need in needs if isinstance(need.call, MayPage)]
                    yield prefix + route.path, route, actions[0] if actions else None


def filled(path: str) -> str:
    """The address of a page about what nobody has."""
    return re.sub(r"{(\w+)(:\w+)?}", lambda found: str(UNKNOWN.get(found[1], ABSENT)), path)


@dataclass(frozen=True)
class Pages:
    """The served pages, and everybody's cookie and form token."""

    client: TestClient
    engine: Engine
    askers: list[Asker]
    logins: dict[str, tuple[str, str]]

    def ask(self, role: str, method: str, path: str, fields: dict[str, str] | None = None, **headers: str) -> Response:
        """Ask as somebody of a role, or as nobody."""
        cookies = {"Cookie": f"{COOKIE}={self.logins[role][0]}"} if role else {}
        given = SAME_SITE | cookies | {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.request(method, path, data=fields, headers=given)


@pytest.fixture(scope="module")
def pages(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pages]:
    """A small town with somebody of each role logged in."""
    file = shutil.copy(migrated_file, tmp_path_factory.mktemp("pages") / "igang.db")
    engine = make_engine(f"sqlite:///{file}")
    askers, logins = make_askers(engine), {}
    with writing(engine) as session:
        for asker in askers:
            account = session.scalars(select(Account.id).where(Account.username == asker.role)).one()
            token, opened = sessions.open_session(session, account, dt.datetime.now(dt.UTC))
            logins[asker.role] = token, opened.form_token
    with TestClient(make_app(engine), base_url="https://testserver", follow_redirects=False) as client:
        yield Pages(client, engine, askers, logins)
    engine.dispose()


def test_every_page_names_its_action_or_is_meant_for_anybody() -> None:
    assert {path for path, _, action in policed() if action is None} == PUBLIC
    assert {action for _, _, action in policed() if action is not None} <= set(ACTIONS)


def test_pages_stand_in_no_description_of_the_interface(pages: Pages) -> None:
    described = pages.client.get("/openapi.json").json()["paths"]
    assert {path for path, _, _ in policed()}.isdisjoint(described)


def test_every_problem_has_words_for_people() -> None:
    for slug in KINDS:
        assert f"problem_{slug}" in words_of("da")
        assert f"problem_{slug}_text" in words_of("da")


def test_every_role_gets_only_what_the_policy_lets_it(pages: Pages) -> None:
    for path, route, action in policed():
        for method in sorted(route.methods or ()) if action is not None else ():
            for asker in pages.askers:
                if action == "session.end":
                    continue
                token = {"form_token": mask(pages.logins[asker.role][1]), "form_key": f"{hash(path)}-{asker.role}"}
                status = pages.ask(asker.role, method, filled(path), token if method == "POST" else None).status_code
                assert action is not None
                if asker.role not in ACTIONS[action]:
                    assert status == 403, (asker.role, method, path, status)
                else:
                    assert status < 500, (asker.role, method, path, status)


def test_no_form_counts_that_another_site_or_nobodys_page_sent(pages: Pages) -> None:
    for path, route, action in policed():
        if "POST" not in (route.methods or ()) or action is None:
            continue
        role = sorted(ACTIONS[action] & set(pages.logins))[0]
        own = {"form_token": mask(pages.logins[role][1]), "form_key": "foreign"}
        assert pages.ask(role, "POST", filled(path), own, Sec_Fetch_Site="cross-site").status_code == 403, path
        for token in ("", "x", mask("another"), pages.logins[role][1]):
            status = pages.ask(role, "POST", filled(path), {"form_token": token, "form_key": "foreign"}).status_code
            # What it is about is not there either (404), or its address does not say (422).
            assert status in (403, 404, 422), (path, status)


def test_whoever_is_not_logged_in_is_asked_to_and_comes_back_to_where_she_was(pages: Pages) -> None:
    answer = pages.ask("", "GET", "/min-uge?uge=2026-W48")
    assert (answer.status_code, answer.headers["location"]) == (303, "/log-ind?til=%2Fmin-uge%3Fuge%3D2026-W48")
    part = pages.ask("", "GET", "/min-uge", HX_Request="true", HX_Current_URL="https://testserver/min-uge?uge=x")
    assert (part.status_code, part.headers["hx-redirect"]) == (401, "/log-ind?til=%2Fmin-uge%3Fuge%3Dx")


def test_what_was_entered_when_a_login_was_over_is_in_the_form_that_logs_in_again(pages: Pages) -> None:
    answer = pages.ask("", "POST", "/log-ud", {"text": '"><script>alert(1)</script>', "form_key": "k"})
    assert answer.status_code == 401
    assert 'name="felt.text" value="&#34;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"' in answer.text
    assert 'name="til" value="/log-ud"' in answer.text
    assert "felt.form_key" not in answer.text


def test_pages_have_a_strict_policy_and_no_inline_code(pages: Pages) -> None:
    for role, path in (("", "/log-ind"), ("citizen", "/min-uge"), ("", "/findes-ikke"), ("admin", "/start")):
        answer = pages.ask(role, "GET", path)
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "unsafe" not in answer.headers["content-security-policy"]
        assert not re.search(r"<script(?![^>]* src=)|<style|\sstyle=|\son\w+=|javascript:", answer.text)
        assert answer.headers["cache-control"] == "no-store"


def test_files_are_kept_for_ever_under_an_address_that_changes_with_them(pages: Pages) -> None:
    page = pages.ask("", "GET", "/log-ind").text
    address = re.search(r'href="(/static/[^"]+/css/dkfds.css)"', page)
    assert address is not None
    packed = pages.ask("", "GET", address[1], Accept_Encoding="gzip")
    plain = pages.ask("", "GET", address[1], Accept_Encoding="identity")
    assert "immutable" in packed.headers["cache-control"]
    assert packed.headers["etag"] != plain.headers["etag"]
    assert pages.ask("", "GET", address[1], If_None_Match=packed.headers["etag"]).status_code == 304
    old = pages.ask("", "GET", re.sub("/static/[^/]+/", "/static/old/", address[1]))
    assert (old.status_code, old.headers["cache-control"]) == (200, "no-cache")
    assert pages.ask("", "GET", "/static/x/../../pyproject.toml").status_code == 404


def test_a_mask_is_another_each_time_and_hides_the_same() -> None:
    first, second = mask("token"), mask("token")
    assert first != second
    assert unmask(first) == unmask(second) == "token"
    assert unmask("abc") == unmask("zz") == ""


def test_a_browser_reads_a_page_and_a_machine_a_document_of_the_same_problem(pages: Pages) -> None:
    page = pages.ask("", "GET", "/findes-ikke")
    document = pages.client.get("/findes-ikke", headers={"Accept": "application/json"})
    assert (page.status_code, document.status_code) == (404, 404)
    assert "Siden findes ikke" in page.text
    assert document.headers["content-type"] == "application/problem+json"
