"""What a citizen answers and keeps up to date, without scripts on a small phone, and by keyboard alone on a desktop."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from catalog.database import reading
from scheduler import answers, waiting
from scheduler.citizen_writing import availability_of, wishes_of
from scheduler.goals import steps_of
from scheduler.ratings import compare
from scheduler.tables import Citizen, PlanAnswer
from tests.e2e.pages.axe import TOO_WIDE
from tests.e2e.pages.site import Site
from tests.e2e.pages.test_frame import code_of
from tests.e2e.pages.ways import SCRIPT, WAYS, Way, by_every_way, refuse, tell


def answer_of(site: Site) -> PlanAnswer:
    """What the citizen, or somebody for her, has said to next week's proposal."""
    with reading(site.engine) as session:
        said = answers.find_answer(session, site.facts.next_run, site.facts.citizen)
    assert said is not None
    return said


@by_every_way
def test_she_answers_the_proposal_of_next_week_and_may_change_her_mind(site: Site, way: Way) -> None:
    with way.open(site, "/min-uge") as page:
        for name, answer in (("Jeg vil gerne ændre noget", "change"), ("Ring til mig", "call_me"), ("Ja, det", "yes")):
            way.press(page, "Se forslaget")
            expect(page.locator("h1")).to_contain_text("Forslag til uge")
            _choose_answer(page, way, name)
            page.locator("#text").clear()
            way.write(page, "Skriv mere her", f"{SCRIPT} {name}")
            way.press(page, "Gem mit svar")
            tell(page, "Tak.")
            said = answer_of(site)
            assert (said.answer, said.text) == (answer, f"{SCRIPT} {name}")
            assert said.account_id == site.facts.account["citizen"]


def _choose_answer(page: Page, way: Way, name: str) -> None:
    """One of the answers is chosen already, where she has answered before, and the keyboard comes to that one."""
    chosen = page.locator("input[name=answer]:checked + label")
    first = chosen.inner_text() if way.keyboard and chosen.count() else "Ja, det passer mig"
    way.choose(page, first, name)


@by_every_way
def test_she_says_what_she_wishes_and_when_she_can_come(site: Site, way: Way) -> None:
    with way.open(site, f"/tilbud/{site.facts.offering}") as page:
        for name, strengths in (("Nej, det vil jeg ikke", [(-5, True)]), ("Det er lige meget", [])):
            chosen = page.locator("input[name=opinion]:checked + label").inner_text()
            way.choose(page, chosen, name)
            way.press(page, "Gem")
            tell(page, "Det er gemt.")
            with reading(site.engine) as session:
                hers = wishes_of(session, site.facts.citizen)
            assert [(one.strength, one.refused) for one in hers if one.offering_id == site.facts.offering] == strengths
            page.goto(f"/tilbud/{site.facts.offering}")
        page.goto("/tider")
        was = [page.locator(f"#{name}_0").input_value() for name in ("from", "until")]
        for until in ("7.00", "16.30"):
            way.pick(page, "Til kl.", until)
            way.press(page, "Gem")
            if until == "7.00":
                refuse(page, "Mandag: til skal være senere end fra")
                expect(page.locator("#until_0")).to_have_value("420")
        tell(page, "Det er gemt.")
        with reading(site.engine) as session:
            times = availability_of(session, site.facts.citizen)
        mondays = [(one.start_min, one.end_min) for one in times if (one.week, one.day, one.kind) == (None, 0, "free")]
        assert mondays == [(int(was[0]), 16 * 60 + 30)]
        page.select_option("#until_0", was[1])
        page.locator("main form button").first.click()
        tell(page, "Det er gemt.")


@by_every_way
def test_she_sets_a_step_reaches_it_and_answers_the_questions(site: Site, way: Way) -> None:
    text = f"{SCRIPT} {way.name}"
    with way.open(site, "/maal") as page:
        way.press(page, "Sæt et nyt trin")
        way.press(page, "Sæt trinet")
        refuse(page, "Skriv, hvad du vil nå")
        way.write(page, "Hvad vil du nå?", text)
        way.press(page, "Sæt trinet")
        tell(page, "Det er gemt.")
        way.press(page, "Jeg har nået det", about=text)
        tell(page, "Godt gået")
        with reading(site.engine) as session:
            assert [one.done for one in steps_of(session, site.facts.citizen) if one.words == text] == [True]
        way.press(page, "Svar på, hvordan det går")
        expect(page.locator("h1")).to_contain_text("spørgsmål til dig")
        chosen = page.locator(".question").first.locator("input:checked + label").inner_text()
        new = "Helt" if chosen != "Helt" else "Slet ikke"
        way.choose(page, chosen, new)
        way.press(page, "Gem mit svar")
        tell(page, "Tak for dine svar")
        with reading(site.engine) as session:
            values = [one.citizen for one in compare(session, site.facts.citizen)]
        assert (5 if new == "Helt" else 1) in values


@by_every_way
def test_she_waits_no_longer_for_an_offering_and_then_again(site: Site, way: Way) -> None:
    with way.open(site, "/venteliste") as page:
        for name, said, path, waits in (
            ("Jeg vil ikke vente mere", "Du venter ikke mere", f"/tilbud/{site.facts.offering}", False),
            ("Skriv mig på venteliste", "Du står på venteliste", "/venteliste", True),
        ):
            way.press(page, name)
            tell(page, said)
            with reading(site.engine) as session:
                rows = waiting.waits_of(session, site.facts.citizen)
            assert (site.facts.offering in {row.offering_id for row in rows}) == waits
            page.goto(path)


@by_every_way
def test_somebody_whom_she_lets_act_answers_for_her_and_it_says_so(site: Site, way: Way) -> None:
    with reading(site.engine) as session:
        name = session.get_one(Citizen, site.facts.citizen).name or ""
    with way.open(site, "/hjaelper", "representative") as page:
        way.press(page, name)
        expect(page.locator(".acting-for")).to_contain_text(f"Du hjælper {name}")
        way.press(page, "Se forslaget")
        expect(page.locator("h1")).to_contain_text("Forslag til uge")
        _choose_answer(page, way, "Ring til mig")
        way.press(page, "Gem mit svar")
        tell(page, "Vi ringer til dig")
        expect(page).to_have_url(re.compile(f"/for/{site.facts.citizen}/min-uge"))
    said = answer_of(site)
    assert (said.answer, said.account_id) == ("call_me", site.facts.account["representative"])


def _log_in_again(site: Site, page: Page) -> None:
    """Log in, and go back to the form that was sent."""
    name, code = code_of(site)
    page.fill("#username", name)
    page.fill("#secret", code)
    page.click("main button")
    page.click("main button")


def test_what_she_has_written_is_there_again_when_her_login_ended_meanwhile(site: Site) -> None:
    with WAYS[0].open(site, f"/forslag?uge={site.facts.next_week}") as page:
        page.fill("#text", SCRIPT)
        site.end_logins()
        page.click("text=Gem mit svar")
        _log_in_again(site, page)
        expect(page.locator("#text")).to_have_value(SCRIPT)
        WAYS[0].choose(page, "Ring til mig")
        page.click("text=Gem mit svar")
        tell(page, "Vi ringer til dig")
    assert answer_of(site).text == SCRIPT


def test_a_button_that_was_pressed_when_a_login_had_ended_leads_back_to_its_page(site: Site) -> None:
    with WAYS[0].open(site, "/venteliste") as page:
        site.end_logins()
        page.click("text=Jeg vil ikke vente mere")
        _log_in_again(site, page)
        expect(page.locator("h1")).to_have_text("Venteliste")
        expect(page.get_by_text("Jeg vil ikke vente mere")).to_be_visible()


def test_at_twice_the_size_nothing_must_be_scrolled_sideways(site: Site) -> None:
    out = site.out
    assert out is not None
    with out.as_role("citizen", 640) as context:  # 1,280 pixels at 200 % are 640 of the page's own.
        page = context.new_page()
        for path in ("/min-uge", f"/min-uge?uge={out.facts.next_week}", "/aendring", "/beskeder"):
            page.goto(path)
            assert page.evaluate(TOO_WIDE) <= 0, path
