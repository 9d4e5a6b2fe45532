"""A planner writes one more group in a form, waits, and sees people and hours before and after."""

from __future__ import annotations

from playwright.sync_api import expect

from scheduler.asked_scenarios import plan_scenarios
from tests.e2e.pages.site import Site
from tests.e2e.pages.ways import SCRIPT, Way, by_every_way, refuse, tell


@by_every_way
def test_a_planner_tries_more_citizens_and_sees_both_weeks(site: Site, way: Way) -> None:
    with way.open(site, "/kapacitet", "planner") as page:
        way.press(page, "Hvad nu hvis?")
        way.press(page, "Regn det ud")
        refuse(page, "Skriv eller vælg mindst én ting")
        way.write(page, "Antal borgere", "130")
        way.write(page, "Kald det", SCRIPT)
        way.press(page, "Regn det ud")
        tell(page, "Vi regner det ud.")
        expect(page.locator("main h1")).to_have_text(SCRIPT)
        expect(page.locator(".progress-status")).to_have_text("Den står i kø og bliver regnet ud om lidt.")
        assert plan_scenarios(site.engine) >= 1
        if not way.keyboard:
            page.reload()
        row = page.locator("main tbody tr", has_text="Borgere120130")
        expect(row.first).to_contain_text("10 mere")
        expect(page.locator("main figure svg")).to_be_visible()
        way.press(page, "Prøv noget andet")
        expect(page.locator("main .run-card", has_text=SCRIPT).first).to_contain_text("130 borgere")
