"""What a citizen does about her week, without scripts on a small phone and by keyboard alone on a wide screen."""

from __future__ import annotations

from playwright.sync_api import expect
from sqlalchemy import func, select

from catalog.database import reading
from scheduler.attendance import attendance_of
from scheduler.coming import coming_of
from scheduler.tables import Coming, HelpAnswer, PlanChange
from tests.e2e.pages.axe import violations
from tests.e2e.pages.site import Site
from tests.e2e.pages.ways import SCRIPT, WAYS, Way, by_every_way, refuse, tell


def expect_in_register(site: Site, said: Coming) -> None:
    """Whoever has the group sees that she comes."""
    with site.as_role("leader") as context:
        register = context.new_page()
        register.goto(f"/hold/{said.group_id}/fremmoede?dag={said.date.weekday()}&fra={said.start_min}")
        expect(register.locator("main")).to_contain_text("Har sagt ja til at komme")


@by_every_way
def test_she_asks_for_a_change_in_three_steps_and_takes_it_back(site: Site, way: Way) -> None:
    out = site.out  # Before she is sick below: with fewer hours than agreed a person would have to say yes.
    assert out is not None
    changed = select(func.count()).where(PlanChange.citizen_id == out.facts.citizen)
    with reading(out.engine) as session:
        before = session.scalar(changed) or 0
    with way.open(out, f"/aendring?uge={out.facts.next_week}") as page:
        way.press(page, "Jeg vil gerne stoppe")
        way.write(page, "Vil du sige mere?", SCRIPT)
        way.press(page, "Se, hvad jeg kan få")
        refuse(page, "Vælg, hvad det handler om")
        expect(page.locator("#text")).to_have_value(SCRIPT)
        way.press(page, "Vælg noget andet")
        expect(page.locator("h2").first).to_have_text("Hvad vil du?")
        way.press(page, "Jeg vil gerne have mindre")
        expect(page.locator("h2").first).to_have_text("Jeg vil gerne have mindre i min uge")
        way.press(page, "Se, hvad jeg kan få")
        expect(page.locator(".proposal").first).to_be_visible()
        way.press(page, "Vælg det her")
        expect(page.locator("#say-yes")).to_be_visible()
        way.press(page, "Ja tak")
        tell(page, "Din uge er ændret")
        if way.keyboard:
            assert violations(page) == []
        with reading(out.engine) as session:
            assert session.scalar(changed) == before + 1
        way.press(page, "Fortryd")
        expect(page.locator("main")).to_contain_text("Din uge er, som den var før.")
        with reading(out.engine) as session:
            assert session.scalar(changed) == before + 2


@by_every_way
def test_she_says_that_she_comes_and_then_that_she_cannot(site: Site, way: Way) -> None:
    out = site.out
    assert out is not None
    with reading(out.engine) as session:
        before = {(one.group_id, one.date) for one in coming_of(session, out.facts.citizen)}
        away = len(attendance_of(session, out.facts.citizen))
    with way.open(out, f"/min-uge?uge={out.facts.next_week}") as page:
        way.press(page, "Jeg kommer")
        tell(page, "Vi ses")
        with reading(out.engine) as session:
            said = [one for one in coming_of(session, out.facts.citizen) if (one.group_id, one.date) not in before]
        assert [one.account_id for one in said] == [out.facts.account["citizen"]]
        if not way.keyboard:
            expect_in_register(out, said[0])
        page.goto(f"/min-uge/{said[0].group_id}")
        expect(page.locator(".says-coming").first).to_be_visible()
        way.press(page, "Fortryd")
        tell(page, "Det er i orden")
        with reading(out.engine) as session:
            assert {(one.group_id, one.date) for one in coming_of(session, out.facts.citizen)} == before
        way.press(page, "Jeg kommer")
        tell(page, "Vi ses")
        stale = [] if way.keyboard else [page.context.new_page() for _ in range(2)]
        for old in stale:
            old.goto(page.url)
            if old is stale[0]:
                old.click("text=Kan ikke komme")
        way.press(page, "Kan ikke komme")
        expect(page.locator("h1")).to_have_text("Kan ikke komme")
        way.press(page, "Jeg kan ikke komme")
        refuse(page, "Vælg, hvorfor du ikke kan komme")
        way.write(page, "Vil du skrive mere?", SCRIPT)
        way.choose(page, "Jeg er syg")
        way.press(page, "Jeg kan ikke komme")
        tell(page, "Tak, fordi du siger til")
        if stale:
            stale[0].locator("label[for=state]").click()
            stale[0].click("text=Jeg kan ikke komme")
            refuse(stale[0], "Det er for sent at melde fra her")
            stale[1].locator(".event-button").first.click()
            refuse(stale[1], "Det kan ikke siges nu")
    with reading(out.engine) as session:
        assert {(one.group_id, one.date) for one in coming_of(session, out.facts.citizen)} == before
        noted = attendance_of(session, out.facts.citizen)
        assert len(noted) == away + 1
        assert (said[0].group_id, "sick", SCRIPT) in {(one.group_id, one.state, one.reason) for one in noted}


@by_every_way
def test_she_says_with_one_tap_whether_it_helped(site: Site, way: Way) -> None:
    value = 1 + WAYS.index(way)
    with way.open(site, f"/min-uge/{site.facts.past_group}") as page:
        way.press(page, str(value))
        expect(page.locator(".help-said")).to_contain_text("Du svarede")
    with reading(site.engine) as session:
        said = session.get_one(HelpAnswer, (site.facts.citizen, site.facts.past_group))
    assert said.value == value
