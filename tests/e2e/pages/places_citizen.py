"""What a citizen sees of her own, each page in its states, and what somebody who helps her sees of it."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page

from tests.e2e.pages.place import Place

SCRIPT = "<script>alert(1)</script>"


def _open_menu(page: Page) -> None:
    if page.locator(".phone-menu summary").is_visible():
        page.click(".phone-menu summary")


def _press(button: str, then: str = "[role=alert]") -> Callable[[Page], None]:
    def press(page: Page) -> None:
        page.locator("main").get_by_role("button", name=button).first.click()
        page.wait_for_selector(then)

    return press


def _add_no_step(page: Page) -> None:
    page.click("summary:has-text('Sæt et nyt trin')")
    page.fill("#next_step", "x" * 1_001)
    page.click("button:has-text('Sæt trinet')")
    page.wait_for_selector("#next_step-error")


def _set_no_goal(page: Page) -> None:
    page.click("summary:has-text('Sæt eller ændr mit mål')")
    page.fill("#words", "x" * 1_001)
    page.click("form[action$='/maal'] button")
    page.wait_for_selector("#words-error")


def _mix_up_times(page: Page) -> None:
    if not page.is_checked("#can_0"):
        page.locator("label[for=can_0]").click()
    page.select_option("#from_0", label="12.00")
    page.select_option("#until_0", label="10.00")
    _press("Gem")(page)


def _name_nobody(page: Page) -> None:
    page.fill("#helper", SCRIPT)
    page.locator("label[for=may]").click()
    _press("Giv lov")(page)


def _ask_for_less(page: Page) -> None:
    page.get_by_text("Det må I vælge").click()
    page.click("button:has-text('Se, hvad jeg kan få')")
    page.wait_for_selector(".proposal")


def _choose_less(page: Page) -> None:
    _ask_for_less(page)
    page.locator(".proposal button").first.click()
    page.wait_for_selector("#say-yes")


def _take_less_and_undo(page: Page) -> None:
    _choose_less(page)
    page.click("button:has-text('Ja tak')")
    page.click("button:has-text('Fortryd')")
    page.wait_for_selector("text=Din uge er, som den var før")


def _ask_for_a_talk(page: Page) -> None:
    page.locator("label[for=how]").click()
    page.click("button:has-text('Bed om det')")
    page.wait_for_selector(".side-by-side")


def _answer_too_late(page: Page) -> None:
    """Answer the proposal as a page sends it that was opened before the week was sent out."""
    page.locator("#coming-form").evaluate("""form => { form.action = '/forslag' + location.search;
      for (const [name, value] of [['answer', 'change'], ['text', 'Jeg vil hellere male']]) {
        form.append(Object.assign(document.createElement('input'), {name, value})); }
      form.submit(); }""")
    page.wait_for_selector("#text[readonly]")


def _come(page: Page) -> None:
    if not page.locator(".says-coming").count():
        page.locator("main .event-button:has-text('Jeg kommer')").first.click()
    page.wait_for_selector(".says-coming")


def _cannot(page: Page) -> None:
    page.locator("main .event-action:has-text('Kan ikke komme')").first.click()
    page.wait_for_selector("#state")


def _cannot_and_no_reason(page: Page) -> None:
    _cannot(page)
    _press("Jeg kan ikke komme")(page)


LESS = "/aendring?hvad=less&uge={next_week}"
CITIZEN = (
    Place("min-week", "/min-uge", "citizen"),
    Place("min-week-menu", "/min-uge", "citizen", prepare=_open_menu),
    Place("min-week-next", "/min-uge?uge={next_week}", "citizen"),
    Place("min-week-last", "/min-uge?uge={last_week}", "citizen"),
    Place("min-week-helper", "/for/{citizen}/min-uge", "representative"),
    Place("min-week-coming", "/min-uge?uge={next_week}", "citizen", _come, out=True),
    Place("min-week-too-late", "/min-uge?uge={next_week}", "citizen", _answer_too_late, out=True),
    Place("activity-past", "/min-uge/{past_group}", "citizen"),
    Place("activity", "/min-uge/{next_group}", "citizen", out=True),
    Place("activity-coming", "/min-uge/{next_group}", "citizen", _come, out=True),
    Place("cannot-come-empty", "/min-uge/{next_group}", "citizen", _cannot_and_no_reason, out=True),
    Place("activity-helper", "/for/{citizen}/min-uge/{next_group}", "representative", out=True),
    Place("my-proposal", "/forslag?uge={next_week}", "citizen"),
    Place("my-proposal-empty", "/forslag?uge={next_week}", "citizen", prepare=_press("Gem mit svar")),
    Place("my-change", "/aendring", "citizen"),
    Place("ask", "/aendring?uge={next_week}", "citizen", out=True),
    Place("ask-time", "/aendring?hvad=another_time&uge={next_week}&hold={next_group}", "citizen", out=True),
    Place("ask-nothing", "/aendring?hvad=stop&uge={next_week}", "citizen", _press("Se, hvad jeg"), out=True),
    Place("ask-more", "/aendring?hvad=more&uge={next_week}", "citizen", out=True),
    Place("ask-busy", "/aendring?hvad=busy&uge={next_week}", "citizen", _press("Bed om det"), out=True),
    Place("ask-talk", "/aendring?hvad=talk&uge={next_week}", "citizen", _press("Bed om det"), out=True),
    Place("ask-talk-asked", "/aendring?hvad=talk&uge={next_week}", "citizen", _ask_for_a_talk, out=True),
    Place("ask-answers", LESS, "citizen", _ask_for_less, out=True),
    Place("ask-chosen", LESS, "citizen", _choose_less, out=True),
    Place("ask-undone", LESS, "citizen", _take_less_and_undo, out=True),
    Place("waiting-list", "/venteliste", "citizen"),
    Place("offerings", "/tilbud", "citizen"),
    Place("offering", "/tilbud/{offering}", "citizen"),
    Place("wishes", "/oensker", "citizen"),
    Place("times", "/tider", "citizen"),
    Place("times-mixed-up", "/tider", "citizen", prepare=_mix_up_times),
    Place("my-goal", "/maal", "citizen"),
    Place("my-goal-helper", "/for/{citizen}/maal", "representative"),
    Place("my-goal-no-step", "/maal", "citizen", prepare=_add_no_step),
    Place("my-goal-no-words", "/maal", "citizen", prepare=_set_no_goal),
    Place("my-questions", "/maal/tjek", "citizen"),
    Place("my-calendar", "/kalender", "citizen"),
    Place("my-calendar-made", "/kalender", "citizen", prepare=_press("Lav en ny adresse", ".secret-address")),
    Place("helpers", "/hjaelpere", "citizen"),
    Place("helpers-empty", "/hjaelpere", "citizen", prepare=_press("Giv lov")),
    Place("helpers-unknown", "/hjaelpere", "citizen", prepare=_name_nobody),
    Place("helped", "/hjaelper", "representative"),
    Place("helped-nobody", "/hjaelper", "citizen"),
    Place("looks", "/hvem-har-set", "citizen"),
    Place("messages", "/beskeder", "citizen"),
    Place("more", "/mere", "citizen"),
)
