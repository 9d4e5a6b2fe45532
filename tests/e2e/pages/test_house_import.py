"""A centre's files: tried first with all that is wrong on one page, brought in once, with and without scripts."""

from __future__ import annotations

import pytest
from playwright.sync_api import FilePayload, Page, expect
from sqlalchemy.orm import Session

from catalog.tables import Site as Place
from tests.e2e.pages.site import DESKTOP, PHONE, Site

SUMMARY = "[data-module=error-summary]"
TRY, BRING = "Prøv filen", "Hent filen ind"


def choose(page: Page, name: str, content: str) -> None:
    """Choose a file."""
    page.set_input_files("#file", FilePayload(name=name, mimeType="text/csv", buffer=content.encode()))


def press(page: Page, name: str) -> None:
    """Press a button."""
    page.get_by_role("button", name=name).click()


def name_of(site: Site, place: str) -> str | None:
    """The name of a place at which groups meet."""
    with Session(site.engine) as session:
        found = session.get(Place, place)
        return None if found is None else found.name


@pytest.mark.parametrize("scripts", [True, False])
def test_a_file_is_tried_and_all_that_is_wrong_is_told_before_it_is_brought_in(site: Site, scripts: bool) -> None:
    place = f"nord-{scripts}"
    with site.as_role("leader", PHONE, scripts=scripts) as context:
        page = context.new_page()
        page.goto("/import")
        choose(page, "steder.csv", f"id;navn;farve\n;Nord;rød\n{place};;grøn\n")
        press(page, TRY)
        expect(page.locator("#tried tbody tr")).to_have_count(3)
        expect(page.get_by_text("Intet er gemt.")).to_be_visible()
        choose(page, "steder.csv", f"id;navn\n{place};<b>Nord</b>\n")
        press(page, TRY)
        expect(page.get_by_text("Filen er i orden")).to_be_visible()
        assert name_of(site, place) is None
        if not scripts:  # Browsers forget the file when a page is shown anew.
            choose(page, "steder.csv", f"id;navn\n{place};<b>Nord</b>\n")
        press(page, BRING)
        expect(page.get_by_text("Filen er hentet ind.")).to_be_visible()
        assert name_of(site, place) == "<b>Nord</b>"


def test_no_file_and_a_wrong_one_are_told_and_nothing_comes_in(site: Site) -> None:
    with site.as_role("leader", DESKTOP) as context:
        page = context.new_page()
        page.goto("/import")
        press(page, BRING)
        expect(page.locator(SUMMARY)).to_contain_text("Vælg en fil")
        expect(page.locator(SUMMARY)).to_be_focused()
        choose(page, "<script>.exe", "MZ")
        press(page, BRING)
        expect(page.locator(SUMMARY)).to_contain_text("Vælg en fil fra Excel")
        choose(page, "steder.csv", "id;navn\nsyd;\n")
        press(page, BRING)
        expect(page.locator(SUMMARY)).to_contain_text("Filen skal rettes")
        expect(page.locator("#tried tbody tr")).to_have_count(1)
        assert name_of(site, "syd") is None


def test_a_file_is_brought_in_by_keyboard_alone_and_another_one_with_the_same_form_is_not_lost(site: Site) -> None:
    with site.as_role("leader") as context:
        page = context.new_page()
        page.goto("/import")
        choose(page, "steder.csv", "id;navn\noest;Øst\n")
        page.locator("#file").focus()
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.get_by_text("Filen er i orden")).to_be_visible()
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.get_by_text("Filen er hentet ind.")).to_be_visible()
        page.goto("/import")
        key = page.locator("input[name=form_key]").last.get_attribute("value")
        choose(page, "steder.csv", "id;navn\noest;Øst 2\n")
        press(page, BRING)
        expect(page.get_by_text("Filen er hentet ind.")).to_be_visible()
        page.goto("/import")
        page.locator("main input[name=form_key]").evaluate("(field, key) => { field.value = key }", key)
        choose(page, "steder.csv", "id;navn\noest;Øst 3\n")
        press(page, BRING)
        expect(page.locator(SUMMARY)).to_contain_text("Du har sendt siden før")
        assert name_of(site, "oest") == "Øst 2"


def test_only_staff_of_the_whole_centre_bring_files_in(site: Site) -> None:
    with site.as_role("staff") as context:
        page = context.new_page()
        answer = page.goto("/import")
        assert answer is not None
        assert answer.status == 403
        expect(page.get_by_role("link", name="Filer ind og ud")).to_have_count(0)
