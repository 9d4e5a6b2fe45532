"""What the importer expected of a cell, in the reader's language: its English words are looked up among the texts."""

from __future__ import annotations

import re
from functools import cache

from api.pages.texts import words_of

PREFIX, OTHER = "wants_", "wants_other"
NAME = re.compile(r"\\{(\w)\\}")
# What of the words stands between names of columns or choices.
BETWEEN = {"da": ((" or ", " eller "), (" and ", " og ")), "en": ()}


def wanted_in(language: str, expected: str) -> str:
    """The words of an error of the importer in a language; the general ones where nobody has translated them."""
    where, found, rest = expected.rpartition(": expected ")
    if found:
        return f"{where}: {wanted_in(language, rest)}"
    words = words_of(language)
    for slug, pattern in _patterns():
        match = pattern.fullmatch(expected)
        if match is not None:
            return words(slug, **{name: _joined(language, given) for name, given in match.groupdict().items()})
    if expected.startswith("'"):  # One of some words, each in quotes.
        return _joined(language, expected)
    return words(OTHER)


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """The English words as patterns, those with most letters of their own first."""
    said = {slug: words_of("en").raw(slug) for slug in words_of("en").asked_for() if slug.startswith(PREFIX)}
    ordered = sorted(said.items(), key=lambda item: -len(re.sub(r"{\w}", "", item[1])))
    return tuple((slug, re.compile(NAME.sub(r"(?P<\1>.+?)", re.escape(text)))) for slug, text in ordered)


def _joined(language: str, given: str) -> str:
    """The names of sheets as people call them, and what stands between the others."""
    words = words_of(language)
    parts = [words(f"sheet_{part}") if f"sheet_{part}" in words else part for part in given.split(", ")]
    joined = ", ".join(parts)
    for english, other in BETWEEN[language]:
        joined = joined.replace(english, other)
    return joined
