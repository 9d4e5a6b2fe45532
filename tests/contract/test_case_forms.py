"""The forms of a citizen's case: what is wrong is named, what was entered stays, the history tells what was done."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from html import unescape
from itertools import count

import pytest
from httpx2 import Response
from sqlalchemy import select

from api.http.callers import COOKIE
from api.pages.forms import mask
from catalog.database import reading, writing
from scheduler import sessions
from scheduler.promise_tables import SubGoal
from scheduler.tables import Citizen
from tests.contract.asking import PAST, WEEK, Asking, asking

__all__ = ["asking"]
SCRIPT = "<script>alert(1)</script>"
CASE = "/borger/1"
keys = count()


@dataclass(frozen=True)
class Case:
    """Citizen 1's case, as the leader's browser has it."""

    asking: Asking
    cookie: str
    token: str

    def get(self, path: str = "") -> str:
        """A page of the case."""
        answer = self.asking.client.get(CASE + path, headers=self._headers())
        assert answer.status_code == 200
        return answer.text

    def send(self, path: str, fields: dict[str, str], key: str = "") -> Response:
        """Send a form of the case as its page would."""
        given = fields | {"form_token": mask(self.token), "form_key": key or f"key-{next(keys)}"}
        return self.asking.client.post(CASE + path, data=given, headers=self._headers(), follow_redirects=False)

    def history(self, path: str = "/historik") -> list[str]:
        """What the history says was done, the newest first."""
        return [unescape(found) for found in re.findall(r'class="history-what">(.*?)</p>', self.get(path))]

    def _headers(self) -> dict[str, str]:
        return {"Cookie": f"{COOKIE}={self.cookie}", "Sec-Fetch-Site": "same-origin", "Accept": "text/html"}


@pytest.fixture
def case(asking: Asking) -> Case:
    """The case, with the leader logged in."""
    with writing(asking.engine) as session:
        cookie, opened = sessions.open_session(session, asking.account("leader"), dt.datetime.now(dt.UTC))
        assert opened.form_token is not None
        return Case(asking, cookie, opened.form_token)


def test_each_form_names_what_lacks_or_is_too_long_and_does_nothing(case: Case) -> None:
    motion = str(case.asking.group["motion"])
    forms: list[tuple[str, dict[str, str], str, int]] = [
        ("/tolk", {"needs": "yes", "language": "tamil"}, "language", 100),
        (f"/uge/laas?uge={WEEK}", {"group_id": motion, "lock_why": "aftalt"}, "lock_why", 500),
        ("/tider/tekst", {"times_text": "mandag 9-12"}, "times_text", 2000),
        ("/tider/oenske", {"offering_id": "motion", "opinion": "much"}, "offering_id", 100),
        ("/tider/vigtigst", {"leg": "krop"}, "leg", 100),
    ]
    for path, fields, name, most in forms:
        for wrong in ("", "x" * (most + 1)):
            answer = case.send(path, fields | {name: wrong})
            assert answer.status_code == 422, (path, wrong[:5])
            assert f'href="#{name}"' in answer.text, path
            assert f'id="{name}"' in answer.text, path
        assert SCRIPT not in case.send(path, fields | {name: SCRIPT * (most // 20)}).text
    assert case.history() == []


def test_a_step_without_a_week_is_told_at_its_own_field(case: Case) -> None:
    assert case.send("/trin", {"step": "Tage bussen", "by_week": WEEK, "leg_id": ""}).status_code == 303
    with reading(case.asking.engine) as session:
        step = session.scalars(select(SubGoal.id)).one()
    for wrong in ("", "x" * 11):
        answer = case.send(f"/trin/{step}/uge", {"new_week": wrong})
        assert answer.status_code == 422
        assert f'href="#week-{step}"' in answer.text
        assert f'id="week-{step}"' in answer.text
        assert f'id="week-{step}-error"' in answer.text


@pytest.mark.parametrize("week", [PAST, WEEK])
def test_a_call_about_any_week_has_the_place_that_its_error_leads_to(case: Case, week: str) -> None:
    headers = case._headers()
    given = {"form_token": mask(case.token), "form_key": f"key-{next(keys)}"}
    answer = case.asking.client.post(f"/ring-ind/1/{week}", data=given, headers=headers)
    assert answer.status_code == 422
    for place in re.findall(r'href="#([^"]+)"', answer.text):
        assert f'id="{place}"' in answer.text, place


def test_what_was_done_stands_in_the_history_once_with_its_name_and_not_what_was_refused(case: Case) -> None:
    assert case.send("/tolk", {"needs": "yes", "language": SCRIPT}).status_code == 303
    for _ in range(2):
        lock = {"group_id": str(case.asking.group["motion"]), "lock_why": SCRIPT}
        sent = case.send(f"/uge/laas?uge={WEEK}", lock, "twice")
        assert sent.status_code == 303
    assert case.send("/tolk", {"needs": "perhaps"}).status_code == 422
    assert case.send("/tolk", {"needs": "no"}).status_code == 303
    case.get("/kode")
    assert case.history() == ["Tolk rettet", "Lås rettet", "Tolk rettet"]
    page = case.get(f"/uge?uge={WEEK}")
    assert "leader" in page
    assert "&lt;script&gt;" in page
    assert SCRIPT not in page
    with reading(case.asking.engine) as session:
        assert session.get_one(Citizen, 1).interpreter is None


def test_a_long_history_is_shown_a_page_at_a_time(case: Case) -> None:
    for number in range(27):
        case.send("/tolk", {"needs": "yes", "language": f"sprog {number}"})
    assert len(case.history()) == 25
    following = re.findall(r"/historik\?efter=\d+", case.get("/historik"))
    assert len(case.history(following[0])) == 2


def test_a_change_of_her_week_is_told_in_words(case: Case) -> None:
    where = case.asking.held("staff", kind="stop", group_id=case.asking.group["motion"])
    case.asking.send("staff", "POST", f"{where}/confirm")
    found = case.history()
    assert found[0] == f"Uge {int(WEEK[6:])} ændret"
    assert found[-1] == "Spurgt om: stoppe"


def test_a_citizen_does_not_come_to_her_case_as_staff_see_it(case: Case) -> None:
    headers = {"Authorization": f"Bearer {case.asking.keys['citizen']}", "Accept": "text/html"}
    for path in ("", "/uge", "/tider", "/historik", "/aftaler/ny", "/aftaler/motion/2026-W48/bryd"):
        assert case.asking.client.get(CASE + path, headers=headers).status_code == 404, path
