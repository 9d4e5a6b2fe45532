"""A week is planned whole: looked at, proposed, stopped, reviewed, approved, sent out, printed and taken back."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from catalog.weeks import shift_week
from scheduler.printing import make_prints
from scheduler.worker import Pace, Worker
from tests.e2e.pages import keyboard
from tests.e2e.pages.axe import violations
from tests.e2e.pages.site import DESKTOP, PHONE, Site

GROUNDS = "Set på <b>holdet</b>"
Press = Callable[[Page, str], None]
Look = Callable[[Page], object]


@pytest.fixture
def worker(site: Site) -> Iterator[None]:
    """Somebody who takes up what is asked for."""
    one = Worker(site.engine, Pace(poll=0.1, beat=0.2, checkpoint=0.5))
    thread = threading.Thread(target=one.run)
    thread.start()
    yield
    one.stop()
    thread.join()


@pytest.mark.usefixtures("worker")
def test_a_week_is_planned_sent_out_and_taken_back_without_scripts_on_a_phone(site: Site) -> None:
    with site.as_role("leader", PHONE, scripts=False) as context:
        page = context.new_page()
        run = _plan(page, shift_week(site.facts.week, 4), _click, lambda: _refresh(page), lambda _: None)
        _approve(page, _click, lambda _: None)
        _send(page, _click, lambda _: None)
        _print(site, page, run, _click, lambda: _refresh(page))
        _take_back(page, run, _click)


@pytest.mark.usefixtures("worker")
def test_a_week_is_planned_sent_out_and_taken_back_by_keyboard_alone(site: Site) -> None:
    with site.as_role("leader", DESKTOP) as context:
        page = context.new_page()
        run = _plan(page, shift_week(site.facts.week, 5), keyboard.press, lambda: page.wait_for_timeout(300), _axe)
        _approve(page, keyboard.press, _axe)
        _send(page, keyboard.press, _axe)
        _print(site, page, run, keyboard.press, lambda: page.wait_for_timeout(300), _axe)
        _take_back(page, run, keyboard.press)


def _click(page: Page, name: str) -> None:
    """Click a button or link of this name; a link that only leads further down the page is none."""
    links = f"a:not([href^='#']):has-text('{name}')"
    page.get_by_role("main").locator(f"{links}, button:has-text('{name}')").first.click()


def _axe(page: Page) -> None:
    """At the width of a phone too."""
    for width in (DESKTOP, PHONE):
        page.set_viewport_size({"width": width, "height": 900})
        assert violations(page) == []
    page.set_viewport_size({"width": DESKTOP, "height": 900})


def _plan(page: Page, week: str, press: Press, wait: Callable[[], object], look: Look) -> str:
    """Lead a week from its outlook to a proposal; returns its address."""
    page.goto(f"/planlaeg/{week}")
    expect(page.get_by_text("Ugens hold er ikke lavet endnu")).to_be_visible()
    press(page, "Lav ugens hold")
    expect(page.get_by_text("Ugens hold er lavet.")).to_be_visible()
    expect(page.locator(".figure-value").first).to_have_text("120")
    press(page, "Lav forslag")
    page.wait_for_url("**/koersler/*")
    _until(page, "borgere har en plan", wait)
    look(page)
    press(page, "Stop nu, og behold denne plan")
    _until(page, "Forslag klar", wait)
    expect(page.locator("#figures")).to_have_text("Ugen i tal")
    return page.url.split("?")[0]


def _approve(page: Page, press: Press, look: Look) -> None:
    """Approve everything; where a reason is asked for, that is told before anything is written."""
    press(page, "Se igennem og godkend")
    expect(page.locator(".person").first).to_be_visible()
    if page.locator("#finding-list").count():
        press(page, "Godkend")
        expect(page.locator("#grounds-error")).to_contain_text("Skriv en begrundelse")
        if press is keyboard.press:
            keyboard.write(page, "Begrundelse", GROUNDS)
        else:
            page.fill("#grounds", GROUNDS)
    press(page, "Godkend")
    expect(page.get_by_text("Planen er godkendt. Nu kan den sendes ud.")).to_be_visible()
    look(page)


def _send(page: Page, press: Press, look: Look) -> None:
    """Send out what is approved, once it is seen who is told what."""
    expect(page.locator("#send")).to_contain_text("borgere får besked")
    expect(page.locator(".name-list li").first).to_be_visible()
    press(page, "Send planen ud")
    expect(page.get_by_text("beskeder venter på at blive sendt")).to_be_visible()
    look(page)


def _print(
    site: Site, page: Page, run: str, press: Press, wait: Callable[[], object], look: Look = lambda _: None
) -> None:
    """Have everybody's sheets made, and fetch them."""
    make_prints(site.engine)  # What the look at all places asked for in this centre.
    press(page, "Lav ark til alle")
    press(page, "Lav PDF til alle")
    expect(page.get_by_text("Vi laver arkene")).to_be_visible()
    assert make_prints(site.engine) == 1
    _until(page, "Arkene er klar", wait)
    look(page)
    with page.expect_download() as fetched:
        press(page, "Hent PDF")
    assert Path(fetched.value.path()).read_bytes().startswith(b"%PDF")
    page.goto(f"{run}/udsend")


def _take_back(page: Page, run: str, press: Press) -> None:
    press(page, "Træk planen tilbage")
    expect(page.get_by_text("Planen er trukket tilbage.")).to_be_visible()
    expect(page.locator(".badge").first).to_have_text("Godkendt")
    page.goto(f"{run}/ark")
    expect(page.get_by_text("Ugen er ikke sendt ud")).to_be_visible()


def _refresh(page: Page) -> None:
    link = page.locator(".refresh")
    if link.count():  # It is gone with the last page that has nothing to wait for.
        with page.expect_navigation():
            link.first.click()


def _until(page: Page, words: str, wait: Callable[[], object]) -> None:
    for _ in range(1000):
        page.wait_for_load_state()
        if page.get_by_text(words).first.is_visible():
            return
        wait()
    raise AssertionError(f"{words}: never shown")


def test_changes_are_narrowed_down_by_keyboard_and_by_link(site: Site) -> None:
    with site.as_role("leader") as context:
        page = context.new_page()
        page.goto(f"/koersler/{site.facts.next_run}/aendringer")
        everybody = _number(page)
        for name, field in (("Team", "#team"), ("Sted", "#sted"), ("Tilbud", "#tilbud"), ("Grund", "#grund")):
            keyboard.go_to(page, name)
            page.keyboard.press("ArrowDown")
            chosen = page.locator(f"{field} option:checked").inner_text()
            keyboard.press(page, "Vis")
            expect(page.locator(f"{field} option:checked")).to_have_text(chosen)
            assert 0 < _number(page) <= everybody
            rows = page.locator(".changes tbody tr").all_inner_texts()
            assert name in ("Team", "Sted") or all(chosen in row for row in rows)
            keyboard.press(page, "Vis alle igen")
            assert _number(page) == everybody
        page.locator(".changes td a").first.click()
        expect(page.locator("h2[role=status]")).to_contain_text("med holdet")
        assert _number(page) < everybody


def _number(page: Page) -> int:
    found = re.match(r"[\d.]+", page.locator("h2[role=status]").inner_text())
    assert found is not None
    return int(found[0].replace(".", ""))


def test_two_runs_are_compared_and_a_full_week_is_read_by_keyboard(site: Site) -> None:
    with site.as_role("planner", PHONE) as context:
        page = context.new_page()
        page.goto("/koersler")
        keyboard.choose(page, f"Vælg Forslag {site.facts.next_run}")
        keyboard.press(page, "Sammenlign de to")
        expect(page.get_by_text("Vælg to forskellige forslag")).to_be_visible()
        for run in (site.facts.next_run, site.facts.run):
            keyboard.choose(page, f"Vælg Forslag {run}")
        keyboard.press(page, "Sammenlign de to")
        expect(page.locator("h1")).to_have_text(f"Forslag {site.facts.run} og {site.facts.next_run}")
        expect(page.locator("tbody tr").first).to_contain_text("Borgere i gang")
        assert page.get_by_text("Se, hvem der får en anden uge").count() == 0  # A planner sees no names.
        page.goto("/kapacitet")
        keyboard.press(page, f"Uge {int(site.facts.week[6:])}")
        expect(page.locator("[aria-current=true]", has_text=f"Uge {int(site.facts.week[6:])}")).to_be_visible()
        full = keyboard.go_to(page, "Pladser time for time")
        assert full.locator("tbody td").first.inner_text()
