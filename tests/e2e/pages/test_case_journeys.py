"""What staff write in a citizen's case: agreements, times, an interpreter; without scripts, and by keyboard alone."""

from __future__ import annotations

import datetime as dt

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import func, select

from catalog.database import reading, writing
from catalog.tables import Offering
from catalog.weeks import shift_week
from scheduler import goals
from scheduler.citizen_writing import Span, availability_of, set_availability, weekly_times
from scheduler.goals import Step
from scheduler.request_effects import Asker
from scheduler.tables import Agreement, BrokenAgreement, Citizen, Lock, Message
from tests.e2e.pages.axe import violations
from tests.e2e.pages.keyboard import go_to, press, write
from tests.e2e.pages.site import DESKTOP, PHONE, Site

SCRIPT = "<script>alert(1)</script>"
STEP = "Komme hver onsdag"


@pytest.fixture
def citizen(site: Site) -> int:
    """Somebody whom no other test is about, with a step to work towards."""
    theirs = Asker(site.facts.account["leader"], dt.datetime.now(dt.UTC))
    with writing(site.engine) as session:
        known = (site.facts.citizen, site.facts.other)
        found = session.scalars(select(Citizen.id).where(Citizen.id.not_in(known)).order_by(Citizen.id.desc())).first()
        assert found is not None
        if STEP not in [step.words for step in goals.steps_of(session, found)]:
            goals.add_step(session, found, Step(shift_week(site.facts.week, 9), words=STEP), theirs)
        return found


def offering(site: Site, number: int) -> tuple[str, str]:
    """The id and title of something that can be agreed on."""
    with reading(site.engine) as session:
        rows = session.execute(select(Offering.id, Offering.da).where(Offering.kind == "open_group")).all()
        return sorted((key, title) for key, title in rows)[number]


def agreements(site: Site, citizen: int, offering_id: str) -> list[Agreement]:
    """What was agreed with her on an offering."""
    with reading(site.engine) as session:
        hers = select(Agreement).where(Agreement.citizen_id == citizen, Agreement.offering_id == offering_id)
        return list(session.scalars(hers))


def times(site: Site, citizen: int) -> dict[int, list[Span]]:
    """When she can come."""
    with reading(site.engine) as session:
        return weekly_times(availability_of(session, citizen))


def test_an_agreement_is_made_once_and_broken_once_without_scripts(site: Site, citizen: int) -> None:
    key, title = offering(site, 0)
    with site.as_role("leader", PHONE, scripts=False) as context:
        page = context.new_page()
        page.goto(f"/borger/{citizen}")
        page.get_by_role("link", name="Ny aftale").click()
        page.get_by_role("button", name="Lav aftalen").click()
        expect(page.locator(".form-error-message")).to_have_count(4)
        page.select_option("#offering_id", key)
        page.select_option("#sub_goal_id", label=STEP)
        tries = ("mange", SCRIPT, "Skriv timerne som et tal"), ("38", SCRIPT, "højst 37"), ("2,5", "x" * 501, "500")
        for hours, why, said in tries:
            page.fill("#hours", hours)
            page.fill("#why", why)
            page.get_by_role("button", name="Lav aftalen").click()
            expect(page.locator("[role=alert]")).to_contain_text(said)
            expect(page.locator("#why")).to_have_value(why)
            expect(page.locator("#offering_id")).to_have_value(key)
        page.fill("#why", SCRIPT)
        page.get_by_role("button", name="Lav aftalen").dblclick()
        expect(page.get_by_text("Aftalen er lavet.")).to_be_visible()
        expect(page.locator(".case-agreements", has_text=title)).to_contain_text(SCRIPT)
        (made,) = agreements(site, citizen, key)
        assert (made.week_minutes, made.agreed_by) == (150, site.facts.account["leader"])

        page.locator(".case-agreements li", has_text=title).get_by_role("link").click()
        expect(page.locator("#made_up")).to_be_visible()
        stale = context.new_page()
        stale.goto(page.url)
        for one, said in ((page, "Aftalen er brudt"), (stale, "Aftalen gælder ikke mere")):
            one.fill("#reason", "Holdet lukker")
            one.fill("#made_up", SCRIPT)
            one.get_by_role("button", name="Bryd aftalen").click()
            expect(one.locator("main .alert").first).to_contain_text(said)
        page.locator("summary", has_text="tidligere aftale").click()
        expect(page.locator(".case-agreements", has_text=title)).to_contain_text(f"I stedet: {SCRIPT}")
    with reading(site.engine) as session:
        broken = select(func.count()).where(BrokenAgreement.citizen_id == citizen, BrokenAgreement.offering_id == key)
        told = select(func.count()).where(Message.citizen_id == citizen, Message.slug == "agreement_broken")
        assert (session.scalar(broken), session.scalar(told)) == (1, 1)


def test_an_agreement_is_made_and_broken_by_keyboard_alone(site: Site, citizen: int) -> None:
    with site.as_role("leader", DESKTOP) as context:
        page = context.new_page()
        page.goto(f"/borger/{citizen}")
        press(page, "Ny aftale")
        go_down(page, "Hvad lover vi?", 4)
        key = page.locator("#offering_id").input_value()
        go_down(page, "Hvilket trin", 1)
        write(page, "Timer om ugen", "3")
        write(page, "Hvorfor?", "Det hjælper")
        press(page, "Lav aftalen")
        expect(page.get_by_text("Aftalen er lavet.")).to_be_visible()
        assert [one.week_minutes for one in agreements(site, citizen, key)] == [180]
        press(page, "Vi kan ikke holde aftalen")
        expect(page.locator("#made_up")).to_be_visible()
        key = page.url.split("/")[-3]
        write(page, "Hvorfor?", "Holdet lukker")
        write(page, "Hvad gør vi i stedet?", "En ny plads")
        press(page, "Bryd aftalen")
        expect(page.get_by_text("Aftalen er brudt.")).to_be_visible()
        assert [one.left_week for one in agreements(site, citizen, key)] == [site.facts.week]


def go_down(page: Page, name: str, times: int) -> None:
    """Go to a list by its name, and so many choices down."""
    go_to(page, name)
    for _ in range(times):
        page.keyboard.press("ArrowDown")


@pytest.mark.parametrize("scripts", [False, True])
def test_times_are_changed_in_the_table_and_as_text(site: Site, citizen: int, scripts: bool) -> None:
    with writing(site.engine) as session:
        set_availability(session, citizen, [])
    with site.as_role("leader", DESKTOP if scripts else PHONE, scripts=scripts) as context:
        page = context.new_page()
        page.goto(f"/borger/{citizen}/tider")
        stale = context.new_page()
        stale.goto(page.url)
        tick = by_keyboard if scripts else by_hand
        tick(page, "mandag 8.15-8.30", "mandag 8.30-8.45", "torsdag 8.45-9.00")
        expect(page.get_by_text("Det er gemt.")).to_be_visible()
        assert times(site, citizen) == {0: [Span(495, 525)], 3: [Span(525, 540)]}

        by_hand(stale, "fredag 8.00-8.15")
        expect(stale.locator("[role=alert]")).to_contain_text("Det er ændret, siden du så det")
        expect(box(stale, "fredag 8.00-8.15")).to_be_checked()
        assert 4 not in times(site, citizen)

        for text, said in (("", "Skriv"), ("mandag 9-10\n" + SCRIPT, "Linje 2"), ("x" * 2001, "2000")):
            write_times(page, text, scripts)
            expect(page.locator("[role=alert]")).to_contain_text(said)
            expect(page.locator("#times_text")).to_have_value(text)
        write_times(page, "mandag 9-12.30, 13-15\nlørdag 10-11", scripts)
        expect(page.get_by_text("Det er gemt.")).to_be_visible()
        assert times(site, citizen) == {0: [Span(540, 750), Span(780, 900)], 5: [Span(600, 660)]}
        page.locator("summary", has_text="Sæt flueben").click()
        expect(box(page, "mandag 12.30-12.45")).not_to_be_checked()
        expect(box(page, "lørdag 10.45-11.00")).to_be_checked()


def box(page: Page, quarter: str) -> Locator:
    """The box of a quarter hour."""
    return page.locator(f"[aria-label='{quarter}']")


def by_hand(page: Page, *quarters: str) -> None:
    """Tick quarter hours of the table, and keep it."""
    page.locator("summary", has_text="Sæt flueben").click()
    for quarter in quarters:
        box(page, quarter).check()
    page.get_by_role("button", name="Gem skemaet").click()


def by_keyboard(page: Page, *quarters: str) -> None:
    """Do the same with a keyboard only."""
    press(page, "Sæt flueben")
    for quarter in quarters:
        go_to(page, quarter)
        page.keyboard.press("Space")
    page.keyboard.press("Enter")


def write_times(page: Page, text: str, by_keyboard: bool) -> None:
    """Write times instead of those that stand there, and keep them."""
    if page.locator("#times_text").is_hidden():
        page.locator("summary", has_text="Skriv tiderne").click()
    if by_keyboard and len(text) < 100:
        go_to(page, "Tider")
        page.keyboard.press("Control+a")
        page.keyboard.press("Delete")
        page.keyboard.type(text)
        press(page, "Gem tiderne")
    else:
        page.fill("#times_text", text)
        page.get_by_role("button", name="Gem tiderne").click()


@pytest.mark.parametrize("scripts", [False, True])
def test_an_interpreter_is_noted_and_seen_by_who_answers_a_call(site: Site, citizen: int, scripts: bool) -> None:
    with writing(site.engine) as session:
        session.get_one(Citizen, citizen).interpreter = None
    with site.as_role("leader", DESKTOP if scripts else PHONE, scripts=scripts) as context:
        page = context.new_page()
        page.goto(f"/borger/{citizen}")
        if scripts:
            press(page, "Ret tolk")
            go_to(page, "Nej")
            page.keyboard.press("ArrowDown")
            write(page, "Hvilket sprog", SCRIPT)
            press(page, "Gem")
        else:
            page.locator("summary", has_text="Ret tolk").click()
            page.locator("label[for=needs-2]").click()
            page.locator("form[action$='/tolk'] button").click()
            expect(page.locator("[role=alert]")).to_contain_text("Skriv sproget")
            expect(page.locator("#needs-2")).to_be_checked()
            page.fill("#language", SCRIPT)
            page.locator("form[action$='/tolk'] button").click()
        expect(page.get_by_text("Det er gemt.")).to_be_visible()
        page.goto(f"/ring-ind/{citizen}")
        expect(page.locator(".person-flag")).to_contain_text(f"Tolk: {SCRIPT}")
        page.goto(f"/borger/{citizen}/historik")
        expect(page.locator(".history li").first).to_contain_text("Tolk rettet")
        expect(page.locator(".history li").first).to_contain_text("Lone Leth")
        changes = page.locator(".history li", has_text="Tolk rettet").count()
        page.reload()
        expect(page.locator(".history li", has_text="Tolk rettet")).to_have_count(changes)


def test_a_proposed_week_is_explained_locked_and_unlocked_by_keyboard_alone(site: Site) -> None:
    with site.as_role("leader", DESKTOP) as context:
        page = context.new_page()
        page.goto(f"/borger/{site.facts.citizen}/uge?uge={site.facts.next_week}")
        press(page, "Hvorfor?")
        expect(page.locator(".week-whys .say-small").first).to_be_visible()
        go_down(page, "Vælg et tilbud", 3)
        press(page, "Vis hvorfor")
        expect(page.locator(".why-not-answer .say-small").first).to_be_visible()
        press(page, "Lås en aktivitet")
        write(page, "Hvorfor", SCRIPT)
        press(page, "Lås aktiviteten")
        expect(page.get_by_text("Aktiviteten er låst.")).to_be_visible()
        expect(page.locator("tbody")).to_contain_text(SCRIPT)
        assert violations(page) == []
        press(page, "Lås op")
        expect(page.get_by_text("Aktiviteten er låst op.")).to_be_visible()
    with reading(site.engine) as session:
        assert session.scalar(select(func.count()).where(Lock.why == SCRIPT)) == 0
