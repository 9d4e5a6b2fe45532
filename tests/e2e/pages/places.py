"""Every page and state of it that is looked at, by axe, in screenshots, for words and sizes: add a new page here.

A path may name the facts of `town.Facts`: `/min-uge?uge={week}`. `prepare` leads an open page into its state.
"""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page

from tests.e2e.pages.place import Place
from tests.e2e.pages.places_citizen import CITIZEN
from tests.e2e.pages.places_house import HOUSE
from tests.e2e.pages.places_staff import STAFF


def _send_login(name: str, secret: str) -> Callable[[Page], None]:
    def send(page: Page) -> None:
        page.fill("#username", name)
        page.fill("#secret", secret)
        page.click("main button[type=submit]")

    return send


def _differ(page: Page) -> None:
    page.fill("#password", "fire ord der huskes")
    page.fill("#again", "noget andet")
    page.click("main button[type=submit]")
    page.wait_for_selector("#again-error")


SHARED = (
    Place("log-in", "/log-ind"),
    Place("log-in-empty", "/log-ind", prepare=_send_login("", "")),
    Place("log-in-refused", "/log-ind", prepare=_send_login("<b>ali</b>", "12345678")),
    Place("logged-out", "/log-ind?besked=logged_out"),
    Place("help", "/hjaelp"),
    Place("accessibility", "/tilgaengelighed"),
    Place("privacy", "/privatliv"),
    Place("not-found", "/findes-ikke", status=404),
    Place("not-permitted", "/min-uge", "planner", status=403),
    Place("start", "/start", "admin"),
    Place("password", "/adgangskode", "citizen"),
    Place("password-wrong", "/adgangskode", "representative", prepare=_differ),
)


def _approve_without_a_reason(page: Page) -> None:
    page.click("form[action$='/godkend'] button")
    page.wait_for_selector(".form-error-message")


def _make_sheets(page: Page) -> None:
    button = page.locator("form[action$='/ark'] button")
    if button.count():  # Whoever looks once more finds them asked for.
        button.click()
    page.wait_for_selector(".progress-status")


def _ask_for_nothing(page: Page) -> None:
    page.get_by_role("button", name="Regn det ud").click()
    page.wait_for_selector("#citizens-error")


def _ask_for_a_group(page: Page) -> None:
    for name in ("offering", "site", "day", "start"):
        page.select_option(f"#{name}", index=2)
    page.fill("#title", "<b>Et hold mere</b>")
    page.get_by_role("button", name="Regn det ud").click()
    page.wait_for_selector(".progress-status")


PLAN = (
    Place("plan-weeks", "/planlaeg", "leader"),
    Place("plan-week", "/planlaeg/{next_week}", "planner"),
    Place("plan-week-empty", "/planlaeg/2030-W52", "leader"),
    Place("plan-runs", "/koersler", "leader"),
    Place("plan-run", "/koersler/{next_run}", "leader"),
    Place("plan-run-published", "/koersler/{run}", "planner"),
    Place("plan-review", "/koersler/{next_run}/gennemse", "leader"),
    Place("plan-review-hours", "/koersler/{next_run}/gennemse?slags=hours", "leader"),
    Place("plan-review-by-staff", "/koersler/{next_run}/gennemse", "staff"),
    Place("plan-approve-empty", "/koersler/{next_run}/gennemse", "leader", prepare=_approve_without_a_reason),
    Place("plan-changes", "/koersler/{next_run}/aendringer", "leader"),
    Place("plan-changes-none", "/koersler/{next_run}/aendringer?team=xyz", "leader"),
    Place("plan-publish-early", "/koersler/{next_run}/udsend", "leader"),
    Place("plan-published", "/koersler/{run}/udsend", "leader"),
    Place("plan-print", "/koersler/{run}/ark", "leader"),
    Place("plan-print-early", "/koersler/{next_run}/ark", "admin"),
    Place("plan-print-waiting", "/koersler/{run}/ark", "leader", prepare=_make_sheets),
    Place("capacity", "/kapacitet", "planner"),
    Place("capacity-none", "/kapacitet?uge=2030-W10", "planner"),
    Place("prices", "/kapacitet/priser", "planner"),
    Place("prices-hours", "/kapacitet/priser?efter=time&side=2", "planner"),
    Place("prices-staff", "/kapacitet/priser?efter=rolle", "planner"),
    Place("prices-rooms", "/kapacitet/priser?efter=lokale", "admin"),
    Place("prices-unmet", "/kapacitet/priser?efter=oensker", "planner"),
    Place("what-ifs", "/kapacitet/taenkt", "planner"),
    Place("what-if-empty", "/kapacitet/taenkt", "planner", prepare=_ask_for_nothing),
    Place("what-if-waiting", "/kapacitet/taenkt", "planner", prepare=_ask_for_a_group),
    Place("what-if-done", "/kapacitet/taenkt/{what_if}", "planner"),
    Place("plan-compare", "/koersler/sammenlign?koersel={run}&koersel={next_run}", "leader"),
)
PLACES: tuple[Place, ...] = SHARED + CITIZEN + HOUSE + PLAN + STAFF
