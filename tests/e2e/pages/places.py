"""Every page and state of it that is looked at, by axe, in screenshots, for words and sizes: add a new page here.

A path may name the facts of `town.Facts`: `/min-uge?uge={week}`. `prepare` leads an open page into its state.
"""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page

from tests.e2e.pages.place import Place
from tests.e2e.pages.places_citizen import CITIZEN


def _send_login(name: str, secret: str) -> Callable[[Page], None]:
    def send(page: Page) -> None:
        page.fill("#username", name)
        page.fill("#secret", secret)
        page.click("main button[type=submit]")

    return send


def _mark_somebody_sick(page: Page) -> None:
    page.locator(".register-row label:has-text('Syg')").first.click()


def _house_try(name: str, content: bytes) -> Callable[[Page], None]:
    def try_file(page: Page) -> None:
        page.set_input_files("#file", {"name": name, "mimeType": "text/csv", "buffer": content})
        page.get_by_role("button", name="Prøv filen").click()
        page.wait_for_selector("#tried .alert")

    return try_file


def _ask(kind: str) -> Callable[[Page], None]:
    def ask(page: Page) -> None:
        page.locator(".radio-card .form-label").last.click()
        page.click(f"button[name=kind][value={kind}]")
        page.wait_for_url("**/svar/*")

    return ask


def _ask_nothing(page: Page) -> None:
    page.click("button[value=stop]")
    page.wait_for_selector("[role=alert]")


def _hold(page: Page) -> None:
    page.click("button[value=less]")
    page.locator(".answer-card button").first.click()
    page.wait_for_selector(".answer-now")


def _make_code(page: Page) -> None:
    page.click("main form button")
    page.wait_for_selector(".code-value")


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
)
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
    Place("import", "/import", "leader"),
    Place("import-tried", "/import", "leader", prepare=_house_try("bad.csv", b"id;navn\n;\nA;<b>1</b>\n")),
    Place("import-fine", "/import", "leader", prepare=_house_try("steder.csv", b"id;navn\nnord;Nord\n")),
    Place("register-past", "/hold/{past_group}/fremmoede", "leader", prepare=_mark_somebody_sick),
)


def _approve_without_a_reason(page: Page) -> None:
    page.click("form[action$='/godkend'] button")
    page.wait_for_selector(".form-error-message")


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
    Place("capacity", "/kapacitet", "planner"),
    Place("capacity-none", "/kapacitet?uge=2030-W10", "planner"),
    Place("plan-compare", "/koersler/sammenlign?koersel={run}&koersel={next_run}", "leader"),
)
STAFF = (
    Place("call", "/ring-ind", "staff"),
    Place("call-found", "/ring-ind?navn=a", "leader"),
    Place("call-nobody", "/ring-ind?navn=%3Cb%3Exyz", "staff"),
    Place("call-week", "/ring-ind/{citizen}", "staff"),
    Place("call-week-next", "/ring-ind/{citizen}?uge={next_week}", "leader"),
    Place("call-week-last", "/ring-ind/{citizen}?uge={last_week}", "leader"),
    Place("call-missing", "/ring-ind/{citizen}", "staff", prepare=_ask_nothing),
    Place("call-answers", "/ring-ind/{citizen}", "staff", prepare=_ask("another_activity")),
    Place("call-held", "/ring-ind/{citizen}", "staff", prepare=_hold),
    Place("call-nothing", "/ring-ind/{other}", "leader", prepare=_ask("less")),
    Place("case", "/borger/{citizen}", "staff"),
    Place("case-other", "/borger/{other}", "leader"),
    Place("case-progress", "/borger/{citizen}/fremgang", "staff"),
    Place("case-code", "/borger/{citizen}/kode", "staff"),
    Place("case-code-made", "/borger/{citizen}/kode", "leader", prepare=_make_code),
    Place("inbox", "/indbakke", "staff"),
    Place("inbox-all", "/indbakke?hvis=alle", "leader"),
)
PLACES: tuple[Place, ...] = SHARED + CITIZEN + HOUSE + PLAN + STAFF
