"""What every page rests on: logins with and without scripts, the language, what is kept when a login is over."""

from __future__ import annotations

import datetime as dt
import re

from playwright.sync_api import Page, expect
from sqlalchemy import update

from catalog.database import writing
from scheduler import accounts
from scheduler.tables import LoginSession
from tests.e2e.pages.keyboard import press, write
from tests.e2e.pages.site import PHONE, Site

LOG_IN = "main button:has-text('Log ind')"


def code_of(site: Site) -> tuple[str, str]:
    """The name and a one-time code of the citizen."""
    with writing(site.engine) as session:
        made = accounts.code_for_citizen(session, site.facts.citizen, dt.datetime.now(dt.UTC))
    return made.username, made.code


def test_a_citizen_logs_in_with_a_code_and_is_where_she_wanted_to_be_without_scripts(site: Site) -> None:
    with site.as_role(width=PHONE, scripts=False) as context:
        page = context.new_page()
        page.goto(f"/min-uge?uge={site.facts.next_week}")
        expect(page).to_have_url(re.compile("/log-ind"))
        name, code = code_of(site)
        page.fill("#username", name)
        page.fill("#secret", code)
        page.click(LOG_IN)
        expect(page).to_have_url(f"{site.base}/min-uge?uge={site.facts.next_week}")
        page.click(".phone-menu summary")
        page.locator(".phone-menu").get_by_text("Log ud").click()
        expect(page.get_by_text("Du er logget ud.")).to_be_visible()
        page.goto("/min-uge")
        expect(page).to_have_url(re.compile("/log-ind"))


def test_somebody_logs_in_by_keyboard_alone(site: Site) -> None:
    with site.as_role() as context:
        page = context.new_page()
        page.goto("/log-ind")
        page.keyboard.press("Tab")
        expect(page.locator(".skipnav")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator("main")).to_be_focused()
        name, code = code_of(site)
        write(page, "Brugernavn", name)
        write(page, "Adgangskode", code)
        press(page, "Log ind")
        expect(page.locator("h1")).to_have_text("Min uge")
        press(page, "Log ud")
        expect(page.get_by_text("Du er logget ud.")).to_be_visible()


def test_a_wrong_code_is_told_kept_apart_and_the_name_stays(site: Site) -> None:
    with site.as_role() as context:
        page = context.new_page()
        page.goto("/log-ind?til=//elsewhere.example/")
        page.fill("#username", "<script>alert(1)</script>")
        page.fill("#secret", "12345678")
        page.click(LOG_IN)
        expect(page.locator("[role=alert]")).to_be_focused()
        expect(page.locator("#username")).to_have_value("<script>alert(1)</script>")
        expect(page.locator("#secret")).to_have_value("")
        page.goto("/log-ind?til=//elsewhere.example/")
        assert page.locator("input[name=til]").get_attribute("value") == ""


def test_the_language_is_chosen_once_and_the_page_stays(site: Site) -> None:
    with site.as_role("citizen") as context:
        page = context.new_page()
        page.goto(f"/min-uge?uge={site.facts.next_week}")
        page.get_by_role("link", name="English").click()
        expect(page).to_have_url(f"{site.base}/min-uge?uge={site.facts.next_week}")
        expect(page.locator("h1")).to_have_text("My week")
        assert page.locator("html").get_attribute("lang") == "en"


def test_no_page_asks_another_site_and_nothing_breaks_the_policy(site: Site) -> None:
    with site.as_role("citizen") as context:
        page = context.new_page()
        said: list[str] = []
        asked: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto("/min-uge", wait_until="networkidle")
        assert said == []
        assert all(url.startswith(site.base) for url in asked)


def test_a_week_prints_on_one_sheet(site: Site) -> None:
    with site.as_role("citizen") as context:
        page = context.new_page()
        page.goto("/min-uge")
        assert pages_of(page) == 1


def pages_of(page: Page) -> int:
    """How many sheets a page takes on paper."""
    return len(re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True)))


def test_somebody_is_warned_before_her_login_ends_and_stays_by_a_press(site: Site) -> None:
    with site.as_role("staff") as context:
        page = context.new_page()
        page.goto("/start")
        was_there(site, "staff", minutes_ago=12)
        page.evaluate("htmx.ajax('GET', '/login-tid', {target: '#login-end', swap: 'outerHTML'})")
        expect(page.get_by_text("Du bliver snart logget ud")).to_be_visible()
        page.get_by_role("button", name="Ja, bliv her").click()
        expect(page.get_by_text("Du bliver snart logget ud")).to_have_count(0)
        was_there(site, "staff", minutes_ago=16)
        page.evaluate("htmx.ajax('GET', '/login-tid', {target: '#login-end', swap: 'outerHTML'})")
        expect(page.get_by_text("Intet går tabt")).to_be_visible()


def was_there(site: Site, role: str, minutes_ago: int) -> None:
    """Let somebody have asked for something that long ago for the last time."""
    seen = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=minutes_ago)
    account = site.facts.account[role]
    with writing(site.engine) as session:
        session.execute(update(LoginSession).where(LoginSession.account_id == account).values(seen_at=seen))
