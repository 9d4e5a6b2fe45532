"""The questions and the steps of a rating in plain words of our own, for a citizen about herself and for staff."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from catalog.tables import Indicator
from scheduler.texts import LANGUAGES, slugs, texts

DOMAIN = "ratings"


class Question(NamedTuple):
    """A question about one indicator."""

    indicator_id: str
    title: str
    text: str


def questions(indicators: Iterable[Indicator], rater: str, language: str = LANGUAGES[0]) -> list[Question]:
    """What a citizen or staff are asked; an indicator of the centre's own without words is asked by its title."""
    said, known = texts(language, DOMAIN), slugs(DOMAIN)
    found = []
    for each in indicators:
        slug, title = f"{rater}_{each.id}", each.da if language == LANGUAGES[0] else each.en
        found.append(Question(each.id, title, said.gettext(slug) if slug in known else title))
    return found


def step_words(language: str = LANGUAGES[0]) -> list[str]:
    """What the steps 1 to 5 mean."""
    return [texts(language, DOMAIN).gettext(f"step_{step}") for step in range(1, 6)]


def help_words(language: str = LANGUAGES[0]) -> tuple[str, list[str]]:
    """What is asked after an activity, and what the answers 1 to 5 mean."""
    said = texts(language, DOMAIN)
    return said.gettext("help"), [said.gettext(f"help_{step}") for step in range(1, 6)]
