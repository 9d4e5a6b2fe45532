"""An admin hands over an account, its owner keeps her password, and a substitute stands in the weeks of a group."""

from __future__ import annotations

import datetime as dt

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from catalog.database import reading, writing
from catalog.tables import Group, GroupStaff, StaffMember
from scheduler import accounts
from scheduler.accounts import Rights
from scheduler.standing_in import free_for
from scheduler.tables import Account, PlanChange
from scheduler.tables import Place as Seat
from tests.e2e.pages import keyboard
from tests.e2e.pages.site import ENTRANCE, Site
from tests.e2e.pages.town import PASSWORD
from tests.e2e.pages.ways import SCRIPT, Way, by_every_way, refuse, tell

NEW_PASSWORD = "andre fire ord i en sætning"


def log_in(page: Page, way: Way, name: str, secret: str) -> None:
    """Log in on a page that is new, so that no keyboard has come past its fields."""
    page.goto("/log-ind")
    way.write(page, "Brugernavn", name)
    way.write(page, "Adgangskode", secret)
    way.press(page, "Log ind")


def choose_password(page: Page, way: Way, first: str, again: str, current: str = "") -> None:
    """Follow the link at the foot of the page, and write the password there is, if any, and twice a new one."""
    if way.keyboard:
        keyboard.press(page, "Skift adgangskode")
    else:
        page.get_by_role("link", name="Skift adgangskode").click()
    expect(page.locator("h1")).to_have_text("Vælg adgangskode")
    if current:
        way.write(page, "Din adgangskode nu", current)
    way.write(page, "Ny adgangskode", first)
    way.write(page, "Skriv den en gang til", again)
    way.press(page, "Gem adgangskoden")


@by_every_way
def test_an_admin_hands_over_an_account_and_its_owner_chooses_her_own_password(site: Site, way: Way) -> None:
    username = f"ny-{way.name}"
    with way.open(site, "/konti", "admin") as page:
        way.press(page, "Opret konto")
        way.write(page, "Navn", SCRIPT)
        way.write(page, "Brugernavn", username)
        way.choose(page, "Medarbejder", "Planlægger")
        way.press(page, "Opret kontoen")
        tell(page, "Kontoen er oprettet. Lav nu en engangskode.")
        way.press(page, "Lav en kode")
        shown = page.locator(".code-value")
        expect(shown.first).to_have_text(username)
        code = shown.last.inner_text()
    with way.open(site, "/log-ind", "") as page:
        log_in(page, way, username, code)
        expect(page.locator("h1")).to_have_text("Planlæg ugen")
        choose_password(page, way, PASSWORD, PASSWORD)
        tell(page, "Din nye kode er gemt. Log ind med den.")
        log_in(page, way, username, code)
        refuse(page, "Navnet eller koden passer ikke")
        log_in(page, way, username, PASSWORD)
        expect(page.locator("h1")).to_have_text("Planlæg ugen")


@by_every_way
def test_a_password_is_changed_where_both_are_alike_and_the_old_one_is_refused(site: Site, way: Way) -> None:
    username = f"hun-{way.name}"
    with writing(site.engine) as session:
        hers = accounts.create_account(session, username, username, Rights("planner"), dt.datetime.now(dt.UTC))
        accounts.set_password(session, hers.id, PASSWORD)
        account = hers.id
    with way.open(site, f"{ENTRANCE}/{account}", "") as page:
        page.goto("/planlaeg")
        for first, again, current, said in (
            ("kort", "kort", PASSWORD, "Koden er for kort"),
            (NEW_PASSWORD, PASSWORD, PASSWORD, "De to koder er ikke ens"),
            (NEW_PASSWORD, NEW_PASSWORD, "gættede ord", "Det er ikke din adgangskode"),
        ):
            choose_password(page, way, first, again, current)
            refuse(page, said)
            expect(page.locator("#password")).to_have_value("")
        choose_password(page, way, NEW_PASSWORD, NEW_PASSWORD, PASSWORD)
        tell(page, "Din nye kode er gemt. Log ind med den.")
        log_in(page, way, username, PASSWORD)
        refuse(page, "Navnet eller koden passer ikke")
        expect(page.locator("#username")).to_have_value(username)
        log_in(page, way, username, NEW_PASSWORD)
        expect(page.locator("h1")).to_have_text("Planlæg ugen")


@pytest.fixture
def in_group(site: Site) -> tuple[int, int]:
    """A group of next week, which is sent out, that somebody else could take, and the account of who is in it."""
    assert site.out is not None
    facts, now = site.facts, dt.datetime.now(dt.UTC)
    with writing(site.out.engine) as session:
        filled = select(Group).join(Seat, Seat.group_id == Group.id).where(Group.week == facts.next_week)
        filled = filled.where(Group.appointment.is_(False)).distinct().order_by(Group.id.desc())
        group = next(
            each for each in session.scalars(filled) if _holders(site.out, each.id) and free_for(session, each)
        )
        who = session.scalars(select(Seat.citizen_id).where(Seat.group_id == group.id)).first()
        assert who is not None
        account = session.scalars(select(Account.id).where(Account.citizen_id == who)).first()
        if account is None:
            account = accounts.create_account(
                session, f"b-{who}", f"b-{who}", Rights("citizen", citizen_id=who), now
            ).id
        return group.id, account


def _holders(site: Site, group: int) -> list[str]:
    """Who holds a group, by name."""
    held = select(StaffMember.name).join(GroupStaff, GroupStaff.staff_id == StaffMember.id)
    with reading(site.engine) as session:
        return list(session.scalars(held.where(GroupStaff.group_id == group)))


@by_every_way
def test_a_substitute_is_put_in_and_stands_in_the_citizens_week(
    site: Site, way: Way, in_group: tuple[int, int]
) -> None:
    assert site.out is not None
    group, account = in_group
    (before,) = _holders(site.out, group)
    with way.open(site.out, f"/hold/{group}", "leader") as page:
        way.press(page, "Find en vikar")
        way.press(page, "Sæt vikaren på")
        refuse(page, "Vælg")
        option = page.locator("#substitute option").nth(1).inner_text()
        way.pick(page, "Hvem tager holdet?", option)
        way.write(page, "Grund", SCRIPT)
        way.press(page, "Sæt vikaren på")
        tell(page, "Vikaren er sat på holdet.")
    (holder,) = _holders(site.out, group)
    assert (option.startswith(f"{holder} ("), holder != before) == (True, True)
    with way.open(site.out, f"{ENTRANCE}/{account}", "") as page:
        page.goto(f"/min-uge/{group}")
        expect(page.locator("main dl")).to_contain_text(holder)
        page.goto(f"/min-uge?uge={site.facts.next_week}")
        expect(page.locator(f".event-staff:has-text('{holder}')").first).to_be_visible()
    with reading(site.out.engine) as session:
        told = session.scalars(select(PlanChange.note).where(PlanChange.note == SCRIPT)).all()
    assert told
