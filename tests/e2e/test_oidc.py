"""Logging in at a real authorization server, and answers that no honest server gives."""

from __future__ import annotations

import html
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import httpx2
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from api.http import make_app
from api.http.issuer import IssuerSettings
from api.http.oidc import ATTEMPT_COOKIE, add_issuer
from api.settings import Settings
from catalog.database import make_engine, reading, writing
from scheduler.tables import Account, LoginSession
from scheduler.vouched import ClaimMap
from tests.e2e.forger import FORGED, LATER, Forger, forger, sign
from tests.unit.people import fill

__all__ = ["forger"]

SERVER = Path(__file__).parent / "oidc_provider"
HERE = "https://testserver"
SECRET = "a secret of the tests that is long enough"
CLAIMS = ClaimMap(level="igang_level", levels=frozenset({"substantial", "high"}))
REFUSED = range(400, 500)


@pytest.fixture(scope="module")
def real_issuer() -> Iterator[str]:
    """The address of a running `oidc-provider`."""
    assert (SERVER / "node_modules").is_dir(), "the login tests' server is not installed: make setup"
    command = ["node", "server.mjs", f"{HERE}/v1/login/answer"]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, cwd=SERVER, text=True, **pipes) as server:
        assert server.stdout is not None
        yield server.stdout.readline().strip()
        server.kill()


def service(file: Path, issuer: str, **more: Any) -> TestClient:
    """A browser at a service whose people log in at the issuer."""
    engine = make_engine(f"sqlite:///{file}")
    with writing(engine) as session:
        fill(session)
    app = make_app(engine, Settings(issuer=issuer))
    add_issuer(app, IssuerSettings(issuer, "igang", SECRET, f"{HERE}/v1/login/answer", CLAIMS, **more))
    return TestClient(app, base_url=HERE, follow_redirects=False)


@pytest.fixture
def database(migrated_file: Path, tmp_path: Path) -> Path:
    """A database of the test's own."""
    return Path(shutil.copy(migrated_file, tmp_path / "igang.db"))


def way_back(browser: TestClient, hint: str, til: str = "") -> str:
    """Log in at the real issuer, and return the address at which the browser comes back."""
    params = {"til": til} if til else {}
    address = browser.get("/v1/login/issuer", params=params).headers["location"] + f"&login_hint={hint}"
    with httpx2.Client() as outside:
        for _ in range(8):
            if address.startswith(HERE):
                return address
            address = str(httpx2.URL(address).join(outside.get(address).headers["location"]))
    raise AssertionError(f"the issuer never came back: {address}")


def test_whoever_the_issuer_knows_is_logged_in_with_the_rights_that_it_gives(real_issuer: str, database: Path) -> None:
    with service(database, real_issuer) as browser:
        came = browser.get(way_back(browser, "anna"))
        assert (came.status_code, came.headers["location"]) == (303, "/")
        me = browser.get("/v1/me").json()
        assert (me["name"], me["role"], me["scope"], me["staff_id"]) == ("Anna", "staff", "caseload", "anna")
        assert browser.get(way_back(browser, "bodil")).status_code == 303
        assert browser.get("/v1/me").json()["citizen_id"] == 1
        assert browser.get(way_back(browser, "anna")).status_code == 303
    with reading(make_engine(f"sqlite:///{database}")) as session:
        names = session.scalars(select(Account.name).where(Account.username.startswith("oidc:"))).all()
        assert sorted(names) == ["Anna", "Bodil"]


def test_somebody_comes_to_the_page_that_she_asked_for_and_nowhere_else(real_issuer: str, database: Path) -> None:
    with service(database, real_issuer) as browser:
        asked = "/min-uge?uge=2026-W48&navn=Æ.b"
        page = browser.get(asked, headers={"Accept": "text/html"}, follow_redirects=True)
        link = re.search(r'href="(/v1/login/issuer[^"]*)"', page.text)
        assert link is not None
        assert unquote(parse_qs(urlsplit(html.unescape(link[1])).query)["til"][0]) == asked
        for til, landed in ((asked, asked), ("//elsewhere.example", "/"), ("https://elsewhere.example", "/")):
            came = browser.get(way_back(browser, "anna", til))
            assert unquote(came.headers["location"]) == landed


@pytest.mark.parametrize("hint", ["low", "nobody"])
def test_too_low_a_level_or_no_role_opens_nothing(real_issuer: str, database: Path, hint: str) -> None:
    with service(database, real_issuer) as browser:
        assert browser.get(way_back(browser, hint)).status_code in REFUSED
        assert browser.get("/v1/me").status_code == 401


def test_a_way_back_counts_once_and_only_in_the_browser_that_set_out(real_issuer: str, database: Path) -> None:
    with service(database, real_issuer) as browser:
        back = way_back(browser, "anna")
        attempt = browser.cookies[ATTEMPT_COOKIE]
        browser.cookies.clear()
        assert browser.get(back).status_code in REFUSED
        browser.get("/v1/login/issuer")  # an attempt of another browser
        assert browser.get(back).status_code in REFUSED
        for first in (True, False):
            browser.cookies.clear()
            browser.cookies.set(ATTEMPT_COOKIE, attempt)
            answered = browser.get(back)
            assert (answered.status_code == 303) is first
            assert first or answered.status_code in REFUSED


def test_names_and_passwords_are_refused_where_there_is_an_issuer(real_issuer: str, database: Path) -> None:
    with service(database, real_issuer) as browser:
        answer = browser.post("/v1/login", json={"username": "anna", "secret": "four words that hold"})
        assert answer.status_code in REFUSED


def come_back(browser: TestClient, forger: Forger, state: str | None = None) -> int:
    """Set out for the forger and come back with what it hands out; returns the status."""
    asked = parse_qs(urlsplit(browser.get("/v1/login/issuer").headers["location"]).query)
    forger.nonce = asked["nonce"][0]
    assert asked["code_challenge_method"] == ["S256"]
    answer = browser.get(
        "/v1/login/answer", params={"code": "c", "state": asked["state"][0] if state is None else state}
    )
    return answer.status_code


def test_every_forged_answer_is_refused_and_leaves_nothing(forger: Forger, database: Path) -> None:
    engine = make_engine(f"sqlite:///{database}")
    with service(database, forger.address) as browser:
        for name, forged in FORGED.items():
            forger.make = forged
            assert come_back(browser, forger) in REFUSED, name
            assert "__Host-session" not in browser.cookies, name
            with reading(engine) as session:
                assert not session.scalars(select(LoginSession)).all(), name
        forger.make = sign
        assert come_back(browser, forger) == 303


def test_an_answer_without_its_attempt_or_with_an_error_is_refused(forger: Forger, database: Path) -> None:
    with service(database, forger.address) as browser:
        assert browser.get("/v1/login/answer?code=c&state=s").status_code in REFUSED
        for state in ("", "another", "å"):
            assert come_back(browser, forger, state) in REFUSED
        state = parse_qs(urlsplit(browser.get("/v1/login/issuer").headers["location"]).query)["state"][0]
        for answer in ("error=access_denied", "code=c&iss=https%3A%2F%2Felsewhere.example"):
            assert browser.get(f"/v1/login/answer?state={state}&{answer}").status_code in REFUSED


def test_a_clock_that_is_a_minute_off_and_new_keys_are_no_hindrance(forger: Forger, database: Path) -> None:
    with service(database, forger.address, key_seconds=0) as browser:
        forger.make = lambda claims: sign(claims | {"iat": claims["iat"] + 50, "exp": claims["iat"] - 50})
        assert come_back(browser, forger) == 303
        forger.keys = [LATER]
        forger.make = lambda claims: sign(claims, LATER, "ES256", "later")
        assert come_back(browser, forger) == 303
        forger.make = sign
        assert come_back(browser, forger) in REFUSED


def test_a_closed_account_stays_closed_and_changed_rights_are_taken_over(forger: Forger, database: Path) -> None:
    with service(database, forger.address) as browser:
        assert come_back(browser, forger) == 303
        forger.make = lambda claims: sign(claims | {"igang_role": "planner"})
        assert come_back(browser, forger) == 303
        assert browser.get("/v1/me").json()["role"] == "planner"
        engine = make_engine(f"sqlite:///{database}")
        with writing(engine) as session:
            account = session.scalars(select(Account).where(Account.username.startswith("oidc:"))).one()
            account.closed_at = account.created_at
        assert come_back(browser, forger) in REFUSED
        assert browser.get("/v1/me").status_code == 401


def test_an_issuer_that_is_down_or_is_another_is_said_so(forger: Forger, database: Path) -> None:
    with service(database, forger.address) as browser:
        forger.down = True
        assert browser.get("/v1/login/issuer").status_code == 503
        forger.down, forger.claimed = False, "https://elsewhere.example"
        assert browser.get("/v1/login/issuer").status_code == 503
        forger.claimed = ""
        assert browser.get("/v1/login/issuer").status_code == 303


def test_the_settings_of_an_issuer_come_from_the_environment_and_are_whole() -> None:
    assert IssuerSettings.from_environment({}) is None
    whole = {
        "IGANG_ISSUER": "https://login.example",
        "IGANG_ISSUER_CLIENT_ID": "igang",
        "IGANG_ISSUER_CLIENT_SECRET": SECRET,
        "IGANG_ISSUER_REDIRECT_URI": f"{HERE}/v1/login/answer",
        "IGANG_ISSUER_CLAIMS": '{"role": "groups", "roles": {"igang-plan": "planner"}, "levels": ["high"]}',
    }
    read = IssuerSettings.from_environment(whole)
    assert read is not None
    assert read.claims == ClaimMap(role="groups", roles={"igang-plan": "planner"}, levels=frozenset({"high"}))
    assert SECRET not in repr(read)
    with pytest.raises(ValueError, match="IGANG_ISSUER_CLIENT_SECRET: set it too"):
        IssuerSettings.from_environment({key: value for key, value in whole.items() if not key.endswith("SECRET")})
