"""What staff do about one citizen: on the telephone, in her case, from the inbox; by keyboard, without scripts."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import func, select

from catalog.database import reading, writing
from scheduler.request_effects import set_task
from scheduler.tables import Citizen, Message, PlanChange, StaffTask, SubGoal
from tests.e2e.pages.axe import violations
from tests.e2e.pages.keyboard import press, write
from tests.e2e.pages.site import DESKTOP, PHONE, Site

SCRIPT = "<script>alert(1)</script>"


def name_of(site: Site, citizen_id: int) -> tuple[str, str]:
    """A citizen's name and number in the centre's own system."""
    with reading(site.engine) as session:
        citizen = session.get_one(Citizen, citizen_id)
        return citizen.name or citizen.external_id, citizen.external_id


def changes(site: Site, citizen_id: int) -> int:
    """How often her week was changed."""
    with reading(site.engine) as session:
        return session.scalar(select(func.count()).where(PlanChange.citizen_id == citizen_id)) or 0


@pytest.mark.parametrize("scripts", [True, False])
def test_a_call_is_found_answered_confirmed_and_undone(site: Site, scripts: bool) -> None:
    name, number = name_of(site, site.facts.citizen)
    before = changes(site, site.facts.citizen)
    with site.as_role("staff", PHONE, scripts=scripts) as context:
        page = context.new_page()
        page.goto("/ring-ind")
        page.fill("#navn", number.lower())
        page.click("main button[type=submit]")
        expect(page.locator("h1")).to_contain_text(name)
        page.click("button[value=less]")
        expect(page.locator(".answer-card .say").first).to_be_visible()
        page.locator(".answer-card button").first.click()
        expect(page.locator(".answer-now .say")).to_contain_text("Er det en aftale?")
        page.click(".answer-now .button-primary")
        expect(page.locator(".alert-success")).to_contain_text("Ugen er ændret")
        assert changes(site, site.facts.citizen) == before + 1
        with reading(site.engine) as session:
            hers = select(Message.slug).where(Message.citizen_id == site.facts.citizen).order_by(Message.id.desc())
            assert session.scalars(hers).first() == "change_granted"
        page.click("button:has-text('Fortryd ændringen')")
        expect(page.locator(".alert-success")).to_contain_text("Ændringen er fortrudt")


def test_a_call_is_answered_and_undone_by_keyboard_alone(site: Site) -> None:
    name, number = name_of(site, site.facts.citizen)
    before = changes(site, site.facts.citizen)
    with site.as_role("leader", DESKTOP) as context:
        page = context.new_page()
        page.goto("/ring-ind")
        expect(page.locator("#navn")).to_be_focused()
        page.keyboard.type(number)
        page.keyboard.press("Enter")
        expect(page.locator("h1")).to_contain_text(name)
        press(page, "Mindre i ugen")
        press(page, "Vælg denne")
        press(page, "Ja, bekræft")
        expect(page.locator(".alert-success")).to_contain_text("Ugen er ændret")
        assert violations(page) == []
        assert changes(site, site.facts.citizen) == before + 1
        press(page, "Fortryd ændringen")
        expect(page.locator(".alert-success")).to_contain_text("Ændringen er fortrudt")


def test_a_call_without_an_activity_or_with_too_long_a_note_keeps_what_was_written(site: Site) -> None:
    with site.as_role("staff", DESKTOP) as context:
        page = context.new_page()
        page.goto(f"/ring-ind/{site.facts.citizen}")
        page.fill("#text", SCRIPT)
        page.click("button[value=stop]")
        expect(page.locator("[role=alert]")).to_contain_text("Vælg den aktivitet")
        expect(page.locator("#text")).to_have_value(SCRIPT)
        page.fill("#text", "x" * 2_001)
        page.click("button[value=less]")
        expect(page.locator("[role=alert]")).to_contain_text("2000")
        expect(page.locator("#text")).to_have_value("x" * 2_001)


def test_an_answer_that_somebody_else_overtook_says_so_and_finds_new_ones(site: Site) -> None:
    with site.as_role("staff", DESKTOP) as context:
        page = context.new_page()
        page.goto(f"/ring-ind/{site.facts.citizen}")
        page.click("button[value=less]")
        page.wait_for_url("**/svar/*")
        old = context.new_page()
        old.goto(page.url)
        page.click("button:has-text('Ingen af dem')")
        expect(page.get_by_role("button", name="Find nye muligheder")).to_be_visible()
        old.locator(".answer-card button").first.click()
        expect(old.locator("[role=alert]")).to_contain_text("Svaret gælder ikke mere")
        old.click("button:has-text('Find nye muligheder')")
        expect(old.locator(".answer-card").first).to_be_visible()
        assert old.url != page.url


def test_a_step_is_added_once_and_marked_by_keyboard(site: Site) -> None:
    with site.as_role("staff", PHONE) as context:
        page = context.new_page()
        page.goto(f"/borger/{site.facts.citizen}")
        press(page, "Nyt trin")
        press(page, "Tilføj trinnet")
        expect(page.locator("[role=alert]")).to_contain_text("Skriv trinnet")
        write(page, "Hvad skal nås?", SCRIPT)
        press(page, "Tilføj trinnet")
        expect(page.get_by_text("Det er gemt.")).to_be_visible()
        expect(page.locator(".case-steps")).to_contain_text(SCRIPT)
        press(page, "Nået")
        expect(page.get_by_text("Det er gemt.")).to_be_visible()
    with reading(site.engine) as session:
        assert session.scalar(select(func.count()).where(SubGoal.words == SCRIPT)) == 1


def test_a_code_is_shown_once_and_a_second_sending_makes_no_other(site: Site) -> None:
    with site.as_role("staff", PHONE) as context:
        page = context.new_page()
        page.goto(f"/borger/{site.facts.citizen}/kode")
        press(page, "Lav en kode")
        expect(page.locator(".code-value").last).to_have_text(re.compile(r"^\w{4} \w{4}$"))
        page.reload()
        expect(page.locator(".code-value")).to_have_count(0)


def test_a_task_is_taken_and_done(site: Site) -> None:
    now = dt.datetime.now(dt.UTC)
    with writing(site.engine) as session:
        set_task(session, site.facts.citizen, site.facts.week, "no_progress", "", now)
        session.flush()
        task = session.scalars(select(StaffTask).where(StaffTask.slug == "no_progress")).one()
        task.staff_id, number = None, task.id
    with site.as_role("staff", PHONE) as context:
        page = context.new_page()
        page.goto("/indbakke?hvis=alle")
        expect(card(page, number)).to_contain_text("Er ikke kommet videre")
        card(page, number).locator("button", has_text="Tag opgaven").click()
        expect(page.get_by_text("Opgaven er din.")).to_be_visible()
        stale = context.new_page()
        stale.goto("/indbakke")
        page.goto("/indbakke")
        for one, note in ((page, "Vi har aftalt en samtale"), (stale, SCRIPT)):
            card(one, number).locator("summary").click()
            one.fill(f"#note-{number}", note)
            card(one, number).locator("button", has_text="Luk opgaven").click()
        expect(page.get_by_text("Opgaven er lukket.")).to_be_visible()
        expect(stale.locator("[role=alert]")).to_contain_text("ikke åben mere")
    with reading(site.engine) as session:
        assert session.get_one(StaffTask, number).note == "Vi har aftalt en samtale"


def card(page: Page, number: int) -> Locator:
    """The card of a task."""
    return page.locator(f"article[aria-labelledby=todo-{number}]")
