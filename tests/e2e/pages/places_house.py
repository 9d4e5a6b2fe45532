"""The places of staff about the centre's own matters: registers, lists, imports, accounts."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page

from tests.e2e.pages.place import Place


def _mark_somebody_sick(page: Page) -> None:
    page.locator(".register-row label:has-text('Syg')").first.click()


def _house_try(name: str, content: bytes) -> Callable[[Page], None]:
    def try_file(page: Page) -> None:
        page.set_input_files("#file", {"name": name, "mimeType": "text/csv", "buffer": content})
        page.get_by_role("button", name="Prøv filen").click()
        page.wait_for_selector("#tried .alert")

    return try_file


def _press(button: str, then: str) -> Callable[[Page], None]:
    def press(page: Page) -> None:
        page.locator("main").get_by_role("button", name=button).click()
        page.wait_for_selector(then)

    return press


def _no_seats(page: Page) -> None:
    page.fill("#seats", "")
    page.get_by_role("button", name="Gem pladserne").click()
    page.wait_for_selector("#seats-error")


def _open_details(page: Page) -> None:
    for summary in page.locator("main summary").all():
        summary.click()


HOUSE = (
    Place("work-week", "/arbejdsuge", "staff"),
    Place("work-week-none", "/arbejdsuge", "leader"),
    Place("work-week-next", "/arbejdsuge?uge={next_week}&hvem={staff}", "leader"),
    Place("register", "/hold/{group}/fremmoede", "leader"),
    Place("list-groups", "/katalog", "leader"),
    Place("list-groups-searched", "/katalog?q=e&side=2", "leader"),
    Place("list-offerings", "/katalog/tilbud", "leader"),
    Place("list-staff", "/katalog/medarbejdere", "leader"),
    Place("list-sites", "/katalog/steder?q=%3Cb%3E", "leader"),
    Place("group", "/hold/{group}", "leader"),
    Place("group-draft", "/hold/{held_group}", "leader"),
    Place("group-draft-empty", "/hold/{held_group}", "leader", _no_seats),
    Place("import", "/import", "leader"),
    Place("import-tried", "/import", "leader", prepare=_house_try("bad.csv", b"id;navn\n;\nA;<b>1</b>\n")),
    Place("import-fine", "/import", "leader", prepare=_house_try("steder.csv", b"id;navn\nnord;Nord\n")),
    Place("register-past", "/hold/{past_group}/fremmoede", "leader", prepare=_mark_somebody_sick),
    Place("list-offering", "/katalog/tilbud/{offering}", "leader"),
    Place("list-site", "/katalog/steder/{site}", "leader"),
    Place("substitute", "/hold/{held_group}/vikar", "leader"),
    Place("substitute-empty", "/hold/{held_group}/vikar", "leader", _press("Sæt vikaren på", "#away_why-error")),
    Place("accounts", "/konti", "admin"),
    Place("account-new", "/konti/ny", "admin"),
    Place("account-new-empty", "/konti/ny", "admin", _press("Opret kontoen", "#name-error")),
    Place("account", "/konti/1", "admin", _open_details),
    Place("account-code", "/konti/{account[planner]}", "admin", _press("Lav en kode", ".code-value")),
)
