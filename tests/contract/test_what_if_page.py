"""A planner writes what is different in a form, sees it wait and then what it would be; prices stand beside."""

from __future__ import annotations

import datetime as dt
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from itertools import count
from pathlib import Path

import pytest
from httpx2 import Response
from sqlalchemy import Engine, select
from starlette.testclient import TestClient

from api.http import make_app
from api.http.callers import COOKIE
from api.pages.forms import mask
from catalog.database import make_engine, reading, writing
from scheduler import accounts, asked_scenarios, sessions
from scheduler.accounts import Rights
from scheduler.asked_scenarios import plan_scenarios
from scheduler.lab.apart import PlanningError
from scheduler.migrations import upgrade
from scheduler.prices import read_prices
from scheduler.tables import AskedScenario, AuditEntry
from tests.unit.lab_centre import fill
from tests.unit.small_centre import WEEK, furnish

ROLES = {"planner": Rights("planner", "centre"), "leader": Rights("staff", "centre")}
LAB = "/kapacitet/taenkt"
GROUP = {"offering": "motion", "site": "nord", "day": "0", "start": "780"}
numbers = count()


@dataclass
class Lab:
    """The pages of a centre of four whose week is planned, and everybody's login."""

    client: TestClient
    engine: Engine
    logins: dict[str, tuple[str, str]]

    def get(self, path: str, who: str = "planner") -> Response:
        """Look at a page."""
        return self.client.get(path, headers=self._headers(who), follow_redirects=False)

    def ask(self, who: str = "planner", **fields: str) -> Response:
        """Send the form, about the week that is planned."""
        hidden = {"form_token": mask(self.logins[who][1]), "form_key": f"key-{next(numbers)}"}
        given = {"week": WEEK} | fields | hidden
        return self.client.post(LAB, data=given, headers=self._headers(who), follow_redirects=False)

    def _headers(self, who: str) -> dict[str, str]:
        return {"Cookie": f"{COOKIE}={self.logins[who][0]}", "Sec-Fetch-Site": "same-origin", "Accept": "text/html"}


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of the centre."""
    file = tmp_path_factory.mktemp("lab") / "planned.db"
    upgrade(f"sqlite:///{file}")
    engine = make_engine(f"sqlite:///{file}")
    with writing(engine) as session:
        fill(furnish(session))
    engine.dispose()
    return file


@pytest.fixture
def lab(planned: Path, tmp_path: Path) -> Iterator[Lab]:
    """A copy of it, served, into which its people have just logged in."""
    engine, logins = make_engine(f"sqlite:///{shutil.copy(planned, tmp_path / 'lab.db')}"), {}
    now = dt.datetime.now(dt.UTC)
    with writing(engine) as session:
        for name, rights in ROLES.items():
            account = accounts.create_account(session, name, name, rights, now)
            session.flush()
            cookie, opened = sessions.open_session(session, account.id, now)
            logins[name] = cookie, opened.form_token
    with TestClient(make_app(engine), base_url="https://testserver") as client:
        yield Lab(client, engine, logins)
    engine.dispose()


def kept(lab: Lab) -> list[AskedScenario]:
    """All that was asked for."""
    with reading(lab.engine) as session:
        found = session.scalars(select(AskedScenario).order_by(AskedScenario.id)).all()
        session.expunge_all()
        return list(found)


def words(answer: Response) -> str:
    """What a page says, without its marks."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def test_one_more_group_is_asked_for_planned_and_shown_in_people_first(lab: Lab) -> None:
    asked = lab.ask(**GROUP, title="Et hold <mere>", citizens="")
    assert (asked.status_code, asked.headers["location"]) == (303, f"{LAB}/1?besked=what_if_asked")
    (row,) = kept(lab)
    assert row.scenario == {
        "name": "Et hold <mere>", "week": WEEK,
        "add_groups": [{"code": "nyt hold", "offering": "motion", "site": "nord", "meetings": [[0, 780, 840]]}],
    }  # fmt: skip
    waits = lab.get(f"{LAB}/1")
    assert "Den står i kø" in waits.text
    assert f'hx-get="{LAB}/1/fremdrift"' in waits.text
    part = lab.get(f"{LAB}/1/fremdrift")
    assert ("Den står i kø" in part.text, "<html" in part.text) == (True, False)
    assert plan_scenarios(lab.engine) == 1
    assert lab.get(f"{LAB}/1/fremdrift").headers["HX-Redirect"] == f"{LAB}/1"
    done = words(lab.get(f"{LAB}/1"))
    assert "Et hold <mere>" in done
    assert "mandag 13.00-14.00" in done
    assert "2 kommer i gang, og 0 er ikke længere i gang." in done
    assert "Ønsker opfyldt 2 4 2 mere (bedre)" in done
    assert f"{LAB}/1" in lab.get(LAB).text
    with reading(lab.engine) as session:
        assert session.scalars(select(AuditEntry.action).where(AuditEntry.outcome == "done")).all() == ["scenario.ask"]


def test_more_citizens_with_somebody_away_are_asked_for_and_an_empty_week_is_not(lab: Lab) -> None:
    lab.ask(citizens="8", away="ann")
    assert [row.scenario for row in kept(lab)] == [{"week": WEEK, "citizens": 8, "staff_away": ["ann"]}]
    assert lab.ask(closed="nord").status_code == 422  # Nothing would be left of the week.


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({}, ["citizens"]),
        ({"citizens": "mange"}, ["citizens"]),
        ({"citizens": "0"}, ["citizens"]),
        ({"offering": "motion", "day": "1"}, ["site", "start"]),
        (GROUP | {"offering": "ridning"}, ["offering"]),
        (GROUP | {"site": "vest"}, ["offering"]),
        (GROUP | {"closed": "nord"}, ["closed"]),
        ({"away": "ingen"}, ["away"]),
        ({"citizens": "9", "week": "2026-W20"}, ["week"]),
    ],
)
def test_what_cannot_be_planned_is_told_at_its_field_and_nothing_is_kept(
    lab: Lab, fields: dict[str, str], wrong: list[str]
) -> None:
    answer = lab.ask(**fields)
    assert answer.status_code == 422
    assert re.findall(r'class="function-link" href="#(\w+)"', answer.text) == wrong
    for value in (value for name, value in fields.items() if name != "citizens"):
        assert f'value="{value}" selected' in answer.text or f'<option value="{value}"' not in answer.text
    assert kept(lab) == []


def test_staff_see_prices_and_only_planners_what_if(lab: Lab) -> None:
    assert lab.get("/kapacitet/priser", "leader").status_code == 200
    assert lab.get(LAB, "leader").status_code == 403
    assert lab.ask("leader", citizens="8").status_code == 403
    assert LAB not in lab.get("/kapacitet", "leader").text


def test_what_fails_says_so_and_what_to_do(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    def ended(_: object) -> None:
        raise PlanningError("the process that planned it ended with 1: MemoryError")

    monkeypatch.setattr(asked_scenarios, "plan_apart", ended)
    lab.ask(citizens="8")
    plan_scenarios(lab.engine)
    page = words(lab.get(f"{LAB}/1"))
    assert "Den tænkte uge kunne ikke regnes ud" in page
    assert "MemoryError" not in page
    assert lab.get(f"{LAB}/99").status_code == 404


@pytest.mark.parametrize("by", ["tilbud", "time", "sted", "rolle", "lokale", "oensker", "noget-andet"])
def test_prices_are_shown_by_everything_that_they_are_known_by(lab: Lab, by: str) -> None:
    page = words(lab.get(f"/kapacitet/priser?uge={WEEK}&efter={by}"))
    with reading(lab.engine) as session:
        found = read_prices(session, 1)
    lines = {"rolle": found.roles, "lokale": found.rooms, "time": found.hours, "sted": found.sites}.get(by, ())
    assert ("Her mangler der ikke noget" in page) == (by in ("rolle", "lokale") and not lines)
    for line in lines:
        assert f"{line.used} af {line.seats} {line.seats - line.used}" in page
    if by == "oensker":
        (unmet,) = found.unmet
        assert f"{unmet.no_time} {unmet.full} {unmet.own_week} {unmet.waiting} Er alle hold" in page


def test_a_week_that_nobody_has_planned_says_where_to_go(lab: Lab) -> None:
    page = lab.get("/kapacitet/priser?uge=2030-W10")
    assert "Planlæg en uge først." in page.text
    assert 'href="/planlaeg"' in page.text
