"""How somebody uses a page: without scripts on a small phone, or by keyboard alone on a wide screen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.pages.keyboard import NAME, go_to, write
from tests.e2e.pages.site import DESKTOP, PHONE, Site

MOST_ARROWS = MOST_ALIKE = 20
SCRIPT = "<script>alert(1)</script>"


@dataclass(frozen=True)
class Way:
    """What is pressed, chosen and written begins with the name that is given."""

    name: str
    keyboard: bool

    @contextmanager
    def open(self, site: Site, path: str, role: str = "citizen") -> Iterator[Page]:
        """A page as somebody of a role."""
        with site.as_role(role, DESKTOP if self.keyboard else PHONE, scripts=self.keyboard) as context:
            page = context.new_page()
            page.goto(path)
            yield page

    def press(self, page: Page, name: str, about: str = "") -> None:
        """Press a button, a link or what opens more; of several with one name, the one that says what it is about."""
        if not self.keyboard:
            _named(page.locator("main").locator("a, button, summary").filter(has_text=about), name).click()
            return
        _skip_to_content(page)
        for _ in range(MOST_ALIKE):
            if about in (go_to(page, name).text_content() or ""):
                page.keyboard.press("Enter")
                return
        raise AssertionError(f"{name}: none about {about}")

    def choose(self, page: Page, first: str, name: str = "") -> None:
        """Choose the first of several, or another by its name."""
        if not self.keyboard:
            _named(page.locator("main label"), name or first).click()
            return
        _skip_to_content(page)
        here = go_to(page, first)
        page.keyboard.press("Space")
        for _ in range(MOST_ARROWS):
            if page.locator(":focus").evaluate(NAME).startswith(name or first):
                return
            page.keyboard.press("ArrowDown")
        raise AssertionError(f"{name}: not beside {here}")

    def write(self, page: Page, name: str, text: str) -> None:
        """Write into a field."""
        if self.keyboard:
            _skip_to_content(page)
            write(page, name, text)
        else:
            page.get_by_label(_beginning(name)).first.fill(text)

    def pick(self, page: Page, field: str, text: str) -> None:
        """Pick from a list that opens."""
        if self.keyboard:
            _skip_to_content(page)
            go_to(page, field)
            page.keyboard.type(text)
        else:
            page.get_by_label(_beginning(field)).first.select_option(label=text)


WAYS = (Way("without-scripts", keyboard=False), Way("keyboard", keyboard=True))
by_every_way = pytest.mark.parametrize("way", WAYS, ids=[way.name for way in WAYS])


def tell(page: Page, text: str) -> None:
    """Wait until the top of the page says that something is done."""
    expect(page.locator("main .alert-success").first).to_contain_text(text)


def refuse(page: Page, text: str) -> None:
    """Wait until the top of the page says what is wrong."""
    expect(page.locator("main [role=alert]")).to_contain_text(text)


def _skip_to_content(page: Page) -> None:
    """On a page that has just come, pass over its head by the first link, as whoever knows the page does."""
    if page.locator("body").evaluate("body => body === body.ownerDocument.activeElement"):
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")


def _beginning(name: str) -> re.Pattern[str]:
    return re.compile(rf"^\s*{re.escape(name)}", re.IGNORECASE)


def _named(found: Locator, name: str) -> Locator:
    return found.filter(has_text=_beginning(name), visible=True).first
