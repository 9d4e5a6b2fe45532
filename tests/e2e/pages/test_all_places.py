"""What holds for every page: no violations, no slugs, no English in Danish ones, easy words, little to fetch."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from playwright.sync_api import Page, Response

from api.pages.texts import words_of
from tests.e2e.pages.axe import TOO_WIDE, violations
from tests.e2e.pages.place import Place
from tests.e2e.pages.places import PLACES
from tests.e2e.pages.site import DESKTOP, HEIGHT, PHONE, Site

COLD_BYTES, WARM_BYTES = 150_000, 15_000
MOST_LIX = 35
ZOOMED = DESKTOP // 2  # of the page's own pixels, where somebody sees it at 200 %
NAMES = [place.name for place in PLACES]
SLUG = re.compile(r"\b[a-z]+(_[a-z0-9]+)+\b")
ENGLISH = re.compile(
    r"\b(the|and|with|you|your|this|that|please|error|week|log in|call us|next|previous|submit|save)\b", re.I
)
LOAN = "(walk and talk)"  # in the title of an offering, as people call it
# Other languages, and what is data and not our words.
OF_HERS = "[lang]:not(html), .event, .who, .site-owner, .offering-title, #offering_id"
HEADINGS = (
    "() => [...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].filter(h => h.checkVisibility()).map(h => +h.tagName[1])"
)
# Every block ends a sentence, as it does for whoever reads it.
BLOCKS = "p,li,h1,h2,h3,h4,label,legend,button,td,th,dt,dd,summary,.form-hint"
TEXT = """(root, [hidden, blocks]) => { const copy = root.cloneNode(true);
  copy.querySelectorAll(hidden).forEach(part => part.remove());
  copy.querySelectorAll(blocks).forEach(part => part.append('. '));
  return copy.textContent; }"""


@pytest.mark.parametrize("place", PLACES, ids=NAMES)
def test_a_place_is_accessible_fits_every_screen_and_is_said_in_easy_danish(site: Site, place: Place) -> None:
    site = site.of(place)
    with site.as_role(place.role, PHONE) as context:
        page = site.open(context, place)
        for width in (PHONE, DESKTOP):
            page.set_viewport_size({"width": width, "height": HEIGHT[width]})
            assert violations(page) == [], width
            assert page.locator("header .phone-number").is_visible()
        page.set_viewport_size({"width": ZOOMED, "height": HEIGHT[DESKTOP] // 2})
        assert page.evaluate(TOO_WIDE) <= 0
        assert page.locator("html").get_attribute("lang") == "da"
        assert page.locator("h1").count() == 1
        levels = page.evaluate(HEADINGS)
        assert all(after <= before + 1 for before, after in pairwise(levels)), levels
        text = page.locator("body").evaluate(TEXT, [OF_HERS, BLOCKS])
        assert _around(SLUG, text) == []
        assert _around(ENGLISH, text.replace(LOAN, "")) == []
        if place.is_for_citizens:
            assert lix(page.locator("main").evaluate(TEXT, [OF_HERS, BLOCKS])) <= MOST_LIX


def _around(pattern: re.Pattern[str], text: str) -> list[str]:
    """What is found, with the words around it."""
    return [text[max(0, found.start() - 40) : found.end() + 40] for found in pattern.finditer(text)]


def lix(text: str) -> float:
    """Björnsson's readability: words a sentence, and the share of words of more than six letters in percent."""
    words = re.findall(r"[^\W\d_]+", text)
    sentences = [part for part in re.split(r"[.:!?]+", text) if re.search(r"[^\W\d_]", part)]
    if len(words) < 30:
        return 0.0  # Too few to say anything.
    return len(words) / len(sentences) + 100 * sum(len(word) > 6 for word in words) / len(words)


def test_easy_and_hard_words_are_told_apart() -> None:
    easy = "Du kan ringe til os. Vi er her for dig. " * 5
    hard = (
        "Kommunalbestyrelsen tilrettelægger beskæftigelsesindsatsen under hensyntagen til gældende retningslinjer " * 5
    )
    assert lix(easy) < MOST_LIX < lix(hard)


def test_both_languages_have_the_same_words_that_ask_for_the_same() -> None:
    danish, english = (words_of(language).asked_for() for language in ("da", "en"))
    assert danish.keys() == english.keys()
    # The English words of what the importer says are patterns; what is English in any case is left out in Danish.
    others = {slug for slug in danish if not slug.startswith("wants_")}
    assert {slug: danish[slug] for slug in others} == {slug: english[slug] for slug in others}
    assert all(danish[slug] <= english[slug] for slug in danish)


def test_the_first_page_of_a_citizen_is_small_and_the_second_smaller(site: Site) -> None:
    with site.as_role("citizen", PHONE) as context:
        page = context.new_page()
        assert _bytes_of(page, "/min-uge") <= COLD_BYTES
        assert _bytes_of(page, "/min-uge") <= WARM_BYTES


def _bytes_of(page: Page, path: str) -> int:
    """What comes over the wire for a page and all that belongs to it."""
    answers: list[Response] = []

    def note(answer: Response) -> None:
        answers.append(answer)

    page.on("response", note)
    page.goto(path, wait_until="networkidle")
    page.remove_listener("response", note)
    assert answers
    return sum(
        sizes["responseBodySize"] + sizes["responseHeadersSize"]
        for answer in answers
        if not answer.from_service_worker and (sizes := answer.request.sizes())
    )
