"""Somebody who has a keyboard only: she goes from stop to stop, sees where she is, and presses what she finds."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page

MOST_STOPS = 400
NAME = """element => (element.getAttribute('aria-label')
  || [...(element.labels || [])].map(label => label.innerText).join(' ') || element.innerText || '')
  .replace(/\\s+/g, ' ').trim()"""
# Where one is: its name, and whether an outline or a shadow shows it, of a hidden box or button that of its label.
HERE = f"""body => {{ const element = body.ownerDocument.activeElement;
  if (!element || element === body) return null;
  const looks = [element, ...(element.labels || [])].map(part => getComputedStyle(part));
  const drawn = [...looks, ...[...(element.labels || [])].map(part => getComputedStyle(part, '::before'))];
  const outlined = look => parseFloat(look.outlineWidth) > 0 && look.outlineStyle !== 'none';
  const seen = drawn.some(look => outlined(look) || look.boxShadow !== 'none');
  return [({NAME})(element), seen, element.outerHTML.slice(0, 200)]; }}"""


def go_to(page: Page, name: str) -> Locator:
    """Press Tab until what has this name, or begins with it, has the focus, which must be seen at every stop."""
    wanted = re.compile(re.escape(name), re.IGNORECASE)
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        here = page.locator("body").evaluate(HERE)
        if here is None:
            continue  # The browser's own bar, between the last stop and the first.
        called, is_seen, markup = here
        assert is_seen, f"the focus is not seen: {markup}"
        if wanted.match(called):
            return page.locator(":focus")
    raise AssertionError(f"{name}: no stop of this name")


def press(page: Page, name: str) -> None:
    """Go to a link or button and press it."""
    go_to(page, name)
    page.keyboard.press("Enter")


def choose(page: Page, name: str) -> None:
    """Go to a box and tick it; of buttons that exclude each other, go to the first and on by arrows."""
    here = go_to(page, name)
    page.keyboard.press("Space")
    assert here.is_checked()


def write(page: Page, name: str, text: str) -> None:
    """Go to a field and write."""
    go_to(page, name)
    page.keyboard.type(text)
