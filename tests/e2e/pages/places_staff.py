"""The places of staff about one citizen at a time: the telephone, her case and its pages, the inbox."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page

from tests.e2e.pages.place import Place


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


def _open_details(page: Page) -> None:
    for summary in page.locator("main summary").all():
        summary.click()


def _send(button: str, summary: str = "") -> Callable[[Page], None]:
    def send(page: Page) -> None:
        if summary:
            page.locator("summary", has_text=summary).click()
        page.get_by_role("button", name=button).click()
        page.wait_for_selector(".form-error-message")

    return send


def _send_no_language(page: Page) -> None:
    page.locator("summary", has_text="Ret tolk").click()
    page.locator("label[for=needs-2]").click()
    page.locator("form[action$='/tolk'] button").click()
    page.wait_for_selector(".form-error-message")


def _look_at_history(page: Page) -> None:
    """Note an interpreter, and see it in the history."""
    page.locator("summary", has_text="Ret tolk").click()
    page.locator("label[for=needs-2]").click()
    page.fill("#language", "arabisk")
    page.locator("form[action$='/tolk'] button").click()
    page.get_by_role("link", name="Historik").click()
    page.wait_for_selector(".history li")


def _agree(page: Page) -> None:
    """Agree on something that is not agreed on yet."""
    page.locator("#offering_id").select_option(index=5)
    page.locator("#sub_goal_id").select_option(index=1)
    page.fill("#hours", "2,5")
    page.fill("#why", "Det er et vigtigt skridt")
    page.get_by_role("button", name="Lav aftalen").click()
    page.wait_for_selector("h1")
    page.goto(page.url.split("/aftaler")[0])


def _break(page: Page) -> None:
    _agree(page)
    page.get_by_role("link", name="Vi kan ikke holde aftalen").first.click()
    page.wait_for_selector("#made_up")


def _write_wrong_times(page: Page) -> None:
    page.locator("summary", has_text="Skriv tiderne").click()
    page.fill("#times_text", "mandag 9-12\ntirsdg 10-14")
    page.get_by_role("button", name="Gem tiderne").click()
    page.wait_for_selector(".form-error-message")


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
    Place("case-messages", "/borger/{citizen}/beskeder", "staff"),
    Place("case-code", "/borger/{citizen}/kode", "staff"),
    Place("case-code-made", "/borger/{citizen}/kode", "leader", prepare=_make_code),
    Place("inbox", "/indbakke", "staff"),
    Place("inbox-all", "/indbakke?hvis=alle", "leader"),
    Place("case-interpreter", "/borger/{citizen}", "leader", prepare=_send_no_language),
    Place("case-agreement-none", "/borger/{other}/aftaler/ny", "leader"),
    Place("case-agreement-empty", "/borger/{citizen}/aftaler/ny", "staff", prepare=_send("Lav aftalen")),
    Place("case-agreed", "/borger/{citizen}/aftaler/ny", "staff", prepare=_agree),
    Place("case-agreement-break", "/borger/{citizen}/aftaler/ny", "leader", prepare=_break),
    Place("case-week-next", "/borger/{citizen}/uge?uge={next_week}&tilbud={offering}", "leader", prepare=_open_details),
    Place("case-week-none", "/borger/{citizen}/uge?uge=2030-W52", "leader"),
    Place(
        "case-lock-empty",
        "/borger/{citizen}/uge?uge={next_week}",
        "staff",
        prepare=_send("Lås aktiviteten", "Lås en aktivitet"),
    ),
    Place("case-times-open", "/borger/{citizen}/tider", "leader", prepare=_open_details),
    Place("case-times-wrong", "/borger/{citizen}/tider", "staff", prepare=_write_wrong_times),
    Place("case-history", "/borger/{other}", "leader", prepare=_look_at_history),
)
